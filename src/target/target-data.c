/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "target/target-data.h"

void target_warn(struct target *t, const char *format, ...)
{
	struct str safe = STR_INIT;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* Names of the target's files are in it. */
	str_add_safe(&safe, text, strlen(text));
	str_vec_push(&t->warnings, str_take(&safe));
}

/* So many nodes of a list are looked at. */
#define GATE_NODES 1024

static struct error *check_flag(struct target *t, raddr addr, bool *closed)
{
	uint32_t flag = 0;
	struct error *err = t->source->peek(t, addr, &flag, sizeof(flag));

	*closed = !err && flag;
	return err;
}

struct error *target_check_gate(struct target *t, const struct gate *gate,
				bool *closed)
{
	struct error *err = NULL;
	raddr node = 0;

	*closed = false;
	if (gate->word)
		err = check_flag(t, gate->word, closed);
	if (!err && gate->list)
		err = t->source->peek(t, gate->list, &node, sizeof(node));
	for (int i = 0; !err && !*closed && node && i < GATE_NODES; i++) {
		err = check_flag(t, node + gate->flag, closed);
		if (!err)
			err = t->source->peek(t, node + gate->next, &node,
					      sizeof(node));
	}
	return err;
}

void target_release(struct target *t)
{
	/* Segments may use what belongs to the source. */
	memory_release(&t->memory);
	residency_release(&t->residency);
	maps_release(&t->mappings);
	thread_vec_release(&t->threads);
	if (t->source)
		t->source->close(t);
	str_vec_free(&t->warnings);
	free(t->name);
	free(t->executable);
	free(t->command);
	free(t->host);
	free(t->boot);
	free(t);
}
