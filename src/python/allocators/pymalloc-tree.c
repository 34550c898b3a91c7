/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/allocators/pymalloc-tree.h"
#include "python/state/words.h"

#define POINTER_SIZE 8
#define COVERAGE_SIZE 8		/* arena_coverage_t */
/* What debug hooks put before a block. */
#define DEBUG_HEAD 16
/* What malloc and debug hooks may add to the size of a node. */
#define SLACK (MEMORY_PAGE + 64)

struct tree {
	unsigned int arena_bits, bottom_bits, middle_bits;
};

/* Which nodes has a tree of arenas of this size? */
static struct tree tree_of(const struct python *py, uint64_t arena_size)
{
	/* 3.10 ignores the 16 upper bits of an address. */
	unsigned int bits = py->minor == 10 ? 48 : 64;
	struct tree t = { .arena_bits =
		(unsigned int)__builtin_ctzll(arena_size) };

	t.middle_bits = (bits - t.arena_bits + 2) / 3;
	t.bottom_bits = bits - t.arena_bits - 2 * t.middle_bits;
	return t;
}

static uint64_t bits_of(raddr addr, unsigned int shift, unsigned int nr)
{
	return addr >> shift & ((1ull << nr) - 1);
}

static uint64_t middle_index(const struct tree *t, raddr arena)
{
	return bits_of(arena, t->arena_bits + t->bottom_bits, t->middle_bits);
}

/* Does the node at `bottom` say that an arena begins at `arena`? */
static bool knows(struct python *py, const struct tree *t, raddr bottom,
		  raddr arena)
{
	uint64_t i = bits_of(arena, t->arena_bits, t->bottom_bits);
	uint32_t tail = (uint32_t)bits_of(arena, 0, t->arena_bits), high;

	return memory_u32(py->memory, bottom + i * COVERAGE_SIZE, &high) &&
	       high == (tail ? tail : UINT32_MAX);
}

static bool is_node(struct native *n, raddr addr, unsigned int bits,
		    uint64_t item_size)
{
	uint32_t block = blocks_find(&n->blocks, addr);
	uint64_t size = item_size << bits;
	struct block b;

	if (block == BLOCK_NONE)
		return false;
	b = blocks_get(&n->blocks, block);
	return (addr == b.start || addr == b.start + DEBUG_HEAD) &&
	       b.size >= size && b.size - size <= SLACK;
}

/* Add the bottom nodes of the node at `middle`; false: it is no node. */
static bool add_bottoms(struct python *py, struct native *n,
			const struct tree *t, raddr middle,
			struct raddr_vec *own)
{
	const struct heap_memory_arena_vec *arenas = &n->ledger->arenas;
	uint64_t known = UINT64_MAX; /* index whose node was added */
	size_t before = own->nr;

	for (size_t i = 0; i < arenas->nr; i++) {
		raddr arena = arenas->v[i].address;
		uint64_t index = middle_index(t, arena);
		raddr bottom;

		if (index == known)
			continue;
		bottom = word_at(py, middle + index * POINTER_SIZE, 0);
		if (!bottom || !knows(py, t, bottom, arena) ||
		    !is_node(n, bottom, t->bottom_bits, COVERAGE_SIZE))
			continue;
		raddr_vec_push(own, bottom);
		known = index;
	}
	return own->nr > before;
}

void pymalloc_tree(struct python *py, struct native *n, struct raddr_vec *own)
{
	const struct block_vec *all = &n->blocks.listed;
	struct tree t;
	uint64_t size;

	if (py->minor < 10 || !n->ledger->arenas.nr)
		return;
	t = tree_of(py, n->ledger->arenas.v[0].size);
	size = POINTER_SIZE << t.middle_bits;
	for (size_t i = 0; i < all->nr; i++) {
		raddr start = all->v[i].start;

		if (all->v[i].size < size || all->v[i].size - size > SLACK)
			continue;
		if (add_bottoms(py, n, &t, start, own))
			raddr_vec_push(own, start);
		else if (add_bottoms(py, n, &t, start + DEBUG_HEAD, own))
			raddr_vec_push(own, start + DEBUG_HEAD);
	}
}
