/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/place.h"
#include "analysis/compare/series.h"
#include "graph.h"
#include "suite.h"

/*
 * Two heaps of one process.  Objects get their addresses in the order in which
 * they are named, so texts begin with the same names in the same order; types
 * likewise.
 */
static const struct heap_ops *plain;
static struct heap_ops counting;

static int64_t count_edges(struct heap *h, oid o)
{
	const char *type = heap_type_of(h, o)->name;

	if (strcmp(type, "list") != 0 && strcmp(type, "dict") != 0)
		return -1;
	return h->edge_nr[o];
}

/* "ax" is .ax, "kx" is ['kx'], all else as graph.h has it. */
static void name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		       struct edge_name *names)
{
	plain->name_edges(h, o, first, nr, names);
	for (uint32_t i = 0; i < nr; i++) {
		char letter = names[i].name ? *names[i].name : '\0';

		if (letter == 'a')
			names[i].kind = EDGE_ATTRIBUTE;
		else if (letter == 'k')
			names[i].kind = EDGE_NAMED_VALUE;
	}
}

static void build(struct heap *h, const char *text)
{
	graph_build(h, text);
	plain = h->ops;
	counting = *plain;
	counting.length = count_edges;
	counting.name_edges = name_edges;
	h->ops = &counting;
	h->info.pid = 4242;
	h->info.start_time = 1000000;
	h->info.host = xstrdup("db1");
	h->info.version = xstrdup("3.13.0");
	h->info.hexversion = 0x030d00f0;
}

static void build_two(struct heap *old, struct heap *new, const char *a,
		      const char *b)
{
	build(old, a);
	build(new, b);
}

/* The names of what came, then of what went. */
static void check_match_of(const char *a, const char *b, uint32_t version,
			   const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	struct heap old, new;
	struct match m;
	uint32_t nr = 0;

	build_two(&old, &new, a, b);
	old.info.hexversion = version;
	new.info.hexversion = version;
	match_build(&old, &new, &m);
	ck_assert(m.same_process);
	for (oid o = 0; o < new.nr_objects; o++) {
		if (match_is_new(&m, o)) {
			str_addf(&s, "+%s ", graph_name(&new, o));
			continue;
		}
		nr++;
		ck_assert_uint_eq(m.new_of[m.old_of[o]], o);
		ck_assert_uint_eq(old.address[m.old_of[o]], new.address[o]);
	}
	ck_assert_uint_eq(m.nr_stayed, nr);
	for (oid o = 0; o < old.nr_objects; o++) {
		if (match_is_gone(&m, o))
			str_addf(&s, "-%s ", graph_name(&old, o));
		nr -= !match_is_gone(&m, o);
	}
	ck_assert_uint_eq(nr, 0);
	ck_assert_str_eq(s.s, expected);
	match_release(&m);
	heap_release(&old);
	heap_release(&new);
}

static void check_match(const char *a, const char *b, const char *expected)
{
	check_match_of(a, b, 0x030d00f0, expected);
}

START_TEST(match_goes_by_address_and_type)
{
	check_match("a b", "a b", "");
	check_match("a b", "a b c", "+c ");
	check_match("a b c", "a b", "-c ");
	check_match("a b; type X a", "a b; type X b", "+a +b -a -b ");
	/* Of one name, but another class. */
	check_match("a b; type X a; type Y b", "a b; type Y b; type X a",
		    "+a +b -a -b ");
	check_match("", "a", "+a ");
	check_match("a", "", "-a ");
}
END_TEST

START_TEST(match_compares_values)
{
	/* The preview is the name. */
	check_match("a b; type str a b", "a c; type str a c", "+c -b ");
	check_match("a b; type int a b", "a c; type int a c", "+c -b ");
	check_match("a b; type bytes a b; size a=20", "a b; type bytes a b",
		    "+a -a ");
	/* A str may get its UTF-8. */
	check_match("a b; type str a b", "a b; type str a b; size a=20", "");
	check_match("a b; type str a b; size a=20", "a b; type str a b",
		    "+a -a ");
	check_match("a b; type str a b; refs a=immortal b=immortal",
		    "a c; type str a c; refs a=immortal c=immortal", "");
	check_match("a b; type X a b", "a c; type X a c", "");
}
END_TEST

