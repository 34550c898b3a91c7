/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "fake-python.h"
#include "python/layout/fields.h"
#include "python/refs/read.h"
#include "python/state/object-head.h"
#include "python/values/frames.h"
#include "scenes.h"

static void expect(struct scene *s, raddr to, enum ref_kind kind, uint64_t arg)
{
	ck_assert(s->nr < MAX_EXPECTED);
	s->refs[s->nr++] = (struct expected){ to, kind, arg };
}

/* --- objects of types that pyheld knows --------------------------------- */

static void build_list(struct fake *f, struct scene *s)
{
	raddr items[] = { fake_int(f, 1), fake_none(f), fake_str(f, "x") };

	s->obj = fake_list(f, 3, items);
	s->reader = READER_LIST;
	for (unsigned int i = 0; i < 3; i++)
		expect(s, items[i], REF_INDEX, i);
}

static void build_tuple(struct fake *f, struct scene *s)
{
	raddr items[] = { fake_int(f, 1), fake_int(f, 2) };

	s->obj = fake_tuple(f, 2, items);
	s->reader = READER_TUPLE;
	expect(s, items[0], REF_INDEX, 0);
	expect(s, items[1], REF_INDEX, 1);
}

/* dict_traverse() visits the keys only where they may be of any type. */
static void build_str_dict(struct fake *f, struct scene *s)
{
	raddr pairs[] = {
		fake_str(f, "a"), fake_int(f, 1), fake_str(f, "gone"), 0,
		fake_str(f, "b"), fake_int(f, 2),
	};

	s->obj = fake_dict(f, 3, pairs, false);
	s->reader = READER_DICT;
	expect(s, pairs[1], REF_VALUE, pairs[0]);
	expect(s, pairs[5], REF_VALUE, pairs[4]);
}

static void build_general_dict(struct fake *f, struct scene *s)
{
	raddr pairs[] = {
		fake_int(f, 1), fake_str(f, "one"),
		fake_int(f, 2), fake_str(f, "two"),
	};

	s->obj = fake_dict(f, 2, pairs, true);
	s->reader = READER_DICT;
	for (unsigned int i = 0; i < 2; i++) {
		expect(s, pairs[i * 2 + 1], REF_VALUE, pairs[i * 2]);
		expect(s, pairs[i * 2], REF_KEY, 0);
	}
}

static void put_entry(struct fake *f, raddr table, unsigned int i, raddr key,
		      uint64_t hash)
{
	fake_put(f, table + i * 16, 0, key);
	fake_put(f, table + i * 16, 8, hash);
}

/* A deleted entry has the dummy and the hash -1. */
static void build_set(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr table = fake_block(f, 8 * 16), element = fake_int(f, 5);

	s->obj = fake_object(f, f->py.known.set, l->set_size);
	s->reader = READER_SET;
	fake_put(f, s->obj, l->set_mask, 7);
	fake_put(f, s->obj, l->set_table, table);
	put_entry(f, table, 1, f->py.known.set_dummy, UINT64_MAX);
	put_entry(f, table, 5, element, 5);
	expect(s, element, REF_ELEMENT, 0);
}

static void build_cell(struct fake *f, struct scene *s)
{
	raddr value = fake_int(f, 3);

	s->obj = fake_object(f, f->py.known.cell, 24);
	s->reader = READER_SLOTS;
	fake_put(f, s->obj, f->py.layout.cell_ref, value);
	expect(s, value, REF_FIELD, FIELD_CELL_CONTENTS);
}

static void build_method(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr func = fake_none(f), self = fake_int(f, 4);

	s->obj = fake_object(f, f->py.known.method, 48);
	s->reader = READER_SLOTS;
	fake_put(f, s->obj, l->method_func, func);
	fake_put(f, s->obj, l->method_self, self);
	expect(s, func, REF_FIELD, FIELD_FUNC);
	expect(s, self, REF_FIELD, FIELD_SELF);
}

/* NULL members are no references. */
static void build_function(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr globals = fake_namespace(f, NULL);
	raddr name = fake_str(f, "handler");

	s->obj = fake_object(f, f->py.known.function, 200);
	s->reader = READER_SLOTS;
	fake_put(f, s->obj, l->function_globals, globals);
	fake_put(f, s->obj, l->function_name, name);
	expect(s, globals, REF_FIELD, FIELD_GLOBALS);
	expect(s, name, REF_FIELD, FIELD_NAME);
}

