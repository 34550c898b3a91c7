/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "analysis/calls/call-awaits.h"
#include "analysis/calls/call-retained.h"
#include "analysis/graph/roots.h"
#include "graph.h"
#include "suite.h"

/* The objects whose names begin so are coroutines and tasks. */
#define TYPES \
	"; type coroutine c#9; type _asyncio.Task t#9;" \
	" type _asyncio.Future f#9; type function done; type tuple closure;" \
	" type cell cell"

static void add_generator(struct heap *h, const char *name, const char *awaits,
			  enum generator_state state, int32_t frame)
{
	heap_code_vec_push(&h->codes, (struct heap_code){
		OID_NONE, xstrdup(name), xstrdup("app.py") });
	heap_generator_vec_push(&h->generators, (struct heap_generator){
		.object = graph_oid(h, name), .state = state,
		.code = (uint32_t)h->codes.nr - 1, .line = 7,
		.awaits = awaits ? graph_oid(h, awaits) : OID_NONE,
		.frame = frame });
}

static oid oid_or_none(struct heap *h, const char *name)
{
	return name ? graph_oid(h, name) : OID_NONE;
}

static void add_future(struct heap *h, const char *name, const char *coroutine,
		       const char *waits_for, const char *callback)
{
	heap_future_vec_push(&h->futures, (struct heap_future){
		.object = graph_oid(h, name), .is_task = *name == 't',
		.state = FUTURE_PENDING, .name = xstrdup(name),
		.coroutine = oid_or_none(h, coroutine),
		.waits_for = oid_or_none(h, waits_for),
		.callback = oid_or_none(h, callback),
		.callbacks = OID_NONE, .awaited_by = OID_NONE });
}

/* "task t0 waiting: c1 c0 <- t1" of each stack, in lines. */
static void check(struct heap *h, const char *expected)
{
	CLEANUP(str_release) struct str got = STR_INIT;
	struct call_stacks c;

	ck_assert(async_fit(h));
	call_stacks_build(h, &c);
	call_awaits_find(&c);
	for (size_t i = 0; i < c.stacks.nr; i++) {
		const struct call_stack *s = &c.stacks.v[i];
		const char *state = call_state_names[s->state];

		str_addf(&got, "%s %s %s:", call_kind_names[s->kind], s->name,
			 state ? state : "?");
		for (size_t k = 0; k < s->nr; k++)
			str_addf(&got, " %s",
				 c.frames.v[s->first + k].function);
		for (size_t k = 0; k < s->nr_awaiters; k++)
			str_addf(&got, " <- %s", graph_name(
				h, c.awaiters.v[s->first_awaiter + k]));
		str_add_char(&got, '\n');
	}
	ck_assert_str_eq(got.s, expected);
	call_stacks_release(&c);
}

