/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "target/core/core-command.h"

/* The kernel's own limit for all arguments is 6 MB. */
#define STRINGS_MAX (UINT64_C(6) << 20)
#define ARGUMENTS_MAX 100000
#define COMMAND_MAX (1U << 20)

/* The address of the auxiliary vector on the main stack; 0: unknown. */
static raddr find_auxv(struct core *c, struct target *t)
{
	const struct segment *s = memory_find(&t->memory, c->execfn);
	uint64_t at, end;

	/* The string of AT_EXECFN is the last one on the stack. */
	if (!s || s->filled || c->auxv_len < 32 ||
	    c->execfn - s->start < c->auxv_len)
		return 0;
	at = (c->execfn & ~UINT64_C(7)) - s->start;
	end = at - MIN(at, STRINGS_MAX);
	for (; at >= end + 8; at -= 8)
		if (s->end - s->start - at >= c->auxv_len &&
		    !memcmp(s->bytes + at, c->auxv, c->auxv_len))
			return s->start + at;
	return 0;
}

/* Walk back from auxv: argc, argv ..., NULL, envp ..., NULL, auxv. */
static raddr find_argv(struct target *t, raddr auxv, uint64_t *argc)
{
	raddr at = auxv - 16;
	uint64_t word, nr;

	/* Skip the environment, down to the NULL that ends argv. */
	for (nr = 0; nr < ARGUMENTS_MAX; nr++, at -= 8) {
		if (!memory_u64(&t->memory, at, &word))
			return 0;
		if (!word)
			break;
	}
	for (nr = 0; nr < ARGUMENTS_MAX; nr++) {
		at -= 8;
		if (!memory_u64(&t->memory, at, &word))
			return 0;
		if (word == nr) {
			*argc = nr;
			return at + 8;
		}
	}
	return 0;
}

void core_find_command(struct core *c, struct target *t)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	raddr auxv = find_auxv(c, t), argv = 0, arg;
	uint64_t argc = 0;

	if (auxv)
		argv = find_argv(t, auxv, &argc);
	for (uint64_t i = 0; argv && i < argc && line.len < COMMAND_MAX; i++) {
		const char *s = NULL;

		if (memory_u64(&t->memory, argv + 8 * i, &arg))
			s = memory_string(&t->memory, arg, COMMAND_MAX);
		if (!s)
			return;
		str_add(&line, i ? " " : "");
		str_add(&line, s);
	}
	if (line.len) {
		free(t->command);
		t->command = str_take(&line);
	}
}
