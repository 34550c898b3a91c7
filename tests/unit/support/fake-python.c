/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fake-python.h"
#include "python/refs/choose.h"
#include "python/refs/refs.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/types/type-names.h"
#include "python/types/types.h"

#define BEFORE_OBJECT 48	/* PyGC_Head, managed dict, values */
#define KEYS_ROOM 8		/* entries of a table of keys */

const char *const fake_rows[] = {
	"3.8.18", "3.9.18", "3.10.13", "3.11.7", "3.12.1", "3.13.0", "3.13.15",
	"3.14.0 to 3.14.4", "3.14.8 (Debian)", "3.15.0", "3.13.5t",
};
const int fake_nr_rows = ARRAY_SIZE(fake_rows);

/* --- all of a fake ------------------------------------------------------ */

void fake_ready(struct fake *f)
{
	struct error *err;

	fake_memory_ready(f);
	err = object_map_init(&f->py);
	ck_assert_ptr_null(err);
	f->ready = true;
}

static void release_loaded(struct fake *f)
{
	object_map_release(&f->py);
	types_release(&f->py);
	type_names_release(&f->py);
	f->py.type_names = NULL;
	open_stack_vec_release(&f->py.stacks);
	raddr_vec_release(&f->py.frames);
	heap_release(&f->heap);
}

void fake_restart(struct fake *f)
{
	struct error *err;

	release_loaded(f);
	heap_init(&f->heap);
	f->py.torn = 0;
	err = object_map_init(&f->py);
	ck_assert_ptr_null(err);
}

void fake_release(struct fake *f)
{
	release_loaded(f);
	interpreter_vec_release(&f->py.interpreters);
	oid_vec_release(&f->py.pending);
	raddr_vec_release(&f->py.asked);
	raddr_vec_release(&f->py.interned);
	free(f->py.layout_source);
	fake_memory_release(f);
}

/* --- objects and types -------------------------------------------------- */

void fake_refcount(struct fake *f, raddr obj, uint32_t count)
{
	const struct layout *l = &f->py.layout;

	if (f->py.free_threaded)
		fake_put32(f, obj, l->object_ref_local, count);
	else
		fake_put(f, obj, l->object_refcount, count);
}

raddr fake_object(struct fake *f, raddr type, uint64_t size)
{
	/* Sizes are those of builds with a GIL. */
	uint64_t more = f->py.layout.object_size - 16;
	raddr obj = fake_block(f, BEFORE_OBJECT + size + more) + BEFORE_OBJECT;

	fake_refcount(f, obj, 1);
	fake_put(f, obj, f->py.layout.object_type, type);
	return obj;
}

static raddr c_string(struct fake *f, const char *s)
{
	raddr at = fake_block(f, strlen(s) + 1);

	fake_put_bytes(f, at, s, strlen(s) + 1);
	return at;
}

/* The members stand behind the type, as type_new() puts them. */
static void put_members(struct fake *f, raddr type, const struct fake_type *t)
{
	const struct layout *l = &f->py.layout;

	fake_put(f, type, l->var_size, t->nr_members);
	for (unsigned int i = 0; i < t->nr_members; i++) {
		raddr at = type + l->heaptype_size + i * l->member_size;

		fake_put32(f, at, l->member_type, 16);	/* T_OBJECT_EX */
		fake_put(f, at, l->member_offset, t->members[i]);
		fake_put32(f, at, l->member_offset + 8, t->member_flags);
	}
}

/* What a class statement sets. */
static void put_heaptype(struct fake *f, raddr type, const struct fake_type *t)
{
	const struct layout *l = &f->py.layout;
	const char *dot = strrchr(t->name, '.');
	char module[64] = "builtins";

	if (dot)
		snprintf(module, sizeof(module), "%.*s",
			 (int)(dot - t->name), t->name);
	fake_put(f, type, l->heaptype_qualname,
		 fake_str(f, dot ? dot + 1 : t->name));
	fake_put_if(f, type, l->heaptype_cached_keys, t->cached_keys);
	fake_put(f, type, l->type_dict,
		 fake_namespace(f, "__module__", fake_str(f, module), NULL));
	put_members(f, type, t);
}

static raddr own_traverse(const struct fake *f, const struct fake_type *t)
{
	if (t->traverse)
		return t->traverse;
	return t->flags & TPFLAG_HEAPTYPE && t->flags & TPFLAG_HAVE_GC
		       ? f->py.subtype_traverse : 0;
}

