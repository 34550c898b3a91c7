/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/dominators.h"
#include "analysis/graph/roots.h"
#include "analysis/graph/scc.h"

const char *const dominators_holder_names[NR_HOLDERS] = {
	[HOLDER_ROOT] = "root",
	[HOLDER_IMMORTAL] = "immortal",
	[HOLDER_NATIVE] = "native code",
	[HOLDER_GARBAGE] = "garbage",
};

/*
 * Objects go by their number in the order of a depth-first search, from 1 on;
 * 0 is the one virtual root that holds all roots.
 */
struct dominators_node {
	uint32_t ancestor;	/* parent in the search; compressed */
	uint32_t best;		/* lowest `semi` from here to `ancestor` */
	uint32_t semi;		/* the semidominator */
	uint32_t dominator;	/* parent in the search, then the result */
};

struct dominators_call {
	uint32_t number;
	uint32_t left;		/* edges still to look at ... */
	const oid *next;	/* ... and where they lead */
};
VEC_DEFINE(dominators_call_vec, struct dominators_call);

struct dominators_search {
	const struct heap *h;
	struct dominators *d;
	uint32_t *number;	/* of each object; all UINT32_MAX at first */
	/* By oid.  So small that it stays in the CPU's caches: most edges lead
	 * to objects that are visited already. */
	uint64_t *visited;
	oid *object;		/* of each number */
	struct dominators_node *nodes; /* nr_objects + 1 of them */
	uint32_t nr;		/* numbers given ... */
	uint32_t last[NR_HOLDERS]; /* ... when all of a holder's were found */
	struct dominators_call_vec calls;
	uint64_t *pred_start;	/* of each number ... */
	uint32_t *pred;		/* ... the numbers that refer to it */
	struct u32_vec path;
};

/* --- the search --- */

static void visit_in_depth(struct dominators_search *s, oid o, uint32_t parent)
{
	struct heap_edges edges = heap_keeps(s->h, o);
	uint32_t number = ++s->nr;

	bits_set(s->visited, o);
	s->number[o] = number;
	s->object[number] = o;
	s->nodes[number] = (struct dominators_node){ parent, number, number,
						     parent };
	dominators_call_vec_push(
		&s->calls,
		(struct dominators_call){ number, edges.nr, edges.to });
}

/* Follow edges of the topmost frame until one leads to a new object. */
static void step_in_depth(struct dominators_search *s)
{
	struct dominators_call *f = &s->calls.v[s->calls.nr - 1];

	while (f->left) {
		oid next = *f->next++;

		f->left--;
		if (!bits_get(s->visited, next)) {
			visit_in_depth(s, next, f->number);
			return;
		}
	}
	s->calls.nr--;
}

static void search_from_root(struct dominators_search *s, oid root)
{
	bits_set(s->d->roots, root);
	if (bits_get(s->visited, root))
		return;
	visit_in_depth(s, root, 0);
	while (s->calls.nr)
		step_in_depth(s);
}

/* --- roots --- */

static void search_roots(struct dominators_search *s,
			 enum dominators_holder holder,
			 const struct root_vec *roots)
{
	for (size_t i = 0; i < roots->nr; i++)
		search_from_root(s, roots->v[i].object);
	s->last[holder] = s->nr;
}

/* Move the strings from `roots` to `ret`. */
static void set_strings_apart(const struct heap *h, struct root_vec *roots,
			      struct root_vec *ret)
{
	size_t nr = 0;

	for (size_t i = 0; i < roots->nr; i++) {
		struct root r = roots->v[i];

		if (heap_kind_of(h, r.object) == TYPE_KIND_STR)
			root_vec_push(ret, r);
		else
			roots->v[nr++] = r;
	}
	roots->nr = nr;
}

static void search_strings(struct dominators_search *s,
			   const struct root_vec *strings)
{
	for (size_t i = 0; i < strings->nr; i++)
		if (!bits_get(s->visited, strings->v[i].object))
			search_from_root(s, strings->v[i].object);
	s->last[HOLDER_NATIVE] = s->nr;
}

static void search_all_roots(struct dominators_search *s,
			     const uint32_t *counted)
{
	CLEANUP(root_vec_release) struct root_vec known = VEC_INIT;
	CLEANUP(root_vec_release) struct root_vec native = VEC_INIT;
	CLEANUP(root_vec_release) struct root_vec immortal = VEC_INIT;
	CLEANUP(root_vec_release) struct root_vec strings = VEC_INIT;

	/* While nothing is visited: also those that known roots reach. */
	roots_native(s->h, counted, s->number, &native);
	roots_immortal(s->h, s->number, &immortal);
	set_strings_apart(s->h, &native, &strings);
	roots_known(s->h, &known);
	search_roots(s, HOLDER_ROOT, &known);
	search_roots(s, HOLDER_IMMORTAL, &immortal);
	search_roots(s, HOLDER_NATIVE, &native);
	search_strings(s, &strings);
}