static void build_mappingproxy(struct fake *f, struct scene *s)
{
	raddr dict = fake_namespace(f, NULL);

	s->obj = fake_object(f, f->py.known.mappingproxy, 24);
	s->reader = READER_SLOTS;
	fake_put(f, s->obj, f->py.layout.mappingproxy_mapping, dict);
	expect(s, dict, REF_FIELD, FIELD_MAPPING);
}

static void build_weakref(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr callback = fake_none(f);

	s->obj = fake_object(f, f->py.known.weakref, 80);
	s->reader = READER_SLOTS;
	fake_put(f, s->obj, l->weakref_object, fake_int(f, 9));
	fake_put(f, s->obj, l->weakref_callback, callback);
	expect(s, callback, REF_FIELD, FIELD_CALLBACK);
}

/* It has no tp_traverse in builds with a GIL, but holds references. */
static void build_range(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr start = fake_int(f, 0), stop = fake_int(f, 9);

	s->obj = fake_object(f, f->py.known.range, 48);
	s->reader = READER_SLOTS;
	fake_put(f, s->obj, l->range_start, start);
	fake_put(f, s->obj, l->range_stop, stop);
	expect(s, start, REF_FIELD, FIELD_START);
	expect(s, stop, REF_FIELD, FIELD_STOP);
}

static void build_module(struct fake *f, struct scene *s)
{
	raddr dict = fake_namespace(f, "x", fake_int(f, 1), NULL);

	s->obj = fake_module(f, "app", dict);
	s->reader = READER_MODULE;
	expect(s, dict, REF_FIELD, FIELD_DICT);
}

static void build_code(struct fake *f, struct scene *s)
{
	static const char *const locals[] = { "request" };
	const struct layout *l = &f->py.layout;
	raddr consts = fake_tuple(f, 0, NULL);
	raddr obj = fake_code(f, "handler", 1, locals);
	const struct {
		uint32_t offset;
		enum ref_field field;
	} fields[] = {
		{ l->code_varnames, FIELD_CO_VARNAMES },
		{ l->code_freevars, FIELD_CO_FREEVARS },
		{ l->code_cellvars, FIELD_CO_CELLVARS },
		{ l->code_localsplusnames, FIELD_CO_LOCALSPLUSNAMES },
		{ l->code_filename, FIELD_CO_FILENAME },
		{ l->code_name, FIELD_CO_NAME },
		{ l->code_qualname, FIELD_CO_QUALNAME },
	};

	s->obj = obj;
	s->reader = READER_CODE;
	fake_put(f, obj, l->code_consts, consts);
	expect(s, consts, REF_FIELD, FIELD_CO_CONSTS);
	for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].offset != LAYOUT_NONE)
			expect(s, fake_word(f, obj, fields[i].offset),
			       REF_FIELD, fields[i].field);
}

/* A heap type: its dict, MRO, bases and base, and from 3.9 on its module. */
static void build_class(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr bases = fake_tuple(f, 1, &f->py.known.object);
	struct fake_type t = {
		.name = "app.User",
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC,
	};

	s->obj = fake_type(f, &t);
	s->reader = READER_TYPE;
	fake_put(f, s->obj, l->type_bases, bases);
	expect(s, fake_word(f, s->obj, l->type_dict), REF_FIELD,
	       FIELD_TYPE_DICT);
	expect(s, bases, REF_FIELD, FIELD_BASES);
	expect(s, f->py.known.object, REF_FIELD, FIELD_BASE);
}

/* Two blocks; the first and the last are used in part. */
static void build_deque(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	struct fake_type t = { .name = "collections.deque",
			       .flags = TPFLAG_HAVE_GC,
			       .traverse = fake_function(f) };
	raddr type = fake_type(f, &t);
	raddr first = fake_block(f, 528), last = fake_block(f, 528);
	raddr a = fake_int(f, 1), b = fake_int(f, 2), c = fake_int(f, 3);

	s->obj = fake_object(f, type, l->deque_size);
	s->reader = READER_DEQUE;
	fake_put(f, s->obj, l->var_size, 3);
	fake_put(f, s->obj, l->deque_leftblock, first);
	fake_put(f, s->obj, l->deque_leftindex, 62);
	fake_put(f, first, 8 + 62 * 8, a);
	fake_put(f, first, 8 + 63 * 8, b);
	fake_put(f, first, 8 + 64 * 8, last);
	fake_put(f, last, 8, c);
	expect(s, a, REF_INDEX, 0);
	expect(s, b, REF_INDEX, 1);
	expect(s, c, REF_INDEX, 2);
}

