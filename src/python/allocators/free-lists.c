/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/log.h"
#include "python/allocators/free-lists.h"
#include "python/state/object-head.h"
#include "python/state/words.h"
#include "python/types/types.h"

/* What can be before an object in its block: debug hooks, PyGC_Head, and the
 * words for dict and weak references. */
#define MAX_HEAD 48
/* Longer than any list. */
#define MAX_CHAIN 100000
/* Threads of an interpreter: their list may go round. */
#define MAX_THREADS 100000

struct search {
	struct python *py;
	struct native *n;
	uint8_t *found;		/* by block: a bit */
	uint32_t float_type;
	raddr floats;		/* the longest chain of them so far */
	uint64_t nr_floats;
	struct free_object_vec *ret;
};

static bool is_found(const struct search *s, uint32_t block)
{
	return s->found[block / 8] & 1 << block % 8;
}

static void add(struct search *s, uint32_t block, uint32_t type)
{
	s->found[block / 8] |= (uint8_t)(1 << block % 8);
	free_object_vec_push(s->ret, (struct free_object){ block, type });
}

/* The block without an object that an object of `size` bytes at `addr` could
 * lie in, or BLOCK_NONE. */
static uint32_t block_of(struct search *s, raddr addr, int64_t size)
{
	uint32_t block = addr % 8 ? BLOCK_NONE :
				    blocks_find(&s->n->blocks, addr);
	struct block b;
	uint64_t head;

	if (block == BLOCK_NONE || !blocks_is_raw(&s->n->blocks, block))
		return BLOCK_NONE;
	b = blocks_get(&s->n->blocks, block);
	head = addr - b.start;
	return head <= MAX_HEAD && head % 16 == 0 &&
	       (int64_t)(b.size - head) >= size ? block : BLOCK_NONE;
}

static int64_t size_of_type(const struct search *s, uint32_t type)
{
	return MAX(s->py->types.v[type].basicsize,
		   (int64_t)s->py->layout.object_size);
}

/* The type of the object at `addr`, which may be dead; UINT32_MAX: none. */
static uint32_t type_at(struct search *s, raddr addr)
{
	return types_load_known(s->py, word_at(s->py, addr,
					       s->py->layout.object_type));
}

static bool is_dead(struct search *s, raddr addr)
{
	const uint8_t *p = memory_at(s->py->memory, addr,
				     s->py->layout.object_size);

	return p && object_head_refcount(s->py, p) == 0;
}

/* --- chains with their number beside the head --------------------------- */

/*
 * Are there `nr` blocks, each with a link to the next one at `link` and the
 * last one with 0, in blocks of the same size?  All objects have that type, or
 * they are dead, and the link is in its place.
 */
static bool is_chain(struct search *s, raddr addr, uint64_t nr, uint32_t link,
		     uint32_t type)
{
	uint64_t size = 0, first;

	for (; nr; nr--) {
		uint32_t block = block_of(s, addr, size_of_type(s, type));

		if (block == BLOCK_NONE || is_found(s, block))
			return false;
		first = size;
		size = blocks_get(&s->n->blocks, block).size;
		if (first && size != first)
			return false;
		if (link == s->py->layout.object_type ?
		    !is_dead(s, addr) : type_at(s, addr) != type)
			return false;
		addr = word_at(s->py, addr, link);
	}
	return !addr;
}

static void add_chain(struct search *s, raddr addr, uint64_t nr, uint32_t link,
		      uint32_t type)
{
	for (; nr; nr--) {
		add(s, block_of(s, addr, 0), type);
		addr = word_at(s->py, addr, link);
	}
}

/* 3.14 and later: { head, number }, linked by their first words. */
static void try_chain(struct search *s, raddr addr, uint64_t nr)
{
	uint32_t type = type_at(s, addr);

	if (type != UINT32_MAX && nr && nr <= MAX_CHAIN &&
	    is_chain(s, addr, nr, 0, type))
		add_chain(s, addr, nr, 0, type);
}

/*
 * Floats up to 3.13: the number is an int before or behind the head.  A block
 * with two zeros looks like a chain of one, and there is one list, so the
 * longest chain is it.
 */
