/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chains: objects of one type of which each holds the next, perhaps with a few
 * others between them (node, its __dict__, node).
 *
 * On the shortest reference chains (reach.h) each object has one holder, so the
 * links of a type are trees.  Of each such tree the longest way down is a run.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/alike.h"
#include "analysis/compare/place.h"
#include "analysis/graph/bits.h"
#include "analysis/suspects/find/suspects-chain.h"
#include "analysis/suspects/find/suspects-children.h"
#include "base/hash.h"

/* A run of fewer links is data, such as a parse tree, and no leak. */
#define CHAIN_MIN 100
/* So many steps lead from a link to the next one at most. */
#define STEPS_MAX 6
/* Before holders, which are taken by how much hangs on each. */
#define RANK_CHAIN UINT32_MAX

struct run {
	uint64_t key;		/* runs that are alike have the same one */
	oid first, last;
	uint32_t nr;		/* links */
	int preference;		/* of its type, see preference_of() */
	uint64_t bytes, largest; /* of all links, of the largest one */
};
VEC_DEFINE(run_vec, struct run);

struct chains {
	struct suspects *s;
	uint32_t *nr;		/* by object: links from the first one to it */
	oid *last;		/* by object: the last link of the longest run
				   through it */
	struct run_vec runs;
};

/* --- links --- */

/* The link before `o`; OID_NONE: `o` is the first one. */
static oid link_before(const struct suspects *s, oid o)
{
	uint32_t type = s->heap->type[o];

	for (int i = 0; i < STEPS_MAX; i++) {
		o = s->reach.parent[o];
		if (o == OID_NONE || s->heap->type[o] == type)
			return o;
	}
	return OID_NONE;
}

static void count_links(struct chains *c, const oid *order)
{
	const struct suspects *s = c->s;
	uint32_t nr = s->reach.nr_reached;

	for (uint32_t i = 0; i < nr; i++) {
		oid before = link_before(s, order[i]);

		c->nr[order[i]] = before == OID_NONE ? 1 : c->nr[before] + 1;
		c->last[order[i]] = order[i];
	}
	while (nr--) {
		oid o = order[nr], before = link_before(s, o);

		if (before != OID_NONE &&
		    c->nr[c->last[o]] > c->nr[c->last[before]])
			c->last[before] = c->last[o];
	}
}

/* --- runs --- */

/* Of a run of nodes and one of the dicts between them, who made the program
 * knows the nodes. */
static int preference_of(const struct heap_type *type)
{
	switch (type->kind) {
	case TYPE_KIND_DICT:
	case TYPE_KIND_LIST:
	case TYPE_KIND_TUPLE:
	case TYPE_KIND_SET:
	case TYPE_KIND_CELL:
		return 0;
	default:
		return type->flags & TYPE_IS_HEAP ? 2 : 1;
	}
}

/* What holds the run: not a list or a dict beside its first link. */
static oid holder_of(const struct suspects *s, oid first)
{
	oid o = s->reach.parent[first];

	while (o != OID_NONE && !preference_of(heap_type_of(s->heap, o)))
		o = s->reach.parent[o];
	return o;
}

/* Both ends of a doubly linked list have the same holder, and the lists of all
 * sessions have holders that are alike. */
static uint64_t key_of(struct suspects *s, struct alike *alike, oid first)
{
	oid holder = holder_of(s, first);
	uint64_t key = holder == OID_NONE ? 0 : alike_key(alike, holder);

	if (!key)
		key = holder == OID_NONE ? hash_u64(~(uint64_t)first) : holder;
	return hash_u64(key ^ (uint64_t)s->heap->type[first] << 32);
}

/* What goes with the link `o`, and not with the next one. */
static uint64_t own_bytes(const struct suspects *s, oid o, oid next)
{
	const struct dominators *d = &s->dominators;

	if (bits_get(d->roots, o))
		return 0;
	if (next == OID_NONE || !dominators_retains(d, o, next))
		return d->bytes[o];
	return d->bytes[o] - d->bytes[next];
}

static void measure(const struct suspects *s, struct run *run)
{
	oid next = OID_NONE;

	for (oid o = run->last; o != OID_NONE; o = link_before(s, o)) {
		uint64_t own = own_bytes(s, o, next);

		run->bytes += own;
		run->largest = MAX(run->largest, own);
		next = o;
	}
}

static void find_runs(struct chains *c)
{
	struct suspects *s = c->s;
	struct alike alike = ALIKE_INIT(s->heap, &s->reach);

	for (oid o = 0; o < s->heap->nr_objects; o++) {
		struct run run = { .first = o };

		if (!reach_has(&s->reach, o) || c->nr[o] != 1)
			continue;
		run.last = c->last[o];
		run.nr = c->nr[run.last];
		if (run.nr < CHAIN_MIN)
			continue;
		run.preference = preference_of(heap_type_of(s->heap, o));
		run.key = key_of(s, &alike, o);
		measure(s, &run);
		run_vec_push(&c->runs, run);
	}
}

