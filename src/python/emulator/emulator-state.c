/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "python/emulator/emulator-state.h"

void emulator_state_stop(struct emulator *e, const char *why)
{
	if (!e->failed)
		e->failed = why;
	uc_emu_stop(e->uc);
}

void emulator_state_close(struct emulator *e)
{
	if (e->pristine)
		uc_context_free(e->pristine);
	if (e->uc)
		uc_close(e->uc);
	e->pristine = NULL;
	e->uc = NULL;
	for (size_t i = 0; i < e->pages.nr; i++)
		free(e->pages.v[i]);
	e->pages.nr = 0;
}

uint64_t emulator_state_cell(const struct emulator *e, unsigned int word)
{
	uint64_t value;

	memcpy(&value, e->area + EMULATOR_CELL + word, sizeof(value));
	return value;
}

void emulator_state_set_cell(struct emulator *e, unsigned int word,
			     uint64_t value)
{
	memcpy(e->area + EMULATOR_CELL + word, &value, sizeof(value));
}
