/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <string.h>

#include "calls-scene.h"
#include "expect.h"
#include "graph.h"
#include "suite.h"

/* Objects are 16 apart from 0x1000; those named so are of these types. */
#define TASKS "; type _asyncio.Task t#9; type coroutine c#9;" \
	" type _asyncio.Future f0; root m:t#9"
#define FUTURE "f0", NULL
#define NOBODY NULL

START_TEST(a_process_without_stacks_has_an_empty_report)
{
	scene_begin("x");
	scene_build();
	scene_text((struct calls_shown){ 0 }, "0 threads\n");
	scene_text((struct calls_shown){ .by_retained = true, .limit = 1 },
		   "0 threads\n");
	scene_json((struct calls_shown){ .by_retained = true },
		   "{'nr_stacks': 0, 'stacks': [], 'warnings': []}");
	scene_end();
}
END_TEST

/* main awaits big and small, and big awaits leaf. */
static void build_tree(void)
{
	scene_begin("t#9 c#9 f0" TASKS "; size t0=100 t1=200 t2=300 t3=400");
	scene_task("t0", "main", "c0", FUTURE);
	scene_task("t1", "small", "c1", "f0", "t0");
	scene_task("t2", "big", "c2", "t3", "t0");
	scene_task("t3", "leaf", "c3", FUTURE);
	scene_task("f0", "", NULL, NULL, NOBODY);
	scene_generator("c0", "main", 3, "c4");
	scene_generator("c1", "fetch", 10, NULL);
	scene_generator("c2", "gather", 20, NULL);
	scene_generator("c3", "leaf", 30, NULL);
	scene_generator("c4", "Event.wait", 7, NULL);
	scene_build();
}

START_TEST(a_task_stands_below_the_one_that_awaits_it)
{
	build_tree();
	scene_text((struct calls_shown){ 0 },
		"0 threads, 4 tasks\n"
		"\n"
		"task 'main' at 0x1000, waiting, retains 100 bytes,"
		" awaited by nobody\n"
		"  Event.wait  app.py:7\n"
		"  main        app.py:3\n"
		"  task 'big' at 0x1020, waiting, retains 300 bytes\n"
		"    gather  app.py:20\n"
		"    task 'leaf' at 0x1030, waiting, retains 400 bytes\n"
		"      leaf  app.py:30\n"
		"  task 'small' at 0x1010, waiting, retains 200 bytes\n"
		"    fetch  app.py:10\n");
	scene_end();
}
END_TEST

START_TEST(by_retained_size_there_is_no_tree)
{
	build_tree();
	scene_text((struct calls_shown){ .by_retained = true },
		"0 threads, 4 tasks\n"
		"\n"
		"task 'leaf' at 0x1030, waiting, retains 400 bytes,"
		" awaited by 'big'\n"
		"  leaf  app.py:30\n"
		"\n"
		"task 'big' at 0x1020, waiting, retains 300 bytes,"
		" awaited by 'main'\n"
		"  gather  app.py:20\n"
		"\n"
		"task 'small' at 0x1010, waiting, retains 200 bytes,"
		" awaited by 'main'\n"
		"  fetch  app.py:10\n"
		"\n"
		"task 'main' at 0x1000, waiting, retains 100 bytes,"
		" awaited by nobody\n"
		"  Event.wait  app.py:7\n"
		"  main        app.py:3\n");
	scene_addresses((struct calls_shown){ .by_retained = true }, 4,
			"0x1030 0x1020 0x1010 0x1000 ");
	/* Else they have the heap's order. */
	scene_addresses((struct calls_shown){ 0 }, 4,
			"0x1000 0x1010 0x1020 0x1030 ");
	scene_end();
}
END_TEST

