/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/emulator/emulator.h"

struct emulator *emulator_new(struct memory *m, raddr fs_base,
			      const char **why_not)
{
	(void)m, (void)fs_base;
	*why_not = "pyheld was built without Unicorn";
	return NULL;
}

void emulator_free(struct emulator *e)
{
	(void)e;
}

/* Never called: emulator_new() returns no emulator in this build. */
void emulator_run(struct emulator *e, struct emulator_call *calls, size_t nr,
		  struct raddr_vec *visited)
{
	(void)e;
	for (size_t i = 0; i < nr; i++) {
		calls[i].first = visited->nr;
		calls[i].nr = 0;
		calls[i].failed = "pyheld was built without Unicorn";
	}
}

bool emulator_call(struct emulator *e, raddr function, uint64_t a, uint64_t b,
		   uint64_t *ret)
{
	(void)e, (void)function, (void)a, (void)b, (void)ret;
	return false;
}

raddr emulator_misread(struct emulator *e)
{
	(void)e;
	return 0;
}

void emulator_redirect(struct emulator *e, raddr from, raddr to)
{
	(void)e, (void)from, (void)to;
}

void emulator_blank(struct emulator *e, raddr start, raddr end)
{
	(void)e, (void)start, (void)end;
}

void emulator_end_budget(struct emulator *e)
{
	(void)e;
}

void emulator_forgive(struct emulator *e)
{
	(void)e;
}