static int compare_preference(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	if (x->preference != y->preference)
		return x->preference > y->preference ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Mark the way from the last link to the first.  Is most of it marked already,
 * as that of a run of a better type? */
static bool mark_way(const struct suspects *s, const struct run *run,
		     uint64_t *marked)
{
	uint64_t nr = 0, nr_marked = 0;

	for (oid o = run->last;; o = s->reach.parent[o]) {
		nr++;
		nr_marked += bits_get(marked, o);
		bits_set(marked, o);
		if (o == run->first)
			return nr_marked * 2 > nr;
	}
}

/* Of runs that share their way keep one. */
static void drop_shadows(struct chains *c)
{
	CLEANUP(freep) uint64_t *marked = bits_new(c->s->heap->nr_objects);
	size_t kept = 0;

	if (c->runs.nr)
		qsort(c->runs.v, c->runs.nr, sizeof(*c->runs.v),
		      compare_preference);
	for (size_t i = 0; i < c->runs.nr; i++)
		if (!mark_way(c->s, &c->runs.v[i], marked))
			c->runs.v[kept++] = c->runs.v[i];
	c->runs.nr = kept;
}

/* --- suspects --- */

static int compare_keys(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return compare_preference(a, b);
}

/* Is `last`, the last link of a run, the cause of the exception before it, or
 * the one that was being handled? */
static bool is_cause(struct suspects *s, oid last)
{
	CLEANUP(edge_name_release) struct edge_name name = { 0 };

	place_last_edge(s->heap, &s->reach, last, &name);
	return edge_is(&name, EDGE_ATTRIBUTE, "__cause__") ||
	       edge_is(&name, EDGE_ATTRIBUTE, "__context__");
}

/* Each time that an exception is raised again its traceback grows. */
static void set_kind(struct suspects *s, struct suspect *suspect,
		     const struct run *run)
{
	CLEANUP(edge_name_release) struct edge_name name = { 0 };

	if (suspects_children_have_traceback(s->heap, suspect->object) &&
	    is_cause(s, run->last)) {
		suspect->kind = SUSPECT_EXCEPTION;
		suspect->flags |= SUSPECT_CAUSES;
		return;
	}
	if (heap_kind_of(s->heap, suspect->object) != TYPE_KIND_TRACEBACK)
		return;
	suspect->kind = SUSPECT_EXCEPTION;
	suspect->flags |= SUSPECT_LONG_TRACEBACK;
	place_last_edge(s->heap, &s->reach, suspect->object, &name);
	if (edge_is(&name, EDGE_ATTRIBUTE, "__traceback__"))
		suspect->via = s->reach.parent[suspect->object];
}

static void put_run(struct suspects *s, struct suspect *suspect,
		    const struct run *run)
{
	const struct dominators *d = &s->dominators;
	CLEANUP(freep) oid *links =
		xreallocarray(NULL, run->nr, sizeof(*links));
	oid last_put = OID_NONE;
	uint32_t i = run->nr;

	for (oid o = run->last; o != OID_NONE && i; o = link_before(s, o))
		links[--i] = o;
	/* A link that retains the next one retains all from there on. */
	for (; i < run->nr; i++) {
		if (bits_get(d->roots, links[i]) ||
		    (last_put != OID_NONE &&
		     dominators_retains(d, last_put, links[i])))
			continue;
		suspect_put_retained(s, suspect, links[i]);
		last_put = links[i];
	}
}

/* `nr` runs that are alike, the largest one first. */
static void add_runs(struct suspects *s, const struct run *runs, size_t nr)
{
	uint64_t bytes = 0, largest = 0;
	struct suspect *suspect;

	for (size_t i = 0; i < nr; i++) {
		bytes += runs[i].bytes;
		largest += runs[i].largest;
	}
	/* A link that keeps most of it all is to blame, not the chain. */
	bytes -= largest;
	if (bytes < largest || bytes < suspect_threshold(s, 1))
		return;
	suspect = suspect_add(s, SUSPECT_CHAIN, RANK_CHAIN);
	suspect->object = runs->first;
	suspect->nr_alike = (uint32_t)nr - 1;
	suspect->entry_type = s->heap->type[runs->first];
	for (size_t i = 0; i < nr; i++) {
		suspect->entries += runs[i].nr;
		put_run(s, suspect, &runs[i]);
	}
	set_kind(s, suspect, runs);
}

static void add_all_runs(struct chains *c)
{
	const struct run_vec *runs = &c->runs;

	if (runs->nr)
		qsort(runs->v, runs->nr, sizeof(*runs->v), compare_keys);
	for (size_t i = 0, end; i < runs->nr; i = end) {
		for (end = i + 1; end < runs->nr; end++)
			if (runs->v[end].key != runs->v[i].key)
				break;
		/* Each takes memory, and time, by the heap's size. */
		if (c->s->v.nr < SUSPECTS_TOTAL)
			add_runs(c->s, &runs->v[i], end - i);
	}
}

void suspects_chain_add(struct suspects *s)
{
	struct chains c = { .s = s };
	size_t nr = (size_t)s->heap->nr_objects + 1;
	oid *order;

	if (reach_deepest(&s->reach) + 1 < CHAIN_MIN)
		return;
	c.nr = xcalloc(nr, sizeof(*c.nr));
	c.last = xreallocarray(NULL, nr, sizeof(*c.last));
	order = reach_order(&s->reach);
	count_links(&c, order);
	free(order);
	find_runs(&c);
	drop_shadows(&c);
	add_all_runs(&c);
	free(c.nr);
	free(c.last);
	run_vec_release(&c.runs);
}
