/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/log.h"
#include "native/malloc/caches.h"

#define FIRST_MANGLED 32	/* glibc 2.32 */
#define FIRST_WIDE 30		/* 2.30: counts are u16 */
#define NR_SMALL_BINS 64	/* for chunks of 32, 48, ... 1040 bytes */

/*
 * struct tcache_perthread_struct: counts[], then pointers to the first block of
 * each list.  Counts are u16; up to 2.29 they were char.  Up to 2.41 a count is
 * the length of the list; since 2.42 it is how many more blocks the list may
 * get, and there are 12 lists of larger blocks of several sizes.
 */
struct cache_layout {
	uint64_t size;		/* of its chunk */
	unsigned int nr_bins;
	unsigned int count_size; /* bytes */
	bool has_slots;
};

static const struct cache_layout cache_layouts[] = {
	{ CHUNK_CACHE_2_26, 64, 1, false },
	{ CHUNK_CACHE, 64, 2, false },
	{ CHUNK_CACHE_2_42, 76, 2, true },
};

struct caches {
	struct chunks *chunks;
	bool mangled;
	uint64_t budget;	/* links that may still be followed in vain */
	uint32_t line;		/* of PART_FREE_CACHES */
};

/* The link at `at`, an address of a block or a chunk; 0: the end. */
static raddr follow(const struct caches *s, raddr at)
{
	uint64_t link;

	if (!memory_u64(s->chunks->native->memory, at, &link))
		return 0;
	return s->mangled ? link ^ at >> 12 : link;
}

static uint64_t bin_size(unsigned int bin)
{
	return CHUNK_MIN + CHUNK_ALIGN * (uint64_t)bin;
}

/* Has this list chunks of such a size?  The size of those for larger blocks
 * only has a lower bound. */
static bool fits(unsigned int bin, uint64_t size)
{
	return bin < NR_SMALL_BINS ? size == bin_size(bin) :
				     size > bin_size(NR_SMALL_BINS - 1);
}

/* --- threads' caches ----------------------------------------------------- */

struct cache {
	raddr chunk;
	const struct cache_layout *layout;
	const uint8_t *bytes;	/* of its block */
};

static uint32_t cache_count(const struct cache *k, unsigned int bin)
{
	return k->layout->count_size == 1 ? k->bytes[bin] :
					    get_u16(k->bytes + 2 * (size_t)bin);
}

static raddr cache_entry(const struct cache *k, unsigned int bin)
{
	const struct cache_layout *l = k->layout;

	return get_u64(k->bytes + (size_t)l->count_size * l->nr_bins +
		       8 * (size_t)bin);
}

/*
 * Can these be counts and lists?  This looks at the cache alone, and rejects
 * almost everything that is none.
 */
static bool is_plausible(const struct cache *k)
{
	uint32_t slots = 0, nr_lists = 0;

	for (unsigned int bin = 0; bin < NR_SMALL_BINS; bin++) {
		raddr entry = cache_entry(k, bin);
		uint32_t nr = cache_count(k, bin);

		if (entry % CHUNK_ALIGN)
			return false;
		nr_lists += entry != 0;
		if (!k->layout->has_slots && !nr != !entry)
			return false;
		if (!k->layout->has_slots || entry)
			continue;
		/* All empty lists may get as many blocks. */
		if (!nr || (slots && nr != slots))
			return false;
		slots = nr;
	}
	return nr_lists || slots;
}

/*
 * Follow list number `bin`, and add its chunks to `ret`.  False: something in
 * it is no chunk that the list may have.
 */
static bool follow_list(struct caches *s, const struct cache *k,
			unsigned int bin, struct u64_vec *ret)
{
	raddr entry = cache_entry(k, bin);
	struct arena_heap *heap;

	for (; entry; entry = follow(s, entry)) {
		raddr chunk = entry - CHUNK_HEADER;
		uint64_t size = chunks_in_use(s->chunks, chunk, &heap), key;

		if (!size || !fits(bin, size) || !s->budget)
			return false;
		/* From 2.30 to 2.33 (and in 2.29, and where that was ported
		 * back) the second word of a block has the address of the
		 * cache.  It is the only proof of a list of one block where
		 * links are not mangled. */
		if (!s->mangled && k->layout->count_size > 1 &&
		    !(memory_u64(s->chunks->native->memory, entry + 8, &key) &&
		      key == k->chunk + CHUNK_HEADER))
			return false;
		s->budget--;
		u64_vec_push(ret, chunk);
	}
	return true;
}

/* Add the chunks of all lists to `ret`; false: this is no cache. */
static bool follow_lists(struct caches *s, const struct cache *k,
			 struct u64_vec *ret)
{
	uint64_t sum = 0;

	for (unsigned int bin = 0; bin < k->layout->nr_bins; bin++) {
		size_t before = ret->nr;
		uint64_t len;

		if (!follow_list(s, k, bin, ret))
			return false;
		len = ret->nr - before;
		if (bin >= NR_SMALL_BINS)
			continue;
		if (!k->layout->has_slots && cache_count(k, bin) != len)
			return false;
		len += cache_count(k, bin);
		if (k->layout->has_slots && bin && len != sum)
			return false;
		sum = len;
	}
	return true;
}

