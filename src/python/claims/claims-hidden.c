/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "python/allocators/free-lists.h"
#include "python/claims/claims-hidden.h"
#include "python/state/object-head.h"
#include "python/types/object-map.h"
#include "python/types/types.h"

/* What allocators, the collector and managed dicts put before an object. */
static const uint8_t offsets[] = { 0, 16, 32 };
/* More than that behind an object is no rounding of an allocator. */
#define MOST_SLACK 64
/* No object has more references: 8 GiB of pointers. */
#define MOST_REFERENCES (UINT32_C(1) << 30)

/* The addresses of types, spread over bits: most words are none. */
#define SIEVE_BITS 16

struct sieve {
	uint64_t bits[(1 << SIEVE_BITS) / 64];
};

static uint32_t sieve_bit(raddr addr)
{
	return (uint32_t)((addr >> 4) * UINT64_C(0x9e3779b97f4a7c15) >>
			  (64 - SIEVE_BITS));
}

static void sieve_add(struct sieve *s, raddr addr)
{
	uint32_t bit = sieve_bit(addr);

	s->bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

static bool is_class(const struct python *py, oid o)
{
	return py->types.v[py->heap->type[o]].flags & TPFLAG_TYPE_SUBCLASS;
}

/* The heap need not have an object of a class: all bytearrays may be lost. */
static void sieve_fill(struct sieve *s, const struct python *py)
{
	for (size_t i = 0; i < py->types.nr; i++)
		sieve_add(s, py->types.v[i].address);
	for (oid o = 0; o < py->heap->nr_objects; o++)
		if (is_class(py, o))
			sieve_add(s, py->heap->address[o]);
}

static bool sieve_has(const struct sieve *s, raddr addr)
{
	uint32_t bit = sieve_bit(addr);

	return s->bits[bit / 64] >> bit % 64 & 1;
}

/* A pointer to a block is no reference count, even where addresses are low:
 * this is an array of pointers then, with a type in it. */
static bool is_pointer(struct claims *c, uint64_t count)
{
	struct blocks *b = &c->native->blocks;
	uint32_t block = count >= c->low && count < c->high ?
			 blocks_find(b, count) : BLOCK_NONE;

	return block != BLOCK_NONE && claims_offset(c, block, count) <= 32;
}

/* From 3.14 on the upper 16 bits are flags: Include/refcount.h. */
static bool is_refcount(struct claims *c, const uint8_t *p)
{
	uint64_t count = get_u64(p);

	if (c->py->free_threaded)
		return true;
	if (count >> 32 & (c->py->minor >= 14 ? 0xffff : UINT32_MAX))
		return false;
	return (object_head_refcount(c->py, p) == REFCOUNT_IMMORTAL ||
		(uint32_t)count < MOST_REFERENCES) && !is_pointer(c, count);
}

static bool fits(const struct claims *c, const struct pytype *t, uint64_t room)
{
	uint64_t size = t->basicsize > 0 ? (uint64_t)t->basicsize : 0;

	/* A compact str is shorter than its type says. */
	if (t->flags & TPFLAG_UNICODE_SUBCLASS)
		return room >= c->py->layout.ascii_size;
	if (size > room)
		return false;
	return t->itemsize || t->flags & TPFLAG_INLINE_VALUES ||
	       t->flags & TPFLAG_TYPE_SUBCLASS || room - size < MOST_SLACK;
}

/* The index of the class at `addr`, if the heap has it. */
static uint32_t class_at(struct python *py, raddr addr)
{
	uint32_t index = types_load_known(py, addr);
	oid o;

	if (index != UINT32_MAX)
		return index;
	o = object_map_find(py, addr);
	return o != OID_NONE && is_class(py, o) ? types_load(py, addr) :
						  UINT32_MAX;
}

/* Does the object at `p`, with `room` bytes, look like one? */
static uint32_t type_at(struct claims *c, const struct sieve *s,
			const uint8_t *p, uint64_t room)
{
	const struct layout *l = &c->py->layout;
	raddr type = get_u64(p + l->object_type);
	uint32_t index;

	if (!sieve_has(s, type))
		return UINT32_MAX;
	index = class_at(c->py, type);
	if (index == UINT32_MAX || !fits(c, &c->py->types.v[index], room) ||
	    !is_refcount(c, p))
		return UINT32_MAX;
	return index;
}

static void look_at(struct claims *c, const struct sieve *s, uint32_t node)
{
	const struct block b = claims_block(c, node);
	uint64_t head = c->py->layout.object_size;
	const uint8_t *p = memory_at(c->py->memory, b.start,
				     MIN(b.size, sizeof(offsets) * 16 + head));

	for (unsigned int i = 0; p && i < ARRAY_SIZE(offsets); i++) {
		uint32_t type;

		if (offsets[i] + head > b.size)
			return;
		type = type_at(c, s, p + offsets[i], b.size - offsets[i]);
		if (type == UINT32_MAX)
			continue;
		c->type[node] = type;
		c->flags[node] |=
			object_head_refcount(c->py, p + offsets[i]) ?
			NODE_HIDDEN : NODE_DEAD;
		return;
	}
}

static void find_free_lists(struct claims *c)
{
	CLEANUP(free_object_vec_release) struct free_object_vec dead = VEC_INIT;

	free_lists_find(c->py, c->native, &dead);
	for (size_t i = 0; i < dead.nr; i++) {
		uint32_t node = claims_node(c, dead.v[i].block);

		c->type[node] = dead.v[i].type;
		c->flags[node] |= NODE_DEAD;
	}
}

void claims_find_hidden(struct claims *c)
{
	CLEANUP(freep) struct sieve *s = xcalloc(1, sizeof(*s));

	find_free_lists(c);
	sieve_fill(s, c->py);
	for (uint32_t n = 0; n < c->owners.nr; n++)
		if (!(c->flags[n] & (NODE_LEAF | NODE_READ | NODE_DEAD)) &&
		    claims_block(c, n).allocator != ALLOCATOR_MMAP)
			look_at(c, s, n);
}

raddr claims_hidden_address(const struct claims *c, uint32_t node)
{
	const struct block b = claims_block(c, node);
	raddr type = c->py->types.v[c->type[node]].address;

	for (unsigned int i = 0; i < ARRAY_SIZE(offsets); i++) {
		uint64_t word;
		raddr at = b.start + offsets[i];

		if (memory_u64(c->py->memory, at + c->py->layout.object_type,
			       &word) && word == type)
			return at;
	}
	return b.start;
}
