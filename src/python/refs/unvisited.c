/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * References that no tp_traverse visits, by who has them:
 *
 *	dicts		keys, where a table can hold only str
 *	classes		ht_name, ht_qualname, ht_slots; names of attributes of
 *			instances (ht_cached_keys)
 *	descriptors	d_name, d_qualname
 *	modules		md_name
 *	coroutines	cr_origin
 *	numpy's arrays	base, dtype, and the items of an array of objects
 *	instances	__dict__, while the values are in the object (3.13.0,
 *			before gh-130327)
 *	others		unvisited-library.c
 *
 * Each is freed with its owner: dict_dealloc(), type_dealloc(),
 * descr_dealloc(), module_dealloc(), gen_dealloc() and
 * PyObject_ClearManagedDict() of CPython, array_dealloc() of numpy.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "python/layout/fields.h"
#include "python/refs/refs.h"
#include "python/refs/unvisited-library.h"
#include "python/refs/unvisited.h"
#include "python/state/object-head.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/ndarray.h"

/* PyDescrObject is {header, d_type, d_name, d_qualname} in 3.8 to 3.15:
 * Include/descrobject.h. */
#define DESCR_QUALNAME 8	/* after d_name */

/*
 * Who has the keys of a table that several dicts share.  The class that made it
 * keeps it in ht_cached_keys.  But in 3.8 to 3.10 a class gives it up when an
 * instance gets other attributes, and then only the dicts have it.
 */
struct shared_keys {
	raddr keys;		/* the PyDictKeysObject; 0: none */
	raddr owner;		/* the class, or the first dict that was read */
	bool of_class;
};

static bool shared_table_used(const void *none UNUSED,
			      const struct shared_keys *s)
{
	return s->keys;
}

static raddr shared_table_key(const void *none UNUSED,
			      const struct shared_keys *s)
{
	return s->keys;
}

static uint64_t shared_table_hash(const void *none UNUSED, raddr keys,
				  uint64_t salt)
{
	return hash_u64(keys ^ salt);
}

static bool shared_table_same(raddr a, raddr b)
{
	return a == b;
}

HASH_DEFINE(shared_table, struct shared_keys, raddr, const void *);

struct unvisited {
	struct shared_table shared;
};

/* Whose the table is: it becomes that of `obj` if it is nobody's so far. */
static struct shared_keys claim_table(struct python *py, raddr keys, raddr obj,
				      bool is_class)
{
	struct shared_table *table = &py->unvisited->shared;
	struct shared_keys s = { keys, obj, is_class };
	const struct shared_keys *found;

	found = shared_table_find(table, NULL, keys);
	if (found)
		return *found;
	shared_table_put(table, NULL, s);
	return s;
}

static void add_field(struct python *py, raddr obj, uint32_t offset,
		      enum ref_field field, struct refs *ret)
{
	if (offset != LAYOUT_NONE)
		refs_add(ret, word_at(py, obj, offset), REF_FIELD, field);
}

/* Has the dict a table that a class keeps?  Most dicts of instances have. */
static bool has_table_of_class(struct python *py, raddr dict)
{
	const struct layout *l = &py->layout;
	const struct shared_keys *found;

	if (!word_at(py, dict, l->dict_values))
		return false;
	found = shared_table_find(&py->unvisited->shared, NULL,
				  word_at(py, dict, l->dict_keys));
	return found && found->of_class;
}

/* `name`: how each key is held. */
static void add_keys(struct dict_iter *it, bool owned, struct ref_name name,
		     struct refs *ret)
{
	raddr key;

	if (!refs_claim(it->py, it->nr))
		return;
	while (dict_iter_next_key(it, &key))
		refs_add_owned(ret, key, owned, name.kind, name.arg);
}

static void add_of_dict(struct python *py, raddr obj, struct refs *ret)
{
	const struct ref_name name = { REF_KEY, 0 };
	struct dict_iter it;
	struct shared_keys s;

	/* A string that is interned does not count the references of the dict
	 * of interned strings: Objects/unicodeobject.c. */
	if (raddr_vec_has(&py->interned, obj))
		return;
	if (ret->has_keys) {
		for (size_t i = 0; i < ret->keys.nr; i++)
			refs_add(ret, ret->keys.v[i], REF_KEY, 0);
		return;
	}
	if (has_table_of_class(py, obj))
		return;
	if (!dict_iter_init(py, obj, &it) || it.general)
		return;
	if (!it.values) {
		add_keys(&it, true, name, ret);
		return;
	}
	s = claim_table(py, it.keys, obj, false);
	if (!s.of_class && dict_iter_init_keys(py, it.keys, &it))
		add_keys(&it, s.owner == obj, name, ret);
}

static void add_of_class(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	struct dict_iter it;
	raddr keys;

	if (!(word_at(py, obj, l->type_flags) & TPFLAG_HEAPTYPE))
		return;
	add_field(py, obj, l->heaptype_name, FIELD_NAME, ret);
	add_field(py, obj, l->heaptype_qualname, FIELD_QUALNAME, ret);
	add_field(py, obj, l->heaptype_slots, FIELD_HT_SLOTS, ret);
	keys = word_at(py, obj, l->heaptype_cached_keys);
	if (keys && dict_iter_init_keys(py, keys, &it))
		add_keys(&it, claim_table(py, keys, obj, true).owner == obj,
			 (struct ref_name){ REF_FIELD, FIELD_INSTANCE_NAME },
			 ret);
}

