/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "analysis/suspects/tasks.h"
#include "graph.h"
#include "suite.h"

/* "nr waiting ready done: 2 f g, 1 f" */
static void check(const char *text, const char *expected)
{
	CLEANUP(str_release) struct str got = STR_INIT;
	struct tasks t;
	struct heap h;

	graph_build(&h, text);
	tasks_build(&h, NULL, &t);
	str_addf(&got, "%d %d %d %d", (int)t.nr, (int)t.waiting, (int)t.ready,
		 (int)t.done);
	for (size_t i = 0; i < t.waits.nr; i++)
		str_addf(&got, "%s %d %s %s", i ? "," : ":",
			 (int)t.waits.v[i].nr, t.waits.v[i].coroutine,
			 t.waits.v[i].awaits);
	ck_assert_str_eq(got.s, expected);
	tasks_release(&t);
	heap_release(&h);
}

START_TEST(tasks_are_told_by_what_they_refer_to)
{
	static const char types[] = "type _asyncio.Task t;"
				    " type coroutine .coro;";
	CLEANUP(str_release) struct str text = STR_INIT;
	static const struct {
		const char *edges, *expected;
	} cases[] = {
		{ "t->.coro .coro->function", "1 0 1 0" },
		{ "t->.coro .coro->.cr_frame", "1 0 1 0" },
		/* A coroutine that has ended has no frame. */
		{ "t->.coro", "1 0 0 1" },
		{ "t->.coro .coro->function t->.result", "1 0 0 1" },
		{ "t->.coro .coro->function t->.exception", "1 0 0 1" },
		{ "t .coro", "1 0 0 1" },
		{ "t->.fut_waiter .coro", "1 1 0 0: 1 ? " },
		{ "t->.coro t->.fut_waiter", "1 1 0 0: 1 ? " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str_cut(&text, 0);
		str_addf(&text, "%s; %s", cases[i].edges, types);
		check(text.s, cases[i].expected);
	}
	/* What is no coroutine is not asked. */
	check("t->.coro .coro->function; type _asyncio.Task t", "1 0 0 1");
	check("t->.coro .coro->function; type coroutine .coro", "0 0 0 0");
}
END_TEST

/* Task number `i` waits: its coroutine is called `f`. */
#define WAITS(i, f) \
	"t" i "->.coro@" i " t" i "->.fut_waiter@" i \
	" .coro@" i "->.__qualname__@" i "; type _asyncio.Task t" i ";" \
	" type coroutine .coro@" i "; text .__qualname__@" i "=" f ";"

START_TEST(tasks_that_wait_alike_are_one)
{
	check(WAITS("1", "'f'") WAITS("2", "'g'") WAITS("3", "'g'"),
	      "3 3 0 0: 2 g , 1 f ");
	/* Of as many, by name. */
	check(WAITS("1", "'g'") WAITS("2", "'f'"), "2 2 0 0: 1 f , 1 g ");
	/* Redacted, or cut. */
	check(WAITS("1", "<str>"), "1 1 0 0: 1 ? ");
	check(WAITS("1", "''"), "1 1 0 0: 1 ? ");
	check(WAITS("1", "'long..."), "1 1 0 0: 1 long... ");
}
END_TEST

START_TEST(tasks_wait_in_the_innermost_coroutine)
{
	/* On top of the stack; before 3.11 the stack is the frame's. */
	check(WAITS("1", "'f'") ".coro@1->c1 .coro@1->stack@1"
	      " stack@1->.cr_frame .cr_frame->x .cr_frame->stack@2"
	      " .cr_frame->stack@3 stack@3->.__qualname__@3"
	      " stack@2->.__qualname__@2 stack@3->stack@4;"
	      " type coroutine stack@1 stack@2 c1; type generator stack@3;"
	      " text .__qualname__@3='Event.wait' .__qualname__@2='no'",
	      "1 1 0 0: 1 f Event.wait");
	/* One coroutine, in two functions. */
	check(WAITS("1", "'f'") WAITS("2", "'f'")
	      ".coro@1->stack@1 stack@1->.__qualname__@8;"
	      " .coro@2->stack@2 stack@2->.__qualname__@9;"
	      " type async_generator stack@1 stack@2;"
	      " text .__qualname__@8='h' .__qualname__@9='g'",
	      "2 2 0 0: 1 f g, 1 f h");
}
END_TEST

START_TEST(tasks_may_await_each_other_in_a_circle)
{
	check(WAITS("1", "'f'") ".coro@1->stack@1 stack@1->stack@2"
	      " stack@2->stack@1; type coroutine stack@1 stack@2",
	      "1 1 0 0: 1 f ?");
}
END_TEST

const char suite_name[] = "tasks";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, tasks_are_told_by_what_they_refer_to);
	tcase_add_test(tc, tasks_that_wait_alike_are_one);
	tcase_add_test(tc, tasks_wait_in_the_innermost_coroutine);
	tcase_add_test(tc, tasks_may_await_each_other_in_a_circle);
}