/* Mark in `held` the components of garbage to which other garbage refers. */
static void mark_held_components(const struct dominators_search *s,
				 const struct scc *scc, uint64_t *held)
{
	const struct heap *h = s->h;

	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_keeps(h, o);

		if (scc->of[o] == SCC_NONE)
			continue;
		for (uint32_t i = 0; i < edges.nr; i++) {
			uint32_t to = scc->of[edges.to[i]];

			if (to != SCC_NONE && to != scc->of[o])
				bits_set(held, to);
		}
	}
}

/* Is `o` an instance of a program's class?  It stands for its component rather
 * than the dict with its attributes. */
static bool is_program_instance(const struct heap *h, oid o)
{
	uint32_t flags = heap_type_of(h, o)->flags;

	return flags & TYPE_IS_HEAP && !(flags & TYPE_IS_TYPE);
}

static void search_garbage(struct dominators_search *s)
{
	const struct heap *h = s->h;
	CLEANUP(freep) uint64_t *within = bits_new(h->nr_objects);
	CLEANUP(freep) uint64_t *held = NULL;
	CLEANUP(freep) oid *first = NULL;
	CLEANUP(scc_release) struct scc scc = { NULL, 0 };

	for (oid o = 0; o < h->nr_objects; o++)
		if (!bits_get(s->visited, o))
			bits_set(within, o);
	scc_build(h, within, &scc);
	held = bits_new(scc.nr);
	first = xreallocarray(NULL, scc.nr, sizeof(*first));
	memset(first, 0xff, scc.nr * sizeof(*first));
	mark_held_components(s, &scc, held);
	for (oid o = 0; o < h->nr_objects; o++) {
		uint32_t c = scc.of[o];

		if (c != SCC_NONE && !bits_get(held, c) &&
		    (first[c] == OID_NONE ||
		     (is_program_instance(h, o) &&
		      !is_program_instance(h, first[c]))))
			first[c] = o;
	}
	for (uint32_t c = 0; c < scc.nr; c++)
		if (first[c] != OID_NONE)
			search_from_root(s, first[c]);
	s->last[HOLDER_GARBAGE] = s->nr;
}

static void search_all_objects(struct dominators_search *s,
			       const uint32_t *counted)
{
	search_all_roots(s, counted);
	if (s->nr < s->h->nr_objects)
		search_garbage(s);
	dominators_call_vec_release(&s->calls);
}

/* --- dominators --- */

/* By numbers, not oids: those near in the search are near in memory. */
static void find_predecessors(struct dominators_search *s)
{
	const struct heap *h = s->h;
	uint64_t *start = xcalloc((size_t)s->nr + 2, sizeof(*start));
	uint32_t *pred;

	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_keeps(h, o);

		for (uint32_t i = 0; i < edges.nr; i++)
			start[s->number[edges.to[i]]]++;
	}
	for (uint32_t n = 1; n <= s->nr; n++)
		start[n] += start[n - 1];
	start[s->nr + 1] = start[s->nr];
	pred = xreallocarray(NULL, start[s->nr], sizeof(*pred));
	for (uint32_t n = s->nr; n; n--) {
		oid o = s->object[n];
		struct heap_edges edges = heap_keeps(h, o);

		for (uint32_t i = 0; i < edges.nr; i++)
			pred[--start[s->number[edges.to[i]]]] = n;
	}
	s->pred_start = start;
	s->pred = pred;
}

/*
 * The lowest semidominator among `n` and its ancestors that were done, whose
 * numbers are above `done`.
 */
static uint32_t evaluate_semi(struct dominators_search *s, uint32_t n,
			      uint32_t done)
{
	struct dominators_node *nodes = s->nodes;
	uint32_t above;

	if (nodes[n].ancestor <= done)
		return nodes[n].best;
	s->path.nr = 0;
	do {
		u32_vec_push(&s->path, n);
		n = nodes[n].ancestor;
	} while (nodes[n].ancestor > done);
	above = n;
	while (s->path.nr) {
		n = s->path.v[--s->path.nr];
		nodes[n].ancestor = nodes[above].ancestor;
		nodes[n].best = MIN(nodes[n].best, nodes[above].best);
		above = n;
	}
	return nodes[n].best;
}

static void find_semidominators(struct dominators_search *s)
{
	struct dominators_node *nodes = s->nodes;

	for (uint32_t n = s->nr; n; n--) {
		uint32_t semi = nodes[n].dominator;

		if (bits_get(s->d->roots, s->object[n]))
			semi = 0;
		for (uint64_t i = s->pred_start[n];
		     semi && i < s->pred_start[n + 1]; i++) {
			uint32_t pred = s->pred[i];

			/* What is not done has itself. */
			semi = MIN(semi, pred <= n ? pred
						   : evaluate_semi(s, pred, n));
		}
		nodes[n].semi = semi;
		nodes[n].best = semi;
	}
}