START_TEST(a_task_has_the_frames_of_what_it_awaits)
{
	struct heap h;

	graph_build(&h, "c#9 t#9 f#9 done closure cell" TYPES);
	add_generator(&h, "c0", "c1", GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c1", "c2", GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c2", "f0", GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c3", "c4", GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c4", NULL, GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c5", NULL, GENERATOR_CREATED, -1);
	add_future(&h, "t0", "c0", "f0", NULL);
	add_future(&h, "t1", "c5", NULL, NULL);
	add_future(&h, "t2", NULL, NULL, NULL);
	h.futures.v[2].state = FUTURE_CANCELLED;
	add_future(&h, "f0", NULL, NULL, NULL);
	check(&h, "task t0 waiting: c2 c1 c0\n"
		  "task t1 ready: c5\n"
		  "task t2 cancelled:\n"
		  "coroutine c3 suspended: c4 c3\n");
	h.futures.v[3].state = FUTURE_FINISHED;
	h.generators.v[1].awaits = graph_oid(&h, "c0");
	/* What wait for each other in a circle have an end all the same. */
	h.generators.v[4].awaits = graph_oid(&h, "c3");
	check(&h, "task t0 ready: c1 c0\n"
		  "task t1 ready: c5\n"
		  "task t2 cancelled:\n"
		  "coroutine c2 suspended: c2\n"
		  "coroutine c3 suspended: c4 c3\n");
	heap_release(&h);
}
END_TEST

START_TEST(a_deep_chain_of_coroutines_is_one_stack)
{
	const uint32_t nr = 150000;
	struct call_stacks c;
	struct heap h;

	graph_random(&h, 1, nr, 0);
	heap_code_vec_push(&h.codes, (struct heap_code){
		OID_NONE, xstrdup("deep"), xstrdup("app.py") });
	for (oid o = 0; o < nr; o++)
		heap_generator_vec_push(&h.generators, (struct heap_generator){
			.object = o, .state = GENERATOR_SUSPENDED,
			.awaits = o + 1 < nr ? o + 1 : OID_NONE,
			.frame = -1 });
	call_stacks_build(&h, &c);
	ck_assert_uint_eq(c.stacks.nr, 1);
	ck_assert_uint_eq(c.stacks.v[0].nr, nr);
	ck_assert_uint_eq(c.frames.v[0].generator, nr - 1);
	call_stacks_release(&c);
	heap_release(&h);
}
END_TEST

/* `nr` eager tasks, each begun by the one before, in one thread. */
static void build_eager(struct heap *h, uint32_t nr)
{
	CLEANUP(freep) char *text = xasprintf(
		"c#%u t#%u; type coroutine c#%u; type _asyncio.Task t#%u", nr,
		nr, nr, nr);

	graph_build(h, text);
	heap_add_thread(h, (struct heap_thread){ .name = xstrdup("main") });
	for (uint32_t i = 0; i < nr; i++) {
		CLEANUP(freep) char *c = xasprintf("c%u", i);
		CLEANUP(freep) char *t = xasprintf("t%u", i);

		heap_frame_vec_push(&h->frames, (struct heap_frame){
			.function = xstrdup(c), .file = xstrdup("app.py"),
			.code = OID_NONE });
		add_generator(h, c, NULL, GENERATOR_RUNNING,
			      (int32_t)(nr - 1 - i));
		add_future(h, t, c, NULL, NULL);
	}
}

START_TEST(frames_of_running_tasks_have_a_limit_that_is_said)
{
	struct call_stacks c;
	struct heap h;

	build_eager(&h, 100);
	call_stacks_build(&h, &c);
	ck_assert_uint_eq(c.stacks.nr, 101);
	ck_assert_uint_eq(c.frames.nr, 100 + 100 * 101 / 2);
	ck_assert_uint_eq(h.info.warnings.nr, 0);
	call_stacks_release(&c);
	heap_release(&h);
	build_eager(&h, 1500);
	call_stacks_build(&h, &c);
	ck_assert_uint_eq(c.stacks.nr, 1501);
	ck_assert_uint_lt(c.frames.nr, 1500 * 1501 / 2);
	ck_assert_uint_eq(h.info.warnings.nr, 1);
	call_stacks_release(&c);
	heap_release(&h);
}
END_TEST

START_TEST(who_awaits_a_task_is_found_by_what_wakes_it)
{
	struct heap h;

	graph_build(&h, "t#9 f#9 done->closure closure->cell cell->f1" TYPES);
	add_future(&h, "t0", NULL, NULL, NULL);
	add_future(&h, "t1", NULL, "t0", NULL);	/* await t0 */
	add_future(&h, "t2", NULL, NULL, "done"); /* gather(t2) is f1 */
	add_future(&h, "t3", NULL, "f1", NULL);
	add_future(&h, "f1", NULL, NULL, NULL);
	check(&h, "task t0 ?: <- t1\n"
		  "task t1 waiting:\n"
		  "task t2 ?: <- t3\n"
		  "task t3 waiting:\n");
	/* 3.14 records it, and then its callbacks are not asked. */
	h.info.hexversion = 0x030e0000;
	h.futures.v[3].awaited_by = graph_oid(&h, "t0");
	check(&h, "task t0 ?: <- t1\n"
		  "task t1 waiting:\n"
		  "task t2 ?:\n"
		  "task t3 waiting: <- t0\n");
	heap_release(&h);
}
END_TEST

/* t0 .. t1099 are in one gather(), f0, that t1100 .. t5099 wait for.  It has so
 * many callbacks that they can't be looked at for each. */
START_TEST(awaiters_have_a_limit_that_is_said)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct call_stacks c;
	struct heap h;

	str_add(&text, "t#5100 f0 done->closure closure->cell cell->f0"
		       " wakeup->x wakeup->x wakeup->x wakeup->x");
	for (int i = 0; i < 4000; i++)
		str_add(&text, " list->wakeup");
	str_add(&text, "; type _asyncio.Task t#5100; type _asyncio.Future f0;"
		       " type function done; type tuple closure;"
		       " type cell cell; type list list");
	graph_build(&h, text.s);
	for (int i = 0; i < 5100; i++) {
		CLEANUP(freep) char *name = xasprintf("t%d", i);

		add_future(&h, name, NULL, i < 1100 ? NULL : "f0",
			   i < 1100 ? "done" : NULL);
	}
	add_future(&h, "f0", NULL, NULL, NULL);
	h.futures.v[5100].callbacks = graph_oid(&h, "list");
	call_stacks_build(&h, &c);
	call_awaits_find(&c);
	ck_assert_uint_eq(c.stacks.v[0].nr_awaiters, 4000);
	ck_assert_uint_eq(c.stacks.v[249].nr_awaiters, 4000);
	/* Each is known to be awaited all the same. */
	ck_assert_uint_eq(c.stacks.v[250].nr_awaiters, 1);
	ck_assert_uint_eq(c.stacks.v[1099].nr_awaiters, 1);
	ck_assert_uint_eq(c.awaiters.nr, CALL_AWAITERS_MAX + 850);
	ck_assert_uint_eq(h.info.warnings.nr, 1);
	call_stacks_release(&c);
	heap_release(&h);
}
END_TEST

