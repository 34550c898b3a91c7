/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys.getsizeof(): what a type's __sizeof__ adds up, plus what lies before
 * the object.  A __sizeof__ written in Python can't be asked.
 */
#include <string.h>

#include "python/objects/size-dict.h"
#include "python/objects/size-library.h"
#include "python/objects/size.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define DEQUE_BLOCK_LEN 64
#define DEQUE_BLOCK_SIZE 528
#define ODICT_NODE_SIZE 32
#define OPCACHE_SIZE 32

static const struct {
	const char *name;	/* tp_name */
	enum sizer sizer;
} by_name[] = {
	{ "collections.OrderedDict", SIZER_ODICT },
	{ "collections.deque", SIZER_DEQUE },
	{ "bytearray", SIZER_BYTEARRAY },
	{ "async_generator", SIZER_GENERATOR },
	{ "coroutine", SIZER_GENERATOR },
	{ "generator", SIZER_GENERATOR },
	{ "frozendict", SIZER_DICT },
};

static enum sizer choose_static(struct python *py, struct pytype *t)
{
	const struct known_types *k = &py->known;
	const char *name = type_names_of(py, t->address);

	if (t->address == k->int_)
		return SIZER_INT;
	if (t->address == k->str)
		return SIZER_STR;
	if (t->address == k->dict)
		return SIZER_DICT;
	if (t->address == k->list)
		return SIZER_LIST;
	if (t->address == k->set || t->address == k->frozenset)
		return SIZER_SET;
	if (t->address == k->type)
		return SIZER_TYPE;
	if (t->address == k->code)
		return SIZER_CODE;
	if (t->address == k->frame)
		return SIZER_FRAME;
	for (unsigned int i = 0; name && i < ARRAY_SIZE(by_name); i++) {
		if (strcmp(name, by_name[i].name) != 0)
			continue;
		/* Before 3.11 the frame of a generator was another object. */
		if (by_name[i].sizer == SIZER_GENERATOR && py->minor < 11)
			return SIZER_OBJECT;
		return by_name[i].sizer;
	}
	t->size_row = name ? size_library_find(name) : 0;
	return t->size_row ? SIZER_LIBRARY : SIZER_OBJECT;
}

/* A subclass has its base's __sizeof__; the classes that have one of their own
 * are all made in C. */
void size_choose(struct python *py, struct pytype *t)
{
	uint32_t base = types_load_known(py, t->base);

	t->sizer = SIZER_OBJECT;
	if (!t->is_subtype)
		t->sizer = choose_static(py, t);
	if (t->sizer != SIZER_OBJECT) {
		t->sized_as = t->address;
	} else if (base != UINT32_MAX) {
		t->sizer = py->types.v[base].sizer;
		t->size_row = py->types.v[base].size_row;
		t->sized_as = py->types.v[base].sized_as;
	}
}

/* The rule of a class is for the __sizeof__ that the class has or inherits. */
bool size_is_known(struct python *py, const struct pytype *t)
{
	raddr function, owner;

	return !types_lookup(py, t->address, "__sizeof__", &function,
			     &owner) ||
	       owner == py->known.object ||
	       (t->sized_as && types_is_subclass(py, t->sized_as, owner));
}

static uint64_t presize(struct python *py, const struct pytype *t, raddr obj)
{
	uint64_t pre = 0;

	if (py->minor >= 11 && t->flags & (py->minor == 11
						   ? TPFLAG_MANAGED_DICT
						   : TPFLAG_MANAGED_DICT |
						     TPFLAG_MANAGED_WEAKREF))
		pre = 16;
	/* 3.11 and 3.12 ask the type only, and so add a PyGC_Head to classes
	 * that are static. */
	if (py->minor == 11 || py->minor == 12)
		return pre + (t->flags & TPFLAG_HAVE_GC ? 16 : 0);
	if (py->free_threaded)
		return pre;
	return pre + (types_is_gc(py, t, obj) ? 16 : 0);
}