static void try_floats(struct search *s, raddr addr, uint32_t nr)
{
	if (nr > s->nr_floats && nr <= MAX_CHAIN &&
	    s->float_type != UINT32_MAX &&
	    is_chain(s, addr, nr, s->py->layout.object_type, s->float_type)) {
		s->floats = addr;
		s->nr_floats = nr;
	}
}

static void add_floats(struct search *s)
{
	add_chain(s, s->floats, s->nr_floats, s->py->layout.object_type,
		  s->float_type);
	s->nr_floats = 0;
}

/* --- where lists begin -------------------------------------------------- */

/* A word of static data or of a state, and what stands around it. */
static void try_words(struct search *s, uint64_t before, raddr head,
		      uint64_t behind)
{
	if (block_of(s, head, 0) == BLOCK_NONE)
		return;
	if (s->py->minor >= 14) {
		try_chain(s, head, behind);
		return;
	}
	try_floats(s, head, (uint32_t)before);
	try_floats(s, head, (uint32_t)behind);
}

static void search_words(struct search *s, raddr start, raddr end)
{
	uint64_t before = 0, word = 0, behind;

	memory_u64(s->py->memory, start, &word);
	for (raddr at = start; at + 16 <= end; at += 8) {
		behind = 0;
		memory_u64(s->py->memory, at + 8, &behind);
		if (word)
			try_words(s, before, word, behind);
		before = word;
		word = behind;
	}
}

/* A file's data can be several segments, for their protection differs. */
static void search_range(struct search *s, raddr start, raddr end)
{
	const struct memory *m = s->py->memory;

	for (unsigned int i = 0; i < m->nr_segments; i++) {
		const struct segment *g = &m->segments[i];

		if (g->end > start && g->start < end)
			search_words(s, (MAX(start, g->start) + 7) & ~7ull,
				     MIN(end, g->end));
	}
}

/* The block that the interpreter or thread at `addr` lies in, or its size. */
static void search_state(struct search *s, raddr addr, uint64_t size)
{
	uint32_t block = blocks_find(&s->n->blocks, addr);
	struct block b;

	if (block != BLOCK_NONE) {
		b = blocks_get(&s->n->blocks, block);
		size = b.start + b.size - addr;
	}
	if (addr)
		search_range(s, addr, addr + size);
	add_floats(s);
}

/* Free-threaded builds have lists in each thread. */
static void search_threads(struct search *s, raddr interpreter)
{
	const struct layout *l = &s->py->layout;
	raddr thread = word_at(s->py, interpreter, l->interp_threads);

	for (unsigned int i = 0; thread && i < MAX_THREADS; i++) {
		search_state(s, thread, l->thread_size);
		thread = word_at(s->py, thread, l->thread_next);
	}
}

/*
 * Up to 3.9 lists are static data.  _PyRuntime may be in .bss, which no
 * module's range has; PyType_Type is not.
 */
static void search_data(struct search *s)
{
	const struct native *n = s->n;
	struct module *m = modules_at(n->target, s->py->known.type);

	for (size_t i = 0; m && i < n->regions.nr; i++) {
		const struct region *r = &n->regions.v[i];

		if (r->kind == REGION_FILE &&
		    !strcmp(n->target->mappings.v[r->index].path, m->path))
			search_range(s, r->start, r->end);
	}
	add_floats(s);
}

static int by_block(const void *a, const void *b)
{
	const struct free_object *x = a, *y = b;

	return (x->block > y->block) - (x->block < y->block);
}

void free_lists_find(struct python *py, struct native *n,
		     struct free_object_vec *ret)
{
	CLEANUP(freep) uint8_t *found = xcalloc(n->blocks.words.nr + 1, 8);
	struct search s = {
		.py = py,
		.n = n,
		.found = found,
		.float_type = types_load_known(py, py->known.float_),
		.ret = ret,
	};

	if (py->minor < 10)
		search_data(&s);
	for (size_t i = 0; py->minor >= 10 && i < py->interpreters.nr; i++) {
		raddr interpreter = py->interpreters.v[i].address;

		search_state(&s, interpreter, py->layout.interp_size);
		if (py->free_threaded)
			search_threads(&s, interpreter);
	}
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), by_block);
	log_info("memory: %zu dead objects on free lists", ret->nr);
}