START_TEST(circles_of_tasks_are_found)
{
	CLEANUP(call_number_vec_release) struct call_number_vec v = VEC_INIT;
	struct call_stacks c;
	struct heap h;

	graph_build(&h, "t#9" TYPES);
	add_future(&h, "t0", NULL, "t1", NULL);
	add_future(&h, "t1", NULL, "t2", NULL);
	add_future(&h, "t2", NULL, "t1", NULL);
	add_future(&h, "t3", NULL, "t3", NULL);
	call_stacks_build(&h, &c);
	call_awaits_find(&c);
	call_awaits_circles(&c, &v);
	/* A task can't await itself: the interpreter refuses that. */
	ck_assert_uint_eq(v.nr, 3);
	ck_assert_uint_eq(v.v[0] + v.v[1], 3);
	ck_assert_uint_eq(v.v[2], SIZE_MAX);
	call_stacks_release(&c);
	heap_release(&h);
}
END_TEST

/* As if t0 had gathered all others, each of which awaits the one before it:
 * there are as many circles as tasks, and t0 is in all of them. */
START_TEST(circles_share_no_task)
{
	CLEANUP(call_number_vec_release) struct call_number_vec v = VEC_INIT;
	struct call_stacks c;
	struct heap h;

	graph_build(&h, "t#1000; type _asyncio.Task t#1000");
	h.info.hexversion = 0x030e0000;
	for (int i = 0; i < 1000; i++) {
		CLEANUP(freep) char *name = xasprintf("t%d", i);
		CLEANUP(freep) char *before = xasprintf("t%d", i - 1);

		add_future(&h, name, NULL, i ? before : NULL, NULL);
		/* The last two are a circle of their own. */
		h.futures.v[i].awaited_by = !i ? OID_NONE :
			graph_oid(&h, i == 998 ? "t999" : "t0");
	}
	h.futures.v[998].waits_for = h.futures.v[999].object;
	call_stacks_build(&h, &c);
	call_awaits_find(&c);
	call_awaits_circles(&c, &v);
	ck_assert_uint_eq(v.nr, 6);
	ck_assert_uint_eq(v.v[0] + v.v[1], 1);
	ck_assert_uint_eq(v.v[2], SIZE_MAX);
	ck_assert_uint_eq(v.v[3] + v.v[4], 998 + 999);
	ck_assert_uint_eq(v.v[5], SIZE_MAX);
	call_stacks_release(&c);
	heap_release(&h);
}
END_TEST

START_TEST(a_group_of_tasks_is_awaited_by_its_parent)
{
	struct heap h;

	/* A callback in a list, in a pair with its context; the group has its
	 * parent in its dict, and its children in a set. */
	graph_build(&h, "t#9 list->pair pair->method pair->x method->group"
			" group->dict dict->t1 dict->set set->t2"
			"; type list list; type tuple pair;"
			" type method method; type dict dict; type set set;"
			" type asyncio.taskgroups.TaskGroup group" TYPES);
	add_future(&h, "t0", NULL, NULL, NULL);
	h.futures.v[0].callbacks = graph_oid(&h, "list");
	add_future(&h, "t1", NULL, NULL, NULL);
	add_future(&h, "t2", NULL, NULL, NULL);
	check(&h, "task t0 ?: <- t1\n"
		  "task t1 ?:\n"
		  "task t2 ?:\n");
	/* 3.14 has a set of those that await it. */
	h.info.hexversion = 0x030e0000;
	h.futures.v[0].callbacks = OID_NONE;
	h.futures.v[1].awaited_by = graph_oid(&h, "set");
	check(&h, "task t0 ?:\n"
		  "task t1 ?: <- t2\n"
		  "task t2 ?:\n");
	heap_release(&h);
}
END_TEST

