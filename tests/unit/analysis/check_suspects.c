/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "find-suspects.h"
#include "graph.h"
#include "suite.h"

/* No heap here has one object or a few that are as large. */
#define LARGE (1 << 20)

static void check(const char *text, const char *expected)
{
	struct heap h;

	graph_build(&h, text);
	find_suspects_expect(&h, expected);
	heap_release(&h);
}

START_TEST(suspects_are_accumulation_points)
{
	const struct suspect *suspect;
	struct suspects s;
	struct heap h;

	graph_build(&h, GLOBAL LIST DATA);
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	suspect = &s.v.v[0];
	ck_assert_int_eq(suspect->kind, SUSPECT_CONTAINER);
	ck_assert_uint_eq(suspect->object, graph_oid(&h, ".g"));
	ck_assert_uint_eq(suspect->nr_alike, 0);
	ck_assert_uint_eq(suspect->via, graph_oid(&h, "m"));
	ck_assert_uint_eq(suspect->flags, 0);
	ck_assert_uint_eq(suspect->entries, 30);
	ck_assert_str_eq(h.types.v[suspect->entry_type].name, "app.X");
	ck_assert_uint_eq(suspect->objects, 31);
	ck_assert_uint_eq(suspect->bytes, 30016);
	ck_assert_uint_eq(suspect->types.nr, 2);
	ck_assert_str_eq(h.types.v[suspect->types.v[0].type].name, "app.X");
	ck_assert_uint_eq(suspect->types.v[0].sum.nr, 30);
	ck_assert_uint_eq(suspect->types.v[0].sum.bytes, 30000);
	ck_assert_str_eq(h.types.v[suspect->types.v[1].type].name, "list");
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_need_all_thresholds)
{
	static const struct {
		struct suspects_options options;
		size_t nr;
	} cases[] = {
		{ { 99, 30, 30, LARGE, 100, 0 }, 1 },
		{ { 101, 30, 30, LARGE, 100, 0 }, 0 },
		{ { 40, 31, 30, LARGE, 100, 0 }, 0 },
		{ { 40, 30, 31, LARGE, 100, 0 }, 0 },
		/* Few entries, but three times the bytes are of one type. */
		{ { 30, 1000, 1000, LARGE, 100, 0 }, 1 },
	};
	struct heap h;

	graph_build(&h, GLOBAL LIST DATA);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct suspects s;

		find_suspects(&h, &cases[i].options, &s);
		ck_assert_msg(s.v.nr == cases[i].nr, "case %zu: %zu", i,
			      s.v.nr);
		suspects_release(&s);
	}
	heap_release(&h);
}
END_TEST