START_TEST(match_compares_what_is_immutable)
{
	/* z is replaced; so is t that holds it, and u that holds t. */
	check_match("z t->z u->t v w->v; type tuple t u w; type str z v",
		    "y t->y u->t v w->v; type tuple t u w; type str y v",
		    "+y +t +u -z -t -u ");
	/* Also where the holder comes first. */
	check_match("v->u u->t t->z z; type tuple t u v; type str z",
		    "v->u u->t t->y y; type tuple t u v; type str y",
		    "+v +u +t +y -v -u -t -z ");
	check_match("z t->z; type tuple t", "z t->z t->z; type tuple t",
		    "+t -t ");
	check_match("z y t->z; type method t", "z y t->y; type method t",
		    "+t -t ");
	/* Only its code makes the function. */
	check_match("z y t->z t->z; type function t",
		    "z y t->z t->y; type function t", "");
	check_match("z y t->z t->z; type function t",
		    "z y t->y t->z; type function t", "+t -t ");
}
END_TEST

START_TEST(match_knows_generations)
{
	check_match("a b; gen a=2 b=1", "a b; gen a=1 b=2", "+a -a ");
	check_match("a b; gen a=0 b=1", "a b; gen a=2 b=3", "");
	/* gc.unfreeze() puts into the oldest. */
	check_match("a b; gen a=3 b=3", "a b; gen a=2 b=1", "+b -b ");
	/* The collector drops tuples, and may take them back. */
	check_match("a b; type tuple a; gen a=2 b=255",
		    "a b; type tuple a; gen a=0 b=0", "");
	check_match("a b; gen a=2 b=2", "a b; gen a=255 b=0", "+b -b ");
	check_match("a b; gen a=2 b=2", "a b; gen a=0 b=0; flags a=1",
		    "+b -b ");
	check_match("a b; type dict a; gen a=2 b=2",
		    "a b; type dict a; gen a=0 b=2", "");
	check_match_of("a b; type dict a; gen a=2 b=2",
		       "a b; type dict a; gen a=0 b=2", 0x030f00f0, "+a -a ");
	check_match_of("a b; gen a=2 b=2", "a b; gen a=1 b=0", 0x030e00f0,
		       "+b -b ");
}
END_TEST

START_TEST(match_knows_what_never_ends)
{
	check_match("a b; flags a=1", "a b", "+a -a ");
	check_match("a b", "a b; flags a=1", "");
	check_match("a b; refs a=immortal", "a b", "+a -a ");
	check_match("a b", "a b; refs a=immortal", "");
}
END_TEST

START_TEST(match_compares_contents)
{
	/* Nothing in common is another object, something is not. */
	check_match("a b c d x->a x->b", "a b c d x->c x->d", "+x -x ");
	check_match("a b c d x->a x->b", "a b c d x->c x->b", "");
	check_match("a b x->a", "a b x->b", "+x -x ");
	check_match("a b c d x->a x->b", "a b c d x", "");
	check_match("a b c d x", "a b c d x->a x->b", "");
	/* Numbers and what is immortal never tell. */
	check_match("a b x->a; type int a b", "a b x->b; type int a b", "");
	check_match("a b x->a; refs a=immortal", "a b x->b; refs a=immortal",
		    "");
	/* An address is not enough: what is there must be the same. */
	check_match("s x->s y->x; type str s", "t x->t y->x; type str t",
		    "+t +x +y -s -x -y ");
	check_match("s a x->s x->a; type str s", "t a x->t x->a; type str t",
		    "+t -s ");
}
END_TEST

/* Of a thousand entries not all are asked for, but some from all over. */
START_TEST(match_samples_what_is_large)
{
	CLEANUP(str_release) struct str old = STR_INIT, new = STR_INIT;

	for (int i = 0; i < 1500; i++) {
		str_addf(&old, "e%d ", i);
		str_addf(&new, "e%d ", i);
	}
	for (int i = 0; i < 750; i++)
		str_addf(&old, "x->e%d ", i);
	for (int i = 400; i < 1500; i++)
		str_addf(&new, "x->e%d ", i);
	check_match(old.s, new.s, "");
}
END_TEST

START_TEST(match_knows_the_process)
{
	struct heap a, b;

	build_two(&a, &b, "a", "a");
	ck_assert(match_same_process(&a.info, &b.info));
	b.info.start_time += 2;
	ck_assert(match_same_process(&a.info, &b.info));
	b.info.start_time++;
	ck_assert(!match_same_process(&a.info, &b.info));
	b.info.start_time = a.info.start_time;
	b.info.pid++;
	ck_assert(!match_same_process(&a.info, &b.info));
	a.info.pid = b.info.pid = 0;
	ck_assert(!match_same_process(&a.info, &b.info));
	a.info.pid = b.info.pid = 1;
	b.info.host[0] = 'x';
	ck_assert(!match_same_process(&a.info, &b.info));
	heap_release(&a);
	heap_release(&b);
}
END_TEST