START_TEST(what_wraps_a_generator_is_passed_through)
{
	struct heap h;

	graph_build(&h, "c#9 send->c1 send->x"
			"; type async_generator_asend send" TYPES);
	add_generator(&h, "c0", "send", GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c1", NULL, GENERATOR_SUSPENDED, -1);
	check(&h, "coroutine c0 suspended: c1 c0\n");
	heap_release(&h);
}
END_TEST

/* anext(c1, default) has the asend of c1 in it. */
START_TEST(two_wrappers_are_passed_through)
{
	struct heap h;

	graph_build(&h, "c#9 next->send send->c1"
			"; type async_generator_asend send;"
			" type anext_awaitable next" TYPES);
	add_generator(&h, "c0", "next", GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c1", NULL, GENERATOR_SUSPENDED, -1);
	check(&h, "coroutine c0 suspended: c1 c0\n");
	heap_release(&h);
}
END_TEST

/* Only the interpreter's own wrappers are known to have few references. */
START_TEST(a_class_with_the_name_of_a_wrapper_is_none)
{
	struct heap h;

	graph_build(&h, "c#9 own->c1 many->x#9 many->c3"
			"; type async_generator_asend/heap own;"
			" type coroutine_wrapper many" TYPES);
	add_generator(&h, "c0", "own", GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c1", NULL, GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c2", "many", GENERATOR_SUSPENDED, -1);
	add_generator(&h, "c3", NULL, GENERATOR_SUSPENDED, -1);
	check(&h, "coroutine c0 suspended: c0\n"
		  "coroutine c1 suspended: c1\n"
		  "coroutine c2 suspended: c2\n"
		  "coroutine c3 suspended: c3\n");
	heap_release(&h);
}
END_TEST

/* Threads 0 and 1 with a frame each; the frame roots of the heap, in turns, are
 * of both. */
static void add_threads(struct heap *h)
{
	for (uint32_t i = 0; i < 2; i++) {
		heap_add_thread(h, (struct heap_thread){
			.name = xstrdup(i ? "one" : "zero") });
		heap_frame_vec_push(&h->frames, (struct heap_frame){
			.stack = i, .function = xstrdup("run"),
			.file = xstrdup("app.py"), .code = OID_NONE });
	}
	for (size_t i = 0, nr = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].kind == ROOT_FRAME)
			h->roots.v[i].frame = (int32_t)(nr++ % 2);
}

START_TEST(a_thread_retains_what_only_its_frames_reach)
{
	struct dominators d;
	struct call_stacks c;
	uint32_t *known;
	struct heap h;

	/* a, b are of thread 0, c is of both, d of thread 1 and of a module. */
	graph_build(&h, "a->b b->c d->e m->d x;"
			" root f:a f:c f:x f:d m:m");
	add_threads(&h);
	known = roots_count(&h);
	dominators_build_counted(&h, known, &d);
	call_stacks_build(&h, &c);
	call_retained_find(&c, &d, known);
	ck_assert_uint_eq(c.stacks.nr, 2);
	/* a, b, x; c is thread 1's as well. */
	ck_assert_uint_eq(c.stacks.v[0].retained, 3 * 16);
	ck_assert_uint_eq(c.stacks.v[1].retained, 0);
	call_stacks_release(&c);
	dominators_release(&d);
	free(known);
	heap_release(&h);
}
END_TEST

START_TEST(rows_of_a_damaged_heap_do_not_fit)
{
	struct heap h;

	graph_build(&h, "c#9 t#9 f#9 done closure cell" TYPES);
	add_generator(&h, "c0", "c1", GENERATOR_SUSPENDED, -1);
	add_future(&h, "t0", "c0", "f0", NULL);
	ck_assert(async_fit(&h));
	h.generators.v[0].frame = 0;
	ck_assert(!async_fit(&h));
	h.generators.v[0].frame = -1;
	h.generators.v[0].code = 1;
	ck_assert(!async_fit(&h));
	h.generators.v[0].code = 0;
	h.futures.v[0].callbacks = h.nr_objects;
	ck_assert(!async_fit(&h));
	heap_release(&h);
}
END_TEST

const char suite_name[] = "call_stacks";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, a_task_has_the_frames_of_what_it_awaits);
	tcase_add_test(tc, a_deep_chain_of_coroutines_is_one_stack);
	tcase_add_test(tc,
		       frames_of_running_tasks_have_a_limit_that_is_said);
	tcase_add_test(tc, who_awaits_a_task_is_found_by_what_wakes_it);
	tcase_add_test(tc, awaiters_have_a_limit_that_is_said);
	tcase_add_test(tc, circles_of_tasks_are_found);
	tcase_add_test(tc, circles_share_no_task);
	tcase_add_test(tc, a_group_of_tasks_is_awaited_by_its_parent);
	tcase_add_test(tc, what_wraps_a_generator_is_passed_through);
	tcase_add_test(tc, two_wrappers_are_passed_through);
	tcase_add_test(tc, a_class_with_the_name_of_a_wrapper_is_none);
	tcase_add_test(tc, a_thread_retains_what_only_its_frames_reach);
	tcase_add_test(tc, rows_of_a_damaged_heap_do_not_fit);
}
