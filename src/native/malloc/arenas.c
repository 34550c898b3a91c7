/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "native/malloc/arenas.h"

#define NR_BINS 127
/* A thread may have been stopped while it changed a bin and its neighbour. */
#define MAX_BAD_BINS 2
#define MAX_ARENAS 65536
/* The data of glibc is some 20 kB.  Of a file that only has its name, no more
 * is searched, and not all day. */
#define MAX_DATA (UINT64_C(1) << 20)
#define MAX_RINGS 16
#define MAX_COUNTERS 64
#define NONCONTIGUOUS 2		/* malloc_state.flags */

/*
 * malloc/malloc.c of glibc: struct malloc_state.  2.43 has no fast bins; its
 * bins and `next` are as far from one another as before, so that only the ring
 * of `next` tells the two apart.
 */
static const struct arena_layout layouts[] = {
	{ .flags = 4, .fast_bins = 16, .top = 96, .bins = 112, .next = 2160,
	  .system_mem = 2184, .size = 2200 },		/* 2.27 to 2.42 */
	{ .flags = 4, .top = 8, .bins = 24, .next = 2072,
	  .system_mem = 2096, .size = 2112,
	  .mapped_less = 16, .mapped_tail = 8 },	/* 2.43 */
};

/*
 * struct malloc_par, mp_: offsets from sbrk_base, where main's heap begins.
 * 2.35 put words for huge pages before n_mmaps.
 */
static const struct {
	uint32_t nr_mapped, nr_mapped_max, max_nr_mapped, mapped, max_mapped;
} counters[] = {
	{ 36, 32, 28, 16, 8 },		/* 2.35 and later */
	{ 32, 28, 24, 16, 8 },		/* before */
};
#define COUNTERS_BEFORE 40	/* bytes, rounded up to a word */
#define N_MMAPS_MAX 65536	/* the default, M_MMAP_MAX of mallopt(3) */
#define TCACHE_BINS 64		/* the default */

/* Do the two pointers at `at` begin and end a list of chunks?  They are the
 * fd and bk of a chunk that would begin 16 bytes before. */
static bool is_bin(struct native *n, raddr at)
{
	raddr bin = at - 16;
	raddr fd = native_word(n, at), bk = native_word(n, at + 8);

	if (fd == bin || bk == bin)
		return fd == bk;
	return native_word(n, fd + 24) == bin && native_word(n, bk + 16) == bin;
}

static bool has_bins(struct native *n, const struct arena_layout *l, raddr a)
{
	unsigned int bad = 0;

	for (unsigned int i = 0; i < NR_BINS && bad <= MAX_BAD_BINS; i++)
		bad += !is_bin(n, a + l->bins + UINT64_C(16) * i);
	return bad <= MAX_BAD_BINS;
}

static bool has_ring(struct native *n, const struct arena_layout *l, raddr a)
{
	raddr next = native_word(n, a + l->next);

	for (unsigned int i = 0; i < MAX_ARENAS && next && next != a; i++)
		next = native_word(n, next + l->next);
	return next == a;
}

/* Where the search of the mapping ends. */
static raddr data_end(const struct mapping *m)
{
	return m->start + MIN(m->end - m->start, MAX_DATA);
}

static raddr find_main_in(struct native *n, const struct arena_layout *l,
			  const struct mapping *m)
{
	raddr end = data_end(m);
	unsigned int rings = 0;

	for (raddr a = m->start; a + l->size <= end && rings < MAX_RINGS;
	     a += 8) {
		/* A look at one bin rejects almost everything. */
		if (!is_bin(n, a + l->bins + UINT64_C(960)) ||
		    !has_bins(n, l, a))
			continue;
		if (has_ring(n, l, a))
			return a;
		rings++;
	}
	return 0;
}

static raddr find_main(struct native *n, struct arenas *a)
{
	for (size_t k = 0; k < ARRAY_SIZE(layouts); k++) {
		const struct mapping *m;
		size_t i = 0;

		while ((m = libc_data(n, &a->libc, &i))) {
			raddr main = find_main_in(n, &layouts[k], m);

			if (!main)
				continue;
			a->layout = &layouts[k];
			return main;
		}
	}
	return 0;
}

static void add_arena(struct native *n, struct arenas *a, raddr address)
{
	const struct arena_layout *l = a->layout;
	uint32_t flags = 0;

	memory_u32(n->memory, address + l->flags, &flags);
	arena_vec_push(&a->all, (struct arena){
		.address = address,
		.top = native_word(n, address + l->top),
		.system = native_word(n, address + l->system_mem),
		.in_pieces = flags & NONCONTIGUOUS,
	});
}

/*
 * An arena lies in its first heap, behind heap_info, whose first word has its
 * address.  2.35 put the size of a page into heap_info.
 */