START_TEST(a_limit_says_how_many_more_there_are)
{
	build_tree();
	scene_text((struct calls_shown){ .limit = 2 },
		"0 threads, 4 tasks\n"
		"\n"
		"task 'main' at 0x1000, waiting, retains 100 bytes,"
		" awaited by nobody\n"
		"  Event.wait  app.py:7\n"
		"  main        app.py:3\n"
		"  task 'big' at 0x1020, waiting, retains 300 bytes\n"
		"    gather  app.py:20\n"
		"\n"
		"2 more (see --limit)\n");
	/* As many as there are is no limit. */
	str_cut(&out, 0);
	calls_text(&calls, &tree, &(struct calls_shown){ .limit = 4 }, &format,
		   &out);
	ck_assert_ptr_null(strstr(out.s, "--limit"));
	ck_assert_ptr_nonnull(strstr(out.s, "task 'small'"));
	scene_addresses((struct calls_shown){ .limit = 2 }, 4,
			"0x1000 0x1010 ");
	scene_addresses((struct calls_shown){ .limit = 2, .by_retained = true },
			4, "0x1030 0x1020 ");
	scene_addresses((struct calls_shown){ .limit = 4 }, 4,
			"0x1000 0x1010 0x1020 0x1030 ");
	scene_end();
}
END_TEST

START_TEST(json_has_what_the_text_has)
{
	scene_begin("t#2 c#2 f0; type _asyncio.Task t#2; type coroutine c#2;"
	      " type _asyncio.Future f0; root m:t#2; size t0=100 t1=200");
	scene_task("t0", "main", "c0", "t1", NOBODY);
	scene_task("t1", "", "c1", FUTURE);
	scene_task("f0", "", NULL, NULL, NOBODY);
	scene_generator("c0", "main", 3, NULL);
	scene_generator("c1", "fetch", 0, NULL);
	scene_build();
	scene_json((struct calls_shown){ 0 },
		"{'nr_stacks': 2, 'warnings': [], 'stacks': ["
		"{'kind': 'task', 'name': 'main', 'state': 'waiting',"
		" 'address': '0x1000', 'awaited_by': [], 'retained': 100,"
		" 'frames': [{'function': 'main', 'file': 'app.py',"
		"  'line': 3, 'locals': []}]},"
		"{'kind': 'task', 'name': '', 'state': 'waiting',"
		" 'address': '0x1010', 'awaited_by': ['0x1000'],"
		" 'retained': 200,"
		" 'frames': [{'function': 'fetch', 'file': 'app.py',"
		"  'line': null, 'locals': []}]}]}");
	scene_text((struct calls_shown){ 0 },
		"0 threads, 2 tasks\n"
		"\n"
		"task 'main' at 0x1000, waiting, retains 100 bytes,"
		" awaited by nobody\n"
		"  main  app.py:3\n"
		"  task at 0x1010, waiting, retains 200 bytes\n"
		"    fetch  app.py\n");
	scene_end();
}
END_TEST

/* t0, t1 and t2 are alike.  Of the others t3 is at another line, t4 is done, t5
 * has one frame more, t6 is below t3, and t7 has one below itself. */
static void build_alike(void)
{
	scene_begin("t#9 c#9 f0 c9; type coroutine c9" TASKS
	      "; size t0=100 t1=300 t2=200 t3=900 t4=50 t5=40 t6=35 t7=30"
	      " t8=20");
	scene_task("t0", "a", "c0", FUTURE);
	scene_task("t1", "b", "c1", FUTURE);
	scene_task("t2", "c", "c2", FUTURE);
	scene_task("t3", "d", "c3", FUTURE);
	scene_task("t4", "e", "c4", FUTURE);
	scene_task("t5", "f", "c5", FUTURE);
	scene_task("t6", "g", "c6", "f0", "t3");
	scene_task("t7", "h", "c7", FUTURE);
	scene_task("t8", "i", "c8", "f0", "t7");
	heap.futures.v[4].state = FUTURE_FINISHED;
	scene_task("f0", "", NULL, NULL, NOBODY);
	for (int i = 0; i < 9; i++) {
		CLEANUP(freep) char *name = xasprintf("c%d", i);

		scene_generator(name, "work", i == 3 ? 6 : 5,
			      i == 5 ? "c9" : NULL);
	}
	scene_generator("c9", "sleep", 1, NULL);
	scene_build();
}

