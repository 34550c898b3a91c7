/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * References that objects own and their tp_traverse does not visit, as they
 * lead to nothing that could be in a cycle: mostly to strings.
 *
 *	dicts		keys, where a table can hold only str; a table that
 *			instances of a class share counts each once
 *	classes		__name__ and __qualname__
 *	descriptors	__name__
 *
 * They are no edges, but an audit of reference counts has to know of them.
 */
#include <stdlib.h>

#include "python/refs/refs.h"
#include "python/refs/uncounted.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/values/dict.h"

static void count(struct python *py, raddr obj)
{
	oid o = obj ? object_map_find(py, obj) : OID_NONE;

	if (o != OID_NONE && py->heap->hidden[o] != UINT32_MAX)
		py->heap->hidden[o]++;
}

static void count_keys(struct dict_iter *it)
{
	raddr key;

	while (dict_iter_next_key(it, &key))
		count(it->py, key);
}

/* Count the keys of its own table.  Shared tables are collected in `shared`. */
static void look_at_dict(struct python *py, raddr obj, struct raddr_vec *shared)
{
	struct dict_iter it;

	/* Nobody counts the dict of interned strings. */
	if (raddr_vec_has(&py->interned, obj) ||
	    !dict_iter_init(py, obj, &it) || it.general)
		return;
	if (it.values)
		raddr_vec_push(shared, it.keys);
	else if (refs_claim(py, it.nr))
		count_keys(&it);
}

static void look_at_class(struct python *py, raddr obj,
			  struct raddr_vec *shared)
{
	const struct layout *l = &py->layout;
	raddr keys;

	if (!(word_at(py, obj, l->type_flags) & TPFLAG_HEAPTYPE))
		return;
	count(py, word_at(py, obj, l->heaptype_name));
	count(py, word_at(py, obj, l->heaptype_qualname));
	keys = word_at(py, obj, l->heaptype_cached_keys);
	if (keys)
		raddr_vec_push(shared, keys);
}

static int compare(const void *pa, const void *pb)
{
	raddr a = *(const raddr *)pa, b = *(const raddr *)pb;

	return (a > b) - (a < b);
}

static void look_at_shared(struct python *py, struct raddr_vec *shared)
{
	struct dict_iter it;

	if (shared->nr)
		qsort(shared->v, shared->nr, sizeof(*shared->v), compare);
	for (size_t i = 0; i < shared->nr; i++)
		if ((!i || shared->v[i] != shared->v[i - 1]) &&
		    dict_iter_init_keys(py, shared->v[i], &it) &&
		    refs_claim(py, it.nr))
			count_keys(&it);
}

void uncounted_load(struct python *py)
{
	CLEANUP(raddr_vec_release) struct raddr_vec shared = VEC_INIT;
	struct heap *h = py->heap;

	refs_begin(py);
	h->hidden = xcalloc((size_t)h->nr_objects + 1, sizeof(*h->hidden));
	for (oid o = 0; o < h->nr_objects; o++) {
		const struct pytype *t = types_of(py, o);
		raddr obj = h->address[o];

		if (t->flags & TPFLAG_DICT_SUBCLASS)
			look_at_dict(py, obj, &shared);
		else if (t->flags & TPFLAG_TYPE_SUBCLASS)
			look_at_class(py, obj, &shared);
		else if (t->traverse &&
			 t->traverse == py->known.descr_traverse)
			count(py, word_at(py, obj, py->layout.descr_name));
	}
	look_at_shared(py, &shared);
}
