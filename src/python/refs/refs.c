/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an object refers to, by its type's reader; see state.h.
 *
 * A tp_traverse that pyheld knows is recognised by its address: types that
 * share it (subclasses in C, say) are read alike.  Instances of classes made
 * at run time have subtype_traverse, which does __slots__, __dict__ and the
 * class itself, and then what the first base with another traverse does
 * (Objects/typeobject.c).  Everything else goes to the emulator.
 */
#include <stdlib.h>
#include <string.h>

#include "python/layout/fields.h"
#include "python/state.h"

#define MEMBER_OBJECT_EX 16	/* T_OBJECT_EX, Py_T_OBJECT_EX */
#define MAX_MEMBERS 4096

void refs_release(struct refs *r)
{
	raddr_vec_release(&r->to);
	ref_name_vec_release(&r->names);
	u32_vec_release(&r->borrowed);
}

/* --- choosing ------------------------------------------------------------ */

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
	return types_is_named(py, t->address, "collections.deque");
}

/* n_fields of a struct sequence (os.stat_result and so on): more items than
 * the tuple shows.  Objects/structseq.c; 0: it is none. */
static uint64_t fields_of_structseq(struct python *py, raddr type)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	raddr dict = types_dict(py, type);

	if (!dict_get(py, dict, "n_sequence_fields") ||
	    !text_scalar(py, dict_get(py, dict, "n_fields"), 20, &text))
		return 0;
	return strtoul(text.s, NULL, 10);
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
	if (t->base == k->tuple && fields_of_structseq(py, t->address))
		return READER_STRUCTSEQ;
	if (refs_is_hamt_pairs(py, t->address))
		return READER_HAMT_PAIRS;
	if (refs_is_hamt_array(py, t->address))
		return READER_HAMT_ARRAY;
	return READER_EMULATE;
}

static enum reader choose_untraversed(struct python *py, struct pytype *t)
{
	if (t->address == py->known.code)
		return READER_CODE;
	return choose_slots(py, t) ? READER_SLOTS : READER_NONE;
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
		    offset < UINT32_MAX)
			u32_vec_push(&py->members, (uint32_t)offset);
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

void refs_choose_reader(struct python *py, struct pytype *t)
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

/* --- reading ------------------------------------------------------------- */

static enum refs_result read_slots(struct python *py, const struct pytype *t,
				   raddr obj, struct refs *ret)
{
	for (unsigned int i = 0; i < t->nr_slots; i++)
		refs_add(ret, word_at(py, obj, t->slots[i]), REF_FIELD,
			 t->fields[i]);
	return REFS_OK;
}

static enum refs_result read_items(struct python *py, raddr items, uint64_t nr,
				   struct refs *ret)
{
	const uint8_t *p;

	if (!nr)
		return REFS_OK;
	if (!memory_has_array(py->memory, items, nr, 8) ||
	    !refs_claim(py, nr))
		return REFS_UNREADABLE;
	p = memory_at(py->memory, items, nr * 8);
	if (!p)
		return REFS_UNREADABLE;
	raddr_vec_reserve(&ret->to, nr);
	for (uint64_t i = 0; i < nr; i++)
		refs_add(ret, get_u64(p + i * 8), REF_INDEX, i);
	return REFS_OK;
}

static enum refs_result read_list(struct python *py, raddr obj,
				  struct refs *ret)
{
	return read_items(py, word_at(py, obj, py->layout.list_item),
			  word_at(py, obj, py->layout.var_size), ret);
}

static enum refs_result read_tuple(struct python *py, raddr obj,
				   struct refs *ret)
{
	return read_items(py, obj + py->layout.tuple_item,
			  word_at(py, obj, py->layout.var_size), ret);
}

static enum refs_result read_structseq(struct python *py,
				       const struct pytype *t, raddr obj,
				       struct refs *ret)
{
	if (py->minor >= 9 && t->flags & TPFLAG_HEAPTYPE)
		refs_add(ret, t->address, REF_TYPE, 0);
	return read_items(py, obj + py->layout.tuple_item,
			  fields_of_structseq(py, t->address), ret);
}

/* setentry {key, hash}; a deleted entry has the dummy and the hash -1, which
 * no object can have: Objects/setobject.c. */
enum refs_result refs_set(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	uint64_t nr = word_at(py, obj, l->set_mask) + 1;
	raddr table = word_at(py, obj, l->set_table);
	const uint8_t *p;

	if (!nr || !memory_has_array(py->memory, table, nr, 16) ||
	    !refs_claim(py, nr * 2))
		return REFS_UNREADABLE;
	p = memory_at(py->memory, table, nr * 16);
	if (!p)
		return REFS_UNREADABLE;
	for (uint64_t i = 0; i < nr; i++)
		if (get_u64(p + i * 16 + 8) != UINT64_MAX)
			refs_add(ret, get_u64(p + i * 16), REF_ELEMENT, 0);
	return REFS_OK;
}

enum refs_result refs_type(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;

	refs_add(ret, word_at(py, obj, l->type_dict), REF_FIELD,
		 FIELD_TYPE_DICT);
	refs_add(ret, word_at(py, obj, l->type_cache), REF_FIELD, FIELD_CACHE);
	refs_add(ret, word_at(py, obj, l->type_mro), REF_FIELD, FIELD_MRO);
	refs_add(ret, word_at(py, obj, l->type_bases), REF_FIELD, FIELD_BASES);
	refs_add(ret, word_at(py, obj, l->type_base), REF_FIELD, FIELD_BASE);
	if (py->minor >= 9)
		refs_add(ret, word_at(py, obj, l->heaptype_module), REF_FIELD,
			 FIELD_HT_MODULE);
	return REFS_OK;
}

