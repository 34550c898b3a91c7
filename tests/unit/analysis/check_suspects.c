/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/suspects/suspects.h"
#include "graph.h"
#include "suite.h"

/* Low, so that 20 objects of 1,000 bytes on one holder make a suspect. */
static const struct suspects_options low = { 5, 20, 20 };

/* A module `m` whose global `.g` is a list, on which hang 30 `x`. */
#define GLOBAL "m->m.d m.d->.g .g->x#30; root m:m; type module m;" \
	       " type dict/dict m.d; len .g=30; size x#30=1000;"
/* The same without types of `.g` and `x`. */
#define LIST " type list .g;"
#define DATA " type app.X/heap x#30;"

static const char *name_or_dash(const struct heap *h, oid o)
{
	return o == OID_NONE ? "-" : graph_name(h, o);
}

/* "kind object via", a suspect after the other. */
static char *describe(const struct suspects *s)
{
	struct str ret = STR_INIT;

	str_add(&ret, "");
	for (size_t i = 0; i < s->v.nr; i++) {
		const struct suspect *suspect = &s->v.v[i];

		str_addf(&ret, "%s%s %s %s", i ? ", " : "",
			 suspect_kind_names[suspect->kind],
			 name_or_dash(s->heap, suspect->object),
			 name_or_dash(s->heap, suspect->via));
	}
	return str_take(&ret);
}

static void find(struct heap *h, const struct suspects_options *options,
		 struct suspects *ret)
{
	suspects_build(h, options, 0, ret);
	suspects_finish(ret);
}

static void check_heap(struct heap *h, const char *expected)
{
	CLEANUP(freep) char *got = NULL;
	struct suspects s;

	find(h, &low, &s);
	got = describe(&s);
	ck_assert_str_eq(got, expected);
	suspects_release(&s);
}

static void check(const char *text, const char *expected)
{
	struct heap h;

	graph_build(&h, text);
	check_heap(&h, expected);
	heap_release(&h);
}

START_TEST(suspects_are_accumulation_points)
{
	const struct suspect *suspect;
	struct suspects s;
	struct heap h;

	graph_build(&h, GLOBAL LIST DATA);
	find(&h, &low, &s);
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
		{ { 99, 30, 30 }, 1 },
		{ { 101, 30, 30 }, 0 },
		{ { 40, 31, 30 }, 0 },
		{ { 40, 30, 31 }, 0 },
		/* Few entries, but three times the bytes are of one type. */
		{ { 30, 1000, 1000 }, 1 },
	};
	struct heap h;

	graph_build(&h, GLOBAL LIST DATA);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct suspects s;

		find(&h, &cases[i].options, &s);
		ck_assert_msg(s.v.nr == cases[i].nr, "case %zu: %zu", i,
			      s.v.nr);
		suspects_release(&s);
	}
	heap_release(&h);
}
END_TEST

