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

static size_t strike_index(raddr traverse)
{
	return hash_u64(traverse) >> 54 & (EMULATOR_STRIKES - 1);
}

struct emulator_strike *emulator_state_strike(struct emulator *e,
					      raddr traverse)
{
	struct emulator_strike *s = &e->strikes[strike_index(traverse)];

	e->struck = true;
	if (s->traverse != traverse)
		*s = (struct emulator_strike){ .traverse = traverse };
	return s;
}

const struct emulator_strike *
emulator_state_struck(const struct emulator *e, raddr traverse)
{
	const struct emulator_strike *s =
		&e->strikes[strike_index(traverse)];

	return s->traverse == traverse ? s : NULL;
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
