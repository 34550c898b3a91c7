/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of a context: what each contextvars.ContextVar is set to
 * (Python/hamt.c; the same since 3.7).
 *
 *	bitmap, collision	header, length, 8 bytes, then pairs: a key and
 *				its value, or NULL and a node
 *	array			header, then 32 nodes or NULL
 *
 * Their tp_traverse go over pairs from the end, over nodes from the start.
 */
#include "python/layout/fields.h"
#include "python/refs/refs-hamt.h"
#include "python/refs/refs.h"
#include "python/state/words.h"
#include "python/types/type-names.h"

#define ARRAY_NODES 32
#define PAIRS_OFFSET 16		/* behind the length */

bool refs_hamt_is_pairs(struct python *py, raddr type)
{
	return type_names_is(py, type, "hamt_bitmap_node") ||
	       type_names_is(py, type, "hamt_collision_node");
}

bool refs_hamt_is_array(struct python *py, raddr type)
{
	return type_names_is(py, type, "hamt_array_node");
}

enum refs_result refs_hamt_pairs(struct python *py, raddr obj,
				 struct refs *ret)
{
	uint64_t nr = word_at(py, obj, py->layout.var_size);
	raddr at = obj + py->layout.var_size + PAIRS_OFFSET;

	if (!nr)
		return REFS_OK;
	if (nr % 2 || !memory_has_array(py->memory, at, nr, 8) ||
	    !refs_claim(py, nr))
		return REFS_UNREADABLE;
	for (uint64_t i = nr; i; i -= 2) {
		raddr key = word_at(py, at + (i - 2) * 8, 0);
		raddr value = word_at(py, at + (i - 1) * 8, 0);

		if (key)
			refs_add(ret, value, REF_VALUE, key);
		else
			refs_add(ret, value, REF_FIELD, FIELD_NODE);
		refs_add(ret, key, REF_KEY, 0);
	}
	return REFS_OK;
}

enum refs_result refs_hamt_array(struct python *py, raddr obj,
				 struct refs *ret)
{
	for (uint64_t i = 0; i < ARRAY_NODES; i++)
		refs_add(ret, word_at(py, obj + py->layout.object_size + i * 8,
				      0), REF_FIELD, FIELD_NODE);
	return REFS_OK;
}
