/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/objects/size-dict.h"

static uint64_t usable_fraction(uint64_t size)
{
	return (size << 1) / 3;
}

uint64_t size_dict_keys(const struct python *py, struct words keys)
{
	const struct layout *l = &py->layout;

	if (py->minor >= 11) {
		uint64_t size = 1ull << (words_byte(keys, l->keys_log2_size) &
					 63);
		unsigned int log2 = words_byte(keys,
					       l->keys_log2_index_bytes) & 63;
		bool general = words_byte(keys, l->keys_kind) == 0;

		return l->keys_indices + (1ull << log2) +
		       usable_fraction(size) * (general ? 24 : 16);
	} else {
		uint64_t size = words_get(keys, l->keys_size);
		unsigned int width = size <= 0xff	   ? 1
				     : size <= 0xffff	   ? 2
				     : size <= 0xffffffff ? 4
							   : 8;

		return l->keys_indices + size * width +
		       usable_fraction(size) * 24;
	}
}

uint64_t size_dict(struct python *py, const struct pytype *t, raddr obj)
{
	const struct layout *l = &py->layout;
	struct words dict = words_at(py, obj, l->dict_size);
	struct words keys = words_at(py, words_get(dict, l->dict_keys),
				     l->keys_indices);
	uint64_t size = (uint64_t)t->basicsize;

	if (words_get(dict, l->dict_values)) {
		uint64_t nr = py->minor >= 11
				      ? words_get(keys, l->keys_nentries) +
						words_get(keys, l->keys_usable)
				      : usable_fraction(words_get(keys,
								l->keys_size));

		size += nr * 8;
	}
	if (words_get(keys, l->keys_refcount) == 1)
		size += size_dict_keys(py, keys);
	return size;
}