START_TEST(suspects_with_few_entries_are_uniform)
{
	struct suspects_options options = { 10, 1000, 1000 };
	struct suspects s;
	struct heap h;

	/* 15 entries are too few; of 16 no one may make up a fifth. */
	graph_build(&h, "m->.g .g->x#15; root m:m; type list .g;"
			" size x#15=1000; type app.X/heap x#15");
	find(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 0);
	suspects_release(&s);
	heap_release(&h);

	graph_build(&h, "m->.g .g->x#16; root m:m; type list .g;"
			" size x#16=1000; type app.X/heap x#16");
	find(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	suspects_release(&s);
	h.size[graph_oid(&h, "x3")] = 5000;
	find(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 0);
	suspects_release(&s);
	heap_release(&h);

	/* Half of the bytes are of one type, or they are not. */
	graph_build(&h, "m->.g .g->x#16 .g->y#8 .g->z#9; root m:m;"
			" type list .g; type app.X/heap x#16; type app.Y y#8;"
			" type app.Z z#9; size x#16=1000 y#8=1000 z#9=1000");
	find(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 0);
	suspects_release(&s);
	h.type[graph_oid(&h, "z0")] = h.type[graph_oid(&h, "x0")];
	find(&h, &options, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_are_called_by_the_way_to_them)
{
	check(GLOBAL LIST DATA, "container .g m");
	check("m->.app .app->.g .g->x#30; root m:m; type module m;"
	      " type app.App/heap .app; size x#30=1000;" LIST DATA,
	      "attribute .g .app");
	check("m->C C->C.d C.d->.g .g->x#30; root m:m; type module m;"
	      " type type/class C; type dict/dict C.d; size x#30=1000;"
	      LIST DATA, "class attribute .g C");
	check("m->f f->.__closure__ .__closure__->cell cell->.g .g->x#30;"
	      " root m:m; type module m; type function f;"
	      " type tuple .__closure__; type cell cell; size x#30=1000;"
	      LIST DATA, "closure .g f");
	check("m->f f->.__defaults__ .__defaults__->.g .g->x#30; root m:m;"
	      " type module m; type function f; type tuple .__defaults__;"
	      " size x#30=1000;" LIST DATA, "default argument .g f");
	check("m->f f->.g .g->x#30; root m:m; type module m;"
	      " type function f; size x#30=1000;" LIST DATA,
	      "attribute .g f");
	check("m->w w->.g .g->x#30; root m:m; type module m;"
	      " type generator w; size x#30=1000;" LIST DATA,
	      "generator .g w");
	check("m->w w->.g .g->x#30; root m:m; type module m;"
	      " type coroutine w; size x#30=1000;" LIST DATA,
	      "coroutine .g w");
	check("m->w w->.g .g->x#30; root m:m; type module m;"
	      " type logging.Logger/heap w; size x#30=1000;" LIST DATA,
	      "logging .g w");
	check("m->w w->.g .g->x#30; root m:m; type module m;"
	      " type queue.Queue/heap w; size x#30=1000;" LIST DATA,
	      "queue .g w");
	check("m->w w->.g .g->x#30; root m:m; type module m;"
	      " type functools._lru_cache_wrapper w; size x#30=1000;"
	      LIST DATA, "lru_cache .g w");
}
END_TEST

START_TEST(suspects_know_places_that_are_roots)
{
	check(".g->x#30; root f:.g; size x#30=1000;" LIST DATA, "frame .g -");
	check(".g->x#30; root a:.g; size x#30=1000;" LIST DATA, "atexit .g -");
	check(".g->x#30; root i:.g; size x#30=1000;" LIST DATA,
	      "container .g -");
}
END_TEST

START_TEST(suspects_know_what_keeps_from_afar)
{
	/* The exception, or the first traceback if there is none. */
	check("m->.app .app->e e->tb tb->fr fr->.g .g->x#30; root m:m;"
	      " type module m; type app.App/heap .app; type app.Error/heap e;"
	      " type traceback tb; type frame fr; size x#30=1000;" LIST DATA,
	      "exception .g e");
	check("tb->tb1 tb1->.g .g->x#30; root i:tb; type traceback tb tb1;"
	      " size x#30=1000;" LIST DATA, "exception .g tb");
	check("m->l l->.app .app->.g .g->x#30; root m:m; type module m;"
	      " type _thread._local l; type app.App/heap .app;"
	      " size x#30=1000;" LIST DATA, "thread local .g l");
	/* It is held without it, too. */
	check("m->l l->.g m->n n->.app .app->.g .g->x#30; root m:m;"
	      " type module m; type _thread._local l;"
	      " type app.App/heap .app n; size x#30=1000;" LIST DATA,
	      "attribute .g l");
}
END_TEST

START_TEST(suspects_are_called_by_what_hangs_on_them)
{
	check(GLOBAL LIST " type function x#30", "callbacks .g -");
	check(GLOBAL LIST " type method x#30", "callbacks .g -");
	check(GLOBAL LIST " type functools.partial x#30", "callbacks .g -");
	check(GLOBAL LIST " type coroutine x#30", "coroutine .g -");
	check(GLOBAL LIST " type generator x#30", "generator .g -");
	check(GLOBAL LIST " type _asyncio.Task x#30", "tasks .g -");
	check(GLOBAL LIST " type weakref.ReferenceType x#30",
	      "weak references .g -");
	check(GLOBAL LIST " type type/class x#30", "classes .g -");
	check(GLOBAL LIST " type logging.Handler/heap x#30", "logging .g -");
	check(GLOBAL LIST " type traceback x#30", "exception .g -");
	/* Half are not most. */
	check(GLOBAL LIST " type function x#15; type app.X/heap x15 x16 x17"
	      " x18 x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 x29",
	      "container .g m");
	check(GLOBAL LIST " type function x#16; type app.X/heap x16 x17"
	      " x18 x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 x29",
	      "callbacks .g -");
	/* Keys are not asked. */
	check(GLOBAL LIST " type str x#20; type function x20 x21 x22 x23 x24"
	      " x25 x26 x27 x28 x29", "callbacks .g -");
}
END_TEST

START_TEST(suspects_count_exceptions_with_tracebacks)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, GLOBAL LIST "x#30->t#30; type app.Error/heap x#30;"
			" type traceback t#30");
	find(&h, &low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_EXCEPTION);
	ck_assert_uint_eq(s.v.v[0].flags, SUSPECT_TRACEBACKS);
	ck_assert_uint_eq(s.v.v[0].objects, 61);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_are_called_by_their_names)
{
	check("m->.user_CACHE .user_CACHE->x#30; root m:m; type module m;"
	      " type list .user_CACHE; size x#30=1000;" DATA,
	      "cache .user_CACHE m");
	check("m->.on_hooks .on_hooks->x#30; root m:m; type module m;"
	      " type list .on_hooks; size x#30=1000;" DATA,
	      "callbacks .on_hooks m");
	/* The nearest real name counts, `.__dict__` is none. */
	check("m->.memo .memo->.g .g->x#30; root m:m; type module m;"
	      " type app.App/heap .memo; size x#30=1000;" LIST DATA,
	      "attribute .g .memo");
	check("m->.memo .memo->.__dict .__dict->x#30; root m:m;"
	      " type module m; type app.App/heap .memo; type list .__dict;"
	      " size x#30=1000;" DATA, "cache .__dict .memo");
	/* What it is called says nothing of generators. */
	check("m->w w->.cache .cache->x#30; root m:m; type module m;"
	      " type generator w; type list .cache; size x#30=1000;" DATA,
	      "generator .cache w");
	check(GLOBAL " type collections.deque .g; deque .g=-1:30;" DATA,
	      "queue .g m");
}
END_TEST

