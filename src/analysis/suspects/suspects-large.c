/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/place.h"
#include "analysis/suspects/suspects-large.h"

/* Of a handful, one may have so much of the bytes ... */
#define LARGEST_PERCENT 40
/* ... those of one type must have so much, and each of them so much. */
#define OF_TYPE_PERCENT 50
#define EACH_PERCENT 2
/* Steps from a root to data that is no entry of a container. */
#define MAX_STEPS 64

static bool is_enough(const struct suspects *s, uint64_t bytes)
{
	return bytes >= suspect_least(s, SUSPECTS_MUCH) &&
	       (s->nr_older || bytes >= s->options.min_large);
}

static bool is_plain_container(const struct heap_type *type)
{
	switch (type->kind) {
	case TYPE_KIND_LIST:
	case TYPE_KIND_SET:
	case TYPE_KIND_DEQUE:
	case TYPE_KIND_ORDERED_DICT:
	case TYPE_KIND_DEFAULT_DICT:
		return true;
	default:
		return !(type->flags & TYPE_IS_DICT) &&
		       (type->shape == SHAPE_LIST || type->shape == SHAPE_SET);
	}
}

/* Can entries be added to objects of the type, or to some of them? */
static bool type_can_grow(const struct heap_type *type)
{
	return is_plain_container(type) || type->flags & TYPE_IS_DICT;
}

/* A container that entries can be added to.  The dict of an instance or of a
 * module has names, not entries. */
static bool can_grow(struct suspects *s, oid o)
{
	CLEANUP(edge_name_release) struct edge_name name = { 0 };
	const struct heap_type *type = heap_type_of(s->heap, o);

	if (is_plain_container(type) || !type_can_grow(type))
		return is_plain_container(type);
	for (size_t i = 0; i < s->reach.namespaces.nr; i++)
		if (s->reach.namespaces.v[i].object == o)
			return false;
	place_last_edge(s->heap, &s->reach, o, &name);
	return name.kind != EDGE_DICT;
}

/* Of `nr` parts, do enough of one type make up enough of `all`? */
static bool has_type(const struct heap *h, const struct dominators *d,
		     const oid *parts, uint32_t nr, uint64_t all)
{
	for (uint32_t i = 0; i < nr; i++) {
		struct tally t = { 0, 0 };

		for (uint32_t k = i; k < nr; k++)
			if (h->type[parts[k]] == h->type[parts[i]])
				tally_add(&t, d->bytes[parts[k]]);
		if (t.nr >= SUSPECTS_HANDFUL &&
		    t.bytes >= all / 100 * OF_TYPE_PERCENT)
			return true;
	}
	return false;
}

/* `all` bytes hang on `o`. */
static bool is_handful(struct suspects *s, oid o, uint64_t all)
{
	struct heap_edges edges = heap_edges(s->heap, o);
	const struct dominators *d = &s->dominators;
	oid parts[100 / EACH_PERCENT];
	uint32_t nr = 0;

	for (uint32_t i = 0; i < edges.nr && nr < ARRAY_SIZE(parts); i++) {
		oid to = edges.to[i];

		if (fan_hangs_by(&s->fan, o, i, to) &&
		    d->bytes[to] / EACH_PERCENT >= all / 100)
			parts[nr++] = to;
	}
	return has_type(s->heap, d, parts, nr, all);
}

bool suspects_large_is_handful(struct suspects *s, oid o)
{
	struct fan_sum fan;

	if (s->heap->edge_nr[o] < SUSPECTS_HANDFUL ||
	    !type_can_grow(heap_type_of(s->heap, o)))
		return false;
	fan = fan_of(&s->fan, o);
	return fan.nr >= SUSPECTS_HANDFUL && is_enough(s, fan.bytes) &&
	       fan.largest <= fan.bytes / 100 * LARGEST_PERCENT &&
	       can_grow(s, o) && is_handful(s, o, fan.bytes);
}

static bool has_name(const struct suspects *s, oid o, const char *const *names)
{
	const char *name = heap_type_of(s->heap, o)->name;

	for (size_t i = 0; name && names[i]; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* Buffers that grow in place, and texts, which a program makes anew to let them
 * grow. */
static bool is_buffer(const struct suspects *s, oid o)
{
	static const char *const names[] = {
		"bytearray", "bytes", "str", "array.array", "_io.BytesIO",
		"_io.StringIO", NULL,
	};

	return has_name(s, o, names);
}

/* Is it an entry of a container, or a part of one? */
static bool is_in_container(struct suspects *s, oid o)
{
	o = s->reach.parent[o];
	for (int i = 0; i < MAX_STEPS && o != OID_NONE; i++) {
		if (can_grow(s, o))
			return true;
		o = s->reach.parent[o];
	}
	return false;
}

bool suspects_large_is_one(struct suspects *s, oid o)
{
	return heap_bytes(s->heap, o) >= s->options.min_large &&
	       is_enough(s, heap_bytes(s->heap, o)) &&
	       heap_type_of(s->heap, o)->shape == SHAPE_NONE &&
	       !can_grow(s, o) &&
	       (s->nr_older || is_buffer(s, o) || is_in_container(s, o));
}

bool suspects_large_is_fixed(struct suspects *s, oid o)
{
	static const char *const arrays[] = { "numpy.ndarray", NULL };
	const struct heap_type *type = heap_type_of(s->heap, o);

	return !s->nr_older &&
	       (type->kind == TYPE_KIND_TUPLE ||
		type->kind == TYPE_KIND_FROZENSET ||
		type->shape == SHAPE_TUPLE || type->shape == SHAPE_FROZENSET ||
		has_name(s, o, arrays)) && !is_in_container(s, o);
}
