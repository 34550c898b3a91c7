/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static types: no collector list has them, no tp_traverse visits what they
 * hold, so that each of their members is a root.
 *
 * Up to 3.11 all of it is in the type.  From 3.12 on those of CPython itself
 * have the members that differ between interpreters in an array of each
 * interpreter: managed_static_type_state in pycore_interp_structs.h.
 */
#include "python/roots/roots-types.h"
#include "python/roots/roots.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/types/type-names.h"

/* _Py_MAX_MANAGED_STATIC_BUILTIN_TYPES is 200 (203 in 3.15). */
#define MAX_BUILTIN_TYPES 203
#define MAX_EXTENSION_TYPES 10
#define MAX_NAME 256

static void add_part(struct roots *r, raddr object, const char *type,
		     enum root_slot slot)
{
	struct new_root root = { .kind = ROOT_TYPE, .object = object,
				 .counted = true, .slot = slot };

	roots_add(r, &root, "%.*s", MAX_NAME, type);
}

/* PyType_Ready() takes a reference only where it sets the base itself; from
 * 3.10 on for no static class at all. */
static void add_base(struct roots *r, raddr base, const char *type)
{
	struct new_root root = { .kind = ROOT_TYPE, .object = base,
				 .slot = SLOT_BASE };

	root.counted = base == r->py->known.object && r->py->minor < 10;
	roots_add(r, &root, "%.*s", MAX_NAME, type);
}

static void add_states(struct roots *r, uint32_t first, unsigned int nr)
{
	struct python *py = r->py;
	const struct layout *l = &py->layout;

	if (first == LAYOUT_NONE || l->static_type_size == LAYOUT_NONE)
		return;
	for (unsigned int i = 0; i < nr; i++) {
		raddr state = r->interpreter->address + first +
			      (uint64_t)i * l->static_type_size;
		raddr type = word_at(py, state, l->static_type_type);
		const char *name;

		/* The type has its index, from 1.  So memory after the array
		 * is not taken for a state. */
		if (!type ||
		    word_at(py, type, l->type_subclasses) != i + 1)
			continue;
		name = type_names_of(py, type);
		if (!name)
			continue;
		/* The type itself is a root too: see add_type(). */
		if (object_map_add(py, type) == OID_NONE)
			continue;
		add_part(r, word_at(py, state, l->static_type_dict), name,
			 SLOT_DICT);
		add_part(r, word_at(py, state, l->static_type_subclasses),
			 name, SLOT_SUBCLASSES);
	}
}

/* A dict of weak references, which a class owns but does not visit. */
static void add_subclasses(struct roots *r, raddr type)
{
	const char *name = type_names_of(r->py, type);

	if (name)
		add_part(r, word_at(r->py, type, r->py->layout.type_subclasses),
			 name, SLOT_SUBCLASSES);
}

static void add_type(struct roots *r, raddr type, uint64_t flags)
{
	struct python *py = r->py;
	const struct layout *l = &py->layout;
	const char *name = type_names_of(py, type);

	if (!name)
		return;
	add_part(r, type, name, SLOT_TYPE);
	add_base(r, word_at(py, type, l->type_base), name);
	add_part(r, word_at(py, type, l->type_bases), name, SLOT_BASES);
	add_part(r, word_at(py, type, l->type_mro), name, SLOT_MRO);
	add_part(r, word_at(py, type, l->type_cache), name, SLOT_CACHE);
	if (flags & TPFLAG_STATIC_BUILTIN)
		return;		/* tp_subclasses is an index there */
	add_part(r, word_at(py, type, l->type_dict), name, SLOT_DICT);
	add_subclasses(r, type);
}

/* Add static types that no object refers to: instances do not own their
 * static type. */
static void add_classes(struct python *py, size_t *next)
{
	for (; *next < py->types.nr; ++*next) {
		const struct pytype *t = &py->types.v[*next];

		if (!(t->flags & TPFLAG_HEAPTYPE))
			object_map_add(py, t->address);
	}
}

void roots_types_load(struct python *py, oid from)
{
	struct roots r = { .py = py };
	size_t next = 0;

	/* The loop may add static types, with classes that are new. */
	for (oid o = from;; o++) {
		uint64_t flags;
		raddr type;

		add_classes(py, &next);
		if (o >= py->heap->nr_objects)
			break;
		if (!(types_of(py, o)->flags & TPFLAG_TYPE_SUBCLASS))
			continue;
		type = py->heap->address[o];
		flags = word_at(py, type, py->layout.type_flags);
		if (flags & TPFLAG_HEAPTYPE)
			add_subclasses(&r, type);
		else
			add_type(&r, type, flags);
	}
}

void roots_types(struct roots *r)
{
	const struct layout *l = &r->py->layout;

	add_states(r, l->interp_types_builtins, MAX_BUILTIN_TYPES);
	add_states(r, l->interp_types_extensions, MAX_EXTENSION_TYPES);
}