/* `metatype` and `base` 0: none yet. */
static raddr raw_type(struct fake *f, raddr metatype, raddr base,
		      const struct fake_type *t)
{
	const struct layout *l = &f->py.layout;
	raddr type = fake_object(f, metatype, l->heaptype_size +
				 t->nr_members * l->member_size);

	fake_put(f, type, l->type_name, c_string(f, t->name));
	fake_put(f, type, l->type_basicsize, t->basicsize);
	fake_put(f, type, l->type_itemsize, t->itemsize);
	fake_put(f, type, l->type_flags, t->flags);
	fake_put(f, type, l->type_dealloc, fake_function(f));
	fake_put(f, type, l->type_traverse, own_traverse(f, t));
	fake_put(f, type, l->type_base, base);
	fake_put(f, type, l->type_dictoffset, (uint64_t)t->dictoffset);
	return type;
}

raddr fake_type(struct fake *f, const struct fake_type *t)
{
	const struct layout *l = &f->py.layout;
	struct fake_type full = *t;
	raddr base = t->base ? t->base : f->py.known.object, type;

	if (!full.basicsize)
		full.basicsize = fake_word(f, base, l->type_basicsize);
	if (!full.itemsize)
		full.itemsize = fake_word(f, base, l->type_itemsize);
	type = raw_type(f, f->py.known.type, base, &full);
	if (t->flags & TPFLAG_HEAPTYPE)
		put_heaptype(f, type, &full);
	return type;
}

/* --- the types that pyheld knows ---------------------------------------- */

#define KNOWN(member) offsetof(struct known_types, member)
#define NO_TRAVERSE SIZE_MAX

static const struct known {
	size_t type, traverse;	/* in struct known_types */
	const char *name;
	uint64_t flags, basicsize, itemsize;
} known[] = {
	{ KNOWN(str), NO_TRAVERSE, "str", TPFLAG_UNICODE_SUBCLASS, 0, 0 },
	{ KNOWN(int_), NO_TRAVERSE, "int", TPFLAG_LONG_SUBCLASS, 0, 4 },
	{ KNOWN(bool_), NO_TRAVERSE, "bool", TPFLAG_LONG_SUBCLASS, 0, 4 },
	{ KNOWN(float_), NO_TRAVERSE, "float", 0, 24, 0 },
	{ KNOWN(bytes), NO_TRAVERSE, "bytes", TPFLAG_BYTES_SUBCLASS, 33, 1 },
	{ KNOWN(none_type), NO_TRAVERSE, "NoneType", 0, 16, 0 },
	{ KNOWN(capsule), NO_TRAVERSE, "PyCapsule", 0, 64, 0 },
	{ KNOWN(tuple), KNOWN(tuple_traverse), "tuple",
	  TPFLAG_HAVE_GC | TPFLAG_TUPLE_SUBCLASS, 24, 8 },
	{ KNOWN(list), KNOWN(list_traverse), "list",
	  TPFLAG_HAVE_GC | TPFLAG_LIST_SUBCLASS, 40, 0 },
	{ KNOWN(dict), KNOWN(dict_traverse), "dict",
	  TPFLAG_HAVE_GC | TPFLAG_DICT_SUBCLASS, 48, 0 },
	{ KNOWN(set), KNOWN(set_traverse), "set", TPFLAG_HAVE_GC, 200, 0 },
	{ KNOWN(frozenset), KNOWN(set_traverse), "frozenset", TPFLAG_HAVE_GC,
	  200, 0 },
	{ KNOWN(module), KNOWN(module_traverse), "module", TPFLAG_HAVE_GC, 56,
	  0 },
	{ KNOWN(function), NO_TRAVERSE, "function", TPFLAG_HAVE_GC, 160, 0 },
	{ KNOWN(code), NO_TRAVERSE, "code", 0, 200, 0 },
	{ KNOWN(frame), NO_TRAVERSE, "frame", TPFLAG_HAVE_GC, 72, 0 },
	{ KNOWN(generator), KNOWN(generator_traverse), "generator",
	  TPFLAG_HAVE_GC, 112, 0 },
	{ KNOWN(coroutine), KNOWN(generator_traverse), "coroutine",
	  TPFLAG_HAVE_GC, 112, 0 },
	{ KNOWN(async_generator), NO_TRAVERSE, "async_generator",
	  TPFLAG_HAVE_GC, 120, 0 },
	{ KNOWN(cell), NO_TRAVERSE, "cell", TPFLAG_HAVE_GC, 24, 0 },
	{ KNOWN(method), NO_TRAVERSE, "method", TPFLAG_HAVE_GC, 48, 0 },
	{ KNOWN(builtin_function), NO_TRAVERSE, "builtin_function_or_method",
	  TPFLAG_HAVE_GC, 56, 0 },
	{ KNOWN(weakref), KNOWN(weakref_traverse), "weakref", TPFLAG_HAVE_GC,
	  80, 0 },
	{ KNOWN(property), NO_TRAVERSE, "property", TPFLAG_HAVE_GC, 64, 0 },
	{ KNOWN(mappingproxy), NO_TRAVERSE, "mappingproxy", TPFLAG_HAVE_GC, 24,
	  0 },
	{ KNOWN(exception), NO_TRAVERSE, "Exception",
	  TPFLAG_HAVE_GC | TPFLAG_BASE_EXC_SUBCLASS, 88, 0 },
	{ KNOWN(range), NO_TRAVERSE, "range", 0, 48, 0 },
	{ KNOWN(wrapper_descriptor), KNOWN(descr_traverse),
	  "wrapper_descriptor", TPFLAG_HAVE_GC, 72, 0 },
};