static void add_of_descriptor(struct python *py, raddr obj, struct refs *ret)
{
	uint32_t name = py->layout.descr_name;

	if (name == LAYOUT_NONE)
		return;
	add_field(py, obj, name, FIELD_NAME, ret);
	add_field(py, obj, name + DESCR_QUALNAME, FIELD_QUALNAME, ret);
}

static void add_items_of_array(struct python *py, const struct ndarray *a,
			       struct refs *ret)
{
	enum ref_kind kind = a->nd == 1 ? REF_INDEX : REF_FLAT;
	struct ndarray_iter it;
	uint64_t nr;

	if (!ndarray_iter_init(py, a, &it) || !refs_claim(py, it.left))
		return;
	nr = it.left;
	for (uint64_t i = 0; i < nr; i++)
		refs_add(ret, word_at(py, ndarray_iter_next(&it), 0), kind, i);
}

/* The base of a view owns what that shows. */
static void add_of_array(struct python *py, raddr obj, struct refs *ret)
{
	struct ndarray a;

	if (!ndarray_read(py, obj, &a))
		return;
	refs_add(ret, a.base, REF_FIELD, FIELD_ARRAY_BASE);
	refs_add(ret, a.descr, REF_FIELD, FIELD_ARRAY_DTYPE);
	if (ndarray_has_objects(&a))
		add_items_of_array(py, &a, ret);
}

/* The dict of an instance, if its tp_traverse visits the values instead:
 * add_managed_13() of refs-instance.c. */
static void add_dict(struct python *py, const struct pytype *t, raddr obj,
		     struct refs *ret)
{
	raddr values = obj + (uint64_t)t->basicsize;

	if (byte_at(py, values, py->layout.values_valid) == 1)
		refs_add(ret, word_at(py, object_head_managed_dict(py, obj), 0),
			 REF_DICT, 0);
}

static void add_by_type(struct python *py, const struct pytype *t, raddr obj,
			struct refs *ret)
{
	const struct layout *l = &py->layout;

	switch (t->unvisited) {
	case UNVISITED_KEYS:
		add_of_dict(py, obj, ret);
		break;
	case UNVISITED_OF_CLASS:
		add_of_class(py, obj, ret);
		break;
	case UNVISITED_OF_DESCRIPTOR:
		add_of_descriptor(py, obj, ret);
		break;
	case UNVISITED_OF_MODULE:
		add_field(py, obj, l->module_name, FIELD_MODULE_NAME, ret);
		break;
	case UNVISITED_OF_COROUTINE:
		add_field(py, obj, l->gen_origin, FIELD_CR_ORIGIN, ret);
		break;
	case UNVISITED_OF_NDARRAY:
		add_of_array(py, obj, ret);
		break;
	case UNVISITED_OF_LIBRARY:
		unvisited_library_add(py, t->unvisited_row, t,
				      &py->types.v[t->native_base], obj, ret);
		break;
	case UNVISITED_NONE:
		break;
	}
}

void unvisited_add_some(struct python *py, const struct pytype *t, raddr obj,
			struct refs *ret)
{
	size_t nr = ret->to.nr;

	add_by_type(py, t, obj, ret);
	if (t->flags & TPFLAG_INLINE_VALUES && py->embedded_by_object)
		add_dict(py, t, obj, ret);
	ret->unvisited += ret->to.nr - nr;
}

/* A class that is made of a type without a tp_traverse can do without one. */
static uint8_t row_of_base(struct python *py, const struct pytype *t)
{
	uint32_t base = types_load_known(py, t->base);

	return base == UINT32_MAX ? 0 : py->types.v[base].unvisited_row;
}

static enum unvisited_of choose(struct python *py, struct pytype *t)
{
	const struct pytype *native = t->is_subtype ?
		&py->types.v[t->native_base] : t;

	if (t->flags & TPFLAG_DICT_SUBCLASS)
		return UNVISITED_KEYS;
	if (t->flags & TPFLAG_TYPE_SUBCLASS)
		return UNVISITED_OF_CLASS;
	if (t->traverse && t->traverse == py->known.descr_traverse)
		return UNVISITED_OF_DESCRIPTOR;
	if (native->address == py->known.module)
		return UNVISITED_OF_MODULE;
	if (t->address == py->known.coroutine)
		return UNVISITED_OF_COROUTINE;
	if (type_names_is(py, native->address, "numpy.ndarray"))
		return UNVISITED_OF_NDARRAY;
	t->unvisited_row = unvisited_library_find(py, native);
	if (!t->unvisited_row)
		t->unvisited_row = row_of_base(py, native);
	return t->unvisited_row ? UNVISITED_OF_LIBRARY : UNVISITED_NONE;
}

void unvisited_choose(struct python *py, struct pytype *t)
{
	t->unvisited = choose(py, t);
}

void unvisited_init(struct python *py)
{
	py->unvisited = xcalloc(1, sizeof(*py->unvisited));
	for (size_t i = 0; i < py->types.nr; i++) {
		const struct pytype *t = &py->types.v[i];

		if (t->cached_keys)
			claim_table(py, t->cached_keys, t->address, true);
	}
}

void unvisited_release(struct python *py)
{
	if (!py->unvisited)
		return;
	shared_table_release(&py->unvisited->shared);
	free(py->unvisited);
	py->unvisited = NULL;
}
