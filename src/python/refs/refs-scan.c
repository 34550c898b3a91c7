/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an object refers to whose tp_traverse can't be run: where the emulator
 * gives up, and where the code is in a file that a core leaves out and that
 * can't be had.
 *
 * Words that point to objects are taken for references.  What can be known is
 * not guessed: the part of a base class that has a reader is read by that, and
 * so is what subtype_traverse() does; a class made at run time is visited by
 * its instances; the list of weak references is not.
 */
#include <stdlib.h>

#include "python/layout/fields.h"
#include "python/refs/read.h"
#include "python/refs/refs-instance.h"
#include "python/refs/refs-scan.h"
#include "python/refs/refs.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/types/type-names.h"
#include "python/types/types.h"

#define MAX_LEVELS 64
#define MAX_ITEMS (1u << 20)
#define MAX_STATE (1u << 20)	/* bytes of a module's state */

/* Words that point to an object, but that the tp_traverse of the type does
 * not visit, in builds with a GIL. */
static const struct {
	const char *type;
	uint16_t offset;
	int until;		/* minor version; 0: all */
} not_visited[] = {
	{ "ContextVar", 32, 0 },		/* var_cached: borrowed */
	{ "_contextvars.ContextVar", 32, 0 },
	{ "memoryview", 64, 0 },		/* view.obj */
	{ "typing.TypeVar", 16, 14 },		/* name */
	{ "typing.ParamSpec", 16, 14 },
	{ "typing.TypeVarTuple", 16, 14 },
};

static bool is_not_visited(struct python *py, raddr type, uint64_t offset)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(not_visited) &&
				 !py->free_threaded; i++)
		if (not_visited[i].offset == offset &&
		    (!not_visited[i].until ||
		     py->minor < not_visited[i].until) &&
		    type_names_is(py, type, not_visited[i].type))
			return true;
	return false;
}

static void add_word(struct python *py, raddr obj, uint64_t offset,
		     struct refs *ret)
{
	raddr to = word_at(py, obj + offset, 0);

	if (to && to != obj && object_map_add(py, to) != OID_NONE)
		refs_add(ret, to, REF_OFFSET, offset);
}

/* --- what lies outside of the object ------------------------------------ */

/* lru_cache_tp_traverse() of Modules/_functoolsmodule.c: a ring of links. */
static void add_links(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr root = obj + l->lru_cache_root;
	raddr link = word_at(py, root, l->lru_link_next);

	if (l->lru_cache_root == LAYOUT_NONE)
		return;
	for (; link && link != root && refs_claim(py, 6);
	     link = word_at(py, link, l->lru_link_next)) {
		raddr key = word_at(py, link, l->lru_link_key);

		refs_add(ret, key, REF_CACHE_KEY, 0);
		refs_add(ret, word_at(py, link, l->lru_link_result),
			 REF_CACHE_RESULT, key);
		if (py->minor >= 10)
			refs_add(ret, word_at(py, link, l->object_type),
				 REF_NONE, 0);
	}
}

/* odict_traverse() of Objects/odictobject.c: its nodes own the keys, too. */
static void add_nodes(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr node = word_at(py, obj, l->odict_first);

	for (; node && refs_claim(py, 3);
	     node = word_at(py, node, l->odictnode_next))
		refs_add(ret, word_at(py, node, l->odictnode_key), REF_KEY, 0);
}


static void add_children(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr extra = word_at(py, obj, l->element_extra);
	raddr children = extra ? word_at(py, extra, l->elementextra_children)
			       : 0;
	uint64_t nr = extra ? word_at(py, extra, ELEMENT_EXTRA_LENGTH) : 0;

	if (!extra || l->element_extra == LAYOUT_NONE)
		return;
	refs_add(ret, word_at(py, extra, 0), REF_NONE, 0);
	if (!memory_has_array(py->memory, children, nr, 8) ||
	    !refs_claim(py, nr))
		return;
	for (uint64_t i = 0; i < nr; i++)
		refs_add(ret, word_at(py, children + 8 * i, 0), REF_INDEX, i);
}

/* m_size of PyModuleDef, behind the object's header; from 3.15 on the module
 * has it, before its state's traverse: Objects/moduleobject.c. */
#define MODULEDEF_SIZE 40

