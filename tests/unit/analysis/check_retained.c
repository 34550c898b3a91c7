/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/fan.h"
#include "analysis/retained-cut.h"
#include "analysis/retained-tree.h"
#include "graph.h"
#include "suite.h"

struct look {
	struct heap h;
	struct retained_view v;
};

static void look(struct look *l, const char *text)
{
	graph_build(&l->h, text);
	retained_build(&l->h, &l->v);
}

static void look_release(struct look *l)
{
	retained_release(&l->v);
	heap_release(&l->h);
}

static oid at(const struct look *l, const char *name)
{
	return graph_oid(&l->h, name);
}

/* "a b c" */
static char *names(const struct heap *h, const struct oid_vec *v)
{
	struct str ret = STR_INIT;

	str_add(&ret, "");
	for (size_t i = 0; i < v->nr; i++)
		str_addf(&ret, "%s%s", i ? " " : "", graph_name(h, v->v[i]));
	return str_take(&ret);
}

static void check_largest(const char *text, size_t max, const char *expected)
{
	CLEANUP(oid_vec_release) struct oid_vec found = VEC_INIT;
	CLEANUP(freep) char *got = NULL;
	struct look l;

	look(&l, text);
	retained_largest(&l.v, max, &found);
	got = names(&l.h, &found);
	ck_assert_str_eq(got, expected);
	look_release(&l);
}

/* A module's names and what they hold; sizes follow. */
#define MODULE "root m:m; type module m; type dict/dict m.d;"

START_TEST(retained_passes_by_what_only_leads_on)
{
	check_largest("m->m.d m.d->.g .g->x#3; type list .g; size x#3=1000;"
		      MODULE, 0, ".g");
	/* An instance by its attribute. */
	check_largest("m->m.d m.d->.app .app->.log .log->x#3;"
		      " type app.App/heap .app; type list .log;"
		      " size x#3=1000;" MODULE, 0, ".log");
	/* Three quarters, or it is there for itself. */
	check_largest("m->m.d m.d->.app .app->.a .app->.b;"
		      " type app.App/heap .app; size .app=100 .a=300 .b=0;"
		      MODULE, 0, ".a .b");
	check_largest("m->m.d m.d->.app .app->.a .app->.b;"
		      " type app.App/heap .app; size .app=100 .a=300 .b=1;"
		      MODULE, 0, ".app");
	/* A class is there to hold things. */
	check_largest("C->C.d C.d->.a C.d->.b; root i:C; type type/class C;"
		      " type dict/dict C.d; size .a=200 .b=100 C=600;", 0,
		      ".a .b");
	check_largest("C->C.d C.d->.a C.d->.b; root i:C; type type/class C;"
		      " type dict/dict C.d; size .a=200 .b=100 C=2000;", 0,
		      "C");
}
END_TEST

START_TEST(retained_finds_all_that_a_module_holds)
{
	static const char text[] =
		"m->m.d m.d->.a m.d->.b m.d->.c; size .a=300 .b=500 .c=400;"
		MODULE;

	check_largest(text, 0, ".b .c .a");
	check_largest(text, 2, ".b .c");
	check_largest(text, 1, ".b");
	/* None has a tenth. */
	check_largest("m->m.d m.d->.a; size .a=300 m=3000;" MODULE, 0, "m");
}
END_TEST

START_TEST(retained_sorts_many)
{
	static const uint32_t bytes[] = { 310, 450, 320, 500, 410, 330, 480,
					  390, 440, 360, 470, 300, 420, 350 };
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(oid_vec_release) struct oid_vec found = VEC_INIT;
	struct look l;

	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++)
		str_addf(&text, "m->x%zu; size x%zu=%u;", i, i, bytes[i]);
	look(&l, text.s);
	retained_largest(&l.v, 0, &found);
	ck_assert_uint_eq(found.nr, 1);
	look_release(&l);

	/* Each is a root's: none is above them. */
	str_cut(&text, 0);
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++)
		str_addf(&text, "root f:x%zu; size x%zu=%u;", i, i, bytes[i]);
	look(&l, text.s);
	found.nr = 0;
	retained_largest(&l.v, 0, &found);
	ck_assert_uint_eq(found.nr, ARRAY_SIZE(bytes));
	for (size_t i = 1; i < found.nr; i++)
		ck_assert_uint_gt(l.h.size[found.v[i - 1]],
				  l.h.size[found.v[i]]);
	look_release(&l);
}
END_TEST

