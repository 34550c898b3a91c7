/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns as few bytes: what a value differs from what was to be expected.
 *
 * CPython's heap is regular.  Objects are found in the order in which they
 * were made, next to each other in memory; the attributes of each instance of
 * a class are like those of the one before.  So an edge is written as its
 * difference to where the edge of the same name led last, which for a fresh
 * object in an attribute is a small constant, and for the class of the
 * instances nothing at all.  zstd then finds what repeats.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "heap/capture/capture-format.h"

void packed_release(struct packed *p)
{
	free(p->bytes);
	*p = (struct packed)PACKED_INIT;
}

/* Room for `nr` values of at most `size` bytes; only what is written to takes
 * memory. */
static uint8_t *start(struct packed *p, uint64_t nr, size_t size)
{
	if (!p->bytes || p->room / size < nr) {
		free(p->bytes);
		p->bytes = xreallocarray(NULL, nr, size);
		p->room = nr * size;
	}
	return p->bytes;
}

static inline uint8_t *put(uint8_t *p, uint64_t x)
{
	while (unlikely(x >= 0x80)) {
		*p++ = (uint8_t)(x | 0x80);
		x >>= 7;
	}
	*p++ = (uint8_t)x;
	return p;
}

static inline bool get(const uint8_t **p, const uint8_t *end, uint64_t *ret)
{
	uint64_t x = 0;

	if (likely(*p < end && **p < 0x80)) {
		*ret = *(*p)++;
		return true;
	}
	for (unsigned int shift = 0; *p < end && shift < 64; shift += 7) {
		uint8_t byte = *(*p)++;

		x |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*ret = x;
			return true;
		}
	}
	return false;
}

static inline uint64_t zigzag(uint64_t x)
{
	return x << 1 ^ -(x >> 63);
}

static inline uint64_t unzigzag(uint64_t x)
{
	return x >> 1 ^ -(x & 1);
}

static inline uint64_t rotate_right(uint64_t x, unsigned int nr)
{
	return x >> nr | x << (64 - nr);
}

static inline uint64_t rotate_left(uint64_t x, unsigned int nr)
{
	return x << nr | x >> (64 - nr);
}

/* --- one value after the other --- */

/* `last`: what the packing keeps from value to value, 0 at first. */
static inline uint64_t pack_value(enum packing packing, uint64_t x,
				  uint64_t *last)
{
	uint64_t ret;

	switch (packing) {
	case PACK_ZIGZAG:
		return zigzag(x);
	case PACK_ADDRESS:
		x = rotate_right(x, 3);
		/* fall through */
	case PACK_DELTA:
		ret = zigzag(x - *last);
		*last = x;
		return ret;
	case PACK_ID:
		if (!x)
			return 0;
		ret = 1 + zigzag(x - *last);
		*last = x;
		return ret;
	default:
		return x;
	}
}

static inline uint64_t unpack_value(enum packing packing, uint64_t x,
				    uint64_t *last)
{
	switch (packing) {
	case PACK_ZIGZAG:
		return unzigzag(x);
	case PACK_ADDRESS:
		*last += unzigzag(x);
		return rotate_left(*last, 3);
	case PACK_DELTA:
		return *last += unzigzag(x);
	case PACK_ID:
		if (!x)
			return 0;
		return *last += unzigzag(x - 1);
	default:
		return x;
	}
}

/* The packing is known where this is used: the switches above go away. */
static inline uint8_t *pack_all(enum packing packing, unsigned int width,
				const void *items, uint64_t nr, uint8_t *p)
{
	const uint32_t *narrow = items;
	const uint64_t *wide = items;
	uint64_t last = 0;

	for (uint64_t i = 0; i < nr; i++)
		p = put(p, pack_value(packing,
				      width == 4 ? narrow[i] : wide[i],
				      &last));
	return p;
}