START_TEST(suspects_know_lru_caches)
{
	struct suspects s;
	struct heap h;

	/* The dict within is the cache. */
	graph_build(&h, "m->w w->in in->x#30; root m:m; type module m;"
			" type functools._lru_cache_wrapper w; type dict in;"
			" lru w=-1:30; size x#30=1000;" DATA);
	find(&h, &low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_LRU_CACHE);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, "w"));
	ck_assert_ptr_eq(s.v.v[0].fact, &h.facts.v[0]);
	ck_assert_uint_eq(s.v.v[0].flags, 0);
	suspects_release(&s);
	heap_release(&h);

	graph_build(&h, "m->C C->C.d C.d->w w->in in->x#30; root m:m;"
			" type module m; type type/class C;"
			" type dict/dict C.d in; lru w=-1:30;"
			" type functools._lru_cache_wrapper w;"
			" size x#30=1000;" DATA);
	find(&h, &low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_uint_eq(s.v.v[0].flags, SUSPECT_OF_METHOD);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_leave_out_what_is_near_to_its_bound)
{
	/* A tenth of the bound is near; one more than it may be for a
	 * moment. */
	check(GLOBAL " type collections.deque .g; deque .g=300:30;" DATA, "");
	check(GLOBAL " type collections.deque .g; deque .g=310:30;" DATA,
	      "queue .g m");
	check(GLOBAL " type collections.deque .g; deque .g=29:30;" DATA, "");
	check(GLOBAL " type collections.deque .g; deque .g=28:30;" DATA,
	      "queue .g m");
}
END_TEST

/* An instance with a list of 30 and `.N`, a number of this text. */
#define BESIDE(name, text) \
	"m->.app .app->.g .app->" name " .g->x#30; root m:m; type module m;" \
	" type app.App/heap .app; type int " name "; size x#30=1000;" \
	" len .g=30; text " name "=" text ";" LIST DATA

START_TEST(suspects_see_a_bound_beside_them)
{
	check(BESIDE(".maxsize", "30"), "");
	check(BESIDE(".maxsize", "300"), "");
	check(BESIDE(".maxsize", "310"), "attribute .g .app");
	check(BESIDE(".maxsize", "28"), "attribute .g .app");
	check(BESIDE(".row_LIMIT", "29"), "");
	check(BESIDE(".number", "30"), "attribute .g .app");
	check(BESIDE(".maxsize", "many"), "attribute .g .app");
	check(BESIDE(".maxsize", "-30"), "attribute .g .app");
}
END_TEST

/* A module's names are many: the number must be just reached. */
#define GLOBAL_BOUND(text) \
	"m->m.d m.d->.g m.d->.max .g->x#30; root m:m; type module m;" \
	" type dict/dict m.d; type int .max; len .g=30; size x#30=1000;" \
	" text .max=" text ";" LIST DATA

START_TEST(suspects_see_a_bound_in_a_module)
{
	check(GLOBAL_BOUND("30"), "");
	check(GLOBAL_BOUND("33"), "");
	check(GLOBAL_BOUND("34"), "container .g m");
	check(GLOBAL_BOUND("28"), "container .g m");
}
END_TEST

/* The class App of an instance with a list of 120 has a number in a constant
 * of a method, in a default, or itself. */