START_TEST(retained_goes_only_where_python_can_go)
{
	/* "item" is no expression. */
	check_largest("m->m.d m.d->.g .g->item item->x#3; type set .g;"
		      " type list item; size x#3=1000;" MODULE, 0, ".g");
	check_largest("m->m.d m.d->.g .g->[0] [0]->x#3; type list .g [0];"
		      " size x#3=1000;" MODULE, 0, "[0]");
}
END_TEST

START_TEST(retained_ends_at_what_is_built_of_its_own_kind)
{
	/* Linked nodes are as large as the first one. */
	check_largest("m->m.d m.d->.n .n->.n@1 .n@1->.n@2 .n@2->x;"
		      " type app.Node/heap .n .n@1 .n@2; size x=9000;" MODULE,
		      0, ".n");
	/* Of a built-in type three may lie within each other. */
	check_largest("m->m.d m.d->.a .a->.b .b->.c .c->.x;"
		      " size .x=9000; type list .a .b .c;" MODULE, 0, ".x");
	check_largest("m->m.d m.d->.a .a->.b .b->.c .c->.e .e->.x;"
		      " size .x=9000; type list .a .b .c .e;" MODULE, 0, ".a");
}
END_TEST

START_TEST(retained_has_garbage)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	const struct root *root;
	struct look l;

	check_largest("m a->b b->a b->c; root m:m; size c=100", 0, "a m");
	look(&l, "m a->b b->a b->c; root m:m; size c=100");
	root = retained_path(&l.v, OID_NONE, at(&l, "c"), &path);
	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(root->object, at(&l, "a"));
	ck_assert_uint_eq(root->surplus, 0);
	graph_path(&l.h, &path, &text);
	ck_assert_str_eq(text.s, "a b c");
	look_release(&l);
}
END_TEST

/* What others built is as good, and stays theirs. */
START_TEST(retained_from_what_others_built)
{
	static const char text[] = "m->a a->b b->c#3 g->k#2 k0->g;"
				   " root m:m";
	struct retained_view v;
	struct dominators d;
	struct reach reach;
	struct look l;

	look(&l, text);
	dominators_build(&l.h, &d);
	reach_build(&l.h, NULL, &reach);
	retained_build_from(&l.h, &d, &reach, &v);
	ck_assert(!reach_has(&reach, at(&l, "k1")));
	ck_assert_uint_eq(v.dominators.all_bytes, l.v.dominators.all_bytes);
	for (oid o = 0; o < l.h.nr_objects; o++) {
		struct path ours = VEC_INIT, theirs = VEC_INIT;

		ck_assert_uint_eq(v.dominators.bytes[o],
				  l.v.dominators.bytes[o]);
		ck_assert_ptr_nonnull(retained_path(&v, OID_NONE, o, &ours));
		ck_assert_ptr_nonnull(retained_path(&l.v, OID_NONE, o,
						    &theirs));
		ck_assert_uint_eq(ours.nr, theirs.nr);
		path_release(&ours);
		path_release(&theirs);
	}
	ck_assert(!reach_has(&reach, at(&l, "k1")));
	retained_release(&v);
	ck_assert_uint_eq(d.bytes[at(&l, "g")],
			  l.v.dominators.bytes[at(&l, "g")]);
	dominators_release(&d);
	reach_release(&reach);
	look_release(&l);
}
END_TEST

START_TEST(retained_path_begins_at_a_holder)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	struct look l;

	look(&l, "m->a a->b b->c; root m:m");
	ck_assert_ptr_null(retained_path(&l.v, at(&l, "a"), at(&l, "c"),
					 &path));
	graph_path(&l.h, &path, &text);
	ck_assert_str_eq(text.s, "a b c");
	look_release(&l);
}
END_TEST

