/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The readers of simple types, and the choice among all readers.  choose.c
 * says which type has which.
 */
#include <stdlib.h>
#include <string.h>

#include "python/layout/fields.h"
#include "python/refs/read.h"
#include "python/refs/refs-frame.h"
#include "python/refs/refs-hamt.h"
#include "python/refs/refs-instance.h"
#include "python/refs/refs.h"
#include "python/state/words.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/text.h"

/* n_fields of a struct sequence (os.stat_result and so on): more items than
 * the tuple shows.  Objects/structseq.c; 0: it is none. */
uint64_t read_structseq_fields(struct python *py, raddr type)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	raddr dict = types_dict(py, type);

	if (!dict_get(py, dict, "n_sequence_fields") ||
	    !text_scalar(py, dict_get(py, dict, "n_fields"), 20, &text))
		return 0;
	return strtoul(text.s, NULL, 10);
}

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
			  read_structseq_fields(py, t->address), ret);
}

/* Keys of a table that can hold only str are not visited. */
static void read_str_keyed(struct dict_iter *it, struct refs *ret)
{
	raddr key, value;

	raddr_vec_reserve(&ret->keys, it->nr);
	while (dict_iter_next(it, &key, &value)) {
		refs_add(ret, value, REF_VALUE, key);
		ret->keys.v[ret->keys.nr++] = key;
	}
	ret->has_keys = true;
}

/* dict_traverse() */
static enum refs_result read_dict(struct python *py, raddr obj,
				  struct refs *ret)
{
	struct dict_iter it;
	raddr key, value;

	if (!dict_iter_init(py, obj, &it) || !refs_claim(py, it.nr))
		return REFS_UNREADABLE;
	if (it.values && it.embedded && py->embedded_by_object)
		return REFS_OK;
	if (!it.general && !it.values) {
		read_str_keyed(&it, ret);
		return REFS_OK;
	}
	while (dict_iter_next(&it, &key, &value)) {
		refs_add(ret, value, REF_VALUE, key);
		if (it.general)
			refs_add(ret, key, REF_KEY, 0);
	}
	return REFS_OK;
}

/* setentry {key, hash}; a deleted entry has the dummy and the hash -1, which
 * no object can have: Objects/setobject.c. */
static enum refs_result read_set(struct python *py, raddr obj, struct refs *ret)
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

static enum refs_result read_type(struct python *py, raddr obj,
				  struct refs *ret)
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

static enum refs_result read_module(struct python *py, raddr obj,
				  struct refs *ret)
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

static enum refs_result read_code(struct python *py, raddr obj,
				  struct refs *ret)
{
	const struct layout *l = &py->layout;
	size_t visited = ret->to.nr;
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

	for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++) {
		refs_add(ret, word_at(py, obj, fields[i].offset), REF_FIELD,
			 fields[i].field);
		/* The tp_traverse of free-threaded builds visits it alone. */
		if (fields[i].field == FIELD_CO_CONSTS)
			visited = ret->to.nr;
	}
	ret->unvisited = ret->to.nr - visited;
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

static enum refs_result read_deque(struct python *py, const struct pytype *t,
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

enum refs_result read_refs_as(struct python *py, const struct pytype *t,
			      raddr obj, struct refs *ret)
{
	switch (t->reader) {
	case READER_NONE:
		return REFS_OK;
	case READER_SLOTS:
		return read_slots(py, &py->types.v[t->native_base], obj, ret);
	case READER_DICT:
		return read_dict(py, obj, ret);
	case READER_LIST:
		return read_list(py, obj, ret);
	case READER_TUPLE:
		return read_tuple(py, obj, ret);
	case READER_SET:
		return read_set(py, obj, ret);
	case READER_TYPE:
		return read_type(py, obj, ret);
	case READER_MODULE:
		return read_module(py, obj, ret);
	case READER_GENERATOR:
		return refs_frame_generator(py, obj, ret);
	case READER_FRAME:
		return refs_frame(py, obj, ret);
	case READER_CODE:
		return read_code(py, obj, ret);
	case READER_STRUCTSEQ:
		return read_structseq(py, &py->types.v[t->native_base], obj,
				      ret);
	case READER_DEQUE:
		return read_deque(py, &py->types.v[t->native_base], obj, ret);
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

enum refs_result read_refs(struct python *py, const struct pytype *t,
			   raddr obj, struct refs *ret)
{
	size_t to = ret->to.nr, names = ret->names.nr;
	enum refs_result own = REFS_OK, base;

	/* The collector does not track static classes: it visits nothing of
	 * them. */
	if (t->traverse && !types_is_gc(py, t, obj))
		return REFS_OK;
	if (t->reader == READER_EMULATE)
		return REFS_EMULATE;
	if (t->is_subtype)
		own = refs_instance(py, t, obj, ret);
	base = read_refs_as(py, t, obj, ret);
	if (base == REFS_EMULATE) {
		ret->to.nr = to;
		ret->names.nr = names;
		return REFS_EMULATE;
	}
	return own == REFS_OK ? base : own;
}