START_TEST(suspects_with_few_entries_are_uniform)
{
	struct suspects_options options = { 10, 1000, 1000, LARGE, 100, 0 };
	struct suspects s;
	struct heap h;

	/* 15 entries are too few; of 16 no one may make up a fifth. */
	graph_build(&h, "m->.g .g->x#15; root m:m; type list .g;"
			" size x#15=1000; type app.X/heap x#15");
	find_suspects(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 0);
	suspects_release(&s);
	heap_release(&h);

	graph_build(&h, "m->.g .g->x#16; root m:m; type list .g;"
			" size x#16=1000; type app.X/heap x#16");
	find_suspects(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	suspects_release(&s);
	h.size[graph_oid(&h, "x3")] = 5000;
	find_suspects(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 0);
	suspects_release(&s);
	heap_release(&h);

	/* Half of the bytes are of one type, or they are not. */
	graph_build(&h, "m->.g .g->x#16 .g->y#8 .g->z#9; root m:m;"
			" type list .g; type app.X/heap x#16; type app.Y y#8;"
			" type app.Z z#9; size x#16=1000 y#8=1000 z#9=1000");
	find_suspects(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 0);
	suspects_release(&s);
	h.type[graph_oid(&h, "z0")] = h.type[graph_oid(&h, "x0")];
	find_suspects(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

/* A list of pairs of entries, each pair of which knows of one engine. */
#define PAIRS "m->m.d m.d->.g .g->x#30 .g->y#30; root m:m; type module m;" \
	      " type dict/dict m.d; type list .g; len .g=60;"

START_TEST(suspects_have_what_entries_share)
{
	/* No entry retains an engine, but the list does. */
	check(PAIRS " x#30->e#30 y#30->e#30; size e#30=1000",
	      "container .g m");
	/* One that all know is no accumulation, however large. */
	check(PAIRS " x#30->e y#30->e; size e=30000", "");
	/* Nor is what has one that is a fifth of it. */
	check(PAIRS " x#30->e#30 y#30->e#30; size e#30=1000 e7=9000", "");
}
END_TEST

/* A module with 70,000 bytes, and 30,000 in cycles that nobody holds. */
#define GARBAGE "m; root m:m; size m=70000; a#30->b#30 b#30->a#30;" \
		" size a#30=900 b#30=100;"

START_TEST(suspects_have_garbage)
{
	struct heap_interpreter gc = {
		.gc_enabled = true, .garbage_list = OID_NONE,
		.generations = { { 700, 0, 0 } },
	};
	struct suspects s;
	struct heap h;

	graph_build(&h, GARBAGE " type app.A/heap,del a#30");
	heap_interpreter_vec_push(&h.interpreters, gc);
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_GARBAGE);
	ck_assert_uint_eq(s.v.v[0].object, OID_NONE);
	ck_assert_uint_eq(s.v.v[0].entries, 60);
	ck_assert_uint_eq(s.v.v[0].objects, 60);
	ck_assert_uint_eq(s.v.v[0].bytes, 30000);
	ck_assert_uint_eq(s.v.v[0].flags, SUSPECT_HAS_DEL);
	suspects_release(&s);

	/* It comes and goes: less than four times 5 % is nothing ... */
	h.size[graph_oid(&h, "m")] = 140000;
	find_suspects_expect(&h, "");
	/* ... unless the collector runs seldom, or never. */
	h.interpreters.v[0].generations[0].threshold = 50001;
	find_suspects_expect(&h, "garbage - -");
	h.interpreters.v[0].generations[0].threshold = 50000;
	find_suspects_expect(&h, "");
	h.interpreters.v[0].generations[0].threshold = 0;
	find_suspects_expect(&h, "gc disabled - -");
	h.interpreters.v[0].generations[0].threshold = 700;
	h.interpreters.v[0].gc_enabled = false;
	find_suspects_expect(&h, "gc disabled - -");
	heap_release(&h);
}
END_TEST

START_TEST(suspects_have_what_is_frozen)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, GARBAGE " gen a#30=3 b#30=3;"
			" type app.A/heap,legacy a#30");
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_FROZEN);
	ck_assert_uint_eq(s.v.v[0].entries, 60);
	ck_assert_uint_eq(s.v.v[0].flags, SUSPECT_LEGACY_DEL);
	suspects_release(&s);
	heap_release(&h);
	/* Too few objects, however large. */
	check("m; root m:m; size m=70000; a#9->b#9 b#9->a#9;"
	      " size a#9=3000; gen a#9=3 b#9=3", "");
	check("m; root m:m; size m=70000; a#10->b#10 b#10->a#10;"
	      " size a#10=3000; gen a#10=3 b#10=3", "gc frozen - -");
}
END_TEST

START_TEST(suspects_have_just_what_is_needed)
{
	/* Four times 5 percent of 100,000 bytes. */
	check("m; root m:m; size m=80000; a#20->b#20 b#20->a#20;"
	      " size a#20=900 b#20=100", "garbage - -");
	check("m; root m:m; size m=80001; a#20->b#20 b#20->a#20;"
	      " size a#20=900 b#20=100 b0=99", "");
}
END_TEST