START_TEST(retained_takes_a_dict_for_its_owner)
{
	CLEANUP(oid_vec_release) struct oid_vec below = VEC_INIT;
	CLEANUP(freep) char *got = NULL;
	struct look l;

	/* `b.d` is another's, too; `l.d` is of an object that is shown by its
	 * items; `n.d` is no dict. */
	look(&l, "m->a a->a.d a.d->x a->y m->b b->b.d m->b.d m->l l->l.d"
		 " l.d->z m->n n->n.d n.d->w; root m:m;"
		 " type app.A/heap a b n; type list l; type dict/dict a.d b.d"
		 " l.d");
	l.h.types.v[l.h.type[at(&l, "l")]].shape = SHAPE_LIST;
	retained_below(&l.v, at(&l, "a"), &below);
	got = names(&l.h, &below);
	ck_assert_str_eq(got, "y x");
	ck_assert_uint_eq(retained_above(&l.v, at(&l, "x")), at(&l, "a"));
	ck_assert_uint_eq(retained_above(&l.v, at(&l, "y")), at(&l, "a"));
	ck_assert_uint_eq(retained_above(&l.v, at(&l, "b.d")), at(&l, "m"));
	ck_assert_uint_eq(retained_above(&l.v, at(&l, "z")), at(&l, "l.d"));
	ck_assert_uint_eq(retained_above(&l.v, at(&l, "w")), at(&l, "n.d"));
	ck_assert_uint_eq(retained_above(&l.v, at(&l, "m")), OID_NONE);
	look_release(&l);
}
END_TEST

START_TEST(retained_topmost_leaves_out_what_is_within)
{
	CLEANUP(oid_vec_release) struct oid_vec found = VEC_INIT;
	CLEANUP(freep) uint64_t *set = NULL;
	CLEANUP(freep) char *got = NULL;
	struct look l;

	look(&l, "m->a a->b b->c m->e e->f m->g; root m:m; size f=100");
	set = bits_new(l.h.nr_objects);
	bits_set(set, at(&l, "a"));
	bits_set(set, at(&l, "c"));
	bits_set(set, at(&l, "e"));
	bits_set(set, at(&l, "f"));
	bits_set(set, at(&l, "g"));
	retained_topmost(&l.v, set, &found);
	got = names(&l.h, &found);
	ck_assert_str_eq(got, "e a g");
	look_release(&l);
}
END_TEST

START_TEST(retained_types_are_sorted)
{
	CLEANUP(tally_type_vec_release) struct tally_type_vec types = VEC_INIT;
	CLEANUP(str_release) struct str got = STR_INIT;
	struct look l;

	/* By bytes, then objects, then name. */
	look(&l, "m->a a->b#2 a->c#1 a->z#2 a->y#2 n; root m:m m:n;"
		 " type t.C c#1; type t.B b#2; type t.Z z#2; type t.Y y#2;"
		 " size c#1=40 b#2=20 z#2=10 y#2=10 a=500");
	retained_types(&l.v, at(&l, "a"), &types);
	for (size_t i = 0; i < types.nr; i++)
		str_addf(&got, "%s%s %d %d", i ? ", " : "",
			 l.h.types.v[types.v[i].type].name,
			 (int)types.v[i].sum.nr, (int)types.v[i].sum.bytes);
	ck_assert_str_eq(got.s, "object 1 500, t.B 2 40, t.C 1 40, t.Y 2 20,"
				" t.Z 2 20");
	look_release(&l);
}
END_TEST

/* --- level by level --- */

static void check_tree(const char *text, const char *from, uint64_t depth,
		       const char *expected)
{
	CLEANUP(retained_line_vec_release) struct retained_line_vec lines =
		VEC_INIT;
	CLEANUP(str_release) struct str got = STR_INIT;
	struct look l;

	look(&l, text);
	retained_tree(&l.v, at(&l, from), depth, &lines);
	for (size_t i = 0; i < lines.nr; i++) {
		const struct retained_line *line = &lines.v[i];

		str_addf(&got, "%s%u ", i ? ", " : "", line->depth);
		if (line->object != OID_NONE)
			str_add(&got, graph_name(&l.h, line->object));
		else
			str_addf(&got, "%u %s", line->nr,
				 l.h.types.v[line->type].name);
		str_addf(&got, " %d %d", (int)line->sum.nr,
			 (int)line->sum.bytes);
	}
	ck_assert_str_eq(got.s, expected);
	look_release(&l);
}

