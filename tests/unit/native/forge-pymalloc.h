/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forge-pymalloc.h - arenas of pymalloc made by hand, of each version.
 *
 * Arena 0 is of entry FORGE_FIRST of the array at FORGE_ARRAY and has three
 * pools: with blocks of 32 bytes, five of nine in use; a free one; one with 512
 * bytes, full.  The rest of the arena was never used.  Arena 1 is of entry
 * FORGE_SECOND and has a pool with one block in use.
 */
#ifndef TESTS_UNIT_NATIVE_FORGE_PYMALLOC_H
#define TESTS_UNIT_NATIVE_FORGE_PYMALLOC_H

#include "fake-process.h"
#include "python/allocators/pymalloc.h"

#define MIB (UINT64_C(1) << 20)
#define FORGE_ARRAY UINT64_C(0x5500000000) /* of arena_objects, in a heap */
#define FORGE_ENTRIES 16
#define FORGE_ENTRY 48		/* bytes of one */
#define FORGE_BLOCK (FORGE_ENTRIES * FORGE_ENTRY + 8) /* malloc's for them */
#define FORGE_HEADER 48		/* bytes of a pool's */
#define FORGE_FIRST 3
#define FORGE_SECOND 5

struct forged_version {
	int minor;
	uint64_t arena, pool;	/* bytes */
};
extern const struct forged_version forge_versions[];
extern const int forge_nr_versions;

struct forged_pymalloc {
	struct fake_process p;
	struct python py;
	const struct forged_version *v;
	struct raddr_vec own;
};

/* What is said above, for a version of the table.  Nobody says where the array
 * is; forge_build_known(): the interpreter does, from 3.12 on. */
void forge_build(struct forged_pymalloc *s, int version);
void forge_build_known(struct forged_pymalloc *s, int version);
/* Where CPython says that the array is, if it does. */
void forge_put_state(struct forged_pymalloc *s, raddr array, uint32_t nr);
void forge_put32(struct forged_pymalloc *s, raddr addr, uint32_t value);

raddr forge_arena_at(const struct forged_pymalloc *s, unsigned int i);
raddr forge_pool_at(const struct forged_pymalloc *s, unsigned int arena,
		    unsigned int i);
uint32_t forge_nr_pools(const struct forged_pymalloc *s, unsigned int arena);
raddr forge_block_at(raddr pool, uint32_t size, uint32_t i);
/* An entry of the array: an arena of whose pools `used` were ever used, and
 * `nr_free` of these are free. */
void forge_put_entry(struct forged_pymalloc *s, raddr array, uint32_t i,
		     unsigned int arena, uint32_t used, uint32_t nr_free);

/* All is mapped; nothing is walked yet. */
void forge_ready(struct forged_pymalloc *s);
/* The same, and walk it; the blocks are sorted. */
void forge_walk(struct forged_pymalloc *s);
void forge_release(struct forged_pymalloc *s);

/* Block `i` of the pool, whose blocks have `size` bytes, was found. */
void forge_expect_block(struct forged_pymalloc *s, unsigned int arena,
			unsigned int pool, uint32_t size, uint32_t i);
/* All is accounted for, as it should be, and s->own has FORGE_ARRAY alone. */
void forge_expect_all(struct forged_pymalloc *s);

#endif