START_TEST(suspects_have_what_native_code_holds)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, "m x#30 y#19 i; root m:m; type app.X/heap x#30;"
			" type app.Y/heap y#19; refs x#30=1 y#19=1 i=immortal;"
			" size x#30=1000 y#19=1000 i=9000");
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_NATIVE);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, "x0"));
	ck_assert_uint_eq(s.v.v[0].nr_alike, 29);
	ck_assert_uint_eq(s.v.v[0].entries, 30);
	ck_assert_uint_eq(s.v.v[0].objects, 30);
	ck_assert_uint_eq(s.v.v[0].entry_type, h.type[graph_oid(&h, "x0")]);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_have_callbacks_of_atexit)
{
	struct suspects s;
	struct heap h;

	/* Of whatever types they are. */
	graph_build(&h, "m x#15 y#15; root m:m a:x#15 a:y#15;"
			" type function x#15; type method y#15;"
			" size x#15=1000 y#15=1000");
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_ATEXIT);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, "x0"));
	ck_assert_uint_eq(s.v.v[0].entries, 30);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_have_equal_strings)
{
	struct suspects s;
	struct heap h;

	/* `t` are equal; of `u` there are too few; `r` are redacted; `c` are
	 * a code object's; `w` are as long, but others. */
	graph_build(&h, "m->.g .g->t#12 .h->t#12 m->.h .g->t12 .g->u#9"
			" .g->r#20 m->code code->consts consts->c#20"
			" .g->w#20;"
			" root m:m; type list .g .h; type code code;"
			" type tuple consts;"
			" type str t#13 u#9 r#20 c#20 w#20;"
			" size t#13=1000 u#9=1000 r#20=1000 c#20=1000;"
			" size w#20=1000; text t#13='same' u#9='few'"
			" r#20=<str> c#20='const' w#20='o#20'; len t#13=4");
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_ge(s.v.nr, 1);
	for (size_t i = 0; i < s.v.nr; i++) {
		const struct suspect *suspect = &s.v.v[i];

		if (suspect->kind != SUSPECT_DUPLICATES)
			continue;
		ck_assert_uint_eq(suspect->object, graph_oid(&h, "t0"));
		ck_assert_uint_eq(suspect->via, graph_oid(&h, ".g"));
		ck_assert_uint_eq(suspect->entries, 13);
		/* One of them is needed. */
		ck_assert_uint_eq(suspect->objects, 12);
		ck_assert_uint_eq(suspect->bytes, 12000);
		suspects_release(&s);
		heap_release(&h);
		return;
	}
	ck_abort_msg("no duplicates");
}
END_TEST

static const struct suspect *duplicates(const struct suspects *s)
{
	for (size_t i = 0; i < s->v.nr; i++)
		if (s->v.v[i].kind == SUSPECT_DUPLICATES)
			return &s->v.v[i];
	return NULL;
}

/* `t` begin alike and have one length.  Six of each ten are equal, and of the
 * rest it is not known. */
START_TEST(suspects_compare_all_bytes_of_strings)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, "m->.g .g->t#40; root m:m; type list .g; type str t#40;"
			" size t#40=1000; text t#40='beginning'...;"
			" len t#40=100");
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_ptr_null(duplicates(&s));
	suspects_release(&s);

	for (oid o = 0; o < h.nr_objects; o++)
		if (heap_kind_of(&h, o) == TYPE_KIND_STR && o % 10 < 6)
			heap_text_hash_vec_push(
				&h.text_hashes,
				(struct heap_text_hash){ o, 77 });
	find_suspects(&h, &find_suspects_low, &s);
	/* Their holder comes first. */
	ck_assert_uint_eq(s.v.nr, 2);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, ".g"));
	ck_assert_ptr_eq(duplicates(&s), &s.v.v[1]);
	ck_assert_uint_eq(s.v.v[1].entries, h.text_hashes.nr);
	ck_assert_uint_eq(s.v.v[1].objects, h.text_hashes.nr - 1);
	suspects_release(&s);

	/* No two are equal. */
	for (size_t i = 0; i < h.text_hashes.nr; i++)
		h.text_hashes.v[i].hash = i;
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_ptr_null(duplicates(&s));
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_have_equal_bytes_but_no_other_objects)
{
	static const char text[] = "m->.g .g->t#12; root m:m; type list .g;"
				   " size t#12=1000; text t#12='same';"
				   " len t#12=4;";
	CLEANUP(freep) char *bytes = xasprintf("%s type bytes t#12", text);
	CLEANUP(freep) char *x = xasprintf("%s type app.X/heap t#12", text);

	check(bytes, "duplicate strings t0 .g");
	check(x, "");
}
END_TEST

START_TEST(suspects_have_containers_nearly_empty)
{
	struct suspects s;
	struct heap h;

	/* `d1` may be as it has grown; `l` is no table; an empty one may have
	 * some bytes. */
	graph_build(&h, "m->d m->d1 m->s m->l m->e; root m:m;"
			" type dict/dict d d1 e; type set s; type list l;"
			" size d=50000 d1=50000 s=60000 l=50000 e=4095;"
			" len d=10 d1=120 s=0 l=0 e=0");
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_SPARSE);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, "s"));
	ck_assert_uint_eq(s.v.v[0].entries, 2);
	ck_assert_uint_eq(s.v.v[0].nr_alike, 1);
	/* The unused: what 10 entries need is a fourth of 430 bytes each. */
	ck_assert_uint_eq(s.v.v[0].bytes, 60000 + 50000 - 10 * 107);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

