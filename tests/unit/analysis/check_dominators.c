/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/dominators.h"
#include "brute.h"
#include "graph.h"
#include "suite.h"

static const char *name_or(const struct heap *h, oid o, const char *none)
{
	return o == OID_NONE ? none : graph_name(h, o);
}

/* "a<- 2 32" for each object: its dominator, objects and bytes retained. */
static void check(const char *text, const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	struct dominators d;
	struct heap h;

	graph_build(&h, text);
	dominators_build(&h, &d);
	for (oid o = 0; o < h.nr_objects; o++)
		str_addf(&s, "%s%s<-%s %u %d", o ? ", " : "",
			 graph_name(&h, o),
			 name_or(&h, d.parent[o],
				 dominators_holder_names[d.holder[o]]),
			 d.objects[o], (int)d.bytes[o]);
	ck_assert_str_eq(s.s, expected);
	dominators_release(&d);
	heap_release(&h);
}

START_TEST(dominators_of_small_graphs)
{
	check("", "");
	check("a->b b->c; root m:a; size a=1 b=2 c=4",
	      "a<-root 3 7, b<-a 2 6, c<-b 1 4");
	/* Two ways meet: who holds both holds what they hold together. */
	check("a->b a->c b->d c->d; root m:a; size a=1 b=2 c=4 d=8",
	      "a<-root 4 15, b<-a 1 2, c<-a 1 4, d<-a 1 8");
	/* Across a cycle, and out of it. */
	check("a->b b->c c->b c->d; root m:a; size a=1 b=2 c=4 d=8",
	      "a<-root 4 15, b<-a 3 14, c<-b 2 12, d<-c 1 8");
	check("a->b b->c c->a; root m:a; size a=1 b=2 c=4",
	      "a<-root 3 7, b<-a 2 6, c<-b 1 4");
	check("a->a; root m:a", "a<-root 1 16");
	/* Two roots, one object: neither root's object retains it. */
	check("a->b c->b; root m:a f:c; size a=1 b=2 c=4",
	      "a<-root 1 1, b<-root 1 2, c<-root 1 4");
	check("a->b; root m:a m:b", "a<-root 1 16, b<-root 1 16");
	/* Which needs more than one look: Lengauer and Tarjan's own example,
	 * objects in the order r a b c d e f g h i j k l. */
	check("r->a r->b r->c a->d b->a b->d b->e c->f c->g d->l e->h f->i"
	      " g->i g->j h->e h->k i->k j->i k->r k->i l->h; root m:r",
	      "r<-root 13 208, a<-r 1 16, b<-r 1 16, c<-r 4 64, d<-r 2 32, "
	      "e<-r 1 16, f<-c 1 16, g<-c 2 32, l<-d 1 16, h<-r 1 16, "
	      "i<-r 1 16, j<-g 1 16, k<-r 1 16");
}
END_TEST

START_TEST(dominators_know_what_is_not_freed)
{
	/* Native code holds it, too. */
	check("a->b b->c; root m:a; refs b=2",
	      "a<-root 1 16, b<-root 2 32, c<-b 1 16");
	check("a->b; refs a=1", "a<-native code 2 32, b<-a 1 16");
	check("a->b; root m:a; refs b=immortal",
	      "a<-root 1 16, b<-root 1 16");
	check("a->b; refs a=immortal", "a<-immortal 2 32, b<-a 1 16");
	/* The list of an lru_cache, which its traverse leaves out. */
	check("a->b; root m:a; type functools._lru_list_elem b; refs b=2",
	      "a<-root 2 32, b<-a 1 16");
	check("a->b; root m:a; type functools._lru_list_elem b; refs b=3",
	      "a<-root 1 16, b<-root 1 16");
	/* A string may be a key, too; held by nothing else, it is a root's. */
	check("a->b; root m:a; type str b; refs b=2", "a<-root 2 32, b<-a 1 16");
	check("a->b b->a c; type str c; refs c=1",
	      "a<-garbage 2 32, b<-a 1 16, c<-native code 1 16");
	/* A guess accounts for nothing: it may be held by somebody else. */
	check("a->b; root m:a; flags a=4", "a<-root 1 16, b<-root 1 16");
}
END_TEST

START_TEST(dominators_show_garbage)
{
	check("a->b b->a b->c", "a<-garbage 3 48, b<-a 2 32, c<-b 1 16");
	/* The instance, not its dict. */
	check("a->b b->a b->c; type app.Node/heap b",
	      "a<-b 1 16, b<-garbage 3 48, c<-b 1 16");
	/* A group that another one holds is no group of its own. */
	check("c->d d->c a->b b->a b->c",
	      "c<-b 2 32, d<-c 1 16, a<-garbage 4 64, b<-a 3 48");
	check("a->x b->x; refs a=0 b=0; gen a=255",
	      "a<-garbage 1 16, x<-garbage 1 16, b<-garbage 1 16");
	/* What is held is not garbage's, though that refers to it, too. */
	check("r->x a->b b->a b->x; root m:r",
	      "r<-root 1 16, x<-root 1 16, a<-garbage 2 32, b<-a 1 16");
}
END_TEST