START_TEST(stacks_alike_at_one_place_are_one_row)
{
	build_alike();
	scene_text((struct calls_shown){ 0 },
		"0 threads, 9 tasks\n"
		"\n"
		"task 'd' at 0x1030, waiting, retains 900 bytes,"
		" awaited by nobody\n"
		"  work  app.py:6\n"
		"  task 'g' at 0x1060, waiting, retains 35 bytes\n"
		"    work  app.py:5\n"
		"\n"
		"3 alike: task 'b' at 0x1010, waiting, retain 600 bytes,"
		" awaited by nobody\n"
		"  work  app.py:5\n"
		"\n"
		"task 'e' at 0x1040, finished, retains 50 bytes\n"
		"  work  app.py:5\n"
		"\n"
		"task 'f' at 0x1050, waiting, retains 40 bytes,"
		" awaited by nobody\n"
		"  sleep  app.py:1\n"
		"  work   app.py:5\n"
		"\n"
		"task 'h' at 0x1070, waiting, retains 30 bytes,"
		" awaited by nobody\n"
		"  work  app.py:5\n"
		"  task 'i' at 0x1080, waiting, retains 20 bytes\n"
		"    work  app.py:5\n");
	scene_end();
}
END_TEST

START_TEST(by_retained_size_and_as_json_each_is_shown)
{
	CLEANUP(stack_row_vec_release) struct stack_row_vec rows = VEC_INIT;
	/* d b c a e f g h i */
	static const size_t order[] = { 3, 1, 2, 0, 4, 5, 6, 7, 8 };

	build_alike();
	calls_order(&calls, &(struct calls_shown){ .by_retained = true,
						   .limit = 1 }, &rows);
	ck_assert_uint_eq(rows.nr, ARRAY_SIZE(order));
	for (size_t i = 0; i < rows.nr; i++) {
		ck_assert_uint_eq(rows.v[i].stack, order[i]);
		ck_assert_uint_eq(rows.v[i].nr, 1);
		ck_assert_uint_eq(rows.v[i].depth, 0);
		ck_assert_uint_eq(rows.v[i].retained,
				  heap.size[calls.stacks.v[order[i]].object]);
		ck_assert(!rows.v[i].again);
	}
	scene_addresses((struct calls_shown){ .by_retained = true }, 9,
			"0x1030 0x1010 0x1020 0x1000 0x1040 0x1050 0x1060"
			" 0x1070 0x1080 ");
	scene_end();
}
END_TEST

START_TEST(tasks_in_a_circle_are_said_and_shown)
{
	scene_begin("t#9 c#9 f0" TASKS "; size t0=100 t1=200 t2=300");
	scene_task("t0", "one", NULL, "t1", NOBODY);
	scene_task("t1", "two", NULL, "t0", NOBODY);
	scene_task("t2", "three", NULL, "t1", NOBODY);
	scene_build();
	/* t0 awaits t1, t1 awaits t0, and t2 awaits t1 from outside. */
	scene_text((struct calls_shown){ 0 },
		"0 threads, 3 tasks\n"
		"tasks wait for each other in a circle: task 'one' at 0x1000,"
		" which is awaited by\n"
		"  task 'two' at 0x1010\n"
		"\n"
		"task 'three' at 0x1020, waiting, retains 300 bytes,"
		" awaited by nobody\n"
		"  task 'two' at 0x1010, waiting, retains 200 bytes\n"
		"    task 'one' at 0x1000, waiting, retains 100 bytes\n"
		"      task 'two' at 0x1010, shown above\n");
	scene_end();
}
END_TEST

#define CIRCLES \
	"0 threads, 9 tasks\n" \
	"tasks wait for each other in a circle: task 't0' at 0x1000," \
	" which is awaited by\n" \
	"  task 't6' at 0x1060, which is awaited by task 't5' at 0x1050," \
	" which is awaited\n" \
	"  by task 't4' at 0x1040, which is awaited by task 't3' at 0x1030," \
	" ... and 2\n" \
	"  more\n" \
	"1 more circle (see --limit)\n"

