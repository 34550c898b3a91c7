/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/layout/fields.h"
#include "python/objects/repr.h"
#include "python/objects/size.h"
#include "python/refs/choose.h"
#include "python/refs/read.h"
#include "python/refs/refs-hamt.h"
#include "python/refs/unvisited.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/types/types.h"

#define MEMBER_OBJECT_EX 16	/* T_OBJECT_EX, Py_T_OBJECT_EX */
#define MEMBER_AFTER_ITEMS 16	/* a flag: _Py_AFTER_ITEMS */
#define MAX_MEMBERS 4096	/* of one class */
/* Each class repeats those of its bases, so a long chain of bases that have
 * many takes memory by the square of its length. */
#define MAX_ALL_MEMBERS (1u << 24)

static void add_slot(struct pytype *t, uint32_t offset, enum ref_field field)
{
	if (offset == LAYOUT_NONE || offset > UINT16_MAX)
		return;
	t->slots[t->nr_slots] = (uint16_t)offset;
	t->fields[t->nr_slots++] = (uint8_t)field;
}

static void choose_function(const struct layout *l, struct pytype *t)
{
	add_slot(t, l->function_code, FIELD_CODE);
	add_slot(t, l->function_globals, FIELD_GLOBALS);
	add_slot(t, l->function_builtins, FIELD_BUILTINS);
	add_slot(t, l->function_module, FIELD_MODULE);
	add_slot(t, l->function_defaults, FIELD_DEFAULTS);
	add_slot(t, l->function_kwdefaults, FIELD_KWDEFAULTS);
	add_slot(t, l->function_doc, FIELD_DOC);
	add_slot(t, l->function_name, FIELD_NAME);
	add_slot(t, l->function_dict, FIELD_DICT);
	add_slot(t, l->function_closure, FIELD_CLOSURE);
	add_slot(t, l->function_annotations, FIELD_ANNOTATIONS);
	add_slot(t, l->function_annotate, FIELD_ANNOTATE);
	add_slot(t, l->function_typeparams, FIELD_TYPE_PARAMS);
	add_slot(t, l->function_qualname, FIELD_QUALNAME);
}

/* Types with a fixed set of words that their traverse visits. */
static bool choose_slots(struct python *py, struct pytype *t)
{
	const struct layout *l = &py->layout;
	const struct known_types *k = &py->known;
	raddr a = t->address;

	if (a == k->function) {
		choose_function(l, t);
	} else if (a == k->cell) {
		add_slot(t, l->cell_ref, FIELD_CELL_CONTENTS);
	} else if (a == k->method) {
		add_slot(t, l->method_func, FIELD_FUNC);
		add_slot(t, l->method_self, FIELD_SELF);
	} else if (a == k->builtin_function) {
		add_slot(t, l->builtin_self, FIELD_SELF);
		add_slot(t, l->builtin_module, FIELD_MODULE);
	} else if (t->traverse && t->traverse == k->weakref_traverse) {
		add_slot(t, l->weakref_callback, FIELD_CALLBACK);
	} else if (t->traverse && t->traverse == k->descr_traverse) {
		add_slot(t, l->descr_type, FIELD_OBJCLASS);
	} else if (a == k->mappingproxy) {
		add_slot(t, l->mappingproxy_mapping, FIELD_MAPPING);
	} else if (a == k->range) {
		add_slot(t, l->range_start, FIELD_START);
		add_slot(t, l->range_stop, FIELD_STOP);
		add_slot(t, l->range_step, FIELD_STEP);
		add_slot(t, l->range_length, FIELD_LENGTH);
	} else {
		return false;
	}
	return true;
}

static bool shares(const struct pytype *t, raddr traverse)
{
	return t->traverse && t->traverse == traverse;
}

static bool is_deque(struct python *py, const struct pytype *t)
{
	return type_names_is(py, t->address, "collections.deque");
}

