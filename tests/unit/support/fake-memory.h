/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake-memory.h - the memory of fake-python.h.
 *
 * Blocks are added and written between fake_init() and fake_ready().  Each is
 * zeroed, and has unmapped addresses before and behind it.
 */
#ifndef TESTS_UNIT_SUPPORT_FAKE_MEMORY_H
#define TESTS_UNIT_SUPPORT_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "target/memory.h"

struct fake;

struct fake_block {
	raddr start;
	uint64_t size;
	uint8_t *bytes;
};
VEC_DEFINE(fake_block_vec, struct fake_block);

/*
 * What fake_init(), fake_ready() and fake_release() do for the memory: make the
 * block of fake_function(), the first; make f->py.memory of the blocks; free
 * it and them.
 */
void fake_memory_init(struct fake *f);
void fake_memory_ready(struct fake *f);
void fake_memory_release(struct fake *f);

/* A new block of `size` bytes. */
raddr fake_block(struct fake *f, uint64_t size);
/*
 * Write at `addr` + `offset`, in a block; LAYOUT_NONE is an error.  The
 * _if() form writes nothing then.
 */
void fake_put(struct fake *f, raddr addr, uint32_t offset, uint64_t value);
void fake_put_if(struct fake *f, raddr addr, uint32_t offset, uint64_t value);
void fake_put32(struct fake *f, raddr addr, uint32_t offset, uint32_t value);
void fake_put8(struct fake *f, raddr addr, uint32_t offset, uint8_t value);
void fake_put_bytes(struct fake *f, raddr addr, const void *bytes,
		    uint64_t len);
/* A word that was written, before fake_ready(). */
uint64_t fake_word(struct fake *f, raddr addr, uint32_t offset);
/* An address in executable memory, a new one each time. */
raddr fake_function(struct fake *f);

/*
 * After fake_ready(): nothing from word number `word` to the end of its block
 * is mapped; what was there reads as garbage for who reads it all the same.
 * Words are counted through the blocks from number `block` on: from f->nr_known
 * on they are the test's own, before that the known types'.  False: there is
 * no such word.  fake_map_again() undoes it.
 */
bool fake_unmap(struct fake *f, size_t block, uint64_t word);
void fake_map_again(struct fake *f);

#endif
