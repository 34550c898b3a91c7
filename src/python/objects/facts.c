/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap.facts: dequeobject of Modules/_collectionsmodule.c, lru_cache_object of
 * Modules/_functoolsmodule.c.
 */
#include <stdlib.h>

#include "python/objects/facts.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/values/dict.h"

enum { KIND_UNKNOWN, KIND_NONE, KIND_DEQUE, KIND_LRU_CACHE };

bool facts_is_lru_cache(struct python *py, const struct pytype *t)
{
	return type_names_is(py, py->types.v[t->native_base].address,
			      "functools._lru_cache_wrapper");
}

/* Some versions' structs may not be known: no facts then. */
static uint8_t kind_of(struct python *py, const struct pytype *t)
{
	const struct layout *l = &py->layout;

	if (py->types.v[t->native_base].reader == READER_DEQUE)
		return l->deque_maxlen == LAYOUT_NONE ? KIND_NONE : KIND_DEQUE;
	if (facts_is_lru_cache(py, t) && l->lru_cache_maxsize != LAYOUT_NONE &&
	    l->lru_cache_hits != LAYOUT_NONE &&
	    l->lru_cache_misses != LAYOUT_NONE &&
	    l->lru_cache_cache != LAYOUT_NONE)
		return KIND_LRU_CACHE;
	return KIND_NONE;
}

static void add_deque(struct python *py, oid o)
{
	raddr obj = py->heap->address[o];
	const struct layout *l = &py->layout;

	heap_fact_vec_push(&py->heap->facts, (struct heap_fact){
		.object = o, .kind = FACT_DEQUE,
		.bound = (int64_t)word_at(py, obj, l->deque_maxlen),
		.length = (int64_t)word_at(py, obj, l->var_size) });
}

static void add_lru_cache(struct python *py, oid o)
{
	raddr obj = py->heap->address[o];
	const struct layout *l = &py->layout;
	raddr dict = word_at(py, obj, l->lru_cache_cache);

	heap_fact_vec_push(&py->heap->facts, (struct heap_fact){
		.object = o, .kind = FACT_LRU_CACHE,
		.bound = (int64_t)word_at(py, obj, l->lru_cache_maxsize),
		.length = dict ? dict_length(py, dict) : 0,
		.hits = word_at(py, obj, l->lru_cache_hits),
		.misses = word_at(py, obj, l->lru_cache_misses) });
}

void facts_load(struct python *py)
{
	const struct heap *h = py->heap;
	CLEANUP(freep) uint8_t *kinds = xcalloc(py->types.nr, 1);

	for (oid o = 0; o < h->nr_objects; o++) {
		uint8_t *kind = &kinds[h->type[o]];

		if (likely(*kind == KIND_NONE))
			continue;
		if (*kind == KIND_UNKNOWN)
			*kind = kind_of(py, types_of(py, o));
		if (*kind == KIND_DEQUE)
			add_deque(py, o);
		else if (*kind == KIND_LRU_CACHE)
			add_lru_cache(py, o);
	}
}
