/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/log.h"
#include "native/malloc/chunks.h"
#include "native/malloc/malloc.h"

/*
 * A chunk with a mapping of its own begins with the mapping.  Only memory that
 * was asked for with an alignment begins later; the first word of the chunk
 * then says by how much.  The kernel makes one mapping of several that are
 * neighbours, and madvise() splits them: chunks are looked for page by page in
 * all anonymous memory that is contiguous.
 */
struct mapped {
	struct native *native;
	const struct arena_layout *layout;
	uint32_t line;		/* of PART_MALLOC */
};

/*
 * Bytes of the mapping at `start` that has its chunk at `start` + `skipped`;
 * 0: there is no such chunk.
 */
static uint64_t mapping_size(const struct mapped *m, raddr start,
			     uint64_t skipped, raddr limit)
{
	raddr chunk = start + skipped;
	uint64_t before, head, size;

	if (limit - start < skipped + CHUNK_HEADER ||
	    !memory_u64(m->native->memory, chunk, &before) ||
	    before != skipped ||
	    !memory_u64(m->native->memory, chunk + 8, &head) ||
	    (head & CHUNK_FLAGS) != CHUNK_MAPPED)
		return 0;
	size = (head & ~CHUNK_FLAGS) + m->layout->mapped_less;
	if (size < CHUNK_MIN || size > limit - chunk ||
	    (size + skipped) % MEMORY_PAGE)
		return 0;
	return size + skipped;
}

/* Has the chunk moved by `skipped` bytes?  Then `*ret` is set to them. */
static uint64_t try_skipped(const struct mapped *m, raddr start,
			    uint64_t skipped, raddr limit, uint64_t *ret)
{
	uint64_t size = mapping_size(m, start, skipped, limit);

	if (size)
		*ret = skipped;
	return size;
}

/*
 * memalign() asks for more and moves the chunk to where its block is aligned.
 * What was at the mapping's start is still there, and its size is not that of
 * the mapping any more if mremap() has changed it.  So look for the chunk that
 * was moved: `*ret` is by how much, and the function returns the size of its
 * mapping; 0: there is none.
 */
static uint64_t find_moved(const struct mapped *m, raddr start, raddr limit,
			   uint64_t *ret)
{
	uint64_t size;

	/* By an alignment of up to a page ... */
	for (uint64_t skipped = CHUNK_ALIGN; skipped < MEMORY_PAGE;
	     skipped += CHUNK_ALIGN) {
		size = try_skipped(m, start, skipped, limit, ret);
		if (size)
			return size;
	}
	/* ... and of more.  Too small a gap is left for the next multiple. */
	for (uint64_t a = 2 * MEMORY_PAGE; a < limit - start; a *= 2) {
		raddr block = round_up(start + CHUNK_HEADER, a);

		size = try_skipped(m, start, block - CHUNK_HEADER - start,
				   limit, ret);
		if (!size)
			size = try_skipped(m, start,
					   block + a - CHUNK_HEADER - start,
					   limit, ret);
		if (size)
			return size;
	}
	return 0;
}

/* Add the chunk whose mapping begins at `start`; its size, 0: there is none. */
static uint64_t add_chunk(const struct mapped *m, raddr start, raddr limit)
{
	struct native *n = m->native;
	uint64_t size = mapping_size(m, start, 0, limit), moved, skipped = 0;
	raddr block, end;

	if (!size)
		return 0;
	moved = find_moved(m, start, limit, &skipped);
	if (moved)
		size = moved;
	if (!native_claim(n, start, start + size, REGION_MMAPPED, 0))
		return 0;
	block = start + skipped + CHUNK_HEADER;
	end = start + size - m->layout->mapped_tail;
	blocks_add(&n->blocks, block, end - block, ALLOCATOR_MMAP);
	native_account(n, m->line, start, block, 1);
	native_account(n, m->line, end, start + size, 0);
	n->ledger->mmapped += size;
	n->ledger->nr_mmapped++;
	return size;
}

static bool is_anonymous(const struct mapping *m)
{
	return !m->inode && !m->shared && m->prot & SEGMENT_WRITE &&
	       strcmp(m->path, "[heap]") && strncmp(m->path, "[stack", 6);
}

/* The first page from `start` on that may have a chunk's head: it was written.
 * To look at another one would give it memory, here, and there may be 60,000
 * mappings that begin with such a page. */
static raddr first_page(const struct mapped *m, raddr start, raddr end)
{
	struct range rest = { start, end };

	return native_narrow(m->native, &rest) ? rest.start : end;
}

static void search(const struct mapped *m, raddr start, raddr end)
{
	start = first_page(m, start, end);
	while (start < end) {
		const struct region *r = native_region(m->native, start);
		uint64_t size;

		if (r) {
			start = round_up(r->end, MEMORY_PAGE);
			continue;
		}
		size = add_chunk(m, start, end);
		start = size ? start + size :
			       first_page(m, start + MEMORY_PAGE, end);
	}
}

static void search_all(const struct mapped *m)
{
	const struct mapping_vec *maps = &m->native->target->mappings;

	for (size_t i = 0; i < maps->nr; i++) {
		raddr start = maps->v[i].start, end = maps->v[i].end;

		if (!is_anonymous(&maps->v[i]))
			continue;
		while (i + 1 < maps->nr && is_anonymous(&maps->v[i + 1]) &&
		       maps->v[i + 1].start == end)
			end = maps->v[++i].end;
		search(m, start, end);
	}
}

void malloc_mapped(struct native *n)
{
	CLEANUP(arenas_release) struct arenas a;
	struct heap_memory *ledger = n->ledger;
	struct mapped m = { .native = n };

	arenas_find(n, &a);
	if (!a.layout || malloc_replaced(n))
		return;
	m.layout = a.layout;
	m.line = native_line(n, PART_MALLOC, OID_NONE, NULL);
	search_all(&m);
	log_info("malloc: %" PRIu64 " chunks with mappings of their own, %"
		 PRIu64 " bytes", ledger->nr_mmapped, ledger->mmapped);
	if (ledger->knows_mmapped &&
	    (ledger->nr_mmapped != ledger->own_nr_mmapped ||
	     ledger->mmapped != ledger->own_mmapped))
		log_info("malloc: it has counted %" PRIu64 " of them, %" PRIu64
			 " bytes", ledger->own_nr_mmapped,
			 ledger->own_mmapped);
}
