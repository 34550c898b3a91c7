/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What suspects are called, and which are left out: bounded ones, known ones.
 */
#include <check.h>

#include "find-suspects.h"
#include "graph.h"
#include "suite.h"

static void check(const char *text, const char *expected)
{
	struct heap h;

	graph_build(&h, text);
	find_suspects_expect(&h, expected);
	heap_release(&h);
}

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

static void expect_exceptions(const char *text, uint32_t flags,
			      uint64_t objects)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, text);
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_EXCEPTION);
	ck_assert_uint_eq(s.v.v[0].flags, flags);
	ck_assert_uint_eq(s.v.v[0].objects, objects);
	suspects_release(&s);
	heap_release(&h);
}

#define FUTURES GLOBAL LIST "x#30->e#30 e#30->t#30; type app.Error/heap e#30;" \
		" type traceback t#30; size t#30=9000;"

START_TEST(suspects_count_exceptions_with_tracebacks)
{
	expect_exceptions(GLOBAL LIST "x#30->t#30; type app.Error/heap x#30;"
			  " type traceback t#30", SUSPECT_TRACEBACKS, 61);
	expect_exceptions(FUTURES "x#30->u#30; type app.Error/heap x#30;"
			  " type traceback u#30", SUSPECT_TRACEBACKS, 121);
	/* In an attribute of each entry, or in its __dict__. */
	expect_exceptions(FUTURES DATA, SUSPECT_OWNS_EXCEPTIONS, 91);
	expect_exceptions(FUTURES " type _asyncio.Task x#30",
			  SUSPECT_OWNS_EXCEPTIONS, 91);
	expect_exceptions(GLOBAL LIST DATA "x#30->d#30 d#30->e#30 e#30->t#30;"
			  " type dict/dict d#30; type app.Error/heap e#30;"
			  " type traceback t#30; size t#30=9000;",
			  SUSPECT_OWNS_EXCEPTIONS, 121);
	/* Data make up most of the entry; something else keeps it, too. */
	check(FUTURES "x#30->y#30; size y#30=20000;" DATA, "container .g m");
	check(FUTURES "root n:e#30;" DATA, "container .g m");
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
	find_suspects(&h, &find_suspects_low, &s);
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
	find_suspects(&h, &find_suspects_low, &s);
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

/* `nr` instances in a list, each with 120 entries in `.g`; the class has the
 * number 120. */
static void check_many(unsigned int nr, const char *expected)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "m->.all m->App App->App.d App.d->N .all->app#%u"
		 " app#%u->.g@#%u; root m:m; type module m; type list .all;"
		 " type app.App/heap app#%u; class app.App=App;"
		 " type type/class App; type dict/dict App.d;"
		 " type list .g@#%u; len .g@#%u=120; type int N; text N=120;",
		 nr, nr, nr, nr, nr, nr);
	for (unsigned int i = 0; i < nr; i++)
		str_addf(&text, " .g@%u->x%u.#120; size x%u.#120=1000;"
			 " type app.X/heap x%u.#120;", i, i, i, i);
	check(text.s, expected);
}

START_TEST(suspects_of_many_have_no_bound_in_their_class)
{
	check_many(15, "");
	check_many(16, "attribute .g@0 app0");
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
	find_suspects_expect(&h, "weak references .g -");
	heap_weak_vec_push(&h.weak, (struct heap_weak){
		graph_oid(&h, "x15"), graph_oid(&h, "alive"), OID_NONE });
	find_suspects_expect(&h, "");
	heap_release(&h);
}
END_TEST

START_TEST(suspects_know_the_list_of_gc)
{
	struct heap h;

	graph_build(&h, GLOBAL LIST DATA);
	heap_interpreter_vec_push(&h.interpreters, (struct heap_interpreter){
		.garbage_list = graph_oid(&h, ".g"), .gc_enabled = true });
	find_suspects_expect(&h, "gc.garbage .g -");
	heap_release(&h);
}
END_TEST

const char suite_name[] = "suspects_kinds";

void suite_add_tests(TCase *tc)
{
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
	tcase_add_test(tc, suspects_of_many_have_no_bound_in_their_class);
	tcase_add_test(tc, suspects_see_no_bound_in_a_small_number);
	tcase_add_test(tc, suspects_leave_out_weak_references_to_the_living);
	tcase_add_test(tc, suspects_know_the_list_of_gc);
}
