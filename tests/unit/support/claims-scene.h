/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects and raw blocks of a fake CPython, and who owns the blocks: begin(),
 * what there is, find_owners(), kind_of() and so on, end().
 *
 * A test program includes it once: what it has is static.
 */
#ifndef TESTS_UNIT_SUPPORT_CLAIMS_SCENE_H
#define TESTS_UNIT_SUPPORT_CLAIMS_SCENE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fake-python.h"
#include "heap/known.h"
#include "python/allocators/object-blocks.h"
#include "python/claims/claims.h"
#include "python/types/object-map.h"

static struct fake f;
static struct native n;
static struct residency present;
static struct claims_missing missing;
static struct claims c;
static struct raddr_vec own, known; /* known: the objects of the heap */

static inline void begin(int row)
{
	fake_init(&f, fake_rows[row]);
	n = (struct native){ .target = &f.target, .memory = f.py.memory,
			     .residency = &present,
			     .ledger = &f.heap.memory };
}

/* A raw block. */
static inline raddr raw(uint64_t size)
{
	raddr at = fake_block(&f, size);

	blocks_add(&n.blocks, at, size, ALLOCATOR_PYMALLOC);
	return at;
}

static inline raddr type_of(const char *name, uint64_t basicsize,
			    uint64_t itemsize)
{
	return fake_type(&f, &(struct fake_type){ .name = name,
						  .basicsize = basicsize,
						  .itemsize = itemsize });
}

/* An object in a block of `size` bytes, which the heap has. */
static inline raddr object(raddr type, uint64_t size)
{
	raddr obj = fake_object(&f, type, size);

	blocks_add(&n.blocks, obj, size, ALLOCATOR_PYMALLOC);
	raddr_vec_push(&known, obj);
	return obj;
}

/* Data of a file, which has a mapping of its own. */
static inline raddr data_of(const char *path, uint64_t size)
{
	raddr at = fake_block(&f, size);
	struct mapping m = { .start = at, .end = at + size, .inode = 1,
			     .path = xstrdup(path) };

	native_claim(&n, at, at + size, REGION_FILE,
		     (uint32_t)f.target.mappings.nr);
	mapping_vec_push(&f.target.mappings, m);
	return at;
}

static inline void count_missing(void)
{
	CLEANUP(freep) uint32_t *has = heap_known(&f.heap);

	claims_missing_count(&missing, &f.heap, has);
}

static inline void find_owners(void)
{
	fake_ready(&f);
	residency_add(&present, 0, MEMORY_ADDRESS_END);
	residency_sort(&present);
	n.accounted = xcalloc(f.target.mappings.nr + 1, sizeof(uint64_t));
	ck_assert_uint_eq(blocks_sort(&n.blocks), 0);
	for (size_t i = 0; i < known.nr; i++) {
		oid o = object_map_add(&f.py, known.v[i]);

		ck_assert_uint_ne(o, OID_NONE);
		f.heap.size[o] = 64;
	}
	object_blocks_take(&f.py, &n);
	blocks_number(&n.blocks);
	count_missing();
	claims_load(&c, &f.py, &n, &own, &missing);
}

static inline void end(void)
{
	claims_release(&c);
	claims_missing_release(&missing);
	native_release(&n);
	residency_release(&present);
	for (size_t i = 0; i < f.target.mappings.nr; i++)
		free(f.target.mappings.v[i].path);
	mapping_vec_release(&f.target.mappings);
	thread_vec_release(&f.target.threads);
	raddr_vec_release(&own);
	raddr_vec_release(&known);
	fake_release(&f);
}

static inline uint32_t node_of(raddr block)
{
	return claims_node(&c, blocks_find(&n.blocks, block));
}

static inline enum owner_kind kind_of(raddr block)
{
	return claims_owner(&c, node_of(block)).kind;
}

static inline raddr owner_of(raddr block)
{
	struct owner w = claims_owner(&c, node_of(block));

	return w.kind == OWNER_OBJECT ? f.heap.address[w.id] : 0;
}

static inline void put_head(raddr at, uint32_t count, raddr type)
{
	fake_refcount(&f, at, count);
	fake_put(&f, at, f.py.layout.object_type, type);
}

#endif