static raddr *known_at(struct fake *f, size_t offset)
{
	return (raddr *)((char *)&f->py.known + offset);
}

/* Types for the collector have a tp_traverse, though most of these are known
 * by their own address. */
static raddr traverse_of(struct fake *f, const struct known *k)
{
	raddr *traverse;

	if (k->traverse == NO_TRAVERSE)
		return k->flags & TPFLAG_HAVE_GC ? fake_function(f) : 0;
	traverse = known_at(f, k->traverse);
	if (!*traverse)
		*traverse = fake_function(f);
	return *traverse;
}

static uint64_t basicsize_of(const struct fake *f, const struct known *k)
{
	if (k->type == KNOWN(str))
		return f->py.layout.str_size;
	if (k->type == KNOWN(int_) || k->type == KNOWN(bool_))
		return f->py.layout.long_digit;
	return k->basicsize;
}

static void add_known(struct fake *f)
{
	struct known_types *k = &f->py.known;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct known *x = &known[i];
		struct fake_type t = {
			.name = x->name, .flags = x->flags,
			.basicsize = basicsize_of(f, x),
			.itemsize = x->itemsize,
			.traverse = traverse_of(f, x),
			.base = x->type == KNOWN(bool_) ? k->int_ : 0,
		};

		*known_at(f, x->type) = fake_type(f, &t);
	}
	k->none = fake_object(f, k->none_type, 16);
	k->set_dummy = fake_object(f, k->object, 16);
	k->has_code = true;
}

static void add_type_and_object(struct fake *f)
{
	struct known_types *k = &f->py.known;
	const struct layout *l = &f->py.layout;
	struct fake_type object = { .name = "object",
				    .basicsize = l->object_size };
	struct fake_type type = {
		.name = "type", .basicsize = l->heaptype_size,
		.itemsize = l->member_size,
		.flags = TPFLAG_HAVE_GC | TPFLAG_TYPE_SUBCLASS,
	};

	k->type_traverse = type.traverse = fake_function(f);
	k->object = raw_type(f, 0, 0, &object);
	k->type = raw_type(f, 0, k->object, &type);
	fake_put(f, k->type, l->object_type, k->type);
	fake_put(f, k->type, l->type_is_gc, fake_function(f));
	fake_put(f, k->object, l->object_type, k->type);
}

static const struct layout_row *find_row(const char *name)
{
	for (unsigned int i = 0; i < nr_layout_rows; i++)
		if (strcmp(layout_rows[i].name, name) == 0)
			return &layout_rows[i];
	ck_abort_msg("layout-tables.c has no row %s", name);
	return NULL;
}

void fake_init(struct fake *f, const char *name)
{
	const struct layout_row *row = find_row(name);

	*f = (struct fake){ 0 };
	heap_init(&f->heap);
	f->py.heap = &f->heap;
	f->py.target = &f->target;
	f->py.memory = &f->target.memory;
	f->py.layout = row->layout;
	f->py.layout_source = xstrdup(name);
	f->py.hexversion = row->hexversion;
	f->py.minor = (int)(row->hexversion >> 16 & 0xff);
	f->py.free_threaded = row->free_threaded;
	f->py.choose = choose_for_type;
	f->py.most_claims = 1 << 20;
	f->py.lookups = 1 << 20;
	refs_begin(&f->py);
	fake_memory_init(f);
	f->py.subtype_traverse = fake_function(f);
	f->py.lookdict = fake_function(f);
	add_type_and_object(f);
	add_known(f);
	f->nr_known = f->blocks.nr;
}

