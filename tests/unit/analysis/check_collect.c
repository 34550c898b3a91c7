/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "analysis/collect.h"
#include "graph.h"
#include "suite.h"

struct look {
	struct heap h;
	struct garbage g;
	struct collect c;
};

static void look(struct look *l, const char *text)
{
	graph_build(&l->h, text);
	garbage_build(&l->h, &l->g);
}

static void collect(struct look *l)
{
	collect_build(&l->h, &l->g, &l->c);
}

static void look_release(struct look *l)
{
	collect_release(&l->c);
	garbage_release(&l->g);
	heap_release(&l->h);
}

START_TEST(collect_groups_components_that_are_alike)
{
	CLEANUP(str_release) struct str names = STR_INIT;
	CLEANUP(path_release) struct path path = VEC_INIT;
	struct look l;

	look(&l, "a->b b->a b->t c->d d->c d->u e->e x->y y->x;"
		 " type app.Node/heap a c; type tuple t u; root m:x");
	collect(&l);
	ck_assert_uint_eq(l.c.nr_components, 3);
	ck_assert_uint_eq(l.c.groups.nr, 2);
	ck_assert_uint_eq(l.c.groups.v[0].nr, 2);
	ck_assert_uint_eq(l.c.groups.v[0].objects.nr, 6);
	ck_assert_uint_eq(l.c.groups.v[0].objects.bytes, 96);
	ck_assert_uint_eq(l.c.groups.v[0].nr_members, 3);
	ck_assert_uint_eq(l.c.groups.v[1].objects.nr, 1);
	collect_loop(&l.h, &l.c, &l.c.groups.v[0], &path);
	graph_path(&l.h, &path, &names);
	ck_assert_str_eq(names.s, "a b a");
	look_release(&l);
}
END_TEST

START_TEST(collect_knows_what_goes_with_garbage)
{
	struct look l;

	/* `s` goes, and `t` that it holds; `k` is held, `i` for ever. */
	look(&l, "a->a a->s s->t a->k k->l a->i a->t; root m:k;"
		 " gen s=255 t=255 k=255 l=255 i=255; refs i=immortal");
	collect(&l);
	ck_assert_uint_eq(l.g.objects.nr, 1);
	ck_assert_uint_eq(l.c.untracked.nr, 2);
	ck_assert_uint_eq(l.c.untracked.bytes, 32);
	look_release(&l);
}
END_TEST

START_TEST(collect_frees_what_is_not_visited)
{
	struct look l;

	/* The key `k` goes with the dict, `b` is held by who lent it. */
	look(&l, "a->a a->b a->k; gen k=255 b=255; unvisited a=1; flags a=32;"
		 " refs b=1");
	heap_borrowed_vec_push(&l.h.borrowed, (struct heap_borrowed){
				       graph_oid(&l.h, "a"), 1, 1 });
	collect(&l);
	ck_assert_uint_eq(l.g.objects.nr, 1);
	ck_assert_uint_eq(l.c.untracked.nr, 1);
	look_release(&l);
}
END_TEST

START_TEST(collect_counts_finalizers_once)
{
	struct look l;

	look(&l, "a->b b->a c->c d->d; type app.Del/heap,del a c d;"
		 " flags c=1; root m:d");
	collect(&l);
	ck_assert_uint_eq(l.c.finalizers, 1);
	ck_assert_uint_eq(l.c.finalized, 1);
	look_release(&l);
}
END_TEST

START_TEST(collect_leaves_what_has_tp_del)
{
	struct look l;

	/* `up` refers to it, which is no reason to stay. */
	look(&l, "a->a a->b b->s up->up up->a; type app.Old/heap,legacy,del a;"
		 " gen s=255");
	collect(&l);
	ck_assert_uint_eq(l.g.objects.nr, 3);
	ck_assert_uint_eq(l.c.uncollectable.nr, 2);
	ck_assert_uint_eq(l.c.untracked.nr, 0);
	ck_assert_uint_eq(l.c.finalizers, 0);
	look_release(&l);
}
END_TEST

START_TEST(collect_counts_what_stays_by_group)
{
	const struct collect_group *g;
	struct look l;

	/* `o` and what it reaches stay; `up` refers to it and goes. */
	look(&l, "o#2->p#2 p#2->o#2 up#2->o#2 up#2->up#2 x->x;"
		 " type app.Old/heap,legacy o#2; size p#2=100");
	collect(&l);
	ck_assert_uint_eq(l.c.groups.nr, 2);
	g = &l.c.groups.v[0];
	ck_assert_uint_eq(g->nr, 2);
	ck_assert_uint_eq(g->objects.nr, 6);
	ck_assert_uint_eq(g->uncollectable, 4);
	ck_assert_uint_eq(l.c.groups.v[1].uncollectable, 0);
	ck_assert_uint_eq(l.c.uncollectable.nr, 4);
	ck_assert_uint_eq(l.c.uncollectable.bytes, 232);
	look_release(&l);
}
END_TEST

START_TEST(collect_counts_finalizers_by_group)
{
	struct look l;

	look(&l, "a#3->b#3 b#3->a#3 x->x; type app.Del/heap,del a#3;"
		 " flags a2=1");
	collect(&l);
	ck_assert_uint_eq(l.c.groups.nr, 2);
	ck_assert_uint_eq(l.c.groups.v[0].nr, 3);
	ck_assert_uint_eq(l.c.groups.v[0].finalizers, 2);
	ck_assert_uint_eq(l.c.groups.v[1].finalizers, 0);
	ck_assert_uint_eq(l.c.finalizers, 2);
	ck_assert_uint_eq(l.c.finalized, 1);
	look_release(&l);
}
END_TEST