static void map_file(struct heap *h, const char *path, uint64_t start,
		     uint64_t offset)
{
	heap_mapping_vec_push(&h->info.mappings, (struct heap_mapping){
		.start = start, .end = start + 4096, .offset = offset,
		.path = xstrdup(path) });
}

/* A core tells neither start nor host. */
START_TEST(match_knows_the_process_of_a_core)
{
	struct heap a, b;

	build_two(&a, &b, "a", "a");
	b.info.start_time = 0;
	b.info.host[0] = '\0';
	map_file(&a, "/bin/python", 0x400000, 0);
	map_file(&a, "/lib/libc", 0x7f000000, 0);
	map_file(&a, "/lib/libc", 0x7f100000, 0x100000);
	ck_assert(!match_same_process(&a.info, &b.info));
	map_file(&b, "/bin/python", 0x400000, 0);
	ck_assert(match_same_process(&a.info, &b.info));
	ck_assert(match_same_process(&b.info, &a.info));
	/* A program that can't move tells nothing. */
	map_file(&b, "/lib/libc", 0x7f100000, 0);
	ck_assert(!match_same_process(&a.info, &b.info));
	b.info.mappings.v[1].start = 0x7f000000;
	ck_assert(match_same_process(&a.info, &b.info));
	map_file(&a, "/tmp/moved", 0x7f200000, 0);
	map_file(&b, "/tmp/moved", 0x7f300000, 0);
	ck_assert(match_same_process(&a.info, &b.info));
	b.info.pid++;
	ck_assert(!match_same_process(&a.info, &b.info));
	b.info.pid--;
	b.info.host[0] = 'x';
	ck_assert(!match_same_process(&a.info, &b.info));
	heap_release(&a);
	heap_release(&b);
}
END_TEST

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
	build_two(&old, &new,
		  "a b c d; type X a b; type Y c; type Y d; type Z",
		  "a b c d e f; type X e f; type Y c; type Y d; type Z;"
		  " size c=1000");
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

	build_two(&old, &new, a, b);
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

/* --- more than two --- */

START_TEST(series_tells_a_leak_from_a_peak)
{
	static const char a[] = "m->l m->k l->1 k->2 k->3; root m:m;"
				" type list l k; type X 1 2 3";
	static const char b[] = "m->l m->k l->1 k->2 k->3 l->4; root m:m;"
				" type list l k; type X 1 2 3 4";
	static const char c[] = "m->l m->k l->1 k->2 k->3 l->4 l->5 k->6;"
				" root m:m; type list l k; type X 1 2 3 4 5 6";
	const struct growth_options options = { .limit = 100 };
	struct heap old, middle, new;
	struct series s;
	struct match m;
	struct diff d;
	struct grow g;

	build(&old, a);
	build(&middle, b);
	build(&new, c);
	match_build(&old, &new, &m);
	diff_build(&old, &new, &m, NULL, NULL, DIFF_BY_BYTES, &d);
	grow_build(&old, &new, &m, &options, &g);
	series_init(&s, 3, &new, &d, &g);
	series_add(&s, 1, &middle);
	ck_assert_str_eq(d.rows.v[0].name, "X");
	ck_assert_uint_eq(s.types[1].nr, 4);
	ck_assert(series_type_grew(&s, 0));
	ck_assert(!series_type_grew(&s, 1));
	ck_assert_uint_eq(s.all[1].nr, middle.nr_objects);
	ck_assert_uint_eq(g.v.nr, 2);
	ck_assert_str_eq(graph_name(&new, g.v.v[0].object), "l");
	ck_assert_int_eq(s.entries[0], 1);
	ck_assert_int_eq(s.entries[1], 2);
	ck_assert_int_eq(s.entries[2], 3);
	ck_assert(series_holder_grew(&s, 0));
	/* k has 2, 2, 3: not in every step. */
	ck_assert(!series_holder_grew(&s, 1));
	series_release(&s);
	grow_release(&g);
	diff_release(&d);
	match_release(&m);
	heap_release(&old);
	heap_release(&middle);
	heap_release(&new);
}
END_TEST

/* Three heaps of one process, or of three. */
struct three {
	struct heap h[3];
	struct match m;
	struct diff d;
	struct grow g;
	struct series s;
};