static inline bool unpack_all(enum packing packing, unsigned int width,
			      const uint8_t *p, size_t len, void *items,
			      uint64_t nr)
{
	const uint8_t *end = p + len;
	uint32_t *narrow = items;
	uint64_t *wide = items;
	uint64_t last = 0, x = 0;

	for (uint64_t i = 0; i < nr; i++) {
		if (!get(&p, end, &x))
			return false;
		x = unpack_value(packing, x, &last);
		if (width == 8)
			wide[i] = x;
		else if (likely(x <= UINT32_MAX))
			narrow[i] = (uint32_t)x;
		else
			return false;
	}
	return p == end;
}

void pack_column(enum packing packing, unsigned int width, const void *items,
		 uint64_t nr, struct packed *ret)
{
	uint8_t *p = start(ret, nr, 10);

	switch (packing) {
	case PACK_VARINT:
		p = width == 4 ? pack_all(PACK_VARINT, 4, items, nr, p)
			       : pack_all(PACK_VARINT, 8, items, nr, p);
		break;
	case PACK_ZIGZAG:
		p = pack_all(PACK_ZIGZAG, 8, items, nr, p);
		break;
	case PACK_DELTA:
		p = pack_all(PACK_DELTA, 8, items, nr, p);
		break;
	case PACK_ADDRESS:
		p = pack_all(PACK_ADDRESS, 8, items, nr, p);
		break;
	case PACK_ID:
		p = pack_all(PACK_ID, 4, items, nr, p);
		break;
	default:
		memcpy(p, items, nr * width);
		p += nr * width;
	}
	ret->len = (size_t)(p - ret->bytes);
}

bool unpack_column(enum packing packing, unsigned int width,
		   const uint8_t *bytes, size_t len, void *items, uint64_t nr)
{
	switch (packing) {
	case PACK_NONE:
		if (len != nr * width)
			return false;
		memcpy(items, bytes, len);
		return true;
	case PACK_VARINT:
		return width == 4 ? unpack_all(PACK_VARINT, 4, bytes, len,
					       items, nr)
				  : unpack_all(PACK_VARINT, 8, bytes, len,
					       items, nr);
	case PACK_ZIGZAG:
		return unpack_all(PACK_ZIGZAG, 8, bytes, len, items, nr);
	case PACK_DELTA:
		return unpack_all(PACK_DELTA, 8, bytes, len, items, nr);
	case PACK_ADDRESS:
		return unpack_all(PACK_ADDRESS, 8, bytes, len, items, nr);
	case PACK_ID:
		return unpack_all(PACK_ID, 4, bytes, len, items, nr);
	default:
		return false;
	}
}

/* --- codes --- */

/*
 * A code is its kind in the low 4 bits and, above, the argument: of a name as
 * it is; of an index its difference to the one that follows the last of the
 * object; else the difference to the last argument of that kind.
 */
#define KIND_BITS 4
static_assert(NR_CODE_KINDS <= 1 << KIND_BITS, "kinds");
static_assert(32 - EDGE_ARG_BITS == KIND_BITS, "codes");

struct code_state {
	uint32_t last[1 << KIND_BITS];
};

static inline void code_start(struct code_state *s)
{
	/* The next index is 0 again. */
	s->last[CODE_INDEX] = UINT32_MAX;
}

static inline uint64_t pack_code(struct code_state *s, uint32_t code)
{
	uint32_t kind = code >> EDGE_ARG_BITS, arg = edge_code_arg(code);
	uint64_t x = arg;

	if (kind == CODE_INDEX)
		x = zigzag((uint64_t)(int32_t)(arg - s->last[kind] - 1));
	else if (kind != CODE_NAMED)
		x = zigzag((uint64_t)(int32_t)(arg - s->last[kind]));
	s->last[kind] = arg;
	return x << KIND_BITS | kind;
}