/* --- values ------------------------------------------------------------- */

raddr fake_none(struct fake *f)
{
	return f->py.known.none;
}

static void put_state(struct fake *f, raddr obj, unsigned int kind,
		      uint32_t flags)
{
	uint32_t state = kind << 2 | flags | (f->py.minor < 12 ? 0x80 : 0);

	if (f->py.free_threaded && f->py.minor >= 14)
		state <<= 6;
	fake_put32(f, obj, f->py.layout.str_state, state);
}

raddr fake_str(struct fake *f, const char *ascii)
{
	const struct layout *l = &f->py.layout;
	uint64_t len = strlen(ascii);
	raddr obj = fake_object(f, f->py.known.str, l->ascii_size + len + 1);

	fake_put(f, obj, l->str_length, len);
	put_state(f, obj, 1, 0x60);
	fake_put_bytes(f, obj + l->ascii_size, ascii, len);
	return obj;
}

raddr fake_wide_str(struct fake *f, unsigned int kind, const void *points,
		    uint64_t nr)
{
	const struct layout *l = &f->py.layout;
	raddr obj = fake_object(f, f->py.known.str,
				l->compact_size + (nr + 1) * kind);

	fake_put(f, obj, l->str_length, nr);
	put_state(f, obj, kind, 0x20);
	fake_put_bytes(f, obj + l->compact_size, points, nr * kind);
	return obj;
}

raddr fake_int(struct fake *f, int64_t value)
{
	const struct layout *l = &f->py.layout;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	uint64_t nr = rest >> 30 ? 2 : rest ? 1 : 0;
	raddr obj = fake_object(f, f->py.known.int_, l->long_digit + 8);

	if (f->py.minor >= 12)
		fake_put(f, obj, l->long_value,
			 nr << 3 | (!value ? 1 : value < 0 ? 2 : 0));
	else
		fake_put(f, obj, l->var_size, value < 0 ? -nr : nr);
	fake_put32(f, obj, l->long_digit, rest & 0x3fffffff);
	fake_put32(f, obj + 4, l->long_digit, (uint32_t)(rest >> 30));
	return obj;
}

raddr fake_float(struct fake *f, double value)
{
	raddr obj = fake_object(f, f->py.known.float_, 24);

	fake_put_bytes(f, obj + f->py.layout.float_value, &value,
		       sizeof(value));
	return obj;
}

raddr fake_bytes(struct fake *f, const void *bytes, uint64_t len)
{
	const struct layout *l = &f->py.layout;
	raddr obj = fake_object(f, f->py.known.bytes, l->bytes_value + len + 1);

	fake_put(f, obj, l->var_size, len);
	fake_put_bytes(f, obj + l->bytes_value, bytes, len);
	return obj;
}

raddr fake_tuple(struct fake *f, uint64_t nr, const raddr *items)
{
	const struct layout *l = &f->py.layout;
	raddr obj = fake_object(f, f->py.known.tuple, l->tuple_item + nr * 8);

	fake_put(f, obj, l->var_size, nr);
	fake_put_bytes(f, obj + l->tuple_item, items, nr * 8);
	return obj;
}

raddr fake_list(struct fake *f, uint64_t nr, const raddr *items)
{
	const struct layout *l = &f->py.layout;
	raddr obj = fake_object(f, f->py.known.list, 40);
	raddr array = fake_block(f, nr * 8);

	fake_put(f, obj, l->var_size, nr);
	fake_put(f, obj, l->list_item, array);
	fake_put(f, obj, l->list_allocated, nr);
	fake_put_bytes(f, array, items, nr * 8);
	return obj;
}

