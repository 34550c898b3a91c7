/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/state/words.h - single words of the target's memory.
 *
 * `offset` is a layout's: LAYOUT_NONE where this CPython has no such member.
 * All of them give 0 for such a member and for unmapped memory.
 */
#ifndef PYTHON_STATE_WORDS_H
#define PYTHON_STATE_WORDS_H

#include <string.h>

#include "python/state/python.h"

static inline uint64_t word_at(struct python *py, raddr addr, uint32_t offset)
{
	uint64_t x = 0;

	if (offset != LAYOUT_NONE)
		memory_u64(py->memory, addr + offset, &x);
	return x;
}

static inline int32_t int_at(struct python *py, raddr addr, uint32_t offset)
{
	uint32_t x = 0;

	if (offset != LAYOUT_NONE)
		memory_u32(py->memory, addr + offset, &x);
	return (int32_t)x;
}

static inline uint8_t byte_at(struct python *py, raddr addr, uint32_t offset)
{
	const uint8_t *p = NULL;

	if (offset != LAYOUT_NONE)
		p = memory_at(py->memory, addr + offset, 1);
	return p ? *p : 0;
}

static inline double double_at(struct python *py, raddr addr, uint32_t offset)
{
	uint64_t bits = word_at(py, addr, offset);
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/*
 * A struct of the target: `len` bytes that are all mapped.  To read several
 * members of a struct, this is faster than a look-up of each.
 */
struct words {
	const uint8_t *p;
	uint32_t len;		/* 0: some byte is unmapped */
};

static inline struct words words_at(struct python *py, raddr addr,
				    uint32_t len)
{
	const uint8_t *p = memory_at(py->memory, addr, len);

	return (struct words){ p, p ? len : 0 };
}

/* The word of the struct at `offset`; 0 if it does not lie in the struct. */
static inline uint64_t words_get(struct words w, uint32_t offset)
{
	return (uint64_t)offset + 8 <= w.len ? get_u64(w.p + offset) : 0;
}

/* The byte of the struct at `offset`; 0 if it does not lie in the struct. */
static inline uint8_t words_byte(struct words w, uint32_t offset)
{
	return offset < w.len ? w.p[offset] : 0;
}

#endif