static inline uint32_t unpack_code(struct code_state *s, uint64_t x)
{
	uint32_t kind = x & ((1 << KIND_BITS) - 1), arg;

	x >>= KIND_BITS;
	if (kind == CODE_INDEX)
		arg = s->last[kind] + 1 + (uint32_t)unzigzag(x);
	else if (kind != CODE_NAMED)
		arg = s->last[kind] + (uint32_t)unzigzag(x);
	else
		arg = (uint32_t)x;
	arg &= EDGE_ARG_MAX;
	s->last[kind] = arg;
	return kind << EDGE_ARG_BITS | arg;
}

void pack_codes(const struct pack_edges *e, struct packed *ret)
{
	uint8_t *p = start(ret, e->nr_edges, 6);
	struct code_state s = { { 0 } };

	for (oid o = 0; o < e->nr_objects; o++) {
		const uint32_t *codes = e->codes + e->start[o];

		code_start(&s);
		for (uint32_t i = 0; i < e->nr[o]; i++)
			p = put(p, pack_code(&s, codes[i]));
	}
	ret->len = (size_t)(p - ret->bytes);
}

bool unpack_codes(struct pack_edges *e, const uint8_t *bytes, size_t len)
{
	const uint8_t *p = bytes, *end = bytes + len;
	struct code_state s = { { 0 } };

	for (oid o = 0; o < e->nr_objects; o++) {
		uint32_t *codes = e->codes + e->start[o];

		code_start(&s);
		for (uint32_t i = 0; i < e->nr[o]; i++) {
			uint64_t x;

			if (!get(&p, end, &x))
				return false;
			codes[i] = unpack_code(&s, x);
		}
	}
	return p == end;
}

/* --- edges --- */

/*
 * Zigzag of the difference to where the last edge led that had the same slot.
 * Slots go by name, so that each attribute has one; many items of one object
 * share one.
 */
#define NR_SLOTS 4096
#define MANY_EDGES 8

struct edge_state {
	uint32_t last[NR_SLOTS + NR_CODE_KINDS];
};

static inline uint32_t *edge_slot(struct edge_state *s, uint32_t code,
				  uint32_t nr)
{
	uint32_t kind = code >> EDGE_ARG_BITS;

	if (kind == CODE_NAMED ||
	    (nr <= MANY_EDGES && (kind == CODE_INDEX || kind == CODE_VALUE)))
		return &s->last[code * UINT32_C(0x9e3779b1) >> 20];
	return &s->last[NR_SLOTS + (kind < NR_CODE_KINDS ? kind : 0)];
}

void pack_edges(const struct pack_edges *e, struct packed *ret)
{
	uint8_t *p = start(ret, e->nr_edges, 5);
	struct edge_state s = { { 0 } };

	for (oid o = 0; o < e->nr_objects; o++) {
		const oid *edges = e->edges + e->start[o];
		const uint32_t *codes = e->codes + e->start[o];

		for (uint32_t i = 0; i < e->nr[o]; i++) {
			uint32_t *last = edge_slot(&s, codes[i], e->nr[o]);

			p = put(p, (uint32_t)zigzag((uint64_t)
						    (int32_t)(edges[i] -
							      *last)));
			*last = edges[i];
		}
	}
	ret->len = (size_t)(p - ret->bytes);
}

bool unpack_edges(struct pack_edges *e, const uint8_t *bytes, size_t len)
{
	const uint8_t *p = bytes, *end = bytes + len;
	struct edge_state s = { { 0 } };

	for (oid o = 0; o < e->nr_objects; o++) {
		const uint32_t *codes = e->codes + e->start[o];
		oid *edges = e->edges + e->start[o];

		for (uint32_t i = 0; i < e->nr[o]; i++) {
			uint32_t *last = edge_slot(&s, codes[i], e->nr[o]);
			uint64_t x;

			if (!get(&p, end, &x))
				return false;
			edges[i] = *last += (uint32_t)unzigzag(x);
		}
	}
	return p == end;
}
