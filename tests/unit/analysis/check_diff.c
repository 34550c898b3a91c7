/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "analysis/compare/grow.h"
#include "same-process.h"
#include "suite.h"

/* --- by type --- */

static void check_rows(struct heap *old, struct heap *new, enum diff_sort sort,
		       const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	struct match m;
	struct diff d;

	match_build(old, new, &m);
	diff_build(old, new, &m, NULL, NULL, sort, &d);
	for (size_t i = 0; i < d.rows.nr; i++) {
		const struct diff_row *r = &d.rows.v[i];

		str_addf(&s, "%s %d->%d +%d -%d; ", r->name, (int)r->old.nr,
			 (int)r->new.nr, (int)r->came.nr, (int)r->went.nr);
	}
	ck_assert_str_eq(s.s, expected);
	ck_assert_uint_eq(d.all.old.nr, old->nr_objects);
	ck_assert_uint_eq(d.all.new.nr, new->nr_objects);
	diff_release(&d);
	match_release(&m);
}

START_TEST(diff_counts_by_name)
{
	struct heap old, new;

	/* Y and Y are two classes of one name; Z has no objects. */
	same_process_build_two(&old, &new,
			       "a b c d; type X a b; type Y c; type Y d; type Z",
			       "a b c d e f; type X e f; type Y c; type Y d;"
			       " type Z; size c=1000");
	check_rows(&old, &new, DIFF_BY_BYTES,
		   "Y 2->2 +0 -0; object 0->2 +2 -0; X 2->2 +2 -2; ");
	check_rows(&old, &new, DIFF_BY_COUNT,
		   "object 0->2 +2 -0; Y 2->2 +0 -0; X 2->2 +2 -2; ");
	check_rows(&old, &new, DIFF_BY_CAME,
		   "object 0->2 +2 -0; X 2->2 +2 -2; Y 2->2 +0 -0; ");
	check_rows(&old, &new, DIFF_BY_NAME,
		   "X 2->2 +2 -2; Y 2->2 +0 -0; object 0->2 +2 -0; ");
	new.info.pid++;
	check_rows(&old, &new, DIFF_BY_NAME,
		   "X 2->2 +0 -0; Y 2->2 +0 -0; object 0->2 +0 -0; ");
	heap_release(&old);
	heap_release(&new);
}
END_TEST

/* --- holders --- */

/* "name +objects +bytes entries->entries" of each; ! before a place's. */
static void add_growth(struct heap *new, const struct grow *g, struct str *ret)
{
	for (size_t i = 0; i < g->v.nr; i++) {
		const struct growth *r = &g->v.v[i];

		str_addf(ret, "%s%s %+d %+d", r->is_place ? "!" : "",
			 graph_name(new, r->object), (int)r->objects,
			 (int)r->bytes);
		if (r->entries >= 0)
			str_addf(ret, " %d->%d", (int)r->old_entries,
				 (int)r->entries);
		if (r->nr_alike)
			str_addf(ret, " and %u", r->nr_alike);
		str_add(ret, "; ");
	}
}

static void check_growth_of(const char *a, const char *b, bool same_process,
			    const char *expected)
{
	const struct growth_options options = { .limit = 100 };
	CLEANUP(str_release) struct str s = STR_INIT;
	struct heap old, new;
	struct match m;
	struct grow g;

	same_process_build_two(&old, &new, a, b);
	new.info.pid += !same_process;
	match_build(&old, &new, &m);
	grow_build(&old, &new, &m, &options, &g);
	add_growth(&new, &g, &s);
	if (g.unreached.nr)
		str_addf(&s, "garbage %d", (int)g.unreached.nr);
	ck_assert_str_eq(s.s, expected);
	grow_release(&g);
	match_release(&m);
	heap_release(&old);
	heap_release(&new);
}

static void check_growth(const char *a, const char *b, const char *expected)
{
	check_growth_of(a, b, true, expected);
}

START_TEST(grow_finds_the_holder)
{
	/* All below belongs to the list, however deep. */
	check_growth("m->l l->x; root m:m; type list l",
		     "m->l l->x l->y y->z z->w; root m:m; type list l",
		     "l +3 +48 1->2; ");
	/* The nearest one that was there. */
	check_growth("m->l l->x x->y; root m:m; type list l y",
		     "m->l l->x x->y y->z; root m:m; type list l y",
		     "y +1 +16 0->1; ");
	check_growth("m->l; root m:m; type list l",
		     "m->l; root m:m; type list l; size l=20",
		     "l +0 +4 0->0; ");
	check_growth("m->l; root m:m", "m->l; root m:m", "");
	check_growth("m; root m:m", "m x->y y->x; root m:m", "garbage 2");
}
END_TEST