static uint64_t size_of_state(struct python *py, raddr module)
{
	const struct layout *l = &py->layout;
	raddr def = word_at(py, module, l->module_def);
	uint64_t size;

	if (l->module_def != LAYOUT_NONE)
		size = def ? word_at(py, def + l->object_size,
				     MODULEDEF_SIZE) : 0;
	else
		size = word_at(py, module, l->module_state_traverse - 8);
	return size <= MAX_STATE ? size : 0;
}

static void scan_module(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr state = word_at(py, obj, l->module_state);
	uint64_t size = state ? size_of_state(py, obj) : 0;

	refs_add(ret, word_at(py, obj, l->module_dict), REF_FIELD,
		 FIELD_DICT);
	if (!refs_claim(py, size / 8))
		return;
	for (uint64_t at = 0; at + 8 <= size; at += 8) {
		raddr to = word_at(py, state + at, 0);

		if (to && object_map_add(py, to) != OID_NONE)
			refs_add(ret, to, REF_NONE, 0);
	}
}

/* --- one class of those that make up the object ------------------------- */

static bool is_link_root(const struct layout *l, uint64_t at)
{
	return l->lru_cache_root != LAYOUT_NONE && at >= l->lru_cache_root &&
	       at <= l->lru_cache_root + l->lru_link_result;
}

static void scan_level(struct python *py, const struct pytype *t,
		       uint64_t from, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	bool is_cache = type_names_is(py, t->address,
				       "functools._lru_cache_wrapper");

	for (uint64_t at = from; at + 8 <= (uint64_t)t->basicsize; at += 8)
		if (at != (uint64_t)t->weaklistoffset &&
		    !(is_cache && is_link_root(l, at)) &&
		    !is_not_visited(py, t->address, at))
			add_word(py, obj, at, ret);
	if (is_cache)
		add_links(py, obj, ret);
	else if (type_names_is(py, t->address, "collections.OrderedDict"))
		add_nodes(py, obj, ret);
	else if (type_names_is(py, t->address,
				"xml.etree.ElementTree.Element"))
		add_children(py, obj, ret);
}

/* The words behind an object of variable size. */
static void scan_items(struct python *py, const struct pytype *t, raddr obj,
		       struct refs *ret)
{
	int64_t nr = (int64_t)word_at(py, obj, py->layout.var_size);

	/* A memoryview's items are its shape, numbers. */
	if (t->itemsize != 8 || type_names_is(py, t->address, "memoryview") ||
	    nr <= 0 || nr > MAX_ITEMS ||
	    !refs_claim(py, (uint64_t)nr))
		return;
	for (int64_t i = 0; i < nr; i++)
		add_word(py, obj, (uint64_t)(t->basicsize + i * 8), ret);
}

/* Scan the words that the class adds, then those of its base, and so on,
 * until a base has a reader. */
static void scan_native(struct python *py, const struct pytype *first,
			raddr obj, struct refs *ret)
{
	struct pytype t = *first;
	bool is_typed = py->minor < 9;

	for (int i = 0; i < MAX_LEVELS; i++) {
		uint64_t from = py->layout.object_size;
		uint32_t base;

		if (t.reader != READER_EMULATE &&
		    read_refs_as(py, &t, obj, ret) != REFS_EMULATE)
			return;
		if (t.reader == READER_MODULE) {
			scan_module(py, obj, ret);
			return;
		}
		if (t.flags & TPFLAG_HEAPTYPE && !is_typed) {
			refs_add(ret, word_at(py, obj, py->layout.object_type),
				 REF_TYPE, 0);
			is_typed = true;
		}
		base = types_load_known(py, t.base);
		if (base != UINT32_MAX)
			from = MAX(from, (uint64_t)py->types.v[base].basicsize);
		scan_level(py, &t, from, obj, ret);
		if (base == UINT32_MAX || t.base == py->known.object)
			return;
		t = py->types.v[base];
	}
}

void refs_scan(struct python *py, const struct pytype *t, raddr obj,
	       struct refs *ret)
{
	/* Classes may be added, which moves them. */
	struct pytype native = py->types.v[t->native_base];

	if (!refs_claim(py, (uint64_t)t->basicsize / 8))
		return;
	if (t->is_subtype)
		refs_instance(py, t, obj, ret);
	else if (t->flags & TPFLAG_MANAGED_DICT && py->minor >= 12)
		refs_instance_managed(py, t, obj, ret);
	scan_native(py, &native, obj, ret);
	if (native.reader == READER_EMULATE)
		scan_items(py, &native, obj, ret);
}