static bool is_in_heap(struct native *n, struct arenas *a, raddr arena)
{
	static const uint64_t sizes[] = { 32, 48 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		raddr start = arena - sizes[i];

		if ((a->heap_info && a->heap_info != sizes[i]) ||
		    start % HEAP_MIN_ALIGN || native_word(n, start) != arena)
			continue;
		a->heap_info = sizes[i];
		while (start % a->heap_align)
			a->heap_align /= 2;
		return true;
	}
	return false;
}

static int compare_arenas(const void *x, const void *y)
{
	const struct arena *a = x, *b = y;

	return (a->address > b->address) - (a->address < b->address);
}

static void add_others(struct native *n, struct arenas *a)
{
	raddr main = a->all.v[0].address;
	raddr next = native_word(n, main + a->layout->next);

	for (; next != main; next = native_word(n, next + a->layout->next)) {
		/* has_ring() saw that it leads back. */
		if (!is_in_heap(n, a, next)) {
			a->is_damaged = true;
			break;
		}
		add_arena(n, a, next);
	}
	if (a->all.nr > 2)
		qsort(a->all.v + 1, a->all.nr - 1, sizeof(*a->all.v),
		      compare_arenas);
}

/* --- what malloc has counted --------------------------------------------- */

static uint32_t count(struct native *n, raddr at)
{
	uint32_t x = 0;

	memory_u32(n->memory, at, &x);
	return x;
}

raddr arenas_mapped_end(const struct native *n, raddr addr)
{
	const struct mapping_vec *maps = &n->target->mappings;
	const struct mapping *m = maps_find(maps, addr), *last;
	raddr end;

	if (!m)
		return addr;
	last = maps->v + maps->nr;
	end = m->end;
	while (++m < last && m->start == end && !m->inode && !m->shared &&
	       m->prot & SEGMENT_WRITE)
		end = m->end;
	return end;
}

/* May main's first memory begin at `heap`?  All of it is contiguous, unless
 * some of it is not from brk(). */
static bool is_heap(struct native *n, const struct arenas *a, raddr heap)
{
	raddr top = a->all.v[0].top;
	const struct mapping *m;

	m = maps_find(&n->target->mappings, heap);
	if (!m || !(m->prot & SEGMENT_WRITE))
		return false;
	return a->all.v[0].in_pieces ||
	       (heap <= top && top < arenas_mapped_end(n, heap));
}

/*
 * Are there counters before the word at `at`, if it is sbrk_base?  They are at
 * most their maxima, and n_mmaps_max before it or tcache_bins behind it has its
 * default value: tunables change them.
 */
static bool read_counters(struct native *n, struct arenas *a, raddr at)
{
	bool bins = native_word(n, at + 8) == TCACHE_BINS;

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		uint32_t max = count(n, at - counters[i].nr_mapped_max);

		/* Zeros agree with both. */
		if (a->libc.minor && (a->libc.minor < 35) != i)
			continue;
		a->nr_mapped = count(n, at - counters[i].nr_mapped);
		a->mapped = native_word(n, at - counters[i].mapped);
		if ((max == N_MMAPS_MAX || bins) && a->nr_mapped <= max &&
		    a->nr_mapped <= count(n, at - counters[i].max_nr_mapped) &&
		    a->mapped <= native_word(n, at - counters[i].max_mapped))
			return true;
	}
	return false;
}

static void find_counters(struct native *n, struct arenas *a)
{
	const struct mapping *m;
	unsigned int tried = 0;
	size_t i = 0;

	while ((m = libc_data(n, &a->libc, &i))) {
		raddr at = m->start + COUNTERS_BEFORE;

		for (; at < data_end(m) && tried < MAX_COUNTERS; at += 8) {
			if (!read_counters(n, a, at))
				continue;
			a->heap = native_word(n, at);
			a->knows_counters = is_heap(n, a, a->heap);
			if (a->knows_counters)
				return;
			tried++;
		}
	}
	a->nr_mapped = a->mapped = 0;
}

void arenas_find(struct native *n, struct arenas *ret)
{
	raddr main;

	*ret = (struct arenas){ .heap_align = HEAP_MAX_SIZE };
	libc_find(n, &ret->libc);
	main = find_main(n, ret);
	if (!main)
		return;
	add_arena(n, ret, main);
	add_others(n, ret);
	find_counters(n, ret);
}

void arenas_release(struct arenas *a)
{
	arena_vec_release(&a->all);
	a->layout = NULL;
}

size_t arenas_index(const struct arenas *a, raddr address)
{
	size_t low = 1, high = a->all.nr;

	if (a->all.nr && a->all.v[0].address == address)
		return 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->all.v[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->all.nr && a->all.v[low].address == address ? low :
								    SIZE_MAX;
}