START_TEST(of_a_large_circle_five_tasks_are_named)
{
	scene_begin("t#9 c#9 f0" TASKS);
	for (int i = 0; i < 7; i++) {
		char name[] = { 't', (char)('0' + i), '\0' };
		char next[] = { 't', (char)('0' + (i + 1) % 7), '\0' };

		scene_task(name, name, NULL, next, NOBODY);
	}
	scene_task("t7", "t7", NULL, "t8", NOBODY);
	scene_task("t8", "t8", NULL, "t7", NOBODY);
	scene_build();
	str_cut(&out, 0);
	calls_text(&calls, &tree, &(struct calls_shown){ .limit = 1 }, &format,
		   &out);
	ck_assert_msg(!strncmp(out.s, CIRCLES, strlen(CIRCLES)), "%s", out.s);
	scene_end();
}
END_TEST

START_TEST(a_circle_has_no_top_and_is_shown_all_the_same)
{
	scene_begin("t#9 c#9 f0" TASKS "; size t0=100 t1=200");
	scene_task("t0", "one", NULL, "t1", NOBODY);
	scene_task("t1", "two", NULL, "t0", NOBODY);
	scene_build();
	scene_text((struct calls_shown){ 0 },
		"0 threads, 2 tasks\n"
		"tasks wait for each other in a circle: task 'one' at 0x1000,"
		" which is awaited by\n"
		"  task 'two' at 0x1010\n"
		"\n"
		"task 'one' at 0x1000, waiting, retains 100 bytes\n"
		"  task 'two' at 0x1010, waiting, retains 200 bytes\n"
		"    task 'one' at 0x1000, shown above\n");
	scene_end();
}
END_TEST

START_TEST(a_task_that_two_await_is_shown_once_with_its_frames)
{
	scene_begin("t#9 c#9 f0" TASKS "; size t0=200 t1=100 t2=300");
	scene_task("t0", "one", NULL, "t2", NOBODY);
	scene_task("t1", "two", NULL, "t2", NOBODY);
	scene_task("t2", "shared", "c2", FUTURE);
	scene_task("f0", "", NULL, NULL, NOBODY);
	scene_generator("c2", "load", 4, NULL);
	scene_build();
	scene_text((struct calls_shown){ 0 },
		"0 threads, 3 tasks\n"
		"\n"
		"task 'one' at 0x1000, waiting, retains 200 bytes,"
		" awaited by nobody\n"
		"  task 'shared' at 0x1020, waiting, retains 300 bytes\n"
		"    load  app.py:4\n"
		"\n"
		"task 'two' at 0x1010, waiting, retains 100 bytes,"
		" awaited by nobody\n"
		"  task 'shared' at 0x1020, shown above\n");
	scene_end();
}
END_TEST

START_TEST(of_many_awaiters_three_are_named)
{
	scene_begin("t#9 c#9 f0" TASKS "; size t5=900");
	for (char i = '0'; i < '5'; i++)
		scene_task((char[]){ 't', i, '\0' },
			 i == '1' ? "" : (char[]){ 'n', i, '\0' }, NULL, "t5",
			 NOBODY);
	scene_task("t5", "all", NULL, FUTURE);
	scene_build();
	str_cut(&out, 0);
	calls_text(&calls, &tree, &(struct calls_shown){
		.by_retained = true, .limit = 1 }, &format, &out);
	ck_assert_str_eq(out.s,
		"0 threads, 6 tasks\n"
		"\n"
		"task 'all' at 0x1050, waiting, retains 900 bytes,"
		" awaited by 'n0', 0x1010, 'n2' and 2 more\n"
		"\n"
		"5 more (see --limit)\n");
	scene_end();
}
END_TEST

START_TEST(a_deep_tree_is_indented_up_to_a_limit)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	scene_begin("t#12 f0; type _asyncio.Task t#12; root m:t#12");
	str_add(&text, "0 threads, 12 tasks\n\n");
	for (int i = 0; i < 12; i++) {
		CLEANUP(freep) char *name = xasprintf("t%d", i);
		CLEANUP(freep) char *next = xasprintf("t%d", i + 1);

		scene_task(name, name, NULL, i < 11 ? next : "f0", NOBODY);
		str_addf(&text, "%*stask 't%d' at 0x%x, waiting, retains 16"
				" bytes%s\n", MIN(2 * i, 16), "", i,
			 0x1000u + 16u * (unsigned int)i,
			 i ? "" : ", awaited by nobody");
	}
	scene_build();
	scene_text((struct calls_shown){ 0 }, text.s);
	scene_end();
}
END_TEST

