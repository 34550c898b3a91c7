/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cycles.h"
#include "analysis/graph/tally.h"
#include "brute.h"
#include "graph.h"
#include "suite.h"

static void build(struct heap *h, struct reach *reach, struct cycles *c)
{
	struct garbage garbage;

	reach_build(h, NULL, reach);
	garbage_build(h, &garbage);
	cycles_build(h, reach, &garbage, c);
	garbage_release(&garbage);
}

static void add_cycle(const struct heap *h, const struct cycles *c,
		      const struct cycle *cycle, struct str *ret)
{
	CLEANUP(path_release) struct path loop = VEC_INIT;

	str_addf(ret, "%u %s %s: ", cycle->nr, cycle_kind_names[cycle->kind],
		 cycle_state_names[cycle->state]);
	cycles_loop(h, c, cycle, &loop);
	graph_path(h, &loop, ret);
	if (cycle->state == CYCLE_HELD)
		str_addf(ret, " by %s", graph_name(h, cycle->entry));
	if (cycle->flags & CYCLE_HAS_DEL)
		str_add(ret, " del");
	if (cycle->flags & CYCLE_LEGACY_DEL)
		str_add(ret, " legacy");
}

static void check(const char *text, const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	struct reach reach;
	struct cycles c;
	struct heap h;

	graph_build(&h, text);
	build(&h, &reach, &c);
	for (size_t i = 0; i < c.all.nr; i++) {
		str_add(&s, i ? ", " : "");
		add_cycle(&h, &c, &c.all.v[i], &s);
	}
	ck_assert_str_eq(s.s, expected);
	cycles_release(&c);
	reach_release(&reach);
	heap_release(&h);
}

START_TEST(cycles_are_components)
{
	check("", "");
	check("a->b b->c", "");
	check("a->b b->a", "2 data garbage: a b a");
	check("a->a", "1 data garbage: a a");
	check("a->b b->c c->a c->b", "3 data garbage: a b c a");
	check("a->b b->a c->d d->e e->c x->x",
	      "3 data garbage: c d e c, 2 data garbage: a b a, "
	      "1 data garbage: x x");
	/* Equal: by bytes, then by address. */
	check("a->b b->a c->d d->c e->f f->e; size d=99",
	      "2 data garbage: c d c, 2 data garbage: a b a, "
	      "2 data garbage: e f e");
	/* One component, though it is two cycles with an object in common. */
	check("a->b b->a b->c c->b", "3 data garbage: a b a");
}
END_TEST

START_TEST(cycles_are_sorted)
{
	/* By objects, then bytes, then address: not as they are found. */
	check("a->b b->a a->c c->d d->c",
	      "2 data garbage: a b a, 2 data garbage: c d c");
	check("a->b b->a a->c c->d d->c; size c=17",
	      "2 data garbage: c d c, 2 data garbage: a b a");
	check("a->b b->a a->c c->d d->e e->c; size a=99",
	      "3 data garbage: c d e c, 2 data garbage: a b a");
}
END_TEST

START_TEST(cycles_know_their_state)
{
	check("r->b a->b b->a; root f:r", "2 data held: b a b by b");
	check("a->b b->a; refs b=2", "2 data held: a b a by b");
	check("a->b b->a; gen a=255", "2 data lost: a b a");
	check("a->b b->a; gen a=3", "2 data lost: a b a");
	check("r->x x->a r->c a->b b->c c->a; root m:r; type module r",
	      "3 data held: a b c a by c");
	/* Known holders before native ones. */
	check("r->x x->a a->b b->a; root m:r; refs b=2; type module r",
	      "2 data held: a b a by a");
}
END_TEST

START_TEST(cycles_show_the_most_telling_object)
{
	check("a->b b->a; type app.Node/heap b", "2 data garbage: b a b");
	check("a->b b->c c->a; type app.Node/heap b; type app.D/heap,del c",
	      "3 data garbage: c a b c del");
	check("a->b b->a; type app.L/heap,legacy a", "2 data garbage: a b a "
						    "legacy");
}
END_TEST

START_TEST(cycles_set_machinery_apart)
{
	/* A class and what belongs to it. */
	check("C->mro mro->C; root m:C; type type/class C",
	      "2 machinery held: mro C mro by C");
	/* A module, its names, a function of it. */
	check("m->m.d m.d->f f->m.d; root m:m; type module m",
	      "2 machinery held: m.d f m.d by m.d");
	/* A module that is no root is one by its type. */
	check("m->k k->d d->f f->k; root m:m; type module m k",
	      "3 machinery held: k d f k by k");
	check("x->m m->a a->b b->a m->k k->a; root m:m m:k m:x;"
	      "type module m k; type app.Node/heap x a b",
	      "2 data held: a b a by a");
	/* All is one by way of the class; the nodes are in it. */
	check("m->m.d m.d->C C->f f->m.d m.d->l l->a a->b b->a a->C b->C;"
	      "root m:m; type module m; type type/class C;"
	      "type app.Node/heap a b",
	      "6 machinery held: a b a by m.d, 2 within held: a b a by a");
	check("C->mro mro->C C->a a->C a->a; type type/class C",
	      "3 machinery garbage: mro C mro, 1 within garbage: a a");
}
END_TEST