/* An app with `nr` sessions; each has a list with 120 objects in it. */
static void build_sessions(struct heap *h, unsigned int nr)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "m->.all .all->s#%u s#%u->.log#%u; root m:m;"
		 " type module m; type list .all .log#%u;"
		 " type app.Session/heap s#%u; len .log#%u=120;",
		 nr, nr, nr, nr, nr, nr);
	for (unsigned int i = 0; i < nr; i++)
		str_addf(&text, ".log%u->e%u-#120; size e%u-#120=%u;"
			 " type app.Entry/heap e%u-#120;", i, i, i,
			 i == 3 ? 101 : 100, i);
	graph_build(h, text.s);
}

START_TEST(suspects_that_are_alike_are_one)
{
	/* None of the lists has 20 percent of the bytes. */
	const struct suspects_options options = { 20, 20, 20, LARGE, 100, 0 };
	struct suspects s;
	struct heap h;

	build_sessions(&h, 12);
	find_suspects(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_ATTRIBUTE);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, ".log3"));
	ck_assert_uint_eq(s.v.v[0].nr_alike, 11);
	ck_assert_uint_eq(s.v.v[0].entries, 12 * 120);
	ck_assert_uint_eq(s.v.v[0].objects, 12 * 121);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_leave_out_the_table_of_interned_strings)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_add(&text, "root b:d; type dict/dict d; size x#30=1000;");
	for (unsigned int i = 0; i < 30; i++)
		str_addf(&text, " d->x%u;", i);
	check(text.s, "container d -");
	str_add(&text, " flags d=160;");
	check(text.s, "");
}
END_TEST

START_TEST(suspects_that_overlap_are_those_with_most_entries)
{
	/* `.g` keeps lists of which each keeps little. */
	check("m->.g .g->l#30 l#30->a#30 l#30->b#30; root m:m; type module m;"
	      " type list .g l#30; type app.X/heap a#30 b#30; len .g=30;"
	      " size a#30=1000 b#30=1000;", "container .g m");
	/* What both keep is the one's with more on it; the other keeps little
	 * else. */
	check("m->.g .g->.h .g->w#30 .h->x#90; root m:m; type module m;"
	      " type list .g .h; type app.X/heap x#90 w#30; len .g=31 .h=90;"
	      " size x#90=1000 w#30=200;", "container .h m");
	check("m->.g .g->.h .g->w#30 .h->x#90; root m:m; type module m;"
	      " type list .g .h; type app.X/heap x#90 w#30; len .g=31 .h=90;"
	      " size x#90=1000 w#30=2000;", "container .g m, container .h m");
}
END_TEST

/* --- older heaps --- */

static void older(struct suspects *s, const char *text, bool same_process)
{
	struct heap h;

	graph_build(&h, text);
	h.info.pid = 42;
	h.info.start_time = same_process ? 1000 : 2000;
	suspects_compare(s, &h);
	heap_release(&h);
}

/* `.g` with so many `x`, in a heap in which little else is. */
#define GROWING(nr) "m->m.d m.d->.g .g->x#" nr "; root m:m; type module m;" \
		    " type dict/dict m.d; type list .g;" \
		    " type app.X/heap x#" nr "; len .g=" nr ";" \
		    " size x#" nr "=1000"

/* None of the `x` is large, and what ten of them have is growth. */
static const struct suspects_options growing = { 5, 20, 20, 4000, 100, 0 };

static void check_growth(const char *first, const char *second,
			 bool same_process, size_t expected)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, GROWING("30"));
	h.info.pid = 42;
	h.info.start_time = 1000;
	suspects_build(&h, &growing, 2, &s);
	older(&s, first, same_process);
	older(&s, second, same_process);
	suspects_finish(&s);
	ck_assert_uint_eq(s.v.nr, expected);
	ck_assert_uint_eq(s.nr_compared, 2);
	suspects_release(&s);
	heap_release(&h);
}

START_TEST(suspects_have_grown_in_every_step)
{
	for (int same = 0; same < 2; same++) {
		check_growth(GROWING("10"), GROWING("20"), same, 1);
		check_growth(GROWING("20"), GROWING("20"), same, 1);
		check_growth(GROWING("20"), GROWING("10"), same, 0);
		check_growth(GROWING("10"), GROWING("30"), same, 0);
		check_growth(GROWING("30"), GROWING("30"), same, 0);
		/* It was not there at first. */
		check_growth("m; root m:m; type module m", GROWING("20"), same,
			     1);
	}
}
END_TEST