static uint64_t var_length(struct python *py, raddr obj)
{
	int64_t nr = (int64_t)word_at(py, obj, py->layout.var_size);

	return nr < 0 ? -(uint64_t)nr : (uint64_t)nr;
}

static uint64_t size_int(struct python *py, raddr obj)
{
	uint64_t digits;

	if (py->minor >= 12) {
		digits = word_at(py, obj, py->layout.long_value) >> 3;
		digits = MAX(digits, 1);
	} else {
		digits = var_length(py, obj);
		/* 3.11 counts the one that 0 has, too. */
		if (py->minor == 11)
			digits = MAX(digits, 1);
	}
	return py->layout.long_digit + digits * 4;
}

static uint64_t size_str(struct python *py, raddr obj)
{
	const struct layout *l = &py->layout;
	const uint8_t *p = memory_at(py->memory, obj, l->ascii_size);
	uint32_t state = p ? text_state(py, p) : 0;
	uint64_t length = word_at(py, obj, l->str_length);
	unsigned int kind = state >> 2 & 7;
	bool compact = state & 0x20, ascii = state & 0x40;
	uint64_t size;
	raddr data, utf8, wstr;

	if (compact && ascii) {
		wstr = word_at(py, obj, l->str_wstr);
		return l->ascii_size + length + 1 +
		       (wstr ? (length + 1) * 4 : 0);
	}
	if (compact) {
		data = obj + l->compact_size;
		size = l->compact_size + (length + 1) * kind;
	} else {
		data = word_at(py, obj, l->str_data);
		size = l->str_size + (data ? (length + 1) * kind : 0);
	}
	utf8 = word_at(py, obj, l->str_utf8);
	if (utf8 && utf8 != data)
		size += word_at(py, obj, l->str_utf8_length) + 1;
	wstr = word_at(py, obj, l->str_wstr);
	if (wstr && wstr != data)
		size += (word_at(py, obj, l->str_wstr_length) + 1) * 4;
	return size;
}

static uint64_t size_odict(struct python *py, const struct pytype *t,
			   raddr obj)
{
	const struct layout *l = &py->layout;

	return size_dict(py, t, obj) +
	       8 * word_at(py, obj, l->odict_fast_nodes_size) +
	       (uint64_t)dict_length(py, obj) * ODICT_NODE_SIZE;
}

static uint64_t size_set(struct python *py, const struct pytype *t, raddr obj)
{
	const struct layout *l = &py->layout;

	if (word_at(py, obj, l->set_table) == obj + l->set_smalltable)
		return (uint64_t)t->basicsize;
	return (uint64_t)t->basicsize +
	       (word_at(py, obj, l->set_mask) + 1) * 16;
}

static uint64_t size_type(struct python *py, raddr obj)
{
	const struct layout *l = &py->layout;
	struct words head;
	raddr keys;

	if (!(word_at(py, obj, l->type_flags) & TPFLAG_HEAPTYPE))
		return l->type_size;
	keys = word_at(py, obj, l->heaptype_cached_keys);
	head = words_at(py, keys, l->keys_indices);
	return l->heaptype_size + (keys ? size_dict_keys(py, head) : 0);
}

static uint64_t tuple_length(struct python *py, raddr tuple)
{
	return tuple ? word_at(py, tuple, py->layout.var_size) : 0;
}

static uint64_t size_code(struct python *py, const struct pytype *t, raddr obj)
{
	const struct layout *l = &py->layout;
	uint64_t size = (uint64_t)t->basicsize;
	raddr extra = word_at(py, obj, l->code_extra);

	if (py->minor >= 11)
		size = (size + var_length(py, obj) * (uint64_t)t->itemsize +
			7) & ~7ull;
	else if (word_at(py, obj, l->code_cell2arg))
		size += 8 * tuple_length(py,
					 word_at(py, obj, l->code_cellvars));
	if (extra)
		size += 8 + 8 * word_at(py, extra, 0);
	if (word_at(py, obj, l->code_opcache))
		size += word_at(py, word_at(py, obj, l->code_code),
				l->var_size) / 2 +
			(uint64_t)(uint8_t)byte_at(py, obj,
						   l->code_opcache_size) *
				OPCACHE_SIZE;
	return size;
}

