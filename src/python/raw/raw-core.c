/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What objects of builtin types own.
 */
#include "python/raw/raw-read.h"
#include "python/objects/size-dict.h"
#include "python/objects/size-library.h"
#include "python/refs/refs.h"
#include "python/state/object-head.h"
#include "python/state/words.h"
#include "python/values/text.h"

#define STATE_KIND(state) ((state) >> 2 & 7)
#define STATE_COMPACT 0x20
#define STATE_ASCII 0x40

#define WCHAR_SIZE 4

/* Objects/unicodeobject.c, unicode_dealloc(): the data of a str that is not
 * compact, and copies as UTF-8 and wchar_t (until 3.11). */
bool raw_read_str(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	const uint8_t *p = memory_at(r->py->memory, r->obj, l->ascii_size);
	uint32_t state = p ? text_state(r->py, p) : 0;
	uint64_t length;
	raddr data, utf8, wstr;

	if (!p)
		return false;
	wstr = l->str_wstr != LAYOUT_NONE ? get_u64(p + l->str_wstr) : 0;
	if (state & STATE_ASCII && state & STATE_COMPACT && !wstr)
		return true;
	length = get_u64(p + l->str_length);
	/* The data may be the UTF-8 or the wchar_t form, too. */
	data = state & STATE_ASCII ? r->obj + l->ascii_size :
				     r->obj + l->compact_size;
	if (!(state & STATE_COMPACT)) {
		data = raw_word(r, l->str_data);
		raw_add(r, data, length < UINT64_MAX / 8 ?
				 (length + 1) * STATE_KIND(state) : 0,
			RAW_DATA, RAW_LEAF);
	}
	utf8 = state & STATE_ASCII && state & STATE_COMPACT ?
		       0 : raw_word(r, l->str_utf8);
	if (utf8 != data)
		raw_add(r, utf8, raw_word(r, l->str_utf8_length) + 1, RAW_UTF8,
			RAW_LEAF);
	if (wstr != data)
		raw_add(r, wstr, 0, RAW_WSTR, RAW_LEAF);
	return true;
}

/*
 * ob_item is a block of its own.  In free-threaded builds the block begins one
 * word earlier, with the number of items that it has room for: _PyListArray of
 * Objects/listobject.c.
 */
bool raw_read_list(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	raddr items = raw_word(r, l->list_item);
	uint64_t nr = raw_word(r, l->list_allocated), head = 0;

	if (!items)
		return true;
	if (r->py->free_threaded) {
		head = 8;
		nr = word_at(r->py, items - head, 0);
	}
	raw_add(r, items - head, nr < UINT64_MAX / 16 ? head + nr * 8 : 0,
		RAW_ITEMS, RAW_REFERENCES);
	return true;
}

/*
 * The values of a split dict, or of an instance: PyDictValues of
 * Include/internal/pycore_dict.h.
 *
 *	3.8 .. 3.10	values[]
 *	3.11, 3.12	order of insertion, size of what is before the values
 *			(one byte), then values[]: the pointer leads there
 *	3.13 ..		capacity, size, embedded, valid, values[], order of
 *			insertion: the pointer leads to the start
 */
static void add_values(struct raw_reader *r, raddr values, uint64_t nr)
{
	const struct layout *l = &r->py->layout;
	uint64_t prefix;

	if (nr > UINT32_MAX)
		nr = 0;
	if (r->py->minor >= 13) {
		nr = byte_at(r->py, values, l->values_capacity);
		if (!byte_at(r->py, values, l->values_embedded))
			raw_add(r, values, l->values_values + nr * 8 + nr,
				RAW_VALUES, RAW_REFERENCES);
		return;
	}
	prefix = r->py->minor >= 11 ? byte_at(r->py, values - 1, 0) : 0;
	raw_add(r, values - prefix, nr ? prefix + nr * 8 : 0, RAW_VALUES,
		RAW_REFERENCES);
}

/* What is before the indices of a PyDictKeysObject. */
static struct words keys_head(struct raw_reader *r, raddr keys)
{
	return words_at(r->py, keys, r->py->layout.keys_indices);
}

/* How many values a split table with these keys has room for. */
static uint64_t values_room(struct raw_reader *r, struct words keys)
{
	const struct layout *l = &r->py->layout;

	return words_get(keys, l->keys_nentries) +
	       words_get(keys, l->keys_usable);
}

