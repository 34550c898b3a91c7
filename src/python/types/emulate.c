/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "python/emulator/ifunc.h"
#include "python/types/emulate.h"
#include "python/types/type-names.h"

static int compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void emulate_sort(const struct heap *h, struct oid_vec *objects)
{
	CLEANUP(freep) uint64_t *keys = NULL;
	oid *v = objects->v;
	size_t nr = objects->nr;
	bool sorted = true;

	for (size_t i = 1; i < nr && sorted; i++)
		sorted = h->type[v[i - 1]] <= h->type[v[i]];
	if (sorted)
		return;
	keys = xcalloc(nr, sizeof(*keys));
	for (size_t i = 0; i < nr; i++)
		keys[i] = (uint64_t)h->type[v[i]] << 32 | v[i];
	qsort(keys, nr, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < nr; i++)
		v[i] = (oid)keys[i];
}

static void fail_all(struct python *py, struct emulator_call *calls, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		calls[i].failed = "it makes pyheld crash";
		calls[i].nr = 0;
	}
	py->heap->info.partial = true;
}

static void note_type(struct python *py, const struct pytype *t)
{
	CLEANUP(freep) char *name = NULL;

	if (py->emulated_type == t->address)
		return;
	name = type_names_full(py, t);
	task_set_type(name, t->traverse);
	py->emulated_type = t->address;
}

void emulate_run(struct python *py, const struct pytype *t,
		 struct emulator_call *calls, size_t nr,
		 struct raddr_vec *visited)
{
	if (py->avoided && t->traverse == py->avoided) {
		fail_all(py, calls, nr);
		return;
	}
	note_type(py, t);
	task_set_emulates(true);
	ifunc_run(py, calls, nr, visited);
	task_set_emulates(false);
}

void emulate_run_all(struct python *py, const oid *objects,
		     struct emulator_call *calls, size_t nr,
		     struct raddr_vec *visited)
{
	const uint32_t *type = py->heap->type;
	size_t end;

	for (size_t i = 0; i < nr; i = end) {
		end = i + 1;
		while (end < nr && type[objects[end]] == type[objects[i]])
			end++;
		emulate_run(py, types_of(py, objects[i]), calls + i, end - i,
			    visited);
	}
}
