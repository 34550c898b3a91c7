/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary of a small heap, as the whole text that people get on a terminal
 * of 80 columns without colour and UTF-8.
 */
#include <check.h>
#include <string.h>

#include "base/alloc.h"
#include "expect.h"
#include "output/reports/summary.h"
#include "suite.h"

static void say_summary(uint64_t limit, const struct format *f)
{
	struct summary summary;

	summary_build(&heap, NULL, SUMMARY_BY_BYTES, &summary);
	summary_text(&heap, &summary, limit, f, &out);
	summary_release(&summary);
}

START_TEST(summary_has_the_types)
{
	expect_begin(HELD);
	heap.bytes = xcalloc(heap.nr_objects, sizeof(*heap.bytes));
	for (oid o = 0; o < heap.nr_objects; o++)
		heap.bytes[o] = heap.size[o] + 1000;
	say_summary(2, &format);
	EXPECT_LINES("process      4242 /usr/bin/python3 (python3 app.py)",
		     "python       CPython 3.13.0, pymalloc",
		     "objects      5 of 3 types, 5.9 KiB",
		     "COUNT   SIZE  BYTES              %  TYPE",
		     "    2  1,024  3,024  3.0 KiB  49.8  app.Node",
		     "    2     32  2,032  2.0 KiB  33.5  dict",
		     "... and 1 more type, see --limit");
}
END_TEST

static void add_thread(int64_t interpreter, int64_t native_id,
		       const char *name)
{
	struct heap_thread t = { .interpreter = interpreter,
				 .native_id = native_id,
				 .name = xstrdup(name),
				 .holds_gil = !interpreter };

	heap_add_thread(&heap, t);
}

START_TEST(summary_has_interpreters_and_their_threads)
{
	struct heap_interpreter main = { .gc_enabled = true, .garbage = -1,
					 .callbacks = OID_NONE,
					 .generations[1] = {
						 .objects = 10,
						 .count = 3,
						 .threshold = 7,
					 } };
	struct heap_interpreter sub = {
		.id = 1, .gc_collecting = true, .callbacks = OID_NONE,
		.collections_known = true, .durations_known = true,
		.generations[0].done = { 5, 1200, 1, 0, 2500000 },
	};
	struct heap_frame frame = { .stack = 1, .line = 12, .code = OID_NONE };

	expect_begin("a");
	heap_interpreter_vec_push(&heap.interpreters, main);
	heap_interpreter_vec_push(&heap.interpreters, sub);
	add_thread(1, 0, "");
	add_thread(0, 4242, "MainThread");
	frame.function = xstrdup("serve");
	frame.file = xstrdup("app.py");
	heap_frame_vec_push(&heap.frames, frame);
	heap.info.debug = heap.info.trace_refs = true;
	heap.info.resident = 1 << 20;
	heap.info.pause_ns = 83100000;
	heap.info.emulator = true;
	say_summary(0, &format);
	expect("process      4242 /usr/bin/python3 (python3 app.py)\n"
	       "python       CPython 3.13.0, debug build, trace refs,"
	       " pymalloc\n"
	       "memory       1.0 MiB resident, 0 bytes copied while it"
	       " was stopped for 83.1 ms\n"
	       "objects      1 of 1 type, 16 bytes\n"
	       "read by      pyheld's readers 1\n"
	       "\n"
	       "interpreter  0\n"
	       "collector    enabled, 0 frozen, gc.garbage unknown\n"
	       "             gen  objects  count  threshold\n"
	       "               0        0      0          0\n"
	       "               1       10      3          7\n"
	       "               2        0      0          0\n"
	       "threads      4242 MainThread (has the GIL): serve"
	       " (app.py:12)\n"
	       "\n"
	       "interpreter  1\n"
	       "collector    DISABLED (gc.disable()), in a collection, 0"
	       " frozen, gc.garbage 0\n"
	       "             gen  objects  count  threshold  collections"
	       "  collected    time\n"
	       "               0        0      0          0            5"
	       "      1,200  2.5 ms\n"
	       "               1        0      0          0            0"
	       "          0  0.0 ms\n"
	       "               2        0      0          0            0"
	       "          0  0.0 ms\n"
	       "             1 object was uncollectable\n"
	       "threads\n"
	       "\n"
	       "COUNT  SIZE  BYTES                %  TYPE\n"
	       "    1    16     16  16 bytes  100.0  object\n");
}
END_TEST

START_TEST(summary_without_header_has_rows_alone)
{
	const struct format rows = { .width = 80 };

	expect_begin(HELD);
	say_summary(0, &rows);
	expect("2  1,024  1,024   1.0 KiB  95.5  app.Node\n"
	       "2     32     32  32 bytes   3.0  dict\n"
	       "1     16     16  16 bytes   1.5  module\n");
}
END_TEST
static void intern(enum heap_interning which, uint64_t nr, uint64_t bytes)
{
	heap.info.interned_known = true;
	heap.info.interned[which] = (struct heap_interned){ nr, 1, bytes };
}

START_TEST(summary_has_the_interned_strings)
{
	expect_begin("a");
	intern(INTERNED_MORTAL, 1, 64);
	say_summary(0, &format);
	EXPECT_LINES("interned     1 string, 64 bytes");
	expect_begin("a");
	intern(INTERNED_MORTAL, 12000, 1 << 20);
	intern(INTERNED_IMMORTAL, 345, 1 << 19);
	say_summary(0, &format);
	EXPECT_LINES("interned     12,345 strings, 1.5 MiB; 345 of them"
		     " immortal, 512.0 KiB");
	/* The longest that can be fits. */
	expect_begin("a");
	intern(INTERNED_MORTAL, UINT32_MAX / 2, UINT64_C(1022) << 40);
	intern(INTERNED_IMMORTAL, UINT32_MAX / 2, UINT64_C(1023) << 30);
	say_summary(0, &format);
	EXPECT_LINES("interned     4,294,967,294 strings, 1023.0 TiB;"
		     " 2,147,483,647 of them immortal,",
		     "               1023.0 GiB");
}
END_TEST

START_TEST(summary_is_silent_of_what_is_not_known)
{
	expect_begin("a");
	heap.info.interned_known = false;
	say_summary(0, &format);
	ck_assert_ptr_null(strstr(out.s, "interned"));
	str_release(&out);
	heap_release(&heap);
}
END_TEST

const char suite_name[] = "report_summary";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, summary_has_the_types);
	tcase_add_test(tc, summary_has_interpreters_and_their_threads);
	tcase_add_test(tc, summary_has_the_interned_strings);
	tcase_add_test(tc, summary_is_silent_of_what_is_not_known);
	tcase_add_test(tc, summary_without_header_has_rows_alone);
}