/* The block of a chunk is free, in a cache or a fast bin. */
static void take(struct caches *s, struct arena_heap *heap, raddr chunk,
		 uint64_t size)
{
	chunks_take(heap, chunk);
	native_account(s->chunks->native, s->line, chunk + CHUNK_HEADER,
		       chunk + size + 8, 1);
}

static void take_cached(struct caches *s, raddr chunk)
{
	struct heap_memory *ledger = s->chunks->native->ledger;
	struct arena_heap *heap;
	uint64_t size = chunks_in_use(s->chunks, chunk, &heap);
	struct heap_memory_malloc *sums;

	if (!size) {	/* it is in the list twice */
		ledger->nr_damaged++;
		return;
	}
	take(s, heap, chunk, size);
	sums = &ledger->mallocs.v[heap->arena];
	sums->cached += size;
	sums->nr_cached++;
}

static void take_cache(struct caches *s, const struct cache *k)
{
	struct arena_heap *heap;
	uint64_t size = chunks_in_use(s->chunks, k->chunk, &heap);

	if (!size)
		return;
	chunks_take(heap, k->chunk);
	native_account(s->chunks->native, s->chunks->overhead_line,
		       k->chunk + CHUNK_HEADER, k->chunk + size + 8, 0);
}

/* Take the cache at `chunk` with all that is in it; false: it is none. */
static bool take_if_cache(struct caches *s, raddr chunk)
{
	CLEANUP(u64_vec_release) struct u64_vec found = VEC_INIT;
	struct cache k = { .chunk = chunk };
	struct arena_heap *heap;
	uint64_t size = chunks_in_use(s->chunks, chunk, &heap);

	for (size_t i = 0; i < ARRAY_SIZE(cache_layouts); i++)
		if (cache_layouts[i].size == size)
			k.layout = &cache_layouts[i];
	/* Old ones prove little: not where the version says that there are
	 * none. */
	if (!k.layout || (k.layout->count_size == 1 &&
			  s->chunks->arenas->libc.minor >= FIRST_WIDE))
		return false;
	k.bytes = memory_at(s->chunks->native->memory, chunk + CHUNK_HEADER,
			    size - CHUNK_HEADER);
	if (!k.bytes || !is_plausible(&k) || !follow_lists(s, &k, &found) ||
	    !found.nr)
		return false;
	s->budget += found.nr;
	take_cache(s, &k);
	for (size_t i = 0; i < found.nr; i++)
		take_cached(s, found.v[i]);
	return true;
}

static uint64_t take_caches(struct caches *s)
{
	const struct u64_vec *v = &s->chunks->candidates;
	uint64_t nr = 0;

	/* Each link is followed once for the caches that are none. */
	s->budget = s->chunks->nr + 65536;
	for (size_t i = 0; i < v->nr && s->budget; i++)
		nr += take_if_cache(s, v->v[i]);
	if (!s->budget)
		s->chunks->native->ledger->nr_damaged++;
	return nr;
}

/* --- fast bins ----------------------------------------------------------- */

static void take_fast(struct caches *s, struct arena_heap *heap, raddr chunk,
		      uint64_t size)
{
	struct heap_memory *ledger = s->chunks->native->ledger;
	struct heap_memory_malloc *sums = &ledger->mallocs.v[heap->arena];

	take(s, heap, chunk, size);
	sums->used -= size;
	sums->free += size;
	sums->nr_free++;
	sums->fast += size;
	sums->nr_fast++;
}

/* A list ends at the latest when all of its chunks are taken. */
static void take_fast_bin(struct caches *s, raddr chunk, unsigned int bin)
{
	while (chunk) {
		struct arena_heap *heap;
		uint64_t size = chunks_in_use(s->chunks, chunk, &heap);

		if (size != bin_size(bin)) {
			s->chunks->native->ledger->nr_damaged++;
			return;
		}
		take_fast(s, heap, chunk, size);
		chunk = follow(s, chunk + CHUNK_HEADER);
	}
}

static void take_fast_bins(struct caches *s)
{
	const struct arenas *a = s->chunks->arenas;
	uint64_t first;

	for (size_t i = 0; a->layout->fast_bins && i < a->all.nr; i++) {
		raddr bins = a->all.v[i].address + a->layout->fast_bins;

		for (unsigned int bin = 0; bin < NR_FAST_BINS; bin++)
			if (memory_u64(s->chunks->native->memory,
				       bins + UINT64_C(8) * bin, &first))
				take_fast_bin(s, first, bin);
	}
}

void caches_take(struct chunks *c)
{
	const struct arenas *a = c->arenas;
	struct caches s = {
		.chunks = c,
		.mangled = a->libc.minor >= FIRST_MANGLED || !a->libc.minor ||
			   !a->layout->fast_bins,
		.line = native_line(c->native, PART_FREE_CACHES, OID_NONE,
				    NULL),
	};
	uint64_t nr = take_caches(&s);

	/* No version is known: the other way may give proofs. */
	if (!nr && !a->libc.minor && a->layout->fast_bins) {
		s.mangled = false;
		nr = take_caches(&s);
		s.mangled = !nr;
	}
	take_fast_bins(&s);
	log_info("malloc: %" PRIu64 " threads' caches; their links are %s", nr,
		 s.mangled ? "mangled" : "plain");
}