#define OF_CLASS(edges) \
	"m->.app m->App .app->.g .g->x#120; root m:m; App->App.d; " edges ";" \
	" type module m; type app.App/heap .app; class app.App=App;" \
	" type type/class App; type dict/dict App.d; type list .g;" \
	" type app.X/heap x#120; size x#120=1000; len .g=120; type int N;"

START_TEST(suspects_see_a_bound_in_a_class)
{
	check(OF_CLASS("App.d->N") " text N=120", "");
	check(OF_CLASS("App.d->N") " text N=121", "");
	check(OF_CLASS("App.d->N") " text N=119", "");
	check(OF_CLASS("App.d->N") " text N=118", "attribute .g .app");
	check(OF_CLASS("App.d->N") " text N=122", "attribute .g .app");
	check(OF_CLASS("App.d->put put->defaults defaults->N")
	      " text N=120; type function put; type tuple defaults", "");
	check(OF_CLASS("App.d->put put->code code->consts consts->N")
	      " text N=120; type function put; type code code;"
	      " type tuple consts", "");
	check(OF_CLASS("App.d->put put->other other->consts consts->N")
	      " text N=120; type function put; type tuple consts",
	      "attribute .g .app");
	check(OF_CLASS("App.d->put N") " text N=120; type function put",
	      "attribute .g .app");
}
END_TEST

START_TEST(suspects_see_no_bound_in_a_small_number)
{
	check("m->.app m->App .app->.g .g->x#30; root m:m; App->App.d;"
	      " App.d->N; type module m; type app.App/heap .app;"
	      " class app.App=App; type type/class App; type dict/dict App.d;"
	      " size x#30=1000; len .g=30; type int N; text N=30;" LIST DATA,
	      "attribute .g .app");
}
END_TEST

START_TEST(suspects_leave_out_weak_references_to_the_living)
{
	struct heap h;

	graph_build(&h, GLOBAL LIST " type weakref.ReferenceType x#30;"
			" alive; root m:alive");
	for (uint32_t i = 0; i < 15; i++)
		heap_weak_vec_push(&h.weak, (struct heap_weak){
			graph_oid(&h, "x0") + i, graph_oid(&h, "alive"),
			OID_NONE });
	check_heap(&h, "weak references .g -");
	heap_weak_vec_push(&h.weak, (struct heap_weak){
		graph_oid(&h, "x15"), graph_oid(&h, "alive"), OID_NONE });
	check_heap(&h, "");
	heap_release(&h);
}
END_TEST

START_TEST(suspects_know_the_list_of_gc)
{
	struct heap h;

	graph_build(&h, GLOBAL LIST DATA);
	heap_interpreter_vec_push(&h.interpreters, (struct heap_interpreter){
		.garbage_list = graph_oid(&h, ".g"), .gc_enabled = true });
	check_heap(&h, "gc.garbage .g -");
	heap_release(&h);
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
	find(&h, &low, &s);
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
	check_heap(&h, "");
	/* ... unless the collector runs seldom, or never. */
	h.interpreters.v[0].generations[0].threshold = 50001;
	check_heap(&h, "garbage - -");
	h.interpreters.v[0].generations[0].threshold = 50000;
	check_heap(&h, "");
	h.interpreters.v[0].generations[0].threshold = 0;
	check_heap(&h, "gc disabled - -");
	h.interpreters.v[0].generations[0].threshold = 700;
	h.interpreters.v[0].gc_enabled = false;
	check_heap(&h, "gc disabled - -");
	heap_release(&h);
}
END_TEST

START_TEST(suspects_have_what_is_frozen)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, GARBAGE " gen a#30=3 b#30=3;"
			" type app.A/heap,legacy a#30");
	find(&h, &low, &s);
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
	find(&h, &low, &s);
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
	find(&h, &low, &s);
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
	find(&h, &low, &s);
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
	find(&h, &low, &s);
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
	const struct suspects_options options = { 20, 20, 20 };
	struct suspects s;
	struct heap h;

	build_sessions(&h, 12);
	find(&h, &options, &s);
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

/* `nr` linked nodes below a module, each with a dict between. */
static void build_linked(struct heap *h, unsigned int nr)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "m->n0; root m:m; type module m;"
		 " type app.Node/heap n#%u; type dict n#%u.d;", nr, nr);
	for (unsigned int i = 0; i + 1 < nr; i++)
		str_addf(&text, "n%u->n%u.d n%u.d->n%u;", i, i, i, i + 1);
	graph_build(h, text.s);
}