START_TEST(retained_tree_tells_large_ones_apart)
{
	/* A twentieth is enough. */
	check_tree("m->a m->b m->c; root m:m; size m=0 a=50 b=900 c=50", "m",
		   1, "0 m 4 1000, 1 b 1 900, 1 a 1 50, 1 c 1 50");
	check_tree("m->a m->b; root m:m; size m=1 a=49 b=950", "m", 1,
		   "0 m 3 1000, 1 b 1 950");
	/* Those of one type come to a twentieth together. */
	check_tree("m->a m->b m->x#5; root m:m; type t.X x#5;"
		   " size m=0 a=50 b=900 x#5=10", "m", 1,
		   "0 m 8 1000, 1 b 1 900, 1 a 1 50, 1 5 t.X 5 50");
	check_tree("m->a m->b m->x#4 c->c; root m:m; type t.X x#4;"
		   " size m=10 a=50 b=900 x#4=10", "m", 1,
		   "0 m 7 1000, 1 b 1 900, 1 a 1 50");
	/* One of its type is itself. */
	check_tree("m->x; root m:m; type t.X x; size m=1 x=0", "m", 1,
		   "0 m 2 1");
}
END_TEST

START_TEST(retained_tree_goes_as_deep_as_asked)
{
	static const char text[] = "m->a a->b b->c; root m:m";

	check_tree(text, "m", 0, "0 m 4 64");
	check_tree(text, "m", 1, "0 m 4 64, 1 a 3 48");
	check_tree(text, "m", 9,
		   "0 m 4 64, 1 a 3 48, 2 b 2 32, 3 c 1 16");
	/* Each before those that are below it. */
	check_tree("m->a m->b a->c b->e; root m:m; size a=50", "m", 2,
		   "0 m 5 114, 1 a 2 66, 2 c 1 16, 1 b 2 32, 2 e 1 16");
}
END_TEST

/* --- cut for a picture --- */

/* Each node as "NAME objects bytes <NAME above", groups as "NR TYPE"; "?" after
 * those that were not opened. */
static void check_cut(const char *text, size_t max, const char *expected)
{
	CLEANUP(cut_node_vec_release) struct cut_node_vec nodes = VEC_INIT;
	CLEANUP(str_release) struct str got = STR_INIT;
	struct look l;

	look(&l, text);
	retained_cut(&l.v, max, &nodes);
	ck_assert_uint_eq(nodes.v[0].above, CUT_NONE);
	ck_assert_uint_eq(nodes.v[0].sum.bytes, l.v.dominators.all_bytes);
	for (size_t i = 1; i < nodes.nr; i++) {
		const struct cut_node *n = &nodes.v[i];

		ck_assert_uint_lt(n->above, i);
		str_add(&got, i > 1 ? ", " : "");
		if (n->object != OID_NONE)
			str_add(&got, graph_name(&l.h, n->object));
		else
			str_addf(&got, "%u %s", n->nr,
				 l.h.types.v[n->type].name);
		str_addf(&got, " %llu %llu <%u%s",
			 (unsigned long long)n->sum.nr,
			 (unsigned long long)n->sum.bytes, n->above,
			 n->opened ? "" : "?");
	}
	ck_assert_str_eq(got.s ? got.s : "", expected);
	look_release(&l);
}

START_TEST(retained_cut_groups_what_is_small_by_type)
{
	/* A hundredth of what is above is a node of its own. */
	check_cut("m->a m->b m->x#3; root m:m; type t.X x#3;"
		  " size m=0 a=99000 b=1000 x#3=300", 99,
		  "m 6 100900 <0, a 1 99000 <1, b 1 1000 <1,"
		  " 3 t.X 3 900 <1");
	/* Below a group, all children of its objects. */
	check_cut("m->a m->x m->y x->p x->q y->r; root m:m; type t.X x y;"
		  " type str p q r; size m=0 a=99000 x=10 y=10 p=300 q=300"
		  " r=300", 99,
		  "m 7 99920 <0, a 1 99000 <1, 2 t.X 5 920 <1, 3 str 3 900 <3");
}
END_TEST

START_TEST(retained_cut_leaves_out_what_is_tiny)
{
	/* Below 256 bytes there is no node. */
	check_cut("m->a m->b; root m:m; size m=1000 a=255 b=256", 99,
		  "m 3 1511 <0, b 1 256 <1");
	check_cut("m->a; root m:m; size m=1 a=1", 99, "");
}
END_TEST

