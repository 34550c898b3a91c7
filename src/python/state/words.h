/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/state/words.h - single words of the target's memory.
 *
 * `offset` is a layout's: LAYOUT_NONE where this CPython has no such member.
 * All of them give 0 for such a member and for unmapped memory.
 */
#ifndef PYTHON_STATE_WORDS_H
#define PYTHON_STATE_WORDS_H

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

#endif