/*
 * Two threads, a greenlet, a task, a coroutine, a generator and an async
 * generator.  Locals: thread 0 has v0, and v1 in a cell, and a cell that is
 * empty; the greenlet has v2 and the coroutine v3.
 */
static void build_kinds(void)
{
	scene_begin("g0 t0 c0 y0 a0 v#4 cell#2; cell0->v1 c0->v3 c0->x;"
	      " type greenlet.greenlet g0; type _asyncio.Task t0;"
	      " type coroutine c0; type generator y0; type async_generator a0;"
	      " type cell cell#2; type int v0 v1 v2; type app.Row v3;"
	      " root f:v0 f:cell0 f:cell1 f:v2 s:v2"
	      " m:g0 m:t0 m:c0 m:y0 m:a0 m:x; size v0=100 v2=40 v3=64");
	heap_add_thread(&heap, (struct heap_thread){
		.native_id = 42, .name = xstrdup("main"), .holds_gil = true });
	heap_add_thread(&heap, (struct heap_thread){ .name = xstrdup("") });
	heap_stack_vec_push(&heap.stacks, (struct heap_stack){
		STACK_GREENLET, 0, graph_oid(&heap, "g0") });
	scene_frame(0, "run", 0);
	scene_frame(0, "main", 9);
	scene_frame(2, "switch", 5);
	scene_frame(2, "serve", 6);
	scene_local(0, 0, "first");
	scene_local(1, 0, "shared");
	scene_local(2, 0, "unset");
	scene_local(3, 3, "page");
	/* The slot of a stack is no local. */
	heap.roots.v[4].frame = 3;
	scene_task("t0", "done", NULL, NULL, NOBODY);
	heap.futures.v[0].state = FUTURE_CANCELLED;
	scene_generator("c0", "ask", 11, NULL);
	scene_generator("y0", "rows", 12, NULL);
	scene_generator("a0", "pages", 13, NULL);
	heap.generators.v[1].state = GENERATOR_CREATED;
	scene_build();
}

#define KINDS "2 threads, 1 greenlet, 1 task, 1 coroutine, 1 generator," \
	" 1 async generator\n"

START_TEST(each_kind_of_stack_is_shown)
{
	build_kinds();
	/* Thread 0: v0, both cells and v1; the coroutine: itself and v3. */
	scene_text((struct calls_shown){ 0 },
		KINDS
		"\n"
		"thread 42 'main', holds the GIL, retains 148 bytes\n"
		"  run   srv.py\n"
		"  main  srv.py:9\n"
		"\n"
		"thread, retains 0 bytes\n"
		"\n"
		"greenlet serve at 0x1000, suspended, retains 40 bytes\n"
		"  switch  srv.py:5\n"
		"  serve   srv.py:6\n"
		"\n"
		"task 'done' at 0x1010, cancelled, retains 16 bytes\n"
		"\n"
		"coroutine ask at 0x1020, suspended, retains 80 bytes\n"
		"  ask  app.py:11\n"
		"\n"
		"generator rows at 0x1030, created, retains 16 bytes\n"
		"  rows  app.py:12\n"
		"\n"
		"async generator pages at 0x1040, suspended, retains 16"
		" bytes\n"
		"  pages  app.py:13\n");
	scene_end();
}
END_TEST