START_TEST(retained_cut_opens_the_largest_first)
{
	static const char text[] = "m->a m->b a->c b->d c->e; root m:m;"
				   " size m=0 a=500 b=600 c=500 d=300 e=0";

	check_cut(text, 5, "m 6 1900 <0, a 3 1000 <1, b 2 900 <1?,"
			   " c 2 500 <2?");
	check_cut(text, 99, "m 6 1900 <0, a 3 1000 <1, b 2 900 <1,"
			    " c 2 500 <2, d 1 300 <3");
	check_cut(text, 1, "");
}
END_TEST

/* --- what hangs on each object --- */

START_TEST(fan_sums_what_hangs_on_a_holder)
{
	struct dominators d;
	struct reach r;
	struct fan f = { &r, &d };
	struct fan_sum l;
	struct heap h;

	/* `a` and `b` hang on `l`, which is nearer than `i`: neither dominates
	 * them.  `n` is held natively as well. */
	graph_build(&h, "m->l l->a l->b a->c m->j j->i i->a i->b l->n;"
			" root m:m; size a=10 b=20 c=5 n=99 l=1; refs n=2");
	reach_build(&h, NULL, &r);
	dominators_build(&h, &d);
	l = fan_of(&f, graph_oid(&h, "l"));
	ck_assert_uint_eq(l.nr, 2);
	ck_assert_uint_eq(l.objects, 3);
	ck_assert_uint_eq(l.bytes, 35);
	ck_assert_uint_eq(l.largest, 20);
	ck_assert_uint_eq(fan_of(&f, graph_oid(&h, "i")).nr, 0);
	ck_assert(fan_hangs(&f, graph_oid(&h, "a")));
	ck_assert(!fan_hangs(&f, graph_oid(&h, "n")));
	ck_assert(!fan_hangs(&f, graph_oid(&h, "m")));
	dominators_release(&d);
	reach_release(&r);
	heap_release(&h);
}
END_TEST

START_TEST(fan_sums_what_several_share)
{
	struct dominators d;
	struct reach r;
	struct fan f = { &r, &d };
	struct fan_sum l;
	struct heap h;

	/* `c`, with `d`, and `e` are each shared by two that hang on `l`;
	 * `b` alone has `g`, and `k` has another holder. */
	graph_build(&h, "m->l l->a l->b a->c b->c c->d a->e b->e b->g a->k"
			" m->j j->k; root m:m;"
			" size a=10 b=20 c=5 d=7 e=3 g=99 k=99 l=1");
	reach_build(&h, NULL, &r);
	dominators_build(&h, &d);
	l = fan_shared(&f, graph_oid(&h, "l"));
	ck_assert_uint_eq(l.nr, 2);
	ck_assert_uint_eq(l.objects, 3);
	ck_assert_uint_eq(l.bytes, 15);
	ck_assert_uint_eq(l.largest, 12);
	ck_assert_uint_eq(fan_shared(&f, graph_oid(&h, "c")).nr, 0);
	ck_assert_uint_eq(fan_shared(&f, graph_oid(&h, "g")).nr, 0);
	dominators_release(&d);
	reach_release(&r);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "retained";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, retained_passes_by_what_only_leads_on);
	tcase_add_test(tc, retained_finds_all_that_a_module_holds);
	tcase_add_test(tc, retained_sorts_many);
	tcase_add_test(tc, retained_goes_only_where_python_can_go);
	tcase_add_test(tc, retained_ends_at_what_is_built_of_its_own_kind);
	tcase_add_test(tc, retained_has_garbage);
	tcase_add_test(tc, retained_from_what_others_built);
	tcase_add_test(tc, retained_path_begins_at_a_holder);
	tcase_add_test(tc, retained_takes_a_dict_for_its_owner);
	tcase_add_test(tc, retained_topmost_leaves_out_what_is_within);
	tcase_add_test(tc, retained_types_are_sorted);
	tcase_add_test(tc, retained_tree_tells_large_ones_apart);
	tcase_add_test(tc, retained_tree_goes_as_deep_as_asked);
	tcase_add_test(tc, retained_cut_groups_what_is_small_by_type);
	tcase_add_test(tc, retained_cut_leaves_out_what_is_tiny);
	tcase_add_test(tc, retained_cut_opens_the_largest_first);
	tcase_add_test(tc, fan_sums_what_hangs_on_a_holder);
	tcase_add_test(tc, fan_sums_what_several_share);
}
