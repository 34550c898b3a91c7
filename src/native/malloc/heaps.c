/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/log.h"
#include "native/malloc/heaps.h"
#include "native/malloc/pieces.h"

static raddr align(raddr addr)
{
	return round_up(addr, CHUNK_ALIGN);
}

/* --- the main arena's ----------------------------------------------------- */

/* [heap]: it has main's top, or its name says so. */
static const struct mapping *find_heap(struct native *n, raddr top)
{
	const struct mapping_vec *maps = &n->target->mappings;

	for (size_t i = 0; i < maps->nr; i++)
		if (!strcmp(maps->v[i].path, "[heap]"))
			return &maps->v[i];
	return maps_find(maps, top);
}

/*
 * Where the memory of main's heap ends that begins at `start`: with its top
 * chunk, or with what is mapped if the top is elsewhere.  Others may have
 * called brk() later.
 */
static raddr heap_end(struct native *n, raddr start, raddr top)
{
	raddr end = arenas_mapped_end(n, start);
	uint64_t head;

	if (top < start || top >= end || end - top < 16 ||
	    !memory_u64(n->memory, top + 8, &head))
		return end;
	head &= ~CHUNK_FLAGS;
	return head >= 16 && head <= end - top ? top + head : end;
}

static void walk_main(struct chunks *c)
{
	const struct arenas *a = c->arenas;
	struct native *n = c->native;
	const struct mapping *m;
	raddr start;

	if (a->knows_counters)
		m = maps_find(&n->target->mappings, a->heap);
	else
		m = find_heap(n, a->all.v[0].top);
	if (!m || !a->all.v[0].system)
		return;
	start = a->knows_counters ? a->heap : m->start;
	/* Up to 2.35, ld.so has a copy of GLIBC_TUNABLES in front. */
	if (native_claim(n, memory_page_start(start), start, REGION_MALLOC, 0))
		native_account(n, c->overhead_line, memory_page_start(start),
			       start, 0);
	chunks_walk(c, start, heap_end(n, start, a->all.v[0].top),
		    align(start), 0);
}

/* --- the other arenas' ---------------------------------------------------- */

/*
 * Is there a heap at `start`?  struct heap_info: arena, previous heap, size.
 */
static void walk_heap_at(struct chunks *c, raddr start, raddr limit)
{
	const struct arenas *a = c->arenas;
	struct memory *m = c->native->memory;
	uint64_t arena, size;
	raddr first;
	size_t i;

	if (!memory_u64(m, start, &arena) || !memory_u64(m, start + 16, &size))
		return;
	i = arenas_index(a, arena);
	if (i == SIZE_MAX || i == 0)
		return;
	if (size % MEMORY_PAGE || size > HEAP_MAX_SIZE ||
	    size > limit - start || !size) {
		c->native->ledger->nr_damaged++;
		c->native->ledger->mallocs.v[i].whole = false;
		return;
	}
	first = start + a->heap_info;
	if (arena == start + a->heap_info)
		first = align(arena + a->layout->size);
	chunks_walk(c, start, start + size, first, i);
}

/* The end of what is writable from `start` on, in segment `i` and in those
 * directly behind it; more than a heap takes does not matter. */
static raddr writable_end(const struct memory *m, unsigned int i, raddr start)
{
	raddr end = m->segments[i].end;

	while (end - start < HEAP_MAX_SIZE && ++i < m->nr_segments &&
	       m->segments[i].start == end &&
	       m->segments[i].prot & SEGMENT_WRITE)
		end = m->segments[i].end;
	return end;
}

/* Look at each place in memory where a heap may begin.  In a core, a segment
 * may have fewer bytes than the heap claims. */
static void walk_others(struct chunks *c)
{
	const struct memory *m = c->native->memory;
	uint64_t step = c->arenas->heap_align;

	for (unsigned int i = 0; i < m->nr_segments; i++) {
		const struct segment s = m->segments[i];
		raddr start = round_up(s.start, step);

		if (!(s.prot & SEGMENT_WRITE))
			continue;
		for (; start < s.end; start += step)
			walk_heap_at(c, start, writable_end(m, i, start));
	}
}

void heaps_walk(struct chunks *c)
{
	walk_main(c);
	if (c->arenas->heap_info)
		walk_others(c);
	if (c->arenas->all.v[0].in_pieces)
		pieces_walk(c);
}