void raw_read_values(struct raw_reader *r)
{
	const struct pytype *t = r->type;
	raddr values;

	if (!(t->flags & TPFLAG_MANAGED_DICT) ||
	    (r->py->minor != 11 && r->py->minor != 12))
		return;
	if (r->py->minor == 11) {
		values = word_at(r->py, object_head_values(r->obj), 0);
	} else {
		values = word_at(r->py,
				 object_head_managed_dict(r->py, r->obj), 0);
		values = values & 1 ? values + 1 : 0;
	}
	if (values)
		add_values(r, values,
			   values_room(r, keys_head(r, t->cached_keys)));
}

/* A table of keys that several dicts share is counted; the class that it was
 * made for owns it (raw_read_type()). */
static void add_keys(struct raw_reader *r, raddr keys, struct words head)
{
	bool shared = words_get(head, r->py->layout.keys_refcount) != 1;

	raw_add(r, keys, size_dict_keys(r->py, head), RAW_KEYS,
		RAW_REFERENCES | (shared ? RAW_SHARED : 0));
}

bool raw_read_dict(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	struct words dict = words_at(r->py, r->obj, l->dict_size);
	raddr keys = words_get(dict, l->dict_keys);
	raddr values = words_get(dict, l->dict_values);
	struct words head;

	if (!keys)
		return true;
	head = keys_head(r, keys);
	add_keys(r, keys, head);
	if (values)
		add_values(r, values, values_room(r, head));
	return true;
}

/* Objects/odictobject.c: an array of nodes by hash, and the nodes, which are
 * linked in order: key, hash, next, prev. */
#define ODICT_NODE_SIZE 32

bool raw_read_odict(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	uint64_t nr = raw_word(r, l->odict_fast_nodes_size);
	raddr node = raw_word(r, l->odict_first);

	raw_read_dict(r);
	raw_add(r, raw_word(r, l->odict_fast_nodes),
		nr < UINT64_MAX / 8 ? nr * 8 : 0, RAW_TABLE, RAW_REFERENCES);
	while (node && refs_claim(r->py, ODICT_NODE_SIZE / 8)) {
		raw_add(r, node, ODICT_NODE_SIZE, RAW_NODE, RAW_REFERENCES);
		node = word_at(r->py, node, l->odictnode_next);
	}
	return !node;
}

bool raw_read_set(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	raddr table = raw_word(r, l->set_table);
	uint64_t mask = raw_word(r, l->set_mask);

	if (table != r->obj + l->set_smalltable)
		raw_add(r, table, mask < UINT64_MAX / 32 ? (mask + 1) * 16 : 0,
			RAW_TABLE, RAW_REFERENCES);
	return true;
}

/* 3.15 has a bytes object, which begins before what ob_bytes says. */
bool raw_read_bytearray(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	uint64_t alloc = raw_word(r, l->bytearray_alloc);
	raddr bytes;

	if (l->bytearray_object == LAYOUT_NONE) {
		raw_add_sized(r, l->bytearray_bytes, alloc, RAW_DATA, RAW_LEAF);
		return true;
	}
	bytes = raw_word(r, l->bytearray_object);
	raw_add(r, bytes, bytes ? size_library_bytes(r->py, bytes) : 0,
		RAW_DATA, RAW_LEAF | RAW_OBJECT);
	return true;
}

/*
 * Blocks of 64 items between two links, from the leftmost on; and up to 16
 * blocks that are kept for later (3.11 and later; before, all deques share
 * them).  Modules/_collectionsmodule.c.
 */
#define DEQUE_RIGHT (8 + 64 * 8)
#define DEQUE_BLOCK_SIZE (DEQUE_RIGHT + 8)
#define DEQUE_MAX_FREE 16

static bool add_blocks(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	raddr block = raw_word(r, l->deque_leftblock);
	raddr last = raw_word(r, l->deque_rightblock);

	while (block && refs_claim(r->py, DEQUE_BLOCK_SIZE / 8)) {
		raw_add(r, block, DEQUE_BLOCK_SIZE, RAW_BLOCK, RAW_REFERENCES);
		if (block == last)
			return true;
		block = word_at(r->py, block, DEQUE_RIGHT);
	}
	return false;
}

bool raw_read_deque(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	uint64_t nr = raw_word(r, l->deque_nr_freeblocks);

	for (uint64_t i = 0; i < MIN(nr, DEQUE_MAX_FREE); i++)
		raw_add(r, word_at(r->py, r->obj + i * 8, l->deque_freeblocks),
			DEQUE_BLOCK_SIZE, RAW_BLOCK, RAW_LEAF);
	return add_blocks(r);
}