START_TEST(collect_sorts_groups)
{
	static const char *const first[] = { "big0", "many0", "a", "b" };
	struct look l;

	/* By bytes, then objects, then the order in the heap. */
	look(&l, "a->a b->b many#4->many#4 big#2->big#2;"
		 " type t.A a; type t.B b; type t.M many#4; type t.B big#2;"
		 " size a=20 b=20 many#4=10 big#2=50");
	collect(&l);
	ck_assert_uint_eq(l.c.groups.nr, ARRAY_SIZE(first));
	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		oid o = l.c.members.v[l.c.groups.v[i].first];

		ck_assert_str_eq(graph_name(&l.h, o), first[i]);
	}
	look_release(&l);
}
END_TEST

START_TEST(collect_takes_no_guess_for_the_last_reference)
{
	struct look l;

	/* `s` is held for what anybody knows. */
	look(&l, "a->a a->g g->s; gen g=255 s=255; flags g=4");
	collect(&l);
	ck_assert_uint_eq(l.c.untracked.nr, 1);
	ck_assert_uint_eq(l.c.scanned, 0);
	look_release(&l);
	look(&l, "a b c d; root m:a; gen d=255; flags a=4 b=8 c=32 d=4");
	collect(&l);
	ck_assert_uint_eq(l.c.scanned, 2);
	look_release(&l);
}
END_TEST

static void add_weak(struct look *l, const char *reference,
		     const char *referent, const char *callback)
{
	heap_weak_vec_push(&l->h.weak, (struct heap_weak){
		graph_oid(&l->h, reference), graph_oid(&l->h, referent),
		callback ? graph_oid(&l->h, callback) : OID_NONE });
}

START_TEST(collect_counts_callbacks_of_references_that_stay)
{
	struct look l;

	look(&l, "a->a a->inner b->b r s f; root m:r m:s m:f");
	add_weak(&l, "r", "a", "f");
	add_weak(&l, "s", "a", NULL);		/* does not call */
	add_weak(&l, "inner", "b", "f");	/* is garbage itself */
	add_weak(&l, "r", "f", "f");		/* is no garbage */
	collect(&l);
	ck_assert_uint_eq(l.c.callbacks, 1);
	look_release(&l);
}
END_TEST

START_TEST(collect_counts_callbacks_by_group)
{
	struct look l;

	/* `o` stays, so its weak reference does. */
	look(&l, "a#2->b#2 b#2->a#2 o->o r f; root m:r m:f;"
		 " type app.Old/heap,legacy o; type app.A a#2 b#2");
	add_weak(&l, "r", "a0", "f");
	add_weak(&l, "r", "a1", "f");
	add_weak(&l, "r", "b1", "f");
	add_weak(&l, "r", "o", "f");
	collect(&l);
	ck_assert_uint_eq(l.c.groups.nr, 2);
	ck_assert_uint_eq(l.c.groups.v[0].callbacks, 3);
	ck_assert_uint_eq(l.c.groups.v[1].callbacks, 0);
	ck_assert_uint_eq(l.c.callbacks, 3);
	look_release(&l);
}
END_TEST

START_TEST(collect_finds_nothing_in_an_empty_heap)
{
	struct look l;

	look(&l, "");
	collect(&l);
	ck_assert_uint_eq(l.c.groups.nr, 0);
	look_release(&l);
}
END_TEST

START_TEST(collect_adds_up)
{
	for (unsigned int seed = 0; seed < 500; seed++) {
		uint64_t nr = 0, bytes = 0, components = 0;
		struct look l;

		graph_random(&l.h, seed, 2 + seed % 30, 2 + seed % 40);
		garbage_build(&l.h, &l.g);
		collect(&l);
		for (size_t i = 0; i < l.c.groups.nr; i++) {
			nr += l.c.groups.v[i].objects.nr;
			bytes += l.c.groups.v[i].objects.bytes;
			components += l.c.groups.v[i].nr;
		}
		ck_assert_uint_eq(nr, l.g.objects.nr);
		ck_assert_uint_eq(bytes, l.g.bytes);
		ck_assert_uint_eq(components, l.c.nr_components);
		ck_assert_uint_eq(l.c.members.nr, nr);
		look_release(&l);
	}
}
END_TEST

const char suite_name[] = "collect";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, collect_groups_components_that_are_alike);
	tcase_add_test(tc, collect_knows_what_goes_with_garbage);
	tcase_add_test(tc, collect_frees_what_is_not_visited);
	tcase_add_test(tc, collect_counts_finalizers_once);
	tcase_add_test(tc, collect_leaves_what_has_tp_del);
	tcase_add_test(tc, collect_counts_what_stays_by_group);
	tcase_add_test(tc, collect_counts_finalizers_by_group);
	tcase_add_test(tc, collect_sorts_groups);
	tcase_add_test(tc, collect_takes_no_guess_for_the_last_reference);
	tcase_add_test(tc, collect_counts_callbacks_of_references_that_stay);
	tcase_add_test(tc, collect_counts_callbacks_by_group);
	tcase_add_test(tc, collect_finds_nothing_in_an_empty_heap);
	tcase_add_test(tc, collect_adds_up);
}