START_TEST(suspects_have_chains)
{
	struct suspects s;
	struct heap h;

	build_linked(&h, 1000);
	find(&h, &low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_CHAIN);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, "n0"));
	ck_assert_uint_eq(s.v.v[0].entries, 1000);
	/* The last one has no dict. */
	ck_assert_uint_eq(s.v.v[0].objects, 1999);
	suspects_release(&s);
	heap_release(&h);

	build_linked(&h, 999);
	check_heap(&h, "");
	heap_release(&h);
}
END_TEST

START_TEST(suspects_have_chains_without_anything_between)
{
	for (unsigned int nr = 999; nr <= 1000; nr++) {
		CLEANUP(str_release) struct str text = STR_INIT;

		str_addf(&text, "m->n0; root m:m; type module m;"
			 " type app.Node/heap n#%u;", nr);
		for (unsigned int i = 0; i + 1 < nr; i++)
			str_addf(&text, "n%u->n%u;", i, i + 1);
		check(text.s, nr < 1000 ? "" : "chain n0 -");
	}
}
END_TEST

/* A dict of 30 with each value, or key and value, `root` holds it. */
static void check_table(const char *key, const char *root,
			const char *expected)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "m->d; root m:m %s; type dict/dict d; size x#30=1000;",
		 root);
	for (unsigned int i = 0; i < 30; i++)
		str_addf(&text, " d->%s%u d->x%u;", key, i, i);
	check(text.s, expected);
}

START_TEST(suspects_leave_out_the_table_of_interned_strings)
{
	/* A dict that maps each string to itself and that a root holds. */
	check_table("x", "b:d", "");
	check_table("key", "b:d", "container d -");
	check_table("x", "b:m", "attribute d m");
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

static void check_growth(const char *first, const char *second,
			 bool same_process, size_t expected)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, GROWING("30"));
	h.info.pid = 42;
	h.info.start_time = 1000;
	suspects_build(&h, &low, 2, &s);
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

START_TEST(suspects_count_what_came)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, GROWING("30"));
	h.info.pid = 42;
	h.info.start_time = 1000;
	/* A tenth is enough where growth tells. */
	suspects_build(&h, &(struct suspects_options){ 50, 300, 300 }, 1, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	older(&s, GROWING("10"), true);
	suspects_finish(&s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].old_entries[0], 10);
	ck_assert_uint_eq(s.v.v[0].came, 20);
	ck_assert_uint_eq(s.v.v[0].came_bytes, 20000);
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
	tcase_add_test(tc, suspects_are_called_by_the_way_to_them);
	tcase_add_test(tc, suspects_know_places_that_are_roots);
	tcase_add_test(tc, suspects_know_what_keeps_from_afar);
	tcase_add_test(tc, suspects_are_called_by_what_hangs_on_them);
	tcase_add_test(tc, suspects_count_exceptions_with_tracebacks);
	tcase_add_test(tc, suspects_are_called_by_their_names);
	tcase_add_test(tc, suspects_know_lru_caches);
	tcase_add_test(tc, suspects_leave_out_what_is_near_to_its_bound);
	tcase_add_test(tc, suspects_see_a_bound_beside_them);
	tcase_add_test(tc, suspects_see_a_bound_in_a_module);
	tcase_add_test(tc, suspects_see_a_bound_in_a_class);
	tcase_add_test(tc, suspects_see_no_bound_in_a_small_number);
	tcase_add_test(tc, suspects_leave_out_weak_references_to_the_living);
	tcase_add_test(tc, suspects_know_the_list_of_gc);
	tcase_add_test(tc, suspects_have_garbage);
	tcase_add_test(tc, suspects_have_what_is_frozen);
	tcase_add_test(tc, suspects_have_just_what_is_needed);
	tcase_add_test(tc, suspects_have_what_native_code_holds);
	tcase_add_test(tc, suspects_have_callbacks_of_atexit);
	tcase_add_test(tc, suspects_have_equal_strings);
	tcase_add_test(tc, suspects_have_equal_bytes_but_no_other_objects);
	tcase_add_test(tc, suspects_have_containers_nearly_empty);
	tcase_add_test(tc, suspects_that_are_alike_are_one);
	tcase_add_test(tc, suspects_have_chains);
	tcase_add_test(tc, suspects_have_chains_without_anything_between);
	tcase_add_test(tc, suspects_leave_out_the_table_of_interned_strings);
	tcase_add_test(tc, suspects_that_overlap_are_those_with_most_entries);
	tcase_add_test(tc, suspects_have_grown_in_every_step);
	tcase_add_test(tc, suspects_count_what_came);
	tcase_add_test(tc, suspects_find_nothing_in_an_empty_heap);
}