static void three_build(struct three *t, const char *a, const char *b,
			const char *c, bool same_process)
{
	const struct growth_options options = { .limit = 100 };
	const char *const texts[] = { a, b, c };

	for (int i = 0; i < 3; i++) {
		build(&t->h[i], texts[i]);
		t->h[i].info.pid += same_process ? 0 : i;
	}
	match_build(&t->h[0], &t->h[2], &t->m);
	diff_build(&t->h[0], &t->h[2], &t->m, NULL, NULL, DIFF_BY_NAME, &t->d);
	grow_build(&t->h[0], &t->h[2], &t->m, &options, &t->g);
	series_init(&t->s, 3, &t->h[2], &t->d, &t->g);
	series_add(&t->s, 1, &t->h[1]);
}

static void three_release(struct three *t)
{
	series_release(&t->s);
	grow_release(&t->g);
	diff_release(&t->d);
	match_release(&t->m);
	for (int i = 0; i < 3; i++)
		heap_release(&t->h[i]);
}

START_TEST(series_has_types_and_sums_of_all_heaps)
{
	struct three t;

	three_build(&t, "m->a; root m:m; type X a; size a=100",
		    "m->a m->b; root m:m; type X a b; size a=100 b=200",
		    "m->a m->b m->c; root m:m; type X a b c;"
		    " size a=100 b=200 c=300", true);
	ck_assert_str_eq(t.d.rows.v[0].name, "X");
	for (uint64_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(t.s.types[i].nr, i + 1);
		ck_assert_uint_eq(t.s.all[i].nr, i + 2);
	}
	ck_assert_uint_eq(t.s.types[0].bytes, 100);
	ck_assert_uint_eq(t.s.types[1].bytes, 300);
	ck_assert_uint_eq(t.s.types[2].bytes, 600);
	ck_assert_uint_eq(t.s.all[1].bytes, 316);
	/* The row of "object" has 1, 1, 1. */
	ck_assert_uint_eq(t.s.types[3 + 1].nr, 1);
	ck_assert(series_type_grew(&t.s, 0));
	ck_assert(!series_type_grew(&t.s, 1));
	three_release(&t);
}
END_TEST

#define LISTS(l) "m->l " l "; root m:m; type list l"

static void check_steps(const char *a, const char *b, const char *c,
			bool grew)
{
	for (int same = 0; same < 2; same++) {
		struct three t;

		three_build(&t, a, b, c, same);
		ck_assert_uint_eq(t.g.v.nr, 1);
		ck_assert_int_eq(series_holder_grew(&t.s, 0), grew);
		three_release(&t);
	}
}

START_TEST(series_has_grown_in_each_step)
{
	check_steps(LISTS("l->x0"), LISTS("l->x0 l->x1 l->x2 l->x3"),
		    LISTS("l->x0 l->x1 l->x2 l->x3 l->y"), true);
	/* Not from the first to the second, or from the second to the last. */
	check_steps(LISTS("l->x0 l->x1 l->x2 l->x3"),
		    LISTS("l->x0 l->x1 l->x2 l->x3"),
		    LISTS("l->x0 l->x1 l->x2 l->x3 l->y"), false);
	check_steps(LISTS("l->x0 l->x1 l->x2"),
		    LISTS("l->x0 l->x1 l->x2 l->x3"),
		    LISTS("l->x0 l->x1 l->x2 l->x3"), false);
}
END_TEST

START_TEST(series_has_types_that_grew_in_each_step)
{
	struct three t;

	three_build(&t, "m->a m->b; root m:m; type X a b",
		    "m->a m->b; root m:m; type X a b",
		    "m->a m->b m->c; root m:m; type X a b c", true);
	ck_assert_str_eq(t.d.rows.v[0].name, "X");
	ck_assert(!series_type_grew(&t.s, 0));
	three_release(&t);
	three_build(&t, "m->a; root m:m; type X a",
		    "m->a m->b; root m:m; type X a b",
		    "m->a m->b; root m:m; type X a b", true);
	ck_assert(!series_type_grew(&t.s, 0));
	three_release(&t);
}
END_TEST