/*
 * The dominator is the first node on the path up the tree so far whose number
 * is at most `semi`.  This path can be as long as the heap is large.  So each
 * node has a second link, a jump to a node far above, and the search takes
 * O(log n) steps (Myers, An Applicative Random-Access Stack, 1983).  Jumps are
 * stored in `ancestor` and depths in `best`, which evaluate_semi() no longer
 * needs.
 */
static void set_jump(struct dominators_node *nodes, uint32_t n, uint32_t up)
{
	uint32_t jump = nodes[up].ancestor, next = nodes[jump].ancestor;
	uint32_t depth = nodes[up].best, of_jump = nodes[jump].best;

	nodes[n].best = depth + 1;
	nodes[n].ancestor = depth - of_jump == of_jump - nodes[next].best ?
				    next : up;
}

static void find_dominators(struct dominators_search *s)
{
	struct dominators_node *nodes = s->nodes;

	nodes[0] = (struct dominators_node){ 0 };
	for (uint32_t n = 1; n <= s->nr; n++) {
		uint32_t up = nodes[n].dominator, semi = nodes[n].semi;

		while (up > semi) {
			uint32_t jump = nodes[up].ancestor;

			up = jump >= semi ? jump : nodes[up].dominator;
		}
		nodes[n].dominator = up;
		set_jump(nodes, n, up);
	}
}

/* --- the tree --- */

static void find_kinds_of_holders(const struct dominators_search *s)
{
	uint32_t n = 1;

	for (unsigned int holder = 0; holder < NR_HOLDERS; holder++)
		for (; n <= s->last[holder]; n++)
			s->d->holder[s->object[n]] = (uint8_t)holder;
}

/* The nearest node that dominates both, or is one of them: with depths and
 * jumps of set_jump(), in O(log n) steps. */
static uint32_t common_dominator(const struct dominators_node *nodes,
				 uint32_t a, uint32_t b)
{
	while (a != b) {
		uint32_t *deep = nodes[a].best >= nodes[b].best ? &a : &b;
		uint32_t other = deep == &a ? b : a;
		const struct dominators_node *n = &nodes[*deep];

		if (n->best == nodes[other].best) {
			bool jump = n->ancestor != nodes[other].ancestor;

			a = jump ? nodes[a].ancestor : nodes[a].dominator;
			b = jump ? nodes[b].ancestor : nodes[b].dominator;
			continue;
		}
		*deep = nodes[n->ancestor].best >= nodes[other].best ?
				n->ancestor : n->dominator;
	}
	return a;
}

/* Each lump is retained by what retains all its holders. */
static void add_lumps(const struct dominators_search *s)
{
	const struct heap *h = s->h;
	CLEANUP(freep) uint32_t *at = xcalloc(h->lumps.nr, sizeof(*at));

	for (size_t i = 0; i < h->lumps.nr; i++) {
		const struct heap_lump *lump = &h->lumps.v[i];

		for (uint32_t k = 0; k < lump->nr; k++) {
			const struct heap_lump_holder *holder =
				&h->lump_holders.v[lump->first + k];
			uint32_t n = holder->object == OID_NONE ?
					     at[holder->lump] :
					     s->number[holder->object];

			at[i] = k ? common_dominator(s->nodes, at[i], n) : n;
		}
		s->d->all_bytes += lump->bytes;
		if (at[i])
			s->d->bytes[s->object[at[i]]] += lump->bytes;
	}
}

static void sum_retained(const struct dominators_search *s)
{
	struct dominators *d = s->d;

	for (oid o = 0; o < s->h->nr_objects; o++) {
		d->bytes[o] = heap_bytes(s->h, o);
		d->objects[o] = 1;
		d->all_bytes += heap_bytes(s->h, o);
	}
	add_lumps(s);
	/* A dominator has a lower number than what it dominates. */
	for (uint32_t n = s->nr; n; n--) {
		uint32_t up = s->nodes[n].dominator;
		oid o = s->object[n], parent = up ? s->object[up] : OID_NONE;

		d->parent[o] = parent;
		if (!up)
			continue;
		d->bytes[parent] += d->bytes[o];
		d->objects[parent] += d->objects[o];
	}
}

/* `next` is for each object where the next child's tree goes. */
static void put_in_order(const struct dominators_search *s, uint32_t *next)
{
	struct dominators *d = s->d;
	uint32_t top = 0;

	for (uint32_t n = 1; n <= s->nr; n++) {
		oid o = s->object[n], parent = d->parent[o];
		uint32_t *place = parent == OID_NONE ? &top : &next[parent];

		d->place[o] = *place;
		d->order[*place] = o;
		next[o] = *place + 1;
		*place += d->objects[o];
	}
}