START_TEST(cycles_within_name_their_component)
{
	struct reach reach;
	struct cycles c;
	struct heap h;

	graph_build(&h, "C->a a->C a->b b->a x->y y->z z->w w->x;"
			"type type/class C; type t/heap a b");
	build(&h, &reach, &c);
	ck_assert_uint_eq(c.all.nr, 3);
	ck_assert_int_eq(c.all.v[1].kind, CYCLE_MACHINERY);
	ck_assert_int_eq(c.all.v[2].kind, CYCLE_WITHIN);
	ck_assert_uint_eq(c.all.v[2].outer, 1);
	ck_assert_uint_eq(c.nr_garbage, 2);
	ck_assert_uint_eq(c.garbage_objects, 7);
	ck_assert_uint_eq(c.garbage_bytes, 7 * 16);
	cycles_release(&c);
	reach_release(&reach);
	heap_release(&h);
}
END_TEST

START_TEST(cycles_count_their_types)
{
	struct tally_type_vec types;
	struct reach reach;
	struct cycles c;
	struct heap h;

	graph_build(&h, "a->b b->c c->d d->e e->a; type z.Z a c; type b.B b e;"
			"type a.A d; size d=100");
	build(&h, &reach, &c);
	tally_types(&h, &c.members.v[c.all.v[0].first], c.all.v[0].nr,
		    &types);
	ck_assert_uint_eq(types.nr, 3);
	ck_assert_str_eq(h.types.v[types.v[0].type].name, "b.B");
	ck_assert_uint_eq(types.v[0].sum.nr, 2);
	ck_assert_uint_eq(types.v[0].sum.bytes, 32);
	ck_assert_str_eq(h.types.v[types.v[1].type].name, "z.Z");
	ck_assert_str_eq(h.types.v[types.v[2].type].name, "a.A");
	ck_assert_uint_eq(types.v[2].sum.bytes, 100);
	tally_type_vec_release(&types);
	cycles_release(&c);
	reach_release(&reach);
	heap_release(&h);
}
END_TEST

/* Each cycle is a whole component of the graph of `within`. */
static void check_components(const struct heap *h, const struct cycles *c,
			     bool is_within, const bool *within,
			     unsigned int seed)
{
	uint32_t distances[BRUTE_MAX][BRUTE_MAX];
	uint32_t of[BRUTE_MAX];

	memset(of, 0xff, sizeof(of));
	for (size_t i = 0; i < c->all.nr; i++) {
		const struct cycle *cycle = &c->all.v[i];

		if ((cycle->kind == CYCLE_WITHIN) != is_within)
			continue;
		for (uint32_t j = 0; j < cycle->nr; j++) {
			oid o = c->members.v[cycle->first + j];

			ck_assert(of[o] == UINT32_MAX);
			ck_assert(!within || within[o]);
			of[o] = (uint32_t)i;
		}
	}
	brute_distances(h, within, distances);
	for (oid a = 0; a < h->nr_objects; a++) {
		ck_assert_msg((of[a] != UINT32_MAX) ==
				      (distances[a][a] != UINT32_MAX),
			      "seed %u, object %u", seed, a);
		for (oid b = 0; b < h->nr_objects; b++)
			if (of[a] != UINT32_MAX && of[b] != UINT32_MAX)
				ck_assert((of[a] == of[b]) ==
					  (distances[a][b] != UINT32_MAX &&
					   distances[b][a] != UINT32_MAX));
	}
}

static uint32_t module_type(const struct heap *h)
{
	uint32_t nr[8] = { 0 }, best = 0;

	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].kind == ROOT_MODULE)
			nr[h->type[h->roots.v[i].object]]++;
	for (uint32_t i = 1; i < h->types.nr; i++)
		if (nr[i] > nr[best])
			best = i;
	return nr[best] ? best : UINT32_MAX;
}

static bool is_anchor(const struct heap *h, const struct reach *reach, oid o)
{
	if (heap_type_of(h, o)->flags & TYPE_IS_TYPE)
		return true;
	if (h->type[o] == module_type(h))
		return true;
	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].object == o &&
		    h->roots.v[i].kind == ROOT_MODULE)
			return true;
	for (size_t i = 0; i < reach->namespaces.nr; i++)
		if (reach->namespaces.v[i].object == o)
			return true;
	return false;
}