/* More items than its length says: n_fields of its class. */
static void build_structseq(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	struct fake_type t = {
		.name = "os.stat_result", .base = f->py.known.tuple,
		.flags = TPFLAG_HAVE_GC | TPFLAG_TUPLE_SUBCLASS,
		.traverse = fake_function(f),
	};
	raddr type = fake_type(f, &t), items[3];

	fake_put(f, type, l->type_dict,
		 fake_namespace(f, "n_sequence_fields", fake_int(f, 2),
				"n_fields", fake_int(f, 3), NULL));
	s->obj = fake_object(f, type, l->tuple_item + 3 * 8);
	s->reader = READER_STRUCTSEQ;
	fake_put(f, s->obj, l->var_size, 2);
	for (unsigned int i = 0; i < 3; i++) {
		items[i] = fake_int(f, i);
		fake_put(f, s->obj + i * 8, l->tuple_item, items[i]);
		expect(s, items[i], REF_INDEX, i);
	}
}

/* A node of a context's tree: pairs from the end, each value before its key. */
static void build_hamt(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	struct fake_type t = { .name = "hamt_bitmap_node",
			       .flags = TPFLAG_HAVE_GC,
			       .traverse = fake_function(f) };
	raddr type = fake_type(f, &t);
	raddr key = fake_str(f, "var"), value = fake_int(f, 1);
	raddr node = fake_none(f), at;

	s->obj = fake_object(f, type, 80);
	s->reader = READER_HAMT_PAIRS;
	at = s->obj + l->var_size + 16;
	fake_put(f, s->obj, l->var_size, 4);
	fake_put(f, at, 0, key);
	fake_put(f, at, 8, value);
	fake_put(f, at, 24, node);
	expect(s, node, REF_FIELD, FIELD_NODE);
	expect(s, value, REF_VALUE, key);
	expect(s, key, REF_KEY, 0);
}

static void build_hamt_array(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	struct fake_type t = { .name = "hamt_array_node",
			       .flags = TPFLAG_HAVE_GC,
			       .traverse = fake_function(f) };
	raddr type = fake_type(f, &t), node = fake_none(f);

	s->obj = fake_object(f, type, l->object_size + 33 * 8);
	s->reader = READER_HAMT_ARRAY;
	fake_put(f, s->obj + 31 * 8, l->object_size, node);
	expect(s, node, REF_FIELD, FIELD_NODE);
}

/* --- instances of classes made at run time ------------------------------ */

/* From 3.9 on an instance of a heap type visits its class. */
static void expect_class(struct fake *f, struct scene *s, raddr type)
{
	(void)f;
	expect(s, type, REF_TYPE, 0);
}

/* __slots__ = ['a', 'b'] */
static void build_slots(struct fake *f, struct scene *s)
{
	uint32_t head = f->py.layout.object_size;
	const uint32_t members[] = { head, head + 8 };
	struct fake_type t = {
		.name = "app.Slotted",
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC,
		.basicsize = head + 16, .nr_members = 2, .members = members,
	};
	raddr type = fake_type(f, &t), a = fake_int(f, 1), b = fake_int(f, 2);

	s->obj = fake_object(f, type, 32);
	s->reader = READER_NONE;
	fake_put(f, s->obj, members[0], a);
	fake_put(f, s->obj, members[1], b);
	expect(s, a, REF_OFFSET, members[0]);
	expect(s, b, REF_OFFSET, members[1]);
	expect_class(f, s, type);
}

/* A subclass of tuple with __slots__: they lie behind the items. */
static void build_tuple_slots(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	const uint32_t members[] = { l->tuple_item, l->tuple_item + 8 };
	struct fake_type t = {
		.name = "app.Result", .base = f->py.known.tuple,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC |
			 TPFLAG_TUPLE_SUBCLASS,
		.basicsize = l->tuple_item + 16, .itemsize = 8,
		.nr_members = 2, .members = members,
		.member_flags = 16,	/* _Py_AFTER_ITEMS */
	};
	raddr type = fake_type(f, &t), a = fake_int(f, 1), b = fake_int(f, 2);
	raddr items[3];

	s->obj = fake_object(f, type, t.basicsize + sizeof(items));
	s->reader = READER_TUPLE;
	fake_put(f, s->obj, l->var_size, 3);
	for (uint32_t i = 0; i < 3; i++) {
		items[i] = fake_int(f, 10 + i);
		fake_put(f, s->obj, l->tuple_item + 8 * i, items[i]);
	}
	fake_put(f, s->obj, members[0] + 24, a);
	fake_put(f, s->obj, members[1] + 24, b);
	expect(s, a, REF_OFFSET, members[0]);
	expect(s, b, REF_OFFSET, members[1]);
	expect_class(f, s, type);
	for (uint32_t i = 0; i < 3; i++)
		expect(s, items[i], REF_INDEX, i);
}

