/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/alloc.h"
#include "native/malloc/chunk.h"
#include "native/malloc/gaps.h"

static bool leads(const struct gaps *g, raddr at)
{
	uint64_t i = (at - g->start) / CHUNK_ALIGN;

	return at == g->end || g->leads[i / 64] >> i % 64 & 1;
}

static uint64_t head_at(struct memory *m, raddr at)
{
	uint64_t head = 0;

	memory_u64(m, at + 8, &head);
	return head;
}

/* Before the first of its chunks, what was left of the old top may be free. */
static bool is_fence(const struct gaps *g, struct memory *m, raddr at)
{
	const uint64_t in_use = CHUNK_FENCE | CHUNK_PREVIOUS_IN_USE;

	return (head_at(m, at) | CHUNK_PREVIOUS_IN_USE) == in_use &&
	       g->end - at > CHUNK_FENCE &&
	       head_at(m, at + CHUNK_FENCE) == in_use;
}

static bool is_chunk(const struct gaps *g, struct memory *m, raddr at)
{
	uint64_t head = head_at(m, at), size = head & ~CHUNK_FLAGS;

	return size >= CHUNK_MIN && size % CHUNK_ALIGN == 0 &&
	       !(head & (CHUNK_MAPPED | CHUNK_NOT_MAIN)) &&
	       size <= g->end - at && leads(g, at + size);
}

/* Backwards: what a chunk leads to is known before it. */
static void look(struct gaps *g, struct memory *m)
{
	for (uint64_t i = (g->end - g->start) / CHUNK_ALIGN; i--;) {
		raddr at = g->start + i * CHUNK_ALIGN;

		if (is_fence(g, m, at) || is_chunk(g, m, at))
			g->leads[i / 64] |= UINT64_C(1) << i % 64;
	}
}

raddr gaps_next(struct gaps *g, struct memory *m, raddr at, raddr end)
{
	if (at >= end || (end - at) % CHUNK_ALIGN)
		return end;
	if (!g->leads) {
		g->start = at;
		g->end = end;
		g->leads = xcalloc((end - at) / CHUNK_ALIGN / 64 + 1,
				   sizeof(*g->leads));
		look(g, m);
	}
	/* The first one has no chunk before it that could be free. */
	for (; at < end; at += CHUNK_ALIGN)
		if (leads(g, at) && !is_fence(g, m, at) &&
		    head_at(m, at) & CHUNK_PREVIOUS_IN_USE)
			return at;
	return end;
}

void gaps_release(struct gaps *g)
{
	free(g->leads);
	*g = (struct gaps){ 0, 0, NULL };
}
