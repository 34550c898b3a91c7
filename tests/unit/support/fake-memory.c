/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fake-python.h"

#define FIRST_BLOCK 0x10000000ull
#define GAP 0x1000ull		/* unmapped, between blocks */
#define CODE_SIZE 0x4000ull
#define GARBAGE 0xa5		/* no address */

void fake_memory_init(struct fake *f)
{
	f->next = FIRST_BLOCK;
	f->code = fake_block(f, CODE_SIZE);
	f->next_function = f->code;
}

raddr fake_block(struct fake *f, uint64_t size)
{
	struct fake_block b = {
		.start = f->next,
		.size = (size + 15) & ~15ULL,
	};

	if (f->ready)
		ck_abort_msg("a block was added after fake_ready()");
	b.bytes = xcalloc(b.size, 1);
	f->next = (b.start + b.size + GAP + 0xfff) & ~0xfffull;
	fake_block_vec_push(&f->blocks, b);
	return b.start;
}

static uint8_t *bytes_at(struct fake *f, raddr addr, uint64_t len)
{
	for (size_t i = f->blocks.nr; i--;) {
		struct fake_block *b = &f->blocks.v[i];

		if (addr >= b->start && addr - b->start < b->size) {
			/* Not ck_assert(), which writes to a file. */
			if (len > b->size - (addr - b->start))
				ck_abort_msg("beyond the end of a block");
			return b->bytes + (addr - b->start);
		}
	}
	ck_abort_msg("0x%" PRIx64 " is in no block", addr);
	return NULL;
}

void fake_put_bytes(struct fake *f, raddr addr, const void *bytes,
		    uint64_t len)
{
	if (len)
		memcpy(bytes_at(f, addr, len), bytes, len);
}

static void put(struct fake *f, raddr addr, uint32_t offset, const void *value,
		uint64_t len)
{
	if (offset == LAYOUT_NONE)
		ck_abort_msg("this CPython has no such member");
	fake_put_bytes(f, addr + offset, value, len);
}

void fake_put(struct fake *f, raddr addr, uint32_t offset, uint64_t value)
{
	put(f, addr, offset, &value, sizeof(value));
}

void fake_put_if(struct fake *f, raddr addr, uint32_t offset, uint64_t value)
{
	if (offset != LAYOUT_NONE)
		fake_put(f, addr, offset, value);
}

void fake_put32(struct fake *f, raddr addr, uint32_t offset, uint32_t value)
{
	put(f, addr, offset, &value, sizeof(value));
}

void fake_put8(struct fake *f, raddr addr, uint32_t offset, uint8_t value)
{
	put(f, addr, offset, &value, sizeof(value));
}

raddr fake_function(struct fake *f)
{
	if (f->next_function >= f->code + CODE_SIZE)
		ck_abort_msg("too many functions");
	f->next_function += 16;
	return f->next_function;
}

uint64_t fake_word(struct fake *f, raddr addr, uint32_t offset)
{
	return get_u64(bytes_at(f, addr + offset, 8));
}

static struct segment *segment_of(struct fake *f, raddr start)
{
	struct memory *m = &f->target.memory;

	for (unsigned int i = 0; i < m->nr_segments; i++)
		if (m->segments[i].start == start)
			return &m->segments[i];
	ck_abort_msg("no segment begins at 0x%" PRIx64, start);
	return NULL;
}

static void unmap_from(struct fake *f, const struct fake_block *b,
		       uint64_t offset)
{
	struct segment *s = segment_of(f, b->start);

	memset(s->bytes + offset, GARBAGE, b->size - offset);
	s->end = s->start + offset;
	f->target.memory.last = NULL;
	f->unmapped = b;
}

void fake_map_again(struct fake *f)
{
	const struct fake_block *b = f->unmapped;
	struct segment *s = segment_of(f, b->start);

	memcpy(s->bytes, b->bytes, b->size);
	s->end = b->start + b->size;
	f->target.memory.last = NULL;
	f->unmapped = NULL;
}

bool fake_unmap(struct fake *f, size_t block, uint64_t word)
{
	if (!f->ready || f->unmapped)
		ck_abort_msg("too early, or not fake_map_again()");
	for (size_t i = block; i < f->blocks.nr; i++) {
		const struct fake_block *b = &f->blocks.v[i];

		if (word < b->size / 8) {
			unmap_from(f, b, word * 8);
			return true;
		}
		word -= b->size / 8;
	}
	return false;
}

static void free_bytes(struct segment *s)
{
	free(s->bytes);
}

/* Each block in memory of its own size, so that a sanitizer sees what is read
 * beyond it. */
void fake_memory_ready(struct fake *f)
{
	struct error *err;

	for (size_t i = 0; i < f->blocks.nr; i++) {
		const struct fake_block *b = &f->blocks.v[i];
		struct segment s = {
			.start = b->start,
			.end = b->start + b->size,
			.prot = SEGMENT_READ | SEGMENT_WRITE,
			.release = free_bytes,
		};

		if (b->start == f->code)
			s.prot = SEGMENT_READ | SEGMENT_EXEC;
		s.bytes = xmalloc(b->size);
		memcpy(s.bytes, b->bytes, b->size);
		memory_add(&f->target.memory, &s);
	}
	err = memory_sort(&f->target.memory);
	ck_assert_ptr_null(err);
}

void fake_memory_release(struct fake *f)
{
	memory_release(&f->target.memory);
	for (size_t i = 0; i < f->blocks.nr; i++)
		free(f->blocks.v[i].bytes);
	fake_block_vec_release(&f->blocks);
}