/* A __dict__ of its own, wherever this version keeps it. */
static void build_instance_with_dict(struct fake *f, struct scene *s)
{
	struct fake_type t = {
		.name = "app.User",
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC, .basicsize = 24,
	};
	raddr dict = fake_namespace(f, "x", fake_int(f, 1), NULL), type;
	bool managed = f->py.minor >= 11;

	t.dictoffset = managed ? -1 : 16;
	t.flags |= managed ? TPFLAG_MANAGED_DICT : 0;
	type = fake_type(f, &t);
	s->obj = fake_object(f, type, 32);
	s->reader = READER_NONE;
	if (managed)
		fake_put(f, object_head_managed_dict(&f->py, s->obj), 0, dict);
	else
		fake_put(f, s->obj, 16, dict);
	expect(s, dict, REF_DICT, 0);
	expect_class(f, s, type);
}

/* The values of 3.11 and later, without a dict: their keys are the class's. */
static void build_instance_with_values(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr keys[] = { fake_str(f, "name"), 1, fake_str(f, "unset"), 1 };
	struct fake_type t = {
		.name = "app.User", .dictoffset = -1,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC |
			 TPFLAG_MANAGED_DICT,
		.cached_keys = fake_dict_keys(f, 2, keys, false),
	};
	raddr value = fake_int(f, 1), type, values;

	if (f->py.minor >= 13)
		t.flags |= TPFLAG_INLINE_VALUES;
	type = fake_type(f, &t);
	s->obj = fake_object(f, type, 64);
	s->reader = READER_NONE;
	if (f->py.minor >= 13) {
		values = s->obj + l->object_size;
		fake_put8(f, values, l->values_capacity, 2);
		fake_put8(f, values, l->values_valid, 1);
		fake_put(f, values, l->values_values, value);
	} else {
		values = fake_block(f, 16);
		fake_put(f, values, 0, value);
		if (f->py.minor == 12)
			fake_put(f, s->obj - 24, 0, values - 1);
		else
			fake_put(f, s->obj - 32, 0, values);
	}
	expect(s, value, REF_ATTRIBUTE, keys[0]);
	expect_class(f, s, type);
}

/* A subclass of list: what the class adds, then the items. */
static void build_list_subclass(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	struct fake_type t = {
		.name = "app.Stack", .base = f->py.known.list,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC |
			 TPFLAG_LIST_SUBCLASS,
	};
	raddr type = fake_type(f, &t), array = fake_block(f, 8);
	raddr item = fake_int(f, 1);

	s->obj = fake_object(f, type, 40);
	s->reader = READER_LIST;
	fake_put(f, s->obj, l->var_size, 1);
	fake_put(f, s->obj, l->list_item, array);
	fake_put(f, array, 0, item);
	expect_class(f, s, type);
	expect(s, item, REF_INDEX, 0);
}

/* --- frames and generators ---------------------------------------------- */

static const char *const two_locals[] = { "request", "rows" };

/* A frame of 3.11 and later that a frame object owns; two locals and one word
 * on its stack. */
static void put_iframe(struct fake *f, raddr iframe, raddr code,
		       const raddr *slots)
{
	const struct layout *l = &f->py.layout;

	fake_put(f, iframe, l->iframe_code, code);
	fake_put_bytes(f, iframe + l->iframe_localsplus, slots, 3 * 8);
	if (l->iframe_stackpointer != LAYOUT_NONE)
		fake_put(f, iframe, l->iframe_stackpointer,
			 iframe + l->iframe_localsplus + 3 * 8);
	else
		fake_put32(f, iframe, l->iframe_stacktop, 3);
}

static void expect_slots(struct fake *f, struct scene *s, raddr code,
			 const raddr *slots)
{
	const struct layout *l = &f->py.layout;
	raddr names = fake_word(f, code, f->py.minor >= 11
					 ? l->code_localsplusnames
					 : l->code_varnames);

	for (unsigned int i = 0; i < 2; i++)
		expect(s, slots[i], REF_LOCAL,
		       fake_word(f, names + i * 8, l->tuple_item));
	expect(s, slots[2], REF_STACK, 0);
}