/* --- against the slow way --- */

/* Mark all that can be reached from `o` without `without`. */
static void reach(const struct heap *h, oid o, const bool *without,
		  bool seen[BRUTE_MAX])
{
	oid stack[BRUTE_MAX];
	uint32_t nr = 0;

	if (without[o] || seen[o])
		return;
	seen[o] = true;
	stack[nr++] = o;
	while (nr) {
		oid at = stack[--nr];

		for (uint32_t i = 0; i < h->edge_nr[at]; i++) {
			oid to = h->edges.v[h->edge_start[at] + i];

			if (without[to] || seen[to])
				continue;
			seen[to] = true;
			stack[nr++] = to;
		}
	}
}

static void reach_all(const struct heap *h, const bool *roots,
		      const bool *without, bool seen[BRUTE_MAX])
{
	memset(seen, 0, BRUTE_MAX);
	for (oid o = 0; o < h->nr_objects; o++)
		if (roots[o])
			reach(h, o, without, seen);
}

static void find_roots(const struct heap *h, bool roots[BRUTE_MAX])
{
	for (oid o = 0; o < h->nr_objects; o++)
		roots[o] = h->refcount[o] == REFCOUNT_IMMORTAL ||
			   h->refcount[o] > brute_known(h, o);
	for (size_t i = 0; i < h->roots.nr; i++)
		roots[h->roots.v[i].object] = true;
}

/*
 * Each object of garbage is reached from exactly one or more that stand for a
 * group, and none of these is reached from another: then all groups that
 * nothing else refers to have one.
 */
static void check_garbage(const struct heap *h, const struct dominators *d,
			  const bool *garbage)
{
	static const bool nothing[BRUTE_MAX];
	bool from_here[BRUTE_MAX], all[BRUTE_MAX] = { false };

	for (oid o = 0; o < h->nr_objects; o++) {
		ck_assert(garbage[o] == (d->holder[o] == HOLDER_GARBAGE));
		if (!garbage[o] || !bits_get(d->roots, o))
			continue;
		memset(from_here, 0, sizeof(from_here));
		reach(h, o, nothing, from_here);
		for (oid to = 0; to < h->nr_objects; to++) {
			all[to] |= from_here[to];
			ck_assert(!(to != o && from_here[to] && garbage[to] &&
				    bits_get(d->roots, to)));
		}
	}
	for (oid o = 0; o < h->nr_objects; o++)
		ck_assert(!garbage[o] || all[o]);
}

static void check_roots(const struct heap *h, const struct dominators *d,
			bool roots[BRUTE_MAX])
{
	static const bool nothing[BRUTE_MAX];
	bool garbage[BRUTE_MAX];

	find_roots(h, roots);
	reach_all(h, roots, nothing, garbage);
	for (oid o = 0; o < h->nr_objects; o++) {
		garbage[o] = !garbage[o];
		ck_assert(garbage[o] || roots[o] == bits_get(d->roots, o));
	}
	check_garbage(h, d, garbage);
	for (oid o = 0; o < h->nr_objects; o++)
		roots[o] = bits_get(d->roots, o);
}

struct brute {
	bool retains[BRUTE_MAX][BRUTE_MAX];
	uint32_t objects[BRUTE_MAX];
	uint64_t bytes[BRUTE_MAX];
};

static void remove_each(const struct heap *h, const bool *roots,
			struct brute *b)
{
	memset(b, 0, sizeof(*b));
	for (oid x = 0; x < h->nr_objects; x++) {
		bool seen[BRUTE_MAX], without[BRUTE_MAX] = { false };

		without[x] = true;
		reach_all(h, roots, without, seen);
		for (oid o = 0; o < h->nr_objects; o++) {
			b->retains[x][o] = !seen[o];
			b->objects[x] += !seen[o];
			b->bytes[x] += seen[o] ? 0 : h->size[o];
		}
	}
}

static void check_tree(const struct heap *h, const struct dominators *d,
		       const struct brute *b)
{
	for (oid o = 0; o < h->nr_objects; o++) {
		oid nearest = OID_NONE;

		for (oid x = 0; x < h->nr_objects; x++) {
			ck_assert(dominators_retains(d, x, o) ==
				  b->retains[x][o]);
			if (x != o && b->retains[x][o] &&
			    (nearest == OID_NONE ||
			     b->objects[x] < b->objects[nearest]))
				nearest = x;
		}
		ck_assert_uint_eq(d->parent[o], nearest);
		ck_assert_uint_eq(d->objects[o], b->objects[o]);
		ck_assert_uint_eq(d->bytes[o], b->bytes[o]);
	}
}

