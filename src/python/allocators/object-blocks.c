/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Most of the blocks of a process are objects in runs, all of whose pages are
 * in memory.  They are counted by type, and each run is accounted for as a
 * whole in the end.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "python/allocators/object-blocks.h"
#include "python/types/object-map.h"

/* What allocators, the collector, managed dicts and debug hooks put before an
 * object.  Further behind the start it is part of something larger, such as an
 * interpreter's state. */
#define MOST_BEFORE 64
/* Objects begin at multiples of that. */
#define OBJECT_ALIGNMENT 8

struct tally {
	uint64_t bytes;		/* that are resident */
	uint64_t count;
};

struct taking {
	struct python *py;
	struct native *n;
	uint8_t *whole;		/* by run: it has a stride, and is resident */
	struct tally *types;	/* by type */
	uint64_t outside;	/* objects that lie in no block */
};

static void taking_init(struct taking *t, struct python *py, struct native *n)
{
	const struct block_run_vec *runs = &n->blocks.runs;

	*t = (struct taking){ .py = py, .n = n };
	t->types = xcalloc(py->heap->types.nr + 1, sizeof(*t->types));
	t->whole = xcalloc(runs->nr + 1, sizeof(*t->whole));
	for (size_t i = 0; i < runs->nr; i++) {
		const struct block_run *r = &runs->v[i];

		t->whole[i] = r->stride &&
			      native_is_whole(n, r->start, r->start + r->bytes);
	}
}

static void taking_release(struct taking *t)
{
	free(t->types);
	free(t->whole);
}

uint64_t object_blocks_bytes(struct block b)
{
	if (b.allocator == ALLOCATOR_MALLOC)
		return b.size + 8;
	if (b.allocator == ALLOCATOR_MMAP)
		return b.size + 16;
	return b.size;
}

static void take_all(struct taking *t)
{
	struct blocks *blocks = &t->n->blocks;
	struct heap *h = t->py->heap;
	struct block b;

	for (oid o = 0; o < h->nr_objects; o++) {
		struct tally *type = &t->types[h->type[o]];
		uint32_t run, block = blocks_take_at(blocks, h->address[o],
						     MOST_BEFORE, &run);

		if (unlikely(block == BLOCK_NONE)) {
			h->bytes[o] = h->size[o];
			t->outside++;
			continue;
		}
		type->count++;
		if (likely(t->whole[run])) {
			/* No allocator has a header in a run. */
			h->bytes[o] = blocks->runs.v[run].size;
			type->bytes += blocks->runs.v[run].size;
			continue;
		}
		b = blocks_get(blocks, block);
		h->bytes[o] = object_blocks_bytes(b);
		type->bytes += native_account_bytes(t->n, b.start,
						    b.start + b.size);
	}
}

/* The mappings of what was only counted by type. */
static void account_runs(struct taking *t)
{
	const struct blocks *b = &t->n->blocks;

	for (size_t i = 0; i < b->words.nr; i++) {
		const struct block_word *w = &b->words.v[i];
		const struct block_run *r = &b->runs.v[w->run];

		if (t->whole[w->run])
			native_account_mapping(t->n, r->start, r->size *
				(uint64_t)blocks_bits(w->used & ~w->raw));
	}
}

static void fill_lines(struct taking *t)
{
	for (uint32_t i = 0; i < t->py->heap->types.nr; i++) {
		uint32_t line;

		if (!t->types[i].count)
			continue;
		line = native_line(t->n, PART_OBJECTS, i, NULL);
		t->n->ledger->lines.v[line].bytes += t->types[i].bytes;
		t->n->ledger->lines.v[line].count += t->types[i].count;
	}
}

void object_blocks_take(struct python *py, struct native *n)
{
	CLEANUP(taking_release) struct taking t;
	struct heap *h = py->heap;

	taking_init(&t, py, n);
	free(h->bytes);
	h->bytes = xmalloc(((size_t)h->nr_objects + 1) * sizeof(*h->bytes));
	take_all(&t);
	account_runs(&t);
	fill_lines(&t);
	h->info.bytes_known = true;
	log_info("memory: %" PRIu64 " of %u objects are in no block",
		 t.outside, h->nr_objects);
}

uint32_t object_blocks_find(const struct python *py, struct native *n, oid o)
{
	struct blocks *b = &n->blocks;
	raddr address = py->heap->address[o];
	uint32_t block = blocks_find(b, address);

	return block != BLOCK_NONE && !blocks_is_raw(b, block) &&
	       address - blocks_get(b, block).start <= MOST_BEFORE ?
	       block : BLOCK_NONE;
}

oid object_blocks_object(struct python *py, const struct block *b)
{
	for (raddr at = b->start; at <= b->start + MOST_BEFORE;
	     at += OBJECT_ALIGNMENT) {
		oid o = object_map_find(py, at);

		if (o != OID_NONE)
			return o;
	}
	return OID_NONE;
}
