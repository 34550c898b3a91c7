/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/graph/bits.h"
#include "tui/browse/order.h"

/* Parts that are smaller are sorted as a whole. */
#define SMALL 64

void order_list_init(struct order_list *l, struct oid_vec *objects,
		     int (*compare)(const void *context, oid a, oid b),
		     const void *context)
{
	*l = (struct order_list){ .objects = *objects, .compare = compare,
				  .context = context, .seed = 1 };
	*objects = (struct oid_vec)VEC_INIT;
	l->cuts = bits_new(l->objects.nr + 1);
	bits_set(l->cuts, 0);
	bits_set(l->cuts, l->objects.nr);
}

void order_list_release(struct order_list *l)
{
	oid_vec_release(&l->objects);
	free(l->cuts);
	l->cuts = NULL;
}

/* Where the part begins in which place `i` is. */
static size_t part_begin(const struct order_list *l, size_t i)
{
	uint64_t word = l->cuts[i / 64] & (UINT64_MAX >> (63 - i % 64));

	for (i /= 64; !word;)
		word = l->cuts[--i];
	return i * 64 + 63 - (size_t)__builtin_clzll(word);
}

static bool is_before(const struct order_list *l, oid a, oid b)
{
	return l->compare(l->context, a, b) < 0;
}

static void sort_small(struct order_list *l, size_t begin, size_t end)
{
	oid *v = l->objects.v;

	for (size_t i = begin + 1; i < end; i++) {
		oid o = v[i];
		size_t at = i;

		for (; at > begin && is_before(l, o, v[at - 1]); at--)
			v[at] = v[at - 1];
		v[at] = o;
	}
	for (size_t i = begin; i < end; i++)
		bits_set(l->cuts, i);
}

/* The order of a heap must not make it slow: the pivot is a random one. */
static size_t choose(struct order_list *l, size_t begin, size_t end)
{
	l->seed = l->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return begin + (size_t)(l->seed >> 33) % (end - begin);
}

/* Put what comes before a pivot before it, and the pivot into its place. */
static void divide(struct order_list *l, size_t begin, size_t end)
{
	size_t pivot = choose(l, begin, end), at = begin;
	oid *v = l->objects.v, o = v[pivot];

	v[pivot] = v[end - 1];
	for (size_t i = begin; i + 1 < end; i++) {
		oid each = v[i];

		if (!is_before(l, each, o))
			continue;
		v[i] = v[at];
		v[at++] = each;
	}
	v[end - 1] = v[at];
	v[at] = o;
	bits_set(l->cuts, at);
	bits_set(l->cuts, at + 1);
}

oid order_list_at(struct order_list *l, size_t i)
{
	for (;;) {
		size_t begin = part_begin(l, i);
		size_t end = bits_next(l->cuts, i + 1, l->objects.nr + 1);

		if (end - begin == 1)
			return l->objects.v[i];
		if (end - begin > SMALL)
			divide(l, begin, end);
		else
			sort_small(l, begin, end);
	}
}