static void build_tree(struct dominators_search *s)
{
	struct dominators *d = s->d;
	size_t nr = s->h->nr_objects;

	d->parent = xreallocarray(NULL, nr, sizeof(*d->parent));
	d->bytes = xreallocarray(NULL, nr, sizeof(*d->bytes));
	d->objects = xreallocarray(NULL, nr, sizeof(*d->objects));
	d->holder = xreallocarray(NULL, nr, sizeof(*d->holder));
	find_kinds_of_holders(s);
	sum_retained(s);
	free(s->nodes);
	s->nodes = NULL;
	d->place = xreallocarray(NULL, nr, sizeof(*d->place));
	d->order = xreallocarray(NULL, nr, sizeof(*d->order));
	/* The objects' numbers are not needed any more. */
	put_in_order(s, s->number);
}

void dominators_build(const struct heap *h, struct dominators *ret)
{
	dominators_build_counted(h, NULL, ret);
}

void dominators_build_counted(const struct heap *h, const uint32_t *known,
			      struct dominators *ret)
{
	size_t nr = h->nr_objects;
	struct dominators_search s = { .h = h, .d = ret };

	*ret = (struct dominators){ .heap = h };
	ret->roots = bits_new(nr);
	s.visited = bits_new(nr);
	s.number = xreallocarray(NULL, nr, sizeof(*s.number));
	memset(s.number, 0xff, nr * sizeof(*s.number));
	s.object = xreallocarray(NULL, nr + 1, sizeof(*s.object));
	s.nodes = xcalloc(nr + 1, sizeof(*s.nodes));
	search_all_objects(&s, known);
	free(s.visited);
	find_predecessors(&s);
	find_semidominators(&s);
	free(s.pred_start);
	free(s.pred);
	u32_vec_release(&s.path);
	find_dominators(&s);
	build_tree(&s);
	free(s.number);
	free(s.object);
}

void dominators_release(struct dominators *d)
{
	free(d->parent);
	free(d->bytes);
	free(d->objects);
	free(d->holder);
	free(d->order);
	free(d->place);
	free(d->roots);
	*d = (struct dominators){ NULL };
}

/* --- looking at it --- */

static uint32_t end_in_order(const struct dominators *d, oid o)
{
	return o == OID_NONE ? d->heap->nr_objects :
			       d->place[o] + d->objects[o];
}

oid dominators_first(const struct dominators *d, oid o)
{
	uint32_t place = o == OID_NONE ? 0 : d->place[o] + 1;

	return place < end_in_order(d, o) ? d->order[place] : OID_NONE;
}

oid dominators_next(const struct dominators *d, oid o, oid child)
{
	uint32_t place = end_in_order(d, child);

	return place < end_in_order(d, o) ? d->order[place] : OID_NONE;
}

int dominators_compare(const struct dominators *d, oid a, oid b)
{
	const uint64_t *address = d->heap->address;

	if (d->bytes[a] != d->bytes[b])
		return d->bytes[a] > d->bytes[b] ? -1 : 1;
	if (d->objects[a] != d->objects[b])
		return d->objects[a] > d->objects[b] ? -1 : 1;
	return (address[a] > address[b]) - (address[a] < address[b]);
}

static int compare_retained_sizes(const void *a, const void *b, void *d)
{
	return dominators_compare(d, *(const oid *)a, *(const oid *)b);
}

void dominators_sort(const struct dominators *d, oid *objects, size_t nr)
{
	struct dominators tree = *d;

	if (nr)
		qsort_r(objects, nr, sizeof(*objects), compare_retained_sizes,
			&tree);
}

/* Sort what came since `first` and keep the first `max` of it. */
static void keep_largest(const struct dominators *d, size_t first, size_t max,
			 struct oid_vec *v)
{
	dominators_sort(d, v->v + first, v->nr - first);
	v->nr = MIN(v->nr, first + max);
}

void dominators_largest(const struct dominators *d, oid o, size_t max,
			struct oid_vec *ret)
{
	size_t first = ret->nr;
	oid worst = OID_NONE;

	/* At most twice as many as are wanted, as there may be millions. */
	for (oid c = dominators_first(d, o); max && c != OID_NONE;
	     c = dominators_next(d, o, c)) {
		if (worst != OID_NONE && dominators_compare(d, c, worst) > 0)
			continue;
		oid_vec_push(ret, c);
		if (ret->nr - first < max || (ret->nr - first) / 2 < max)
			continue;
		keep_largest(d, first, max, ret);
		worst = ret->v[ret->nr - 1];
	}
	keep_largest(d, first, max, ret);
}
