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
struct dominators_link {
	uint32_t ancestor;	/* parent in the search; compressed */
	uint32_t best;		/* lowest `semi` from here to `ancestor` */
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
	/* By number, nr_objects + 1 of each.  They are made when they are
	 * needed and freed as soon as they are not: all at once would take
	 * more than the result. */
	oid *object;
	uint32_t *dominator;	/* parent in the search, then the result */
	uint32_t *semi;		/* the semidominator; 0: a root */
	struct dominators_link *links;
	uint32_t nr;		/* numbers given ... */
	uint32_t last[NR_HOLDERS]; /* ... when all of a holder's were found */
	struct dominators_call_vec calls;
	uint32_t *pred_start;	/* of each number ... */
	uint32_t *pred;		/* ... the higher numbers that refer to it */
	struct u32_vec path;
};

static void drop(uint32_t **v)
{
	free(*v);
	*v = NULL;
}

/* --- the search --- */

static void visit_in_depth(struct dominators_search *s, oid o, uint32_t parent)
{
	struct heap_edges edges = heap_keeps(s->h, o);
	uint32_t number = ++s->nr;

	bits_set(s->visited, o);
	s->number[o] = number;
	s->object[number] = o;
	s->dominator[number] = parent;
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

static void search_garbage(struct dominators_search *s)
{
	const struct heap *h = s->h;
	CLEANUP(freep) uint64_t *within = bits_new(h->nr_objects);
	CLEANUP(oid_vec_release) struct oid_vec first = VEC_INIT;

	for (oid o = 0; o < h->nr_objects; o++)
		if (!bits_get(s->visited, o))
			bits_set(within, o);
	scc_sources(h, within, &first);
	for (size_t i = 0; i < first.nr; i++)
		search_from_root(s, first.v[i]);
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

/*
 * The lowest number that refers to `n`, of those up to `n`, is where its
 * semidominator is or below; such references need not be kept.  Those of higher
 * numbers are counted.  Nothing matters of what refers to a root.
 */
static void count_predecessors(struct dominators_search *s)
{
	const struct heap *h = s->h;
	uint32_t *semi = s->semi;

	memcpy(semi, s->dominator, ((size_t)s->nr + 1) * sizeof(*semi));
	for (uint32_t n = 1; n <= s->nr; n++)
		if (bits_get(s->d->roots, s->object[n]))
			semi[n] = 0;
	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_keeps(h, o);
		uint32_t from = s->number[o];

		for (uint32_t i = 0; i < edges.nr; i++) {
			uint32_t to = s->number[edges.to[i]];

			if (from > to)
				s->pred_start[to]++;
			else
				semi[to] = MIN(semi[to], from);
		}
	}
}

/* Turn the counts into sums: where the predecessors of each end.  The program
 * ends as without memory if there are 2^32 of them. */
static void sum_predecessors(struct dominators_search *s)
{
	uint64_t sum = 0;

	for (uint32_t n = 1; n <= s->nr; n++) {
		sum += s->semi[n] ? s->pred_start[n] : 0;
		if (sum > UINT32_MAX)
			out_of_memory();
		s->pred_start[n] = (uint32_t)sum;
	}
	s->pred_start[s->nr + 1] = (uint32_t)sum;
}

/* By numbers, not oids: those near in the search are near in memory. */
static void find_predecessors(struct dominators_search *s)
{
	size_t nr = (size_t)s->nr + 1;

	s->pred_start = xcalloc(nr + 1, sizeof(*s->pred_start));
	s->semi = xreallocarray(NULL, nr, sizeof(*s->semi));
	count_predecessors(s);
	sum_predecessors(s);
	s->pred = xreallocarray(NULL, s->pred_start[s->nr], sizeof(*s->pred));
	for (uint32_t n = s->nr; n; n--) {
		struct heap_edges edges = heap_keeps(s->h, s->object[n]);

		for (uint32_t i = 0; i < edges.nr; i++) {
			uint32_t to = s->number[edges.to[i]];

			if (n > to && s->semi[to])
				s->pred[--s->pred_start[to]] = n;
		}
	}
}

/*
 * The lowest semidominator among `n` and its ancestors that were done, whose
 * numbers are above `done`.
 */
static uint32_t evaluate_semi(struct dominators_search *s, uint32_t n,
			      uint32_t done)
{
	struct dominators_link *links = s->links;
	uint32_t above;

	if (links[n].ancestor <= done)
		return links[n].best;
	s->path.nr = 0;
	do {
		u32_vec_push(&s->path, n);
		n = links[n].ancestor;
	} while (links[n].ancestor > done);
	above = n;
	while (s->path.nr) {
		n = s->path.v[--s->path.nr];
		links[n].ancestor = links[above].ancestor;
		links[n].best = MIN(links[n].best, links[above].best);
		above = n;
	}
	return links[n].best;
}

static void find_semidominators(struct dominators_search *s)
{
	s->links = xreallocarray(NULL, (size_t)s->nr + 1, sizeof(*s->links));
	for (uint32_t n = s->nr; n; n--) {
		uint32_t semi = s->semi[n];

		for (uint32_t i = s->pred_start[n];
		     semi && i < s->pred_start[n + 1]; i++)
			semi = MIN(semi, evaluate_semi(s, s->pred[i], n));
		s->semi[n] = semi;
		s->links[n] = (struct dominators_link){ s->dominator[n],
							semi };
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
static void set_jump(struct dominators_link *links, uint32_t n, uint32_t up)
{
	uint32_t jump = links[up].ancestor, next = links[jump].ancestor;
	uint32_t depth = links[up].best, of_jump = links[jump].best;

	links[n].best = depth + 1;
	links[n].ancestor = depth - of_jump == of_jump - links[next].best ?
				    next : up;
}

static void find_dominators(struct dominators_search *s)
{
	s->links[0] = (struct dominators_link){ 0, 0 };
	s->dominator[0] = 0;
	for (uint32_t n = 1; n <= s->nr; n++) {
		uint32_t up = s->dominator[n], semi = s->semi[n];

		while (up > semi) {
			uint32_t jump = s->links[up].ancestor;

			up = jump >= semi ? jump : s->dominator[up];
		}
		s->dominator[n] = up;
		set_jump(s->links, n, up);
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
static uint32_t common_dominator(const struct dominators_search *s,
				 uint32_t a, uint32_t b)
{
	const struct dominators_link *links = s->links;

	while (a != b) {
		uint32_t *deep = links[a].best >= links[b].best ? &a : &b;
		uint32_t other = deep == &a ? b : a;
		struct dominators_link n = links[*deep];

		if (n.best == links[other].best) {
			bool jump = n.ancestor != links[other].ancestor;

			a = jump ? links[a].ancestor : s->dominator[a];
			b = jump ? links[b].ancestor : s->dominator[b];
			continue;
		}
		*deep = links[n.ancestor].best >= links[other].best ?
				n.ancestor : s->dominator[*deep];
	}
	return a;
}

/* The number of each object, which was freed before. */
static void find_numbers(struct dominators_search *s)
{
	s->number = xreallocarray(NULL, s->h->nr_objects, sizeof(*s->number));
	for (uint32_t n = 1; n <= s->nr; n++)
		s->number[s->object[n]] = n;
}

/* The number of what retains all holders of each lump; 0: nothing does.  NULL:
 * there are no lumps.  The caller frees it. */
static uint32_t *find_lumps(struct dominators_search *s)
{
	const struct heap *h = s->h;
	uint32_t *at;

	if (!h->lumps.nr)
		return NULL;
	at = xcalloc(h->lumps.nr, sizeof(*at));
	find_numbers(s);
	for (size_t i = 0; i < h->lumps.nr; i++) {
		const struct heap_lump *lump = &h->lumps.v[i];

		for (uint32_t k = 0; k < lump->nr; k++) {
			const struct heap_lump_holder *holder =
				&h->lump_holders.v[lump->first + k];
			uint32_t n = holder->object == OID_NONE ?
					     at[holder->lump] :
					     s->number[holder->object];

			at[i] = k ? common_dominator(s, at[i], n) : n;
		}
	}
	drop(&s->number);
	return at;
}

static void add_lumps(const struct dominators_search *s, const uint32_t *at)
{
	const struct heap *h = s->h;

	for (size_t i = 0; i < h->lumps.nr; i++) {
		uint64_t bytes = h->lumps.v[i].bytes;

		s->d->all_bytes += bytes;
		if (at[i])
			s->d->bytes[s->object[at[i]]] += bytes;
	}
}

static void sum_retained(const struct dominators_search *s,
			 const uint32_t *lumps)
{
	struct dominators *d = s->d;

	for (oid o = 0; o < s->h->nr_objects; o++) {
		d->bytes[o] = heap_bytes(s->h, o);
		d->objects[o] = 1;
		d->all_bytes += heap_bytes(s->h, o);
	}
	add_lumps(s, lumps);
	/* A dominator has a lower number than what it dominates. */
	for (uint32_t n = s->nr; n; n--) {
		uint32_t up = s->dominator[n];
		oid o = s->object[n], parent = up ? s->object[up] : OID_NONE;

		d->parent[o] = parent;
		if (!up)
			continue;
		d->bytes[parent] += d->bytes[o];
		d->objects[parent] += d->objects[o];
	}
}

/* `place` is first where the next child's tree goes: in the end, behind all
 * that the object retains. */
static void find_places(const struct dominators_search *s)
{
	struct dominators *d = s->d;
	uint32_t top = 0;

	for (uint32_t n = 1; n <= s->nr; n++) {
		oid o = s->object[n], parent = d->parent[o];
		uint32_t *place = parent == OID_NONE ? &top :
						       &d->place[parent];

		d->place[o] = *place + 1;
		*place += d->objects[o];
	}
	for (oid o = 0; o < s->h->nr_objects; o++)
		d->place[o] -= d->objects[o];
}

static void build_tree(struct dominators_search *s)
{
	CLEANUP(freep) uint32_t *lumps = find_lumps(s);
	struct dominators *d = s->d;
	size_t nr = s->h->nr_objects;

	free(s->links);
	d->parent = xreallocarray(NULL, nr, sizeof(*d->parent));
	d->bytes = xreallocarray(NULL, nr, sizeof(*d->bytes));
	d->objects = xreallocarray(NULL, nr, sizeof(*d->objects));
	d->holder = xreallocarray(NULL, nr, sizeof(*d->holder));
	find_kinds_of_holders(s);
	sum_retained(s, lumps);
	drop(&s->dominator);
	d->place = xreallocarray(NULL, nr, sizeof(*d->place));
	find_places(s);
	drop(&s->object);
	d->order = xreallocarray(NULL, nr, sizeof(*d->order));
	for (oid o = 0; o < nr; o++)
		d->order[d->place[o]] = o;
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
	s.dominator = xreallocarray(NULL, nr + 1, sizeof(*s.dominator));
	search_all_objects(&s, known);
	free(s.visited);
	find_predecessors(&s);
	drop(&s.number);
	find_semidominators(&s);
	drop(&s.pred_start);
	drop(&s.pred);
	u32_vec_release(&s.path);
	find_dominators(&s);
	drop(&s.semi);
	build_tree(&s);
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