/* Offset of m_traverse in PyModuleDef behind the object's head: m_init,
 * m_index, m_copy, m_name, m_doc, m_size, m_methods, m_slots
 * (Include/moduleobject.h). */
#define MODULEDEF_TRAVERSE 64

enum refs_result refs_module(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr def = word_at(py, obj, l->module_def);

	if (l->module_def == LAYOUT_NONE) {
		/* 3.15 keeps the function in the module itself. */
		if (word_at(py, obj, l->module_state_traverse))
			return REFS_EMULATE;
	} else if (def && word_at(py, def, l->object_size +
					   MODULEDEF_TRAVERSE)) {
		return REFS_EMULATE;
	}
	refs_add(ret, word_at(py, obj, l->module_dict), REF_FIELD, FIELD_DICT);
	return REFS_OK;
}

enum refs_result refs_code(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	const struct {
		uint32_t offset;
		enum ref_field field;
	} fields[] = {
		{ l->code_code, FIELD_CO_CODE },
		{ l->code_consts, FIELD_CO_CONSTS },
		{ l->code_names, FIELD_CO_NAMES },
		{ l->code_varnames, FIELD_CO_VARNAMES },
		{ l->code_freevars, FIELD_CO_FREEVARS },
		{ l->code_cellvars, FIELD_CO_CELLVARS },
		{ l->code_localsplusnames, FIELD_CO_LOCALSPLUSNAMES },
		{ l->code_localspluskinds, FIELD_CO_LOCALSPLUSKINDS },
		{ l->code_filename, FIELD_CO_FILENAME },
		{ l->code_name, FIELD_CO_NAME },
		{ l->code_qualname, FIELD_CO_QUALNAME },
		{ l->code_linetable, FIELD_CO_LINETABLE },
		{ l->code_exceptiontable, FIELD_CO_EXCEPTIONTABLE },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++)
		refs_add(ret, word_at(py, obj, fields[i].offset), REF_FIELD,
			 fields[i].field);
	return REFS_OK;
}

/*
 * deque_traverse(): blocks of 64 items between two links; the first and the
 * last are used in part (Modules/_collectionsmodule.c).
 *
 *	leftlink | data[0] ... data[63] | rightlink
 */
#define BLOCK_LEN 64
#define BLOCK_DATA 8
#define BLOCK_RIGHT (BLOCK_DATA + BLOCK_LEN * 8)
#define BLOCK_SIZE (BLOCK_RIGHT + 8)

enum refs_result refs_deque(struct python *py, const struct pytype *t,
			    raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr block = word_at(py, obj, l->deque_leftblock);
	uint64_t at = word_at(py, obj, l->deque_leftindex);
	uint64_t nr = word_at(py, obj, l->var_size);

	if (l->deque_leftblock == LAYOUT_NONE)
		return REFS_EMULATE;
	if (!refs_claim(py, nr))
		return REFS_UNREADABLE;
	if (t->flags & TPFLAG_HEAPTYPE)
		refs_add(ret, word_at(py, obj, l->object_type), REF_TYPE, 0);
	for (uint64_t i = 0; i < nr;) {
		const uint8_t *p = memory_at(py->memory, block, BLOCK_SIZE);

		if (!p || at >= BLOCK_LEN)
			return REFS_UNREADABLE;
		for (; at < BLOCK_LEN && i < nr; at++, i++)
			refs_add(ret, get_u64(p + BLOCK_DATA + at * 8),
				 REF_INDEX, i);
		block = get_u64(p + BLOCK_RIGHT);
		at = 0;
	}
	return REFS_OK;
}

enum refs_result refs_read_as(struct python *py, const struct pytype *t,
			      raddr obj, struct refs *ret)
{
	switch (t->reader) {
	case READER_NONE:
		return REFS_OK;
	case READER_SLOTS:
		return read_slots(py, &py->types.v[t->native_base], obj, ret);
	case READER_DICT:
		return refs_dict(py, obj, ret);
	case READER_LIST:
		return read_list(py, obj, ret);
	case READER_TUPLE:
		return read_tuple(py, obj, ret);
	case READER_SET:
		return refs_set(py, obj, ret);
	case READER_TYPE:
		return refs_type(py, obj, ret);
	case READER_MODULE:
		return refs_module(py, obj, ret);
	case READER_GENERATOR:
		return refs_generator(py, obj, ret);
	case READER_FRAME:
		return refs_frame(py, obj, ret);
	case READER_CODE:
		return refs_code(py, obj, ret);
	case READER_STRUCTSEQ:
		return read_structseq(py, &py->types.v[t->native_base], obj,
				      ret);
	case READER_DEQUE:
		return refs_deque(py, &py->types.v[t->native_base], obj, ret);
	case READER_HAMT_PAIRS:
		return refs_hamt_pairs(py, obj, ret);
	case READER_HAMT_ARRAY:
		return refs_hamt_array(py, obj, ret);
	case READER_EMULATE:
	case NR_READERS:
		break;
	}
	return REFS_EMULATE;
}

enum refs_result refs_read(struct python *py, const struct pytype *t,
			   raddr obj, struct refs *ret)
{
	size_t to = ret->to.nr, names = ret->names.nr;
	enum refs_result own = REFS_OK, base;

	/* A static class is no object for the collector: nothing visited. */
	if (t->traverse && !types_is_gc(py, t, obj))
		return REFS_OK;
	if (t->reader == READER_EMULATE)
		return REFS_EMULATE;
	if (t->is_subtype)
		own = refs_instance(py, t, obj, ret);
	base = refs_read_as(py, t, obj, ret);
	if (base == REFS_EMULATE) {
		ret->to.nr = to;
		ret->names.nr = names;
		return REFS_EMULATE;
	}
	return own == REFS_OK ? base : own;
}
