/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/objects/size-dict.h"
#include "python/state/words.h"

static uint64_t usable_fraction(uint64_t size)
{
	return (size << 1) / 3;
}

uint64_t size_dict_keys(struct python *py, raddr keys)
{
	const struct layout *l = &py->layout;

	if (py->minor >= 11) {
		uint64_t size = 1ull << (byte_at(py, keys, l->keys_log2_size) &
					 63);
		unsigned int log2 = byte_at(py, keys,
					    l->keys_log2_index_bytes) & 63;
		bool general = byte_at(py, keys, l->keys_kind) == 0;

		return l->keys_indices + (1ull << log2) +
		       usable_fraction(size) * (general ? 24 : 16);
	} else {
		uint64_t size = word_at(py, keys, l->keys_size);
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
	uint64_t size = (uint64_t)t->basicsize;
	raddr keys = word_at(py, obj, l->dict_keys);

	if (word_at(py, obj, l->dict_values)) {
		uint64_t nr = py->minor >= 11
				      ? word_at(py, keys, l->keys_nentries) +
						word_at(py, keys,
							l->keys_usable)
				      : usable_fraction(word_at(py, keys,
								l->keys_size));

		size += nr * 8;
	}
	if (word_at(py, keys, l->keys_refcount) == 1)
		size += size_dict_keys(py, keys);
	return size;
}
