/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dicts as data: Objects/dictobject.c, Include/internal/pycore_dict.h.
 *
 *	PyDictObject          PyDictKeysObject
 *	+-----------+         +-----------------------------+
 *	| ma_used   |         | dk_refcnt, sizes, nentries  |
 *	| ma_keys --+-------->| indices [dk_size]           |
 *	| ma_values |--+      | entries: hash?, key, value  |
 *	+-----------+  |      +-----------------------------+
 *	               +----> values: only in a split table, whose keys are
 *	                      shared by all instances of a class
 *
 * 3.8 to 3.10: entries are 24 bytes and the table has dk_size indices of 1,
 * 2, 4 or 8 bytes.  3.11 and later: dk_kind says whether entries have a hash
 * (general, 24 bytes) or not (str keys, 16 bytes).
 */
#include <string.h>

#include "python/state/words.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define KIND_GENERAL 0

struct shape {
	uint64_t nr;		/* dk_nentries */
	raddr entries;
	unsigned int entry_size, key_at, value_at;
	bool general;
};

static bool read_shape_old(struct python *py, raddr keys, struct words head,
			   struct shape *ret)
{
	const struct layout *l = &py->layout;
	uint64_t size = words_get(head, l->keys_size);
	unsigned int width = size <= 0xff	   ? 1
			     : size <= 0xffff	   ? 2
			     : size <= 0xffffffff ? 4
						   : 8;

	if (!memory_has_array(py->memory, keys + l->keys_indices, size, width))
		return false;
	ret->nr = words_get(head, l->keys_nentries);
	ret->entries = keys + l->keys_indices + size * width;
	ret->entry_size = 24;
	ret->key_at = 8;
	ret->value_at = 16;
	ret->general = words_get(head, l->keys_lookup) == py->lookdict;
	return true;
}

static bool read_shape_new(struct python *py, raddr keys, struct words head,
			   struct shape *ret)
{
	const struct layout *l = &py->layout;
	unsigned int log2 = words_byte(head, l->keys_log2_index_bytes);

	if (log2 > 48)
		return false;
	ret->nr = words_get(head, l->keys_nentries);
	ret->entries = keys + l->keys_indices + (1ull << log2);
	ret->general = words_byte(head, l->keys_kind) == KIND_GENERAL;
	ret->entry_size = ret->general ? 24 : 16;
	ret->key_at = ret->general ? 8 : 0;
	ret->value_at = ret->key_at + 8;
	return true;
}

static bool read_shape(struct python *py, raddr keys, struct shape *ret)
{
	struct words head = words_at(py, keys, py->layout.keys_indices);

	if (!head.len)
		return false;
	return py->minor >= 11 ? read_shape_new(py, keys, head, ret)
			       : read_shape_old(py, keys, head, ret);
}

static bool init_from_keys(struct python *py, raddr keys,
			   struct dict_iter *it)
{
	struct shape shape;

	if (!read_shape(py, keys, &shape))
		return false;
	it->py = py;
	it->keys = keys;
	it->i = 0;
	it->nr = shape.nr;
	it->entry_size = shape.entry_size;
	it->key_at = shape.key_at;
	it->value_at = shape.value_at;
	it->general = shape.general;
	it->values = NULL;
	it->embedded = false;
	if (shape.nr > UINT64_MAX / 24)
		return false;
	it->entries = memory_at(py->memory, shape.entries,
				shape.nr * shape.entry_size);
	return it->entries || !shape.nr;
}

/* 3.13 and later: a small header before the values, which may be part of the
 * object that they are the attributes of. */
static bool init_values(struct python *py, raddr values, struct dict_iter *it)
{
	const struct layout *l = &py->layout;

	if (l->values_capacity != LAYOUT_NONE) {
		uint8_t capacity = byte_at(py, values, l->values_capacity);

		it->nr = MIN(it->nr, capacity);
		it->embedded = byte_at(py, values, l->values_embedded) == 1;
	}
	if (l->values_values != LAYOUT_NONE)
		values += l->values_values;
	it->values = memory_at(py->memory, values, it->nr * 8);
	return it->values;
}

bool dict_iter_init(struct python *py, raddr dict, struct dict_iter *it)
{
	const struct layout *l = &py->layout;
	const uint8_t *p = memory_at(py->memory, dict, l->dict_size);
	raddr values;

	if (!dict || !p)
		return false;
	if (!init_from_keys(py, get_u64(p + l->dict_keys), it))
		return false;
	it->dict = dict;
	values = get_u64(p + l->dict_values);
	return !values || init_values(py, values, it);
}

bool dict_iter_init_split(struct python *py, raddr keys, raddr values,
			  uint64_t max, struct dict_iter *it)
{
	if (!keys || !init_from_keys(py, keys, it))
		return false;
	it->dict = 0;
	it->nr = MIN(it->nr, max);
	it->values = memory_at(py->memory, values, it->nr * 8);
	return it->values;
}

bool dict_iter_init_keys(struct python *py, raddr keys, struct dict_iter *it)
{
	if (!keys || !init_from_keys(py, keys, it))
		return false;
	it->dict = 0;
	return true;
}

bool dict_iter_next_key(struct dict_iter *it, raddr *key)
{
	while (it->i < it->nr) {
		*key = get_u64(it->entries + it->i++ * it->entry_size +
			       it->key_at);
		if (*key)
			return true;
	}
	return false;
}

bool dict_iter_next(struct dict_iter *it, raddr *key, raddr *value)
{
	while (it->i < it->nr) {
		const uint8_t *entry = it->entries + it->i * it->entry_size;

		*key = get_u64(entry + it->key_at);
		*value = it->values ? get_u64(it->values + it->i * 8)
				    : get_u64(entry + it->value_at);
		it->i++;
		if (*value)
			return true;
	}
	return false;
}

raddr dict_get(struct python *py, raddr dict, const char *name)
{
	struct dict_iter it;
	raddr key, value;

	if (!dict || !dict_iter_init(py, dict, &it))
		return 0;
	while (dict_iter_next(&it, &key, &value))
		if (text_equals(py, key, name))
			return value;
	return 0;
}

int64_t dict_length(struct python *py, raddr dict)
{
	return (int64_t)word_at(py, dict, py->layout.dict_used);
}