/* `b` was imported since; it has a list of 18 entries of `size` bytes. */
static void check_import(const char *size, bool was_there, size_t expected)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct suspects s;
	struct heap h;

	str_addf(&text, "m b->b.d b.d->.g .g->x#18; root m:m m:b;"
		 " type module m b; type dict/dict b.d; type list .g;"
		 " type app.X/heap x#18; len .g=18;"
		 " size m=100000 x#18=%s", size);
	graph_build(&h, text.s);
	h.info.pid = 42;
	h.info.start_time = 1000;
	suspects_build(&h, &growing, 1, &s);
	older(&s, was_there ? "m b->b.d b.d->.g; root m:m m:b;"
			      " type module m b; type dict/dict b.d;"
			      " type list .g; len .g=0; size m=100000"
			    : "m; root m:m; type module m; size m=100000",
	      true);
	suspects_finish(&s);
	ck_assert_uint_eq(s.v.nr, expected);
	suspects_release(&s);
	heap_release(&h);
}

/* What a module brings when it is imported need not grow. */
START_TEST(suspects_leave_out_tables_of_imports)
{
	check_import("300", true, 1);
	check_import("300", false, 0);
	/* As much as without older heaps: 15 % of the heap. */
	check_import("1200", false, 1);
}
END_TEST

START_TEST(suspects_count_what_came)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, GROWING("30") "; size .g=516");
	h.info.pid = 42;
	h.info.start_time = 1000;
	/* A tenth is enough where growth tells. */
	suspects_build(&h,
		       &(struct suspects_options){ 50, 300, 300, 4000, 100, 0 },
		       1, &s);
	older(&s, GROWING("10"), true);
	suspects_finish(&s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].old_entries[0], 10);
	ck_assert_uint_eq(s.v.v[0].came, 20);
	ck_assert_int_eq(s.v.v[0].entries_now, 30);
	ck_assert_uint_eq(s.v.v[0].grown, 20500);
	ck_assert_uint_eq(s.v.v[0].old_bytes[0], 10016);
	ck_assert_uint_eq(s.v.v[0].came_bytes, 20500);
	/* .g is 500 bytes larger than it was. */
	ck_assert_uint_eq(suspects_bytes(&s, 0, true), 20500);
	ck_assert_uint_eq(suspects_bytes(&s, 1, false), 30516);
	s.v.v[0].grown = 20600;
	ck_assert_uint_eq(suspects_bytes(&s, 0, true), 20500);
	s.v.v[0].grown = 20400;
	ck_assert_uint_eq(suspects_bytes(&s, 0, true), 20400);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_find_nothing_in_an_empty_heap)
{
	check("", "");
}
END_TEST

const char suite_name[] = "suspects";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, suspects_are_accumulation_points);
	tcase_add_test(tc, suspects_need_all_thresholds);
	tcase_add_test(tc, suspects_with_few_entries_are_uniform);
	tcase_add_test(tc, suspects_have_what_entries_share);
	tcase_add_test(tc, suspects_have_garbage);
	tcase_add_test(tc, suspects_have_what_is_frozen);
	tcase_add_test(tc, suspects_have_just_what_is_needed);
	tcase_add_test(tc, suspects_have_what_native_code_holds);
	tcase_add_test(tc, suspects_have_callbacks_of_atexit);
	tcase_add_test(tc, suspects_have_equal_strings);
	tcase_add_test(tc, suspects_compare_all_bytes_of_strings);
	tcase_add_test(tc, suspects_have_equal_bytes_but_no_other_objects);
	tcase_add_test(tc, suspects_have_containers_nearly_empty);
	tcase_add_test(tc, suspects_that_are_alike_are_one);
	tcase_add_test(tc, suspects_leave_out_the_table_of_interned_strings);
	tcase_add_test(tc, suspects_that_overlap_are_those_with_most_entries);
	tcase_add_test(tc, suspects_have_grown_in_every_step);
	tcase_add_test(tc, suspects_leave_out_tables_of_imports);
	tcase_add_test(tc, suspects_count_what_came);
	tcase_add_test(tc, suspects_find_nothing_in_an_empty_heap);
}