START_TEST(series_looks_for_a_holder_by_its_address)
{
	struct three t;

	/* Something else holds it meanwhile. */
	three_build(&t, "m->l l->x0; root m:m; type list l",
		    "q->l l->x0 l->x1; root m:q; type list l",
		    "m->l l->x0 l->x1 l->x2; root m:m; type list l", true);
	ck_assert_uint_eq(t.g.v.nr, 1);
	ck_assert_int_eq(t.s.entries[1], 2);
	three_release(&t);
	/* An address says nothing in another process ... */
	three_build(&t, "m->l l->x0; root m:m; type list l",
		    "m->k k->a k->b k->c m->l l->x0 l->x1; root m:m;"
		    " type list k l",
		    "m->l l->x0 l->x1 l->x2 l->x3; root m:m; type list l",
		    false);
	ck_assert_uint_eq(t.g.v.nr, 1);
	ck_assert_int_eq(t.s.entries[1], 2);
	three_release(&t);
	/* ... nor of what was made since. */
	three_build(&t, "m->o; root m:m; type list",
		    "m->o m->z z->1 z->2 z->3 o->ax ax->p; root m:m;"
		    " type list z ax",
		    "m->o o->ax ax->p ax->p2; root m:m; type list ax", true);
	ck_assert_uint_eq(t.g.v.nr, 1);
	ck_assert(t.g.v.v[0].is_place);
	ck_assert_int_eq(t.s.entries[1], 1);
	three_release(&t);
}
END_TEST

START_TEST(series_looks_for_a_holder_by_its_place)
{
	struct three t;

	/* In the second heap an object of another type is at its address. */
	three_build(&t, "m->l l->x0; root m:m; type list l",
		    "m->i m->l l->x0 l->x1; root m:m; type list l; type T i",
		    "m->l l->x0 l->x1 l->x2; root m:m; type list l; type T",
		    true);
	ck_assert_str_eq(graph_name(&t.h[2], t.g.v.v[0].object), "l");
	ck_assert_int_eq(t.s.entries[0], 1);
	ck_assert_int_eq(t.s.entries[1], 2);
	ck_assert_int_eq(t.s.entries[2], 3);
	three_release(&t);
}
END_TEST

/* --- hostile captures --- */

/* Objects that are nowhere near each other, but for the hash. */
#define NR_CLOSE 400000
#define HASH_INVERSE UINT64_C(0xf1de83e19937733d)

static void add_objects(struct heap *h, bool one_address)
{
	for (uint64_t i = 0; h->nr_objects <= NR_CLOSE; i++) {
		uint64_t x = one_address ? 0 : i * HASH_INVERSE;

		if (!(x >> 60))
			heap_add_object(h, x << 4, 0);
	}
}

/* Of one address (0), or of one place in the table: a moment, not minutes. */
START_TEST(addresses_can_not_be_made_slow)
{
	struct heap old, new;
	struct match m;

	ck_assert_uint_eq(HASH_INVERSE * UINT64_C(0x9e3779b97f4a7c15), 1);
	build_two(&old, &new, "root m:a; a", "root m:a; a");
	add_objects(&old, !_i);
	add_objects(&new, !_i);
	match_build(&old, &new, &m);
	ck_assert(m.same_process);
	ck_assert_uint_eq(m.nr_stayed, NR_CLOSE + 1);
	match_release(&m);
	heap_release(&old);
	heap_release(&new);
}
END_TEST

const char suite_name[] = "diff";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, match_goes_by_address_and_type);
	tcase_add_test(tc, match_compares_values);
	tcase_add_test(tc, match_compares_what_is_immutable);
	tcase_add_test(tc, match_knows_generations);
	tcase_add_test(tc, match_knows_what_never_ends);
	tcase_add_test(tc, match_compares_contents);
	tcase_add_test(tc, match_samples_what_is_large);
	tcase_add_test(tc, match_knows_the_process);
	tcase_add_test(tc, match_knows_the_process_of_a_core);
	tcase_add_test(tc, diff_counts_by_name);
	tcase_add_test(tc, grow_finds_the_holder);
	tcase_add_test(tc, grow_subtracts_what_went);
	tcase_add_test(tc, grow_tells_attributes_apart);
	tcase_add_test(tc, grow_sums_up_what_is_alike);
	tcase_add_test(tc, grow_knows_roots_places);
	tcase_add_test(tc, grow_compares_names);
	tcase_add_test(tc, grow_loses_nothing);
	tcase_add_test(tc, growth_entries_are_of_containers);
	tcase_add_test(tc, series_tells_a_leak_from_a_peak);
	tcase_add_test(tc, series_has_types_and_sums_of_all_heaps);
	tcase_add_test(tc, series_has_grown_in_each_step);
	tcase_add_test(tc, series_has_types_that_grew_in_each_step);
	tcase_add_test(tc, series_looks_for_a_holder_by_its_address);
	tcase_add_test(tc, series_looks_for_a_holder_by_its_place);
	tcase_add_loop_test(tc, addresses_can_not_be_made_slow, 0, 2);
}