static void build_frame(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr slots[] = { fake_int(f, 1), fake_int(f, 2), fake_int(f, 3) };
	raddr code = fake_code(f, "handler", 2, two_locals);

	s->reader = READER_FRAME;
	s->obj = fake_object(f, f->py.known.frame, l->frame_size + 64);
	if (f->py.minor >= 11) {
		raddr iframe = fake_block(f, l->iframe_size + 64);

		fake_put(f, s->obj, l->frame_frame, iframe);
		fake_put8(f, iframe, l->iframe_owner, FRAME_OF_OBJECT);
		put_iframe(f, iframe, code, slots);
	} else {
		raddr at = s->obj + l->frame_localsplus;

		fake_put(f, s->obj, l->frame_code, code);
		fake_put_bytes(f, at, slots, sizeof(slots));
		fake_put_if(f, s->obj, l->frame_valuestack, at + 16);
		if (l->frame_stackdepth != LAYOUT_NONE)
			fake_put32(f, s->obj, l->frame_stackdepth, 1);
		else
			fake_put(f, s->obj, l->frame_stacktop, at + 24);
	}
	expect(s, code, REF_FIELD, FIELD_F_CODE);
	expect_slots(f, s, code, slots);
}

/* The frame of a frame object that still runs is its thread's to visit. */
static void build_running_frame(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr slots[] = { fake_int(f, 1), fake_int(f, 2), fake_int(f, 3) };
	raddr code = fake_code(f, "handler", 2, two_locals);
	raddr iframe = fake_block(f, 512), trace = fake_int(f, 5);

	s->reader = READER_FRAME;
	s->obj = fake_object(f, f->py.known.frame, l->frame_size + 64);
	fake_put(f, s->obj, l->frame_trace, trace);
	expect(s, trace, REF_FIELD, FIELD_F_TRACE);
	if (f->py.minor >= 11) {
		fake_put(f, s->obj, l->frame_frame, iframe);
		fake_put8(f, iframe, l->iframe_owner, FRAME_OF_THREAD);
		put_iframe(f, iframe, code, slots);
	} else {
		fake_put(f, s->obj, l->frame_code, code);
		s->nr = 0;
		expect(s, code, REF_FIELD, FIELD_F_CODE);
		expect(s, trace, REF_FIELD, FIELD_F_TRACE);
	}
}

static void build_coroutine(struct fake *f, struct scene *s)
{
	const struct layout *l = &f->py.layout;
	raddr slots[] = { fake_int(f, 1), fake_int(f, 2), fake_int(f, 3) };
	raddr code = fake_code(f, "serve", 2, two_locals);
	raddr name = fake_str(f, "serve");

	s->reader = READER_GENERATOR;
	s->obj = fake_object(f, f->py.known.coroutine, 512);
	fake_put(f, s->obj, l->gen_name, name);
	fake_put_if(f, s->obj, l->gen_code, code);
	if (l->gen_code != LAYOUT_NONE)
		expect(s, code, REF_FIELD, FIELD_CR_CODE);
	expect(s, name, REF_FIELD, FIELD_NAME);
	if (f->py.minor < 11)
		return;
	put_iframe(f, s->obj + l->gen_iframe, code, slots);
	expect(s, code, REF_FIELD, FIELD_CR_CODE);
	expect_slots(f, s, code, slots);
}

/* --- all of them -------------------------------------------------------- */

const struct scene_builder scene_builders[] = {
	{ "list", build_list, 8 },
	{ "tuple", build_tuple, 8 },
	{ "dict with str keys", build_str_dict, 8 },
	{ "dict with keys of any type", build_general_dict, 8 },
	{ "set", build_set, 8 },
	{ "cell", build_cell, 8 },
	{ "method", build_method, 8 },
	{ "function", build_function, 8 },
	{ "mappingproxy", build_mappingproxy, 8 },
	{ "weakref", build_weakref, 8 },
	{ "range", build_range, 8 },
	{ "module", build_module, 8 },
	{ "code", build_code, 8 },
	{ "class", build_class, 8 },
	{ "deque", build_deque, 8 },
	{ "struct sequence", build_structseq, 8 },
	{ "hamt node with pairs", build_hamt, 8 },
	{ "hamt node with nodes", build_hamt_array, 8 },
	{ "instance with __slots__", build_slots, 8 },
	{ "tuple with __slots__", build_tuple_slots, 15 },
	{ "instance with __dict__", build_instance_with_dict, 8 },
	{ "instance with values", build_instance_with_values, 11 },
	{ "subclass of list", build_list_subclass, 8 },
	{ "frame", build_frame, 8 },
	{ "frame that runs", build_running_frame, 8 },
	{ "coroutine", build_coroutine, 8 },
};
const int nr_scene_builders = ARRAY_SIZE(scene_builders);
