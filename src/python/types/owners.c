/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/search.h"
#include "python/types/owners.h"
#include "python/state/words.h"
#include "python/values/dict.h"

#define MAX_ENTRIES (1u << 20)	/* of all dicts that are looked at */

static bool is_class(struct python *py, raddr obj)
{
	const struct layout *l = &py->layout;
	raddr meta = obj ? word_at(py, obj, l->object_type) : 0;

	return meta &&
	       word_at(py, meta, l->type_flags) & TPFLAG_TYPE_SUBCLASS &&
	       word_at(py, obj, l->type_flags) & TPFLAG_HEAPTYPE;
}

static void add(struct python *py, raddr class, uint32_t index)
{
	class_owner_vec_push(&py->owners,
			     (struct class_owner){ class, index + 1 });
}

static void add_of_dict(struct python *py, raddr dict, uint32_t index,
			unsigned int *left)
{
	raddr key, value;
	struct dict_iter it;

	if (!dict || !dict_iter_init(py, dict, &it))
		return;
	while (*left && dict_iter_next(&it, &key, &value)) {
		--*left;
		if (is_class(py, value))
			add(py, value, index);
	}
}

static void add_of_modules(struct python *py, uint32_t index)
{
	raddr modules = word_at(py, py->interpreters.v[index].address,
				py->layout.interp_modules);
	unsigned int left = MAX_ENTRIES;
	raddr key, module;
	struct dict_iter it;

	if (!modules || !dict_iter_init(py, modules, &it))
		return;
	while (left-- && dict_iter_next(&it, &key, &module))
		if (word_at(py, module, py->layout.object_type) ==
		    py->known.module)
			add_of_dict(py, word_at(py, module,
						py->layout.module_dict),
				    index, &left);
}

void owners_note(struct python *py, uint32_t index, oid first)
{
	const struct heap *h = py->heap;

	if (py->interpreters.nr < 2)
		return;
	if (py->layout.interp_gc == LAYOUT_NONE || py->free_threaded) {
		add_of_modules(py, index);
		return;
	}
	for (oid o = first; o < h->nr_objects; o++)
		if (h->generation[o] != GENERATION_UNTRACKED &&
		    is_class(py, h->address[o]))
			add(py, h->address[o], index);
}

/* By address; the first interpreter that has it comes first. */
static int compare(const void *pa, const void *pb)
{
	const struct class_owner *a = pa, *b = pb;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	return a->owner < b->owner ? -1 : a->owner > b->owner;
}

void owners_sort(struct python *py)
{
	if (py->owners.nr)
		qsort(py->owners.v, py->owners.nr, sizeof(*py->owners.v),
		      compare);
}

uint32_t owners_find(const struct python *py, raddr class)
{
	const struct class_owner_vec *v = &py->owners;
	size_t first = SEARCH_FIRST(v->nr, i, v->v[i].class >= class);

	return first < v->nr && v->v[first].class == class ?
		       v->v[first].owner : 0;
}
