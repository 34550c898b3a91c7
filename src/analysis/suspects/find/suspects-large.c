/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/place.h"
#include "analysis/suspects/find/suspects-large.h"

/* Of a handful, one may have so much of the bytes ... */
#define LARGEST_PERCENT 40
/* ... those of one type must have so much, and each of them so much. */
#define OF_TYPE_PERCENT 50
#define EACH_PERCENT 2
/* Entries are alike if those of one type have so much of the bytes, and the
 * largest has no more than so much. */
#define ALIKE_PERCENT 70
#define ALIKE_LARGEST_PERCENT 10
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
	if (own_modules_has_namespace(&s->modules, o))
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

bool suspects_large_is_in_work(const struct suspects *s, oid o)
{
	const struct root *root;
	oid parent;

	while ((parent = s->reach.parent[o]) != OID_NONE) {
		switch (heap_kind_of(s->heap, parent)) {
		case TYPE_KIND_FRAME:
		case TYPE_KIND_COROUTINE:
		case TYPE_KIND_GENERATOR:
		case TYPE_KIND_ASYNC_GENERATOR:
			return true;
		default:
			o = parent;
		}
	}
	root = &s->reach.roots.v[s->reach.edge[o]];
	return root->kind != ROOT_MODULE && root->kind != ROOT_TYPE;
}

/* Is it large enough to be named by itself? */
static bool is_enough_for_one(struct suspects *s, oid o)
{
	static const char *const growing[] = {
		"bytearray", "array.array", "_io.BytesIO", "_io.StringIO", NULL,
	};
	uint64_t bytes = heap_bytes(s->heap, o);

	if (!is_enough(s, bytes))
		return false;
	return bytes >= s->options.min_large ||
	       (s->nr_older && has_name(s, o, growing) &&
		!suspects_large_is_in_work(s, o));
}

/* One that is no container, and may be too much of something. */
static bool is_one(struct suspects *s, oid o)
{
	return heap_type_of(s->heap, o)->shape == SHAPE_NONE &&
	       !can_grow(s, o) &&
	       (s->nr_older || is_buffer(s, o) || is_in_container(s, o));
}

bool suspects_large_is_one(struct suspects *s, oid o)
{
	return is_enough_for_one(s, o) && is_one(s, o);
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

/* --- what one heap says of a container with few entries --- */

static bool is_own_class(struct suspects *s, uint32_t type)
{
	return suspect_tells(s->heap, type) &&
	       own_modules_defines(&s->modules, s->heap->types.v[type].name);
}

/* The type of the entries of `o` that have most of its bytes, if none has more
 * than `percent` of these, and their number; UINT32_MAX: they are not alike. */
static uint32_t alike_type(struct suspects *s, oid o, uint64_t percent,
			   uint64_t *nr)
{
	const struct heap *h = s->heap;
	struct heap_edges edges = heap_edges(h, o);
	CLEANUP(freep) struct tally *by_type = xcalloc((size_t)h->types.nr + 1,
						       sizeof(*by_type));
	struct fan_sum fan = fan_of(&s->fan, o);
	uint32_t most = h->types.nr;

	if (fan.largest > fan.bytes / 100 * percent)
		return UINT32_MAX;
	for (uint32_t i = 0; i < edges.nr; i++) {
		oid to = edges.to[i];
		uint32_t type = h->type[to];

		if (!fan_hangs_by(&s->fan, o, i, to))
			continue;
		tally_add(&by_type[type], s->dominators.bytes[to]);
		if (by_type[type].bytes > by_type[most].bytes)
			most = type;
	}
	*nr = by_type[most].nr;
	return by_type[most].bytes < fan.bytes / 100 * ALIKE_PERCENT ?
	       UINT32_MAX : most;
}

static bool is_unbound_deque(struct suspects *s, oid o)
{
	const struct heap_fact *fact = heap_fact_of(s->heap, o);

	return fact && fact->kind == FACT_DEQUE && fact->bound < 0;
}

bool suspects_large_is_runtime(struct suspects *s, oid o)
{
	uint64_t nr, part = MAX(s->options.runtime_part, UINT64_C(1));
	uint32_t type;
	const char *name;

	if (!can_grow(s, o))
		return false;
	type = alike_type(s, o, ALIKE_LARGEST_PERCENT, &nr);
	if (type == UINT32_MAX ||
	    nr < MAX(s->options.min_entries / part, (uint64_t)SUSPECTS_FEW) ||
	    MAX(fan_of(&s->fan, o).objects, nr) < s->options.min_objects / part)
		return false;
	name = s->heap->types.v[type].name;
	return is_unbound_deque(s, o) ||
	       (name && (!strcmp(name, "bytes") ||
			 !strcmp(name, "bytearray"))) ||
	       is_own_class(s, type);
}

/* Is `o` below a global of a module of the program (`own`), or of another? */
static bool is_below(struct suspects *s, oid o, bool own)
{
	const char *module = own_modules_above(&s->modules, o);

	return module &&
	       own_modules_is_own(&s->modules, module, strlen(module)) == own;
}

bool suspects_large_is_table(struct suspects *s, oid o)
{
	uint64_t nr;
	uint32_t type = alike_type(s, o, 100, &nr);

	if (type == UINT32_MAX ||
	    (s->heap->types.v[type].kind != TYPE_KIND_STR &&
	     s->heap->types.v[type].kind != TYPE_KIND_BYTES))
		return false;
	return is_below(s, o, false);
}

/* What is small may have a large part of a small heap. */
static uint64_t least_large(const struct suspects *s)
{
	return MAX(suspect_least(s, 1),
		   s->options.min_large / SUSPECTS_PART_LARGE);
}

bool suspects_large_may_be_other(struct suspects *s, oid o)
{
	const struct heap_type *type = heap_type_of(s->heap, o);
	uint64_t least = least_large(s);
	struct fan_sum fan;

	if (s->nr_older)
		return false;
	if (heap_bytes(s->heap, o) >= least && is_one(s, o))
		return true;
	/* With SUSPECTS_FEW it is an accumulation point. */
	if (s->heap->edge_nr[o] < SUSPECTS_HANDFUL ||
	    s->heap->edge_nr[o] >= 2 * SUSPECTS_FEW || !type_can_grow(type))
		return false;
	fan = fan_of(&s->fan, o);
	return fan.nr >= SUSPECTS_HANDFUL && fan.bytes >= least &&
	       can_grow(s, o);
}

bool suspects_large_is_other(struct suspects *s, struct holder_group *g)
{
	oid o = g->largest;
	uint64_t nr;

	if (g->nr > 1 || g->bytes < least_large(s) ||
	    suspects_large_is_fixed(s, o))
		return false;
	g->is_large = is_one(s, o);
	if (g->is_large)
		g->entries = 1;
	else if (!can_grow(s, o) ||
		 fan_of(&s->fan, o).nr < SUSPECTS_HANDFUL ||
		 alike_type(s, o, LARGEST_PERCENT, &nr) == UINT32_MAX)
		return false;
	return is_below(s, o, true);
}