START_TEST(grow_subtracts_what_went)
{
	/* A cache that has other contents than before. */
	check_growth("m->l l->a l->b l->c; root m:m; type list l; type str c",
		     "m->l l->a l->b l->d; root m:m; type list l; type str d",
		     "");
	check_growth("m->l l->a l->b l->c; root m:m; type list l; type str c",
		     "m->l l->a l->b l->d l->e; root m:m; type list l;"
		     " type str d e", "l +1 +16 3->4; ");
}
END_TEST

START_TEST(grow_tells_attributes_apart)
{
	/* o.ax is new; o.ay is another list than before. */
	check_growth("m->o; root m:m; type list",
		     "m->o o->ax ax->p; root m:m; type list ax",
		     "!ax +2 +32 -1->1; ");
	check_growth("m->o o->s o->ay ay->p; root m:m; type list ay;"
		     " type str p; type module m",
		     "m->o o->s o->n o->n2 o->ay ay->p2 ay->p3; root m:m;"
		     " type list ay; type str p2 p3 n n2; type module m",
		     "o +2 +32; !ay +1 +16 1->2; ");
	/* Of a plain dict it is an entry, of a module's an attribute. */
	check_growth("m->l l->kx; root m:m; type dict l",
		     "m->l l->kx l->ky ky->z; root m:m; type dict l",
		     "l +2 +32 1->2; ");
	check_growth("m->m.d m.d->kx; root m:m; type dict m.d",
		     "m->m.d m.d->kx m.d->ky ky->z; root m:m; type dict m.d",
		     "!ky +2 +32; ");
}
END_TEST

/* `nr` lists, each the attribute of an object in a list or an entry. */
static void add_alike(struct str *s, int nr, bool grown)
{
	for (int i = 0; i < nr; i++)
		str_addf(s, "l->s%d s%d->a%d m->k%d ", i, i, i, i);
	for (int i = 0; grown && i < nr; i++)
		str_addf(s, "a%d->x%d x%d->y%d k%d->z%d ", i, i, i, i, i, i);
	str_add(s, "; root m:m; type list l; type dict");
	for (int i = 0; i < nr; i++)
		str_addf(s, " a%d k%d", i, i);
	str_add(s, "; type module m; type app.S");
	for (int i = 0; i < nr; i++)
		str_addf(s, " s%d", i);
}

START_TEST(grow_sums_up_what_is_alike)
{
	CLEANUP(str_release) struct str old = STR_INIT, new = STR_INIT;

	str_add(&old, "m->l ");
	str_add(&new, "m->l ");
	add_alike(&old, 12, false);
	add_alike(&new, 12, true);
	/* What a module holds is never alike. */
	check_growth(old.s, new.s, "a0 +24 +384 0->1 and 11; k0 +1 +16 0->1;"
		     " k1 +1 +16 0->1; k2 +1 +16 0->1; k3 +1 +16 0->1;"
		     " k4 +1 +16 0->1; k5 +1 +16 0->1; k6 +1 +16 0->1;"
		     " k7 +1 +16 0->1; k8 +1 +16 0->1; k9 +1 +16 0->1;"
		     " k10 +1 +16 0->1; k11 +1 +16 0->1; ");
}
END_TEST

/* Three attributes that have one name are alike; three keys are not. */
START_TEST(grow_sums_up_few_that_have_one_name)
{
	check_growth("l n n->k0 n->k1 n->k2 l->s0 s0->a0 l->s1 s1->a1 l->s2"
		     " s2->a2; root b:l b:n; type dict n k0 k1 k2; type list l"
		     " a0 a1 a2; type app.S s0 s1 s2",
		     "l n n->k0 n->k1 n->k2 l->s0 s0->a0 l->s1 s1->a1 l->s2"
		     " s2->a2 k0->x0 k1->x1 k2->x2 a0->y0 a1->y1 a2->y2;"
		     " root b:l b:n; type dict n k0 k1 k2; type list l"
		     " a0 a1 a2; type app.S s0 s1 s2",
		     "a0 +3 +48 0->1 and 2; k0 +1 +16 0->1; k1 +1 +16 0->1;"
		     " k2 +1 +16 0->1; ");
}
END_TEST

START_TEST(grow_knows_roots_places)
{
	/* A local that is new. */
	check_growth("m; root m:m", "m x->y; root m:m f:x", "!x +2 +32; ");
}
END_TEST

START_TEST(grow_compares_names)
{
	static const char old[] = "m->m.d m.d->kx kx->1 kx->2 kx->3 kx->4;"
				  " root m:m; type dict m.d kx";
	static const char new[] = "z m->m.d m.d->kx kx->1 kx->2 kx->3 kx->4"
				  " kx->5 5->6; root m:m; type dict m.d kx";

	check_growth_of(old, new, false, "kx +2 +32 4->5; ");
	check_growth_of(new, old, false, "");
	/* An attribute that was not there. */
	check_growth_of("m->m.d; root m:m; type dict m.d",
			"m->m.d m.d->kx kx->1 kx->2 kx->3 kx->4; root m:m;"
			" type dict m.d kx", false, "!kx +5 +80 -1->4; ");
}
END_TEST