static void put_keys_head(struct fake *f, raddr keys, uint64_t nr,
			  bool general)
{
	const struct layout *l = &f->py.layout;

	fake_put(f, keys, l->keys_refcount, 1);
	fake_put(f, keys, l->keys_nentries, nr);
	fake_put(f, keys, l->keys_usable, KEYS_ROOM - nr);
	if (f->py.minor < 11) {
		fake_put(f, keys, l->keys_size, KEYS_ROOM);
		fake_put(f, keys, l->keys_lookup,
			 general ? f->py.lookdict : f->py.lookdict + 16);
		return;
	}
	fake_put8(f, keys, l->keys_log2_size, 3);
	fake_put8(f, keys, l->keys_log2_index_bytes, 3);
	fake_put8(f, keys, l->keys_kind, general ? 0 : 1);
}

raddr fake_dict_keys(struct fake *f, uint64_t nr, const raddr *pairs,
		     bool general)
{
	const struct layout *l = &f->py.layout;
	bool hashed = general || f->py.minor < 11;
	unsigned int size = hashed ? 24 : 16;
	raddr keys = fake_block(f, l->keys_indices + KEYS_ROOM +
				KEYS_ROOM * size);
	raddr entry = keys + l->keys_indices + KEYS_ROOM + (hashed ? 8 : 0);

	ck_assert(nr <= KEYS_ROOM);
	put_keys_head(f, keys, nr, general);
	for (uint64_t i = 0; i < nr; i++, entry += size)
		fake_put_bytes(f, entry, pairs + i * 2, 16);
	return keys;
}

raddr fake_dict(struct fake *f, uint64_t nr, const raddr *pairs, bool general)
{
	const struct layout *l = &f->py.layout;
	raddr obj = fake_object(f, f->py.known.dict, l->dict_size);
	uint64_t used = 0;

	for (uint64_t i = 0; i < nr; i++)
		used += pairs[i * 2 + 1] != 0;
	fake_put(f, obj, l->dict_used, used);
	fake_put(f, obj, l->dict_keys, fake_dict_keys(f, nr, pairs, general));
	return obj;
}

raddr fake_namespace(struct fake *f, ...)
{
	raddr pairs[2 * KEYS_ROOM];
	const char *name;
	uint64_t nr = 0;
	va_list args;

	va_start(args, f);
	while ((name = va_arg(args, const char *))) {
		ck_assert(nr < KEYS_ROOM);
		pairs[nr * 2] = fake_str(f, name);
		pairs[nr++ * 2 + 1] = va_arg(args, raddr);
	}
	va_end(args);
	return fake_dict(f, nr, pairs, false);
}

raddr fake_module(struct fake *f, const char *name, raddr dict)
{
	const struct layout *l = &f->py.layout;
	raddr obj = fake_object(f, f->py.known.module, 128);

	fake_put(f, obj, l->module_dict, dict);
	fake_put(f, obj, l->module_name, fake_str(f, name));
	return obj;
}

raddr fake_code(struct fake *f, const char *name, unsigned int nr_locals,
		const char *const *locals)
{
	const struct layout *l = &f->py.layout;
	raddr obj = fake_object(f, f->py.known.code, l->code_size + 64);
	raddr names[16], tuple;

	ck_assert(nr_locals <= ARRAY_SIZE(names));
	for (unsigned int i = 0; i < nr_locals; i++)
		names[i] = fake_str(f, locals[i]);
	tuple = fake_tuple(f, nr_locals, names);
	fake_put(f, obj, l->code_name, fake_str(f, name));
	fake_put_if(f, obj, l->code_qualname, fake_str(f, name));
	fake_put(f, obj, l->code_filename, fake_str(f, "app.py"));
	fake_put32(f, obj, l->code_firstlineno, 7);
	if (l->code_localsplusnames != LAYOUT_NONE) {
		fake_put(f, obj, l->code_localsplusnames, tuple);
		fake_put32(f, obj, l->code_nlocalsplus, nr_locals);
	} else {
		fake_put(f, obj, l->code_varnames, tuple);
		fake_put(f, obj, l->code_cellvars, fake_tuple(f, 0, NULL));
		fake_put(f, obj, l->code_freevars, fake_tuple(f, 0, NULL));
	}
	fake_put32(f, obj, l->code_nlocals, nr_locals);
	fake_put32(f, obj, l->code_stacksize, 4);
	return obj;
}

const struct pytype *fake_pytype(struct fake *f, raddr obj)
{
	uint32_t index = types_load(&f->py, word_at(&f->py, obj,
						   f->py.layout.object_type));

	ck_assert_msg(index != UINT32_MAX, "the class of 0x%" PRIx64
		      " is none", obj);
	return &f->py.types.v[index];
}