/* Every child once, its parent's; the largest in their order. */
static void check_children(const struct heap *h, const struct dominators *d,
			   oid parent)
{
	CLEANUP(oid_vec_release) struct oid_vec largest = VEC_INIT;
	CLEANUP(oid_vec_release) struct oid_vec all = VEC_INIT;
	uint32_t nr = 0, expected = 0;

	for (oid o = 0; o < h->nr_objects; o++)
		expected += d->parent[o] == parent;
	for (oid c = dominators_first(d, parent); c != OID_NONE;
	     c = dominators_next(d, parent, c)) {
		ck_assert_uint_eq(d->parent[c], parent);
		nr++;
	}
	ck_assert_uint_eq(nr, expected);
	dominators_largest(d, parent, SIZE_MAX, &all);
	ck_assert_uint_eq(all.nr, nr);
	for (size_t i = 1; i < all.nr; i++)
		ck_assert_int_lt(dominators_compare(d, all.v[i - 1], all.v[i]),
				 0);
	oid_vec_push(&largest, 7);
	dominators_largest(d, parent, 2, &largest);
	ck_assert_uint_eq(largest.nr, 1 + MIN(nr, 2u));
	for (size_t i = 1; i < largest.nr; i++)
		ck_assert_uint_eq(largest.v[i], all.v[i - 1]);
}

static void check_sets(const struct heap *h, const struct dominators *d,
		       const bool *roots, uint64_t *state)
{
	CLEANUP(freep) uint64_t *set = bits_new(h->nr_objects);
	bool without[BRUTE_MAX] = { false }, seen[BRUTE_MAX];
	struct tally got, expected = { 0, 0 };

	for (uint32_t i = graph_rand(state, 6); i; i--) {
		oid o = graph_rand(state, h->nr_objects);

		without[o] = true;
		bits_set(set, o);
	}
	reach_all(h, roots, without, seen);
	for (oid o = 0; o < h->nr_objects; o++) {
		expected.nr += !seen[o];
		expected.bytes += seen[o] ? 0 : h->size[o];
	}
	got = dominators_of_set(d, set);
	ck_assert_uint_eq(got.nr, expected.nr);
	ck_assert_uint_eq(got.bytes, expected.bytes);
}

START_TEST(dominators_equal_removing_each_object)
{
	uint64_t state = 17, total;
	unsigned int deep = 0;
	struct brute b;

	for (unsigned int seed = 0; seed < 2000; seed++) {
		uint32_t nr = 1 + graph_rand(&state, BRUTE_MAX);
		bool roots[BRUTE_MAX];
		struct dominators d;
		struct heap h;

		graph_random(&h, seed, nr, graph_rand(&state, 3 * nr));
		/* Counts alone make most objects roots: also without. */
		for (oid o = 0; o < nr && seed % 2; o++)
			h.refcount[o] = 0;
		dominators_build(&h, &d);
		check_roots(&h, &d, roots);
		remove_each(&h, roots, &b);
		check_tree(&h, &d, &b);
		check_children(&h, &d, OID_NONE);
		check_children(&h, &d, graph_rand(&state, nr));
		check_sets(&h, &d, roots, &state);
		total = 0;
		for (oid o = 0; o < nr; o++) {
			total += h.size[o];
			deep += d.parent[o] != OID_NONE &&
				d.parent[d.parent[o]] != OID_NONE;
		}
		ck_assert_uint_eq(d.all_bytes, total);
		dominators_release(&d);
		heap_release(&h);
	}
	/* Or the graphs are no test. */
	ck_assert_uint_gt(deep, 4000);
}
END_TEST

START_TEST(dominators_of_a_long_list)
{
	const uint32_t nr = 200000;
	struct dominators d;
	struct heap h;

	heap_init(&h);
	heap_type_vec_push(&h.types, (struct heap_type){
					     .name = xstrdup("app.Link"),
					     .object = OID_NONE });
	oid_vec_resize(&h.edges, nr);
	for (oid o = 0; o < nr; o++) {
		heap_add_object(&h, 16 * (uint64_t)o, 0);
		h.size[o] = 16;
		h.edge_start[o] = o;
		h.edge_nr[o] = 1;
		h.edges.v[o] = (o + 1) % nr;
	}
	heap_root_vec_push(&h.roots, (struct heap_root){
					     .object = 0, .kind = ROOT_MODULE,
					     .name = xstrdup("app"),
					     .frame = -1 });
	dominators_build(&h, &d);
	for (oid o = 0; o < nr; o++) {
		ck_assert_uint_eq(d.objects[o], nr - o);
		ck_assert_uint_eq(d.bytes[o], 16 * (uint64_t)(nr - o));
	}
	dominators_release(&d);
	heap_release(&h);
}
END_TEST

