/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-words.h - go through words that look like addresses of
 * blocks.
 */
#ifndef PYTHON_CLAIMS_CLAIMS_WORDS_H
#define PYTHON_CLAIMS_CLAIMS_WORDS_H

#include "python/claims/claims-data.h"

/*
 * The word at `at` is an address within `block`.
 */
typedef void claims_hit(struct claims *c, raddr at, uint64_t word,
			uint32_t block, void *context);

/* Pages without memory are skipped in ranges that are larger. */
#define CLAIMS_LARGE 65536

/* Of [start, end), which is in one segment.  It is here to be inlined, with
 * `hit`: most of the time goes into this loop. */
static inline void claims_words(struct claims *c, raddr start, raddr end,
				claims_hit *hit, void *context)
{
	const uint8_t *p = memory_at(c->py->memory, start, end - start);
	uint64_t size = c->high - c->low;

	for (raddr at = start; p && at + 8 <= end; at += 8, p += 8) {
		uint64_t word = get_u64(p);
		uint32_t block;

		if (likely(word - c->low >= size))
			continue;
		block = blocks_find(&c->native->blocks, word);
		if (block != BLOCK_NONE)
			hit(c, at, word, block, context);
	}
}

/* The next part of [*start, end) that is in memory and in one segment; false:
 * there is none.  *start is a multiple of 8, and so is what *ret begins at. */
bool claims_next_part(struct claims *c, raddr *start, raddr end,
		      struct range *ret);

/* Of all of [start, end) that is in memory. */
static inline void claims_each_word(struct claims *c, raddr start, raddr end,
				    claims_hit *hit, void *context)
{
	struct range part;

	start = (start + 7) & ~UINT64_C(7);
	while (claims_next_part(c, &start, end, &part))
		claims_words(c, part.start, part.end, hit, context);
}

#endif
