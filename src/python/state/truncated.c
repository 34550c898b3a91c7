/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "python/state/truncated.h"
#include "python/state/words.h"

void truncated_init(struct python *py)
{
	const struct mapping_vec *m = &py->target->mappings;

	if (!py->target->core || !py->target->missing)
		return;
	py->truncated = xcalloc(1, sizeof(*py->truncated));
	py->truncated->no_files = true;
	for (size_t i = 0; i < m->nr && py->truncated->no_files; i++)
		py->truncated->no_files = !m->v[i].inode;
}

bool truncated_may_be_file(struct python *py, raddr addr)
{
	return py->truncated && py->truncated->no_files && addr >= 65536 &&
	       addr < MEMORY_ADDRESS_END &&
	       !maps_find(&py->target->mappings, addr);
}

void truncated_release(struct python *py)
{
	if (py->truncated)
		raddr_vec_release(&py->truncated->away);
	free(py->truncated);
	py->truncated = NULL;
}

bool truncated_lacks(struct python *py, raddr addr)
{
	return unlikely(py->truncated != NULL) &&
	       target_is_missing(py->target, addr);
}

void truncated_note_list(struct python *py)
{
	if (py->truncated)
		py->truncated->broken = true;
}

static int compare(const void *pa, const void *pb)
{
	raddr a = *(const raddr *)pa, b = *(const raddr *)pb;

	return a < b ? -1 : a > b;
}

static void dedupe(struct truncated *truncated)
{
	struct raddr_vec *v = &truncated->away;
	size_t nr = 0;

	if (v->nr)
		qsort(v->v, v->nr, sizeof(*v->v), compare);
	for (size_t i = 0; i < v->nr; i++)
		if (!nr || v->v[nr - 1] != v->v[i])
			v->v[nr++] = v->v[i];
	v->nr = truncated->nr_sorted = nr;
}

static void add_away(struct truncated *truncated, raddr obj)
{
	raddr_vec_push(&truncated->away, obj);
	if (truncated->away.nr > 2 * truncated->nr_sorted + 65536)
		dedupe(truncated);
}

bool truncated_note_object(struct python *py, raddr obj)
{
	raddr type, meta;

	if (likely(!py->truncated) || !obj || obj & 7)
		return false;
	if (!truncated_lacks(py, obj)) {
		type = word_at(py, obj, py->layout.object_type);
		meta = word_at(py, type, py->layout.object_type);
		/* Without its class an object can't be read: it is missing,
		 * too. */
		if (!truncated_lacks(py, obj + py->layout.object_size - 1) &&
		    !truncated_lacks(py, type) && !truncated_lacks(py, meta) &&
		    !truncated_lacks(py, type + py->layout.type_size - 1))
			return false;
	}
	add_away(py->truncated, obj);
	return true;
}

uint64_t truncated_nr_objects(struct python *py)
{
	if (!py->truncated)
		return 0;
	dedupe(py->truncated);
	return py->truncated->away.nr;
}