/*
 * A long list, at whose end hangs a list of many objects that the list's
 * first link knows, too (an LRU cache is such a thing): for each of the many a
 * way up through all links would take minutes.
 */
START_TEST(dominators_of_many_below_a_long_list)
{
	const uint32_t nr = 200000;
	struct dominators d;
	struct heap h;

	heap_init(&h);
	heap_type_vec_push(&h.types, (struct heap_type){
					     .name = xstrdup("app.Link"),
					     .object = OID_NONE });
	/* 0 .. nr - 1 are the links, nr the list, then its items. */
	for (oid o = 0; o <= 2 * nr; o++) {
		bool has_items = !o || o == nr;

		heap_add_object(&h, 16 * (uint64_t)o, 0);
		h.size[o] = 16;
		h.edge_start[o] = h.edges.nr;
		if (o < nr)
			oid_vec_push(&h.edges, o + 1);
		for (oid item = nr + 1; has_items && item <= 2 * nr; item++)
			oid_vec_push(&h.edges, item);
		h.edge_nr[o] = (uint32_t)(h.edges.nr - h.edge_start[o]);
	}
	heap_root_vec_push(&h.roots, (struct heap_root){
					     .object = 0, .kind = ROOT_MODULE,
					     .name = xstrdup("app"),
					     .frame = -1 });
	dominators_build(&h, &d);
	ck_assert_uint_eq(d.objects[0], 2 * nr + 1);
	for (oid o = 1; o <= nr; o++) {
		ck_assert_uint_eq(d.parent[o], o - 1);
		ck_assert_uint_eq(d.objects[o], nr + 1 - o);
	}
	for (oid o = nr + 1; o <= 2 * nr; o++) {
		ck_assert_uint_eq(d.parent[o], 0);
		ck_assert_uint_eq(d.objects[o], 1);
	}
	dominators_release(&d);
	heap_release(&h);
}
END_TEST

static void add_lump(struct heap *h, uint64_t bytes, const char *holders)
{
	struct heap_lump lump = { bytes, h->lump_holders.nr,
				  (uint32_t)strlen(holders) };

	for (; *holders; holders++) {
		bool is_lump = *holders >= '0' && *holders <= '9';
		struct heap_lump_holder holder = { OID_NONE, 0 };

		if (is_lump)
			holder.lump = (uint32_t)(*holders - '0');
		else
			holder.object = graph_oid(h, (char[]){ *holders, 0 });
		heap_lump_holder_vec_push(&h->lump_holders, holder);
	}
	heap_lump_vec_push(&h->lumps, lump);
}

/* Memory that several hold is retained by what retains all of them. */
START_TEST(lumps_are_where_their_holders_meet)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} retained[] = {
		{ "a", 60 + 0x111010 }, { "b", 40 + 0x11010 }, { "c", 10 },
		{ "d", 10 }, { "e", 10 + 0x10 }, { "f", 10 },
	};
	CLEANUP(heap_release) struct heap h;
	CLEANUP(dominators_release) struct dominators d;
	CLEANUP(freep) uint64_t *set = NULL;

	graph_build(&h, "root->a a->b b->c b->d b->e a->f "
			"; size a=10 b=10 c=10 d=10 e=10 f=10");
	add_lump(&h, 0x1000, "cde");
	add_lump(&h, 0x10000, "0d");
	add_lump(&h, 0x10, "ee");
	add_lump(&h, 0x100000, "1f");
	/* Not an object's. */
	add_lump(&h, 0x1000000, "");
	dominators_build(&h, &d);
	for (size_t i = 0; i < ARRAY_SIZE(retained); i++)
		ck_assert_uint_eq(d.bytes[graph_oid(&h, retained[i].name)],
				  retained[i].bytes);
	set = bits_new(h.nr_objects);
	bits_set(set, graph_oid(&h, "c"));
	bits_set(set, graph_oid(&h, "d"));
	ck_assert_uint_eq(dominators_of_set(&d, set).bytes, 20);
	bits_set(set, graph_oid(&h, "e"));
	ck_assert_uint_eq(dominators_of_set(&d, set).bytes, 30 + 0x11010);
}
END_TEST

const char suite_name[] = "dominators";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, dominators_of_small_graphs);
	tcase_add_test(tc, dominators_know_what_is_not_freed);
	tcase_add_test(tc, dominators_show_garbage);
	tcase_add_test(tc, dominators_equal_removing_each_object);
	tcase_add_test(tc, dominators_of_a_long_list);
	tcase_add_test(tc, lumps_are_where_their_holders_meet);
	tcase_add_test(tc, dominators_of_many_below_a_long_list);
}
