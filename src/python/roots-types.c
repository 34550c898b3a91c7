/*
 * Static types: no collector list has them, no tp_traverse visits what they
 * hold, so that each of their members is a root.
 *
 * Up to 3.11 all of it is in the type.  From 3.12 on those of CPython itself
 * have the members that differ between interpreters in an array of each
 * interpreter: managed_static_type_state in pycore_interp_structs.h.
 */
#include "python/roots.h"

/* _Py_MAX_MANAGED_STATIC_BUILTIN_TYPES is 200 (203 in 3.15). */
#define MAX_BUILTIN_TYPES 203
#define MAX_EXTENSION_TYPES 10
#define MAX_NAME 256

static void add_part(struct roots *r, raddr object, const char *type,
		     const char *part)
{
	struct root root = { .kind = ROOT_TYPE, .object = object };

	root.counted = true;
	roots_add(r, &root, "%.*s%s", MAX_NAME, type, part);
}

/* PyType_Ready() takes a reference only where it sets the base itself. */
static void add_base(struct roots *r, raddr base, const char *type)
{
	struct root root = { .kind = ROOT_TYPE, .object = base };

	root.counted = base == r->py->known.object;
	roots_add(r, &root, "%.*s.__base__", MAX_NAME, type);
}

static void add_states(struct roots *r, uint32_t first, unsigned int nr)
{
	struct python *py = r->py;
	const struct layout *l = &py->layout;

	if (first == LAYOUT_NONE || l->static_type_size == LAYOUT_NONE)
		return;
	for (unsigned int i = 0; i < nr; i++) {
		raddr state = r->interpreter->address + first +
			      i * l->static_type_size;
		raddr type = word_at(py, state, l->static_type_type);
		const char *name = type ? types_c_name(py, type) : NULL;

		if (!name)
			continue;
		/* The type itself is a root too: see add_type(). */
		if (objects_add(py, type) == OID_NONE)
			continue;
		add_part(r, word_at(py, state, l->static_type_dict), name,
			 ".__dict__");
		add_part(r, word_at(py, state, l->static_type_subclasses),
			 name, "'s subclasses");
	}
}

static void add_type(struct roots *r, raddr type, uint64_t flags)
{
	struct python *py = r->py;
	const struct layout *l = &py->layout;
	const char *name = types_c_name(py, type);

	if (!name)
		return;
	add_part(r, type, name, "");
	add_base(r, word_at(py, type, l->type_base), name);
	add_part(r, word_at(py, type, l->type_bases), name, ".__bases__");
	add_part(r, word_at(py, type, l->type_mro), name, ".__mro__");
	add_part(r, word_at(py, type, l->type_cache), name, "'s cache");
	if (flags & TPFLAG_STATIC_BUILTIN)
		return;		/* tp_subclasses is an index there */
	add_part(r, word_at(py, type, l->type_dict), name, ".__dict__");
	add_part(r, word_at(py, type, l->type_subclasses), name,
		 "'s subclasses");
}

void roots_load_types(struct python *py, oid from)
{
	struct roots r = { .py = py };

	/* What is added here may be static types: nr_objects grows. */
	for (oid o = from; o < py->heap->nr_objects; o++) {
		raddr type = py->heap->address[o];
		uint64_t flags;

		if (!(types_of(py, o)->flags & TPFLAG_TYPE_SUBCLASS))
			continue;
		flags = word_at(py, type, py->layout.type_flags);
		if (!(flags & TPFLAG_HEAPTYPE))
			add_type(&r, type, flags);
	}
}

void roots_types(struct roots *r)
{
	const struct layout *l = &r->py->layout;

	add_states(r, l->interp_types_builtins, MAX_BUILTIN_TYPES);
	add_states(r, l->interp_types_extensions, MAX_EXTENSION_TYPES);
}