START_TEST(locals_stand_below_their_frame)
{
	bool types[16] = { false };

	build_kinds();
	scene_text((struct calls_shown){ .locals = true, .limit = 3 },
		KINDS
		"\n"
		"thread 42 'main', holds the GIL, retains 148 bytes\n"
		"  run  srv.py\n"
		"      first   int  100 bytes  0x1050  v0\n"
		"      shared  int   16 bytes  0x1060  v1\n"
		"  main  srv.py:9\n"
		"\n"
		"thread, retains 0 bytes\n"
		"\n"
		"greenlet serve at 0x1000, suspended, retains 40 bytes\n"
		"  switch  srv.py:5\n"
		"  serve  srv.py:6\n"
		"      page  int  40 bytes  0x1070  v2\n"
		"\n"
		"4 more (see --limit)\n");
	/* Only stacks with a local of a type. */
	ck_assert_uint_le(heap.types.nr, ARRAY_SIZE(types));
	types[heap.type[graph_oid(&heap, "v3")]] = true;
	scene_text((struct calls_shown){ .locals = true, .types = types },
		KINDS
		"\n"
		"coroutine ask at 0x1020, suspended, retains 80 bytes\n"
		"  ask  app.py:11\n"
		"      v3  app.Row  64 bytes  0x1080  v3\n");
	scene_json((struct calls_shown){ .locals = true, .types = types },
		"{'nr_stacks': 1, 'warnings': [], 'stacks': ["
		"{'kind': 'coroutine', 'name': 'ask', 'state': 'suspended',"
		" 'address': '0x1020', 'awaited_by': [], 'retained': 80,"
		" 'frames': [{'function': 'ask', 'file': 'app.py', 'line': 11,"
		"  'locals': [{'name': 'v3', 'type': 'app.Row',"
		"   'address': '0x1080', 'preview': 'v3', 'retained': 64}]}]}"
		"]}");
	/* int: what is in a cell counts, and a slot of a stack does not. */
	types[heap.type[graph_oid(&heap, "v3")]] = false;
	types[heap.type[graph_oid(&heap, "v1")]] = true;
	for (size_t i = 0; i < calls.stacks.nr; i++)
		ck_assert_int_eq(calls_has_type(&calls, &calls.stacks.v[i],
						types), i == 0 || i == 2);
	scene_end();
}
END_TEST

START_TEST(json_of_a_thread_has_no_address)
{
	build_kinds();
	scene_json((struct calls_shown){ .limit = 2, .locals = true },
		"{'nr_stacks': 7, 'warnings': [], 'stacks': ["
		"{'kind': 'thread', 'name': 'main', 'state': 'running',"
		" 'address': null, 'awaited_by': [], 'retained': 148,"
		" 'frames': [{'function': 'run', 'file': 'srv.py',"
		"  'line': null, 'locals': ["
		"   {'name': 'first', 'type': 'int', 'address': '0x1050',"
		"    'preview': 'v0', 'retained': 100},"
		"   {'name': 'shared', 'type': 'int', 'address': '0x1060',"
		"    'preview': 'v1', 'retained': 16}]},"
		"  {'function': 'main', 'file': 'srv.py', 'line': 9,"
		"   'locals': []}]},"
		"{'kind': 'thread', 'name': '', 'state': null,"
		" 'address': null, 'awaited_by': [], 'retained': 0,"
		" 'frames': []}]}");
	scene_end();
}
END_TEST

const char suite_name[] = "calls";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, a_process_without_stacks_has_an_empty_report);
	tcase_add_test(tc, a_task_stands_below_the_one_that_awaits_it);
	tcase_add_test(tc, by_retained_size_there_is_no_tree);
	tcase_add_test(tc, a_limit_says_how_many_more_there_are);
	tcase_add_test(tc, json_has_what_the_text_has);
	tcase_add_test(tc, stacks_alike_at_one_place_are_one_row);
	tcase_add_test(tc, by_retained_size_and_as_json_each_is_shown);
	tcase_add_test(tc, tasks_in_a_circle_are_said_and_shown);
	tcase_add_test(tc, of_a_large_circle_five_tasks_are_named);
	tcase_add_test(tc, a_circle_has_no_top_and_is_shown_all_the_same);
	tcase_add_test(tc, a_task_that_two_await_is_shown_once_with_its_frames);
	tcase_add_test(tc, of_many_awaiters_three_are_named);
	tcase_add_test(tc, a_deep_tree_is_indented_up_to_a_limit);
	tcase_add_test(tc, each_kind_of_stack_is_shown);
	tcase_add_test(tc, locals_stand_below_their_frame);
	tcase_add_test(tc, json_of_a_thread_has_no_address);
}
