/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/log.h"
#include "native/malloc/pieces.h"

struct search {
	struct chunks *c;
	raddr top;		/* main's */
	uint64_t budget;	/* chunks that may still be looked at in vain */
};

/* Does the chunk at `at` with this size end a piece? Where: 0, no. */
static raddr end_of_piece(struct search *s, raddr at, uint64_t size)
{
	raddr end = at + size;
	uint64_t next;

	if (at == s->top)
		return end % MEMORY_PAGE == 0 ? end : 0;
	if (size != CHUNK_FENCE)
		return 0;
	/* Two, or three if the old top had no more than that. */
	end = at + 2 * CHUNK_FENCE;
	if (end % MEMORY_PAGE)
		end += CHUNK_FENCE;
	if (end % MEMORY_PAGE)
		return 0;
	while ((at += CHUNK_FENCE) < end)
		if (!memory_u64(s->c->native->memory, at + 8, &next) ||
		    (next & ~CHUNK_FLAGS) != CHUNK_FENCE)
			return 0;
	return end;
}

/* Where the piece that begins at `start` ends; 0: none does. */
static raddr piece_end(struct search *s, raddr start, raddr limit)
{
	struct memory *m = s->c->native->memory;
	uint64_t head, before;
	raddr at = start, end;

	if (!memory_u64(m, start, &before) || before ||
	    !memory_u64(m, start + 8, &head) ||
	    (head & CHUNK_FLAGS) != CHUNK_PREVIOUS_IN_USE)
		return 0;
	while (s->budget && at < limit && memory_u64(m, at + 8, &head)) {
		uint64_t size = head & ~CHUNK_FLAGS;

		end = end_of_piece(s, at, size);
		if (end)
			return end <= limit ? end : 0;
		if (size < CHUNK_MIN || size % CHUNK_ALIGN || size > limit - at)
			return 0;
		at += size;
		s->budget--;
	}
	return 0;
}

static void search_range(struct search *s, raddr at, raddr limit)
{
	while (at < limit && s->budget) {
		const struct region *r = native_region(s->c->native, at);
		raddr end;

		if (r) {
			at = round_up(r->end, MEMORY_PAGE);
			continue;
		}
		end = piece_end(s, at, limit);
		if (end)
			chunks_walk(s->c, at, end, at, 0);
		at = end ? end : at + MEMORY_PAGE;
	}
}

static bool may_have_pieces(const struct segment *s)
{
	return s->prot & SEGMENT_WRITE && !(s->prot & SEGMENT_EXEC);
}

void pieces_walk(struct chunks *c)
{
	const struct memory *m = c->native->memory;
	struct search s = {
		.c = c,
		.top = c->arenas->all.v[0].top,
	};

	/* Hostile data may have a row of chunks at each page.  One look at each
	 * chunk is for what is right. */
	for (unsigned int i = 0; i < m->nr_segments; i++)
		s.budget += (m->segments[i].end - m->segments[i].start) /
			    CHUNK_MIN * 2;
	for (unsigned int i = 0; i < m->nr_segments; i++) {
		raddr start = m->segments[i].start, end = m->segments[i].end;

		if (!may_have_pieces(&m->segments[i]))
			continue;
		while (i + 1 < m->nr_segments &&
		       m->segments[i + 1].start == end &&
		       may_have_pieces(&m->segments[i + 1]))
			end = m->segments[++i].end;
		search_range(&s, start, end);
	}
	if (!s.budget)
		c->native->ledger->nr_damaged++;
}