static void check_cycle(const struct heap *h, const struct reach *reach,
			const struct cycles *c, const struct cycle *cycle,
			const bool *within)
{
	uint32_t distances[BRUTE_MAX][BRUTE_MAX];
	CLEANUP(path_release) struct path loop = VEC_INIT;
	CLEANUP(str_release) struct str s = STR_INIT;
	bool garbage[BRUTE_MAX];
	bool anchored = false;

	brute_distances(h, cycle->kind == CYCLE_WITHIN ? within : NULL,
			distances);
	cycles_loop(h, c, cycle, &loop);
	graph_path(h, &loop, &s);
	ck_assert_uint_eq(loop.v[0].object, cycle->telling);
	ck_assert_uint_eq(loop.v[loop.nr - 1].object, cycle->telling);
	ck_assert_uint_eq(loop.nr - 1,
			  distances[cycle->telling][cycle->telling]);

	brute_garbage(h, garbage);
	for (uint32_t i = 0; i < cycle->nr; i++) {
		oid o = c->members.v[cycle->first + i];

		anchored |= is_anchor(h, reach, o);
		ck_assert_int_eq(garbage[o], cycle->state == CYCLE_GARBAGE);
		if (cycle->state == CYCLE_HELD)
			ck_assert(reach_has(reach, o));
		if (cycle->state == CYCLE_LOST)
			ck_assert(!reach_has(reach, o));
		if (i)
			ck_assert_uint_lt(o - i, o);
	}
	ck_assert_int_eq(anchored, cycle->kind == CYCLE_MACHINERY);
}

static void check_random(struct heap *h, unsigned int seed)
{
	bool within[BRUTE_MAX];
	struct reach reach;
	struct cycles c;

	build(h, &reach, &c);
	for (oid o = 0; o < h->nr_objects; o++)
		within[o] = false;
	for (size_t i = 0; i < c.all.nr; i++)
		for (uint32_t j = 0; j < c.all.v[i].nr; j++) {
			oid o = c.members.v[c.all.v[i].first + j];

			if (c.all.v[i].kind == CYCLE_MACHINERY)
				within[o] = !is_anchor(h, &reach, o);
		}
	check_components(h, &c, false, NULL, seed);
	check_components(h, &c, true, within, seed);
	for (size_t i = 0; i < c.all.nr; i++) {
		check_cycle(h, &reach, &c, &c.all.v[i], within);
		if (i)
			ck_assert_uint_ge(c.all.v[i - 1].nr, c.all.v[i].nr);
		if (c.all.v[i].kind == CYCLE_WITHIN)
			ck_assert_int_eq(c.all.v[c.all.v[i].outer].kind,
					 CYCLE_MACHINERY);
	}
	cycles_release(&c);
	reach_release(&reach);
}

START_TEST(cycles_agree_with_brute_force)
{
	for (unsigned int seed = 0; seed < 1000; seed++) {
		uint32_t nr = 2 + seed % 24;
		struct heap h;

		graph_random(&h, seed, nr, nr + seed % (nr + 1));
		check_random(&h, seed);
		heap_release(&h);
	}
}
END_TEST

/* A ring so long that recursion would not survive it. */
START_TEST(cycles_go_deep)
{
	const uint32_t nr = 300000;
	CLEANUP(path_release) struct path loop = VEC_INIT;
	struct reach reach;
	struct cycles c;
	struct heap h;

	graph_build(&h, "a");
	while (h.nr_objects < nr)
		heap_add_object(&h, 0x100000 + 16 * (uint64_t)h.nr_objects, 0);
	for (oid o = 0; o < nr; o++) {
		h.edge_start[o] = h.edges.nr;
		h.edge_nr[o] = 1;
		oid_vec_push(&h.edges, (o + 1) % nr);
	}
	build(&h, &reach, &c);
	ck_assert_uint_eq(c.all.nr, 1);
	ck_assert_uint_eq(c.all.v[0].nr, nr);
	cycles_loop(&h, &c, &c.all.v[0], &loop);
	ck_assert_uint_eq(loop.nr, nr + 1);
	cycles_release(&c);
	reach_release(&reach);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "cycles";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, cycles_are_components);
	tcase_add_test(tc, cycles_are_sorted);
	tcase_add_test(tc, cycles_know_their_state);
	tcase_add_test(tc, cycles_show_the_most_telling_object);
	tcase_add_test(tc, cycles_set_machinery_apart);
	tcase_add_test(tc, cycles_within_name_their_component);
	tcase_add_test(tc, cycles_count_their_types);
	tcase_add_test(tc, cycles_agree_with_brute_force);
	tcase_add_test(tc, cycles_go_deep);
}