static enum reader choose_by_traverse(struct python *py,
				      const struct pytype *t)
{
	const struct known_types *k = &py->known;

	if (shares(t, k->dict_traverse))
		return READER_DICT;
	if (shares(t, k->list_traverse))
		return READER_LIST;
	if (shares(t, k->tuple_traverse))
		return READER_TUPLE;
	if (shares(t, k->set_traverse))
		return READER_SET;
	if (shares(t, k->type_traverse))
		return READER_TYPE;
	if (shares(t, k->module_traverse))
		return READER_MODULE;
	if (shares(t, k->generator_traverse) ||
	    t->address == k->async_generator)
		return READER_GENERATOR;
	if (t->address == k->frame)
		return READER_FRAME;
	/* Free-threaded; its traverse visits co_consts alone. */
	if (t->address == k->code)
		return READER_CODE;
	if (is_deque(py, t))
		return READER_DEQUE;
	if (t->base == k->tuple && read_structseq_fields(py, t->address))
		return READER_STRUCTSEQ;
	if (refs_hamt_is_pairs(py, t->address))
		return READER_HAMT_PAIRS;
	if (refs_hamt_is_array(py, t->address))
		return READER_HAMT_ARRAY;
	return READER_EMULATE;
}

static enum reader choose_untraversed(struct python *py, struct pytype *t)
{
	if (t->address == py->known.code)
		return READER_CODE;
	return choose_slots(py, t) ? READER_SLOTS : READER_NONE;
}

/*
 * Does the member's place depend on the number of items?  Since 3.15, which has
 * __slots__ in subclasses of tuple: _Py_AFTER_ITEMS (Include/descrobject.h).
 * The flags lie behind the offset in all versions: PyMemberDef is in the
 * stable ABI.
 */
static bool is_behind_items(struct python *py, raddr member)
{
	return py->minor >= 15 &&
	       int_at(py, member, py->layout.member_offset + 8) &
		       MEMBER_AFTER_ITEMS;
}

/* The T_OBJECT_EX members of one class: its __slots__, behind the type. */
static void add_members(struct python *py, const struct pytype *t)
{
	const struct layout *l = &py->layout;
	raddr at = t->address + word_at(py, t->metatype, l->type_basicsize);

	for (int64_t i = 0; i < t->var_size && i < MAX_MEMBERS; i++) {
		raddr member = at + (uint64_t)i * l->member_size;
		uint64_t offset = word_at(py, member, l->member_offset);

		if (int_at(py, member, l->member_type) == MEMBER_OBJECT_EX &&
		    offset >= l->object_size && offset < MEMBER_BEHIND)
			u32_vec_push(&py->members, (uint32_t)offset |
				     (is_behind_items(py, member) ?
				      MEMBER_BEHIND : 0));
	}
}

/* What subtype_traverse() will do for instances of `t`. */
static void choose_subtype(struct python *py, struct pytype *t)
{
	uint32_t base = types_load_known(py, t->base);
	const struct pytype *b, *native;

	if (base == UINT32_MAX) {
		t->reader = READER_EMULATE;
		return;
	}
	b = &py->types.v[base];
	native = &py->types.v[b->native_base];
	t->native_base = b->native_base;
	if (py->members.nr + b->member_nr > MAX_ALL_MEMBERS) {
		t->reader = READER_EMULATE;
		return;
	}
	t->reader = native->reader;
	t->member_first = (uint32_t)py->members.nr;
	add_members(py, t);
	for (uint32_t i = 0; i < b->member_nr; i++)
		u32_vec_push(&py->members, py->members.v[b->member_first + i]);
	t->member_nr = (uint32_t)py->members.nr - t->member_first;

	t->visits_type = t->flags & TPFLAG_HEAPTYPE &&
			 (py->minor <= 8 || !native->traverse ||
			  !(native->flags & TPFLAG_HEAPTYPE));
	t->visits_dict = t->dictoffset != native->dictoffset;
	t->visits_managed = t->flags & TPFLAG_MANAGED_DICT &&
			    (py->minor == 11 || t->visits_dict);
	/* Base types without traverse have nothing that subtypes visit. */
	if (!native->traverse)
		t->reader = READER_NONE;
}

static void choose_reader(struct python *py, struct pytype *t)
{
	if (t->is_subtype)
		choose_subtype(py, t);
	else if (!t->traverse)
		t->reader = choose_untraversed(py, t);
	else if (choose_slots(py, t))
		t->reader = READER_SLOTS;
	else
		t->reader = choose_by_traverse(py, t);
}

static void choose_repr(struct python *py, struct pytype *t)
{
	const char *name = t->flags & TPFLAG_HEAPTYPE ?
				   NULL : type_names_of(py, t->address);

	t->repr_row = name ? repr_find(name) : 0;
}

void choose_for_type(struct python *py, struct pytype *t)
{
	choose_reader(py, t);
	unvisited_choose(py, t);
	size_choose(py, t);
	choose_repr(py, t);
}