/* All that came is somebody's, whatever the graph. */
START_TEST(grow_loses_nothing)
{
	const struct growth_options options = { .limit = 100000 };

	for (unsigned int seed = 1; seed < 200; seed++) {
		uint64_t came = 0, unreached = 0;
		struct heap old, new;
		struct match m;
		struct grow g;

		graph_random(&old, seed, 60, 100);
		graph_random(&new, seed + 1000, 80, 150);
		old.info.pid = new.info.pid = 1;
		old.info.start_time = new.info.start_time = 1;
		match_build(&old, &new, &m);
		grow_build(&old, &new, &m, &options, &g);
		for (oid o = 0; o < new.nr_objects; o++) {
			came += match_is_new(&m, o);
			unreached += match_is_new(&m, o) &&
				     !reach_has(&g.reach, o);
		}
		ck_assert_uint_eq(unreached, g.unreached.nr);
		ck_assert_uint_eq(came + m.nr_stayed, new.nr_objects);
		for (size_t i = 0; i < g.v.nr; i++) {
			const struct growth *r = &g.v.v[i];

			ck_assert(reach_has(&g.reach, r->object));
			ck_assert_int_gt(r->bytes, 0);
			ck_assert_uint_le(r->came.nr, came - unreached);
			if (i)
				ck_assert_int_le(r->bytes, g.v.v[i - 1].bytes);
		}
		grow_release(&g);
		match_release(&m);
		heap_release(&old);
		heap_release(&new);
	}
}
END_TEST

START_TEST(growth_entries_are_of_containers)
{
	static const struct {
		const char *name;
		int64_t expected;
	} cases[] = {
		{ "l", 2 }, { "s", -1 }, { "b", -1 }, { "i", -1 },
		{ "C", -1 }, { "long", -1 }, { "o", -1 },
	};
	struct heap h;

	/* `long` has a length that is no number of entries. */
	graph_build(&h, "l->x#2 s->x#2 b->x#2 i->x#2 C->x#2 long->x#2 o->x#2;"
			" type list l; type str s; type bytes b; type int i;"
			" type type/class C; type app.Str/heap long;"
			" len l=2 s=2 b=2 i=2 C=2 long=3");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_int_eq(growth_entries(&h, graph_oid(&h,
							cases[i].name)),
				 cases[i].expected);
	ck_assert_int_eq(growth_entries(&h, OID_NONE), -1);
	heap_release(&h);
}
END_TEST

/* The holders in their order, with what each retained and retains. */
static void expect_retained(const char *a, const char *b, bool replaced,
			    const char *expected)
{
	const struct growth_options options = { .limit = 20 };
	CLEANUP(str_release) struct str s = STR_INIT;
	struct heap old, new;
	struct match m;
	struct grow g;

	same_process_build_two(&old, &new, a, b);
	match_build(&old, &new, &m);
	grow_build(&old, &new, &m, &options, &g);
	growth_set_retained(&old, &new, replaced, &g.v);
	growth_sort(&options, &g.v);
	for (size_t i = 0; i < g.v.nr; i++)
		str_addf(&s, "%s %u->%u; ", graph_name(&new, g.v.v[i].object),
			 (unsigned int)g.v.v[i].old_retained.bytes,
			 (unsigned int)g.v.v[i].retained.bytes);
	ck_assert_str_eq(s.s, expected);
	grow_release(&g);
	match_release(&m);
	heap_release(&old);
	heap_release(&new);
}

/* `k` has another entry in place of b: e, which x holds as well. */
START_TEST(growth_drops_what_only_changed)
{
	static const char old[] =
		"l k x s b d e; root m:l; root m:k; l->x x->d; k->s k->b;"
		" type list l k; type X/heap x s b; type Y/heap d e";
	static const char new[] =
		"l k x s b d e f; root m:l; root m:k; l->x l->f x->d x->e;"
		" k->s k->e; type list l k; type X/heap x s f; type Y/heap d b;"
		" type Z/heap e; size e=4000; size f=100";

	expect_retained(old, new, false, "k 48->32; l 48->148; ");
	expect_retained(old, new, true, "l 48->148; ");
}
END_TEST

const char suite_name[] = "diff";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, growth_drops_what_only_changed);
	tcase_add_test(tc, diff_counts_by_name);
	tcase_add_test(tc, grow_finds_the_holder);
	tcase_add_test(tc, grow_subtracts_what_went);
	tcase_add_test(tc, grow_tells_attributes_apart);
	tcase_add_test(tc, grow_sums_up_what_is_alike);
	tcase_add_test(tc, grow_sums_up_few_that_have_one_name);
	tcase_add_test(tc, grow_knows_roots_places);
	tcase_add_test(tc, grow_compares_names);
	tcase_add_test(tc, grow_loses_nothing);
	tcase_add_test(tc, growth_entries_are_of_containers);
}