/* 3.11 and later: locals and stack are inline in frames and generators. */
static uint64_t size_iframe(struct python *py, raddr iframe)
{
	const struct layout *l = &py->layout;
	raddr code = word_at(py, iframe, l->iframe_code) & ~3ull;

	return l->iframe_localsplus +
	       8 * ((uint64_t)int_at(py, code, l->code_nlocalsplus) +
		    (uint64_t)int_at(py, code, l->code_stacksize));
}

static uint64_t size_frame(struct python *py, raddr obj)
{
	const struct layout *l = &py->layout;
	raddr code;

	if (py->minor >= 11)
		return l->frame_data +
		       size_iframe(py, word_at(py, obj, l->frame_frame));
	code = word_at(py, obj, l->frame_code);
	return l->frame_size - 8 +
	       8 * ((uint64_t)int_at(py, code, l->code_stacksize) +
		    (uint64_t)int_at(py, code, l->code_nlocals) +
		    tuple_length(py, word_at(py, code, l->code_cellvars)) +
		    tuple_length(py, word_at(py, code, l->code_freevars)));
}

static uint64_t size_deque(struct python *py, const struct pytype *t,
			   raddr obj)
{
	uint64_t blocks = (word_at(py, obj, py->layout.deque_leftindex) +
			   var_length(py, obj) + DEQUE_BLOCK_LEN - 1) /
			  DEQUE_BLOCK_LEN;

	return (uint64_t)t->basicsize + blocks * DEQUE_BLOCK_SIZE;
}

static uint64_t size_plain(struct python *py, const struct pytype *t,
			   raddr obj)
{
	if (!t->itemsize)
		return (uint64_t)t->basicsize;
	return (uint64_t)t->basicsize +
	       var_length(py, obj) * (uint64_t)t->itemsize;
}

/* 3.15 keeps a bytes object for it, without memory of its own while empty. */
static uint64_t size_bytearray(struct python *py, const struct pytype *t,
			       raddr obj)
{
	const struct layout *l = &py->layout;
	uint64_t alloc = word_at(py, obj, l->bytearray_alloc);

	if (alloc && l->bytearray_object != LAYOUT_NONE)
		alloc += l->bytes_value + 1;
	return (uint64_t)t->basicsize + alloc;
}

static uint64_t own_size(struct python *py, const struct pytype *t, raddr obj)
{
	switch (t->sizer) {
	case SIZER_INT:
		return size_int(py, obj);
	case SIZER_STR:
		return size_str(py, obj);
	case SIZER_DICT:
		return size_dict(py, t, obj);
	case SIZER_ODICT:
		return size_odict(py, t, obj);
	case SIZER_LIST:
		return (uint64_t)t->basicsize +
		       8 * word_at(py, obj, py->layout.list_allocated);
	case SIZER_SET:
		return size_set(py, t, obj);
	case SIZER_TYPE:
		return size_type(py, obj);
	case SIZER_CODE:
		return size_code(py, t, obj);
	case SIZER_FRAME:
		return size_frame(py, obj);
	case SIZER_GENERATOR:
		return py->layout.gen_iframe +
		       size_iframe(py, obj + py->layout.gen_iframe);
	case SIZER_DEQUE:
		return size_deque(py, t, obj);
	case SIZER_BYTEARRAY:
		return size_bytearray(py, t, obj);
	case SIZER_LIBRARY:
		return size_library_of(py, t, obj);
	case SIZER_OBJECT:
		break;
	}
	return size_plain(py, t, obj);
}

uint64_t size_of(struct python *py, const struct pytype *t, raddr obj)
{
	return own_size(py, t, obj) + presize(py, t, obj);
}
