/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reports of leaks, doctor and watch; check_report_text.c has the others.
 */
#include <check.h>
#include <string.h>

#include "analysis/audit.h"
#include "analysis/suspects/suspects.h"
#include "base/alloc.h"
#include "expect.h"
#include "graph.h"
#include "output/reports/doctor.h"
#include "output/leaks/leaks.h"
#include "output/leaks/samples.h"
#include "output/watch/watch.h"
#include "suite.h"

/* --- leaks --- */

static void say_with(struct leaks_found *found,
		     const struct suspects_options *options)
{
	struct suspects suspects;
	struct tasks tasks;

	found->suspects = &suspects;
	found->tasks = &tasks;
	suspects_build(&heap, options, 0, &suspects);
	suspects_finish(&suspects);
	tasks_build(&heap, NULL, &tasks);
	leaks_text(found, &format, &out);
	tasks_release(&tasks);
	suspects_release(&suspects);
}

static void say_leaks(const struct suspects_options *options)
{
	struct leaks_found found = { .limit = 0 };

	say_with(&found, options);
}

static void say_found(struct leaks_found *found)
{
	say_with(found, &(struct suspects_options)SUSPECTS_OPTIONS_DEFAULT);
}

/* The report begins with `text`; the rest is another test's. */
static void expect_start(const char *text)
{
	ck_assert_msg(!strncmp(out.s, text, strlen(text)), "%s", out.s);
	str_release(&out);
	heap_release(&heap);
}

START_TEST(leaks_name_the_holder_and_a_fix)
{
	expect_begin("m->m.d m.d->.g .g->x#30; root m:m; type module m;"
		     " type dict/dict m.d; type list .g; len .g=30;"
		     " size x#30=1000; type app.X/heap x#30");
	say_leaks(&(struct suspects_options){ 5, 20, 20, 1 << 20, 100, 0 });
	EXPECT_LINES("1 suspect",
		     "1. the list m.__dict__.g holds 30 entries, mostly app.X;"
		     " that keeps 31 objects,",
		     "   29.3 KiB, 99 % of the heap.",
		     "   of types: app.X 30, list 1",
		     "   module m     module      0x1000",
		     "   `- __dict__  dict        0x1010",
		     "      `- .g     list of 30  0x1020");
}
END_TEST

/* What a suspect of this kind is called; `.g` is its object, `x` its via. */
static void expect_title(enum suspect_kind kind, uint32_t flags,
			 const struct heap_fact *fact, const char *title)
{
	struct suspects suspects = { .heap = &heap };
	struct suspect suspect = {
		.kind = kind,
		.object = graph_oid(&heap, ".g"),
		.via = graph_oid(&heap, "x"),
		.flags = flags,
		.entries = 30,
		.entry_type = heap.type[graph_oid(&heap, "x")],
		.fact = fact,
	};

	reach_build(&heap, NULL, &suspects.reach);
	str_release(&out);
	out = (struct str)STR_INIT;
	leaks_add_title(&suspects, &suspect, "app.g", &out);
	ck_assert_str_eq(out.s, title);
	ck_assert_uint_gt(strlen(leaks_fix(&suspects, &suspect)), 20);
	reach_release(&suspects.reach);
}

START_TEST(leaks_call_each_kind_by_its_name)
{
	struct heap_fact cache = { .kind = FACT_LRU_CACHE, .bound = -1,
				   .length = 5, .hits = 1, .misses = 2 };

	expect_begin("m->m.d m.d->.g .g->x; root m:m; type module m;"
		     " type dict/dict m.d; type list .g; len .g=30; type app.X x;"
		     " text .g='text'");
	expect_title(SUSPECT_CONTAINER, 0, NULL,
		     "the list app.g holds 30 entries, mostly app.X");
	expect_title(SUSPECT_CLOSURE, 0, NULL,
		     "the list app.g holds 30 entries, mostly app.X, in the"
		     " closure of m.__dict__.g -> x");
	expect_title(SUSPECT_LRU_CACHE, SUSPECT_OF_METHOD, &cache,
		     "the functools.lru_cache of the method app.g has no bound:"
		     " maxsize=None, currsize=5, hits=1, misses=2");
	cache.bound = 8;
	expect_title(SUSPECT_LRU_CACHE, 0, &cache,
		     "the functools.lru_cache of app.g is large: maxsize=8,"
		     " currsize=5, hits=1, misses=2");
	expect_title(SUSPECT_LRU_CACHE, 0, NULL,
		     "the functools.lru_cache of app.g keeps what grows");
	expect_title(SUSPECT_EXCEPTION, SUSPECT_TRACEBACKS, NULL,
		     "the list app.g keeps exceptions with their tracebacks and"
		     " all locals of their frames");
	expect_title(SUSPECT_EXCEPTION, SUSPECT_OWNS_EXCEPTIONS, NULL,
		     "the list app.g holds 30 entries, mostly app.X, with"
		     " exceptions, their tracebacks and all locals of their"
		     " frames");
	expect_title(SUSPECT_EXCEPTION, SUSPECT_CAUSES, NULL,
		     "from app.g on, 30 app.Xs each hold the next as its cause"
		     " or context, with its traceback");
	expect_title(SUSPECT_EXCEPTION, 0, NULL,
		     "the app.X m.__dict__.g -> x is kept with its frames:"
		     " app.g holds 30 entries, mostly app.X");
	expect_title(SUSPECT_FRAME, SUSPECT_THREADS, NULL,
		     "30 threads are at the same line, and each has its own"
		     " locals, such as the list app.g");
	expect_title(SUSPECT_FRAME, SUSPECT_THREADS | SUSPECT_GREENLETS, NULL,
		     "30 greenlets are at the same line, and each has its own"
		     " locals, such as the list app.g");
	expect_title(SUSPECT_CHAIN, 0, NULL,
		     "from app.g on, 30 app.Xs each hold the next");
	expect_title(SUSPECT_NATIVE, 0, NULL,
		     "only native code holds 30 app.Xs");
	expect_title(SUSPECT_ATEXIT, 0, NULL,
		     "callbacks of atexit hold 30 objects");
	expect_title(SUSPECT_DUPLICATES, 0, NULL,
		     "30 equal strings 'text' are separate objects, most of"
		     " them in m.__dict__.g -> x");
	expect_title(SUSPECT_SPARSE, 0, NULL,
		     "the list app.g was much larger once: it has room for many"
		     " times its 30 entries");
	heap_release(&heap);
	str_release(&out);
}
END_TEST

/* The fix for the suspect of `text` begins with `fix`. */
static void expect_fix(const char *text, const char *object, const char *fix)
{
	struct suspects suspects = { .heap = &heap };
	struct suspect suspect = { .entries = 4 };

	expect_begin(text);
	suspect.object = graph_oid(&heap, object);
	suspect.via = suspect.object;
	suspect.entry_type = heap.type[graph_oid(&heap, "x0")];
	tally_type_vec_push(&suspect.types, (struct tally_type){
		.type = heap.type[graph_oid(&heap, "y")], .sum = { 2, 9 } });
	reach_build(&heap, NULL, &suspects.reach);
	ck_assert_msg(!strncmp(leaks_fix(&suspects, &suspect), fix,
			       strlen(fix)),
		      "%s: %s", text, leaks_fix(&suspects, &suspect));
	/* What the collector finds is no library's habit. */
	suspect.kind = SUSPECT_GARBAGE;
	ck_assert_str_ne(leaks_fix(&suspects, &suspect), fix);
	/* Equal strings are in what holds most of them. */
	suspect.kind = SUSPECT_DUPLICATES;
	suspect.object = graph_oid(&heap, "x0");
	leaks_fix(&suspects, &suspect);
	tally_type_vec_release(&suspect.types);
	reach_release(&suspects.reach);
	heap_release(&heap);
	str_release(&out);
}

#define PLAIN "Remove entries"
#define MODULE " root m:lib; type module lib; type dict/dict lib.d; "

START_TEST(leaks_fix_what_libraries_keep)
{
	/* A glob is of the whole name. */
	expect_fix("lib->lib.d lib.d->['g'] ['g']->x0 y;" MODULE
		   "type lxml.etree._Element y", "['g']", "Call element.cl");
	expect_fix("lib->lib.d lib.d->['g'] ['g']->x0 y;" MODULE
		   "type nolxml.etree._Element y", "['g']", PLAIN);
	expect_fix("lib->lib.d lib.d->['g'] ['g']->x0 y;" MODULE
		   "type asyncio.events.TimerHandle x0", "['g']",
		   "Keep what call_later()");
	/* One kept object for two entries. */
	expect_fix("lib->lib.d lib.d->['g'] ['g']->x0 y;" MODULE
		   "type app.Client x0; type ssl.SSLContext y", "['g']",
		   "Create one SSL context");
	/* A module's global: the last attribute, by any item behind it. */
	expect_fix("linecache->linecache.d linecache.d->['cache'] ['cache']->x0"
		   " y; root m:linecache; type module linecache;"
		   " type dict/dict linecache.d ['cache']", "['cache']",
		   "Call linecache");
	expect_fix("linecache->linecache.d linecache.d->['cache']"
		   " ['cache']->['a'] ['a']->x0 y; root m:linecache;"
		   " type module linecache; type dict/dict linecache.d"
		   " ['cache'] ['a']", "['a']", "Call linecache");
	expect_fix("linecache->linecache.d linecache.d->['cache'] ['cache']->.b"
		   " .b->x0 y; root m:linecache; type module linecache;"
		   " type dict/dict linecache.d ['cache']", ".b", PLAIN);
	expect_fix("lib->lib.d lib.d->['cache'] ['cache']->x0 y;" MODULE,
		   "['cache']", PLAIN);
	/* An instance's attribute, and a class's. */
	expect_fix("lib->lib.d lib.d->['n'] ['n']->.data .data->x0 y;" MODULE
		   "type weakref.WeakKeyDictionary ['n']", ".data",
		   "Do not let a value");
	expect_fix("lib->lib.d lib.d->['s'] ['s']->._exit_callbacks"
		   " ._exit_callbacks->x0 y;" MODULE
		   "type contextlib.AsyncExitStack ['s']", "._exit_callbacks",
		   "Close the stack");
	expect_fix("lib->lib.d lib.d->['g'] ['g']->x0 y;" MODULE
		   "type managedbuffer y", "['g']", "Copy the part");
	expect_fix("lib->lib.d lib.d->c c->c.d c.d->['figs'] ['figs']->x0 y;"
		   MODULE "type type/class c; type dict/dict c.d;"
		   " type matplotlib._pylab_helpers.Gcf;"
		   " class matplotlib._pylab_helpers.Gcf=c",
		   "['figs']", "Call plt.close(figure) after");
}
END_TEST

START_TEST(leaks_fix_by_what_the_entries_are_like)
{
	static const char dict[] =
		"lib->lib.d lib.d->['g'] ['g']->e#9 ['g']->x0 y;" MODULE
		"type collections.defaultdict/dict ['g']; type list e#9;";
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "%s len e#9=0", dict);
	expect_fix(text.s, "['g']", "Read it with .get");
	str_cut(&text, 0);
	str_addf(&text, "%s len e#9=1", dict);
	expect_fix(text.s, "['g']", PLAIN);
	expect_fix("lib->lib.d lib.d->['g'] ['g']->x#9 x#9->b ['g']->x0 x0->b"
		   " y;" MODULE "type numpy.ndarray x#9 x0 b", "['g']",
		   "Copy what is kept");
	expect_fix("lib->lib.d lib.d->['g'] ['g']->x#9 ['g']->x0 y;" MODULE
		   "type numpy.ndarray x#9 x0", "['g']", PLAIN);
}
END_TEST

static void expect_samples(const char *text, const char *expected)
{
	CLEANUP(samples_clear) struct samples samples;

	expect_begin(text);
	samples_find(&heap, graph_oid(&heap, ".g"), &samples);
	for (unsigned int i = 0; i < samples.nr; i++)
		str_addf(&out, "%s%s", i ? ", " : "", samples.text[i].s);
	ck_assert_str_eq(out.s ? out.s : "", expected);
	heap_release(&heap);
	str_release(&out);
	out = (struct str)STR_INIT;
}

START_TEST(leaks_show_the_last_entries)
{
	expect_samples(".g->['a'] .g->['b'] .g->['c'] .g->['d'];"
		       " type dict/dict .g", "'b', 'c', 'd'");
	expect_samples(".g->['a'] .g->x; type dict/dict .g", "'a'");
	expect_samples(".g->a .g->b; type list .g; type str a b;"
		       " text a='one' b='two'", "'one', 'two'");
	/* What has no text of its own, or none that is known. */
	expect_samples(".g->a .g->b; type list .g; type str a; type app.X b;"
		       " text a=<str>", "");
	expect_samples(".g; type list .g", "");
}
END_TEST

START_TEST(leaks_put_classes_before_builtins)
{
	expect_begin("m->m.d m.d->.g .g->x#30 x#30->s#30; root m:m;"
		     " type module m; type dict/dict m.d; type list .g;"
		     " len .g=30; type str s#30; size s#30=900 x#30=100;"
		     " type app.X/heap x#30");
	say_leaks(&(struct suspects_options){ 5, 20, 20, 1 << 20, 100, 0 });
	ck_assert_ptr_nonnull(strstr(out.s, "of types: app.X 30, str 30,"));
	heap_release(&heap);
	str_release(&out);
}
END_TEST

/* 30 tasks of which each waits for a future of its own, and one that is no
 * suspect's. */
#define TASKS "m->.all .all->t#30 t#30->.coro@#30 t#30->.fut_waiter@#30" \
	      " .coro@#30->.__qualname__@#30 m->t30 t30->.coro@30" \
	      " t30->.fut_waiter@30 .coro@30->.__qualname__@30; root m:m;" \
	      " type module m; type set .all; len .all=30;" \
	      " type _asyncio.Task t#31; type coroutine .coro@#31;" \
	      " size t#30=1000; text .__qualname__@#31='update';"

START_TEST(leaks_say_where_tasks_wait)
{
	const struct suspects_options low = { 5, 20, 20, 1 << 20, 100, 0 };

	expect_begin(TASKS);
	say_leaks(&low);
	EXPECT_LINES("   tasks: 30 wait in update");
	expect_begin(TASKS "m->.q .q->.fut_waiter@#30; type collections.deque"
		     " .q");
	say_leaks(&low);
	EXPECT_LINES("   tasks: 30 wait in update, for futures in m.q");
	expect_begin(TASKS ".coro@#30->stack@#30 stack@#30->.__qualname__@b;"
		     " type coroutine stack@#30;"
		     " text .__qualname__@b='Lock.acquire'");
	say_leaks(&low);
	EXPECT_LINES("   tasks: 30 wait in Lock.acquire, awaited by update");
	/* Those of other suspects are not asked. */
	expect_begin("m->.all .all->x#30 x#30->t#30 t#30->.fut_waiter@#30;"
		     " root m:m; type module m; type set .all; len .all=30;"
		     " type app.X/heap x#30; size x#30=1000;"
		     " type _asyncio.Task t#30");
	say_leaks(&low);
	ck_assert_ptr_null(strstr(out.s, "\n   tasks: "));
	expect_start("1 suspect");
}
END_TEST

START_TEST(leaks_tell_garbage_by_why_it_is_there)
{
	expect_begin("m->.g .g->x; root m:m; type app.X x");
	expect_title(SUSPECT_GARBAGE, 0, NULL,
		     "30 objects in cycles are garbage that the collector has"
		     " not reached yet");
	expect_title(SUSPECT_FROZEN, SUSPECT_HAS_DEL, NULL,
		     "30 objects in cycles are garbage that gc.freeze() hides"
		     " from the collector; some of their classes have __del__");
	expect_title(SUSPECT_GC_DISABLED, SUSPECT_LEGACY_DEL, NULL,
		     "30 objects in cycles are garbage, and automatic"
		     " collection is disabled; a class with tp_del makes some"
		     " of them uncollectable");
	heap_release(&heap);
	str_release(&out);
}
END_TEST

START_TEST(leaks_may_be_none)
{
	expect_begin(HELD);
	say_leaks(&(struct suspects_options)SUSPECTS_OPTIONS_DEFAULT);
	expect("no leak suspected (5 objects, 1.0 KiB)\n");
}
END_TEST

/* A process that grew, or leaks in another way, gets no all-clear. */
START_TEST(leaks_give_no_false_all_clear)
{
	struct ledger ledger = { .findings = VEC_INIT };
	struct ledger_growth growth = { .resident = (8 << 20) - 1 };
	struct leaks_found found = { .ledger = &ledger, .growth = &growth };

	found.explained = (struct explained){ .known = true, .compares = true,
		.resident = 16 << 20, .growth = growth.resident,
		.whole = (uint64_t)growth.resident };
	expect_begin(HELD);
	say_found(&found);
	expect_start("no leak suspected (5 objects, 1.0 KiB)\n"
		     "resident memory grew by 8.0 MiB to 16.0 MiB; this report"
		     " explains none of it:\n  pyheld memory TARGET OLDER shows"
		     " what it is\n");
	growth.resident++;
	found.explained.growth++;
	found.explained.whole++;
	found.explained.bytes = 5 << 20;
	expect_begin(HELD);
	say_found(&found);
	expect_start("no leak suspected among Python objects, but resident"
		     " memory grew (5 objects, 1.0 KiB)\n"
		     "resident memory grew by 8.0 MiB to 16.0 MiB; the findings"
		     " below explain 5.0 MiB\n  of it\n");
	finding_vec_push(&ledger.findings, (struct finding){
		.kind = FINDING_UNOWNED, .bytes = 5 << 20, .count = 1 });
	expect_begin(HELD);
	say_found(&found);
	expect_start("no leak suspected among Python objects, but native code"
		     " leaks (5 objects, 1.0 KiB)\n");
	finding_vec_release(&ledger.findings);
}
END_TEST

static void expect_share(struct leaks_found *found, uint64_t explained,
			 const char *expected)
{
	found->explained.bytes = explained;
	expect_begin(HELD);
	heap.memory.resident = found->explained.resident;
	say_found(found);
	ck_assert_msg(strstr(out.s, expected) ||
		      (!*expected && !strstr(out.s, "explain")), "%s", out.s);
	str_release(&out);
	heap_release(&heap);
}

/* Without an older capture it goes by what a fresh interpreter has not. */
START_TEST(leaks_say_what_they_do_not_explain)
{
	struct ledger ledger = { .findings = VEC_INIT };
	struct leaks_found found = { .ledger = &ledger };

	ledger.kinds[MEMORY_FILE].bytes = 20 << 20;
	found.explained = (struct explained){ .known = true,
					      .resident = 35 << 20 };
	expect_share(&found, 0, "");
	found.explained.resident = 128 << 20;
	expect_share(&found, 0, "; nothing below explains any of the\n  100.0"
		     " MiB above a fresh interpreter, which may be in use:"
		     " pyheld memory TARGET\n  shows what it is\n");
	expect_share(&found, 40 << 20, "; the findings below explain");
	expect_share(&found, 50 << 20, " 50.0 MiB\n  of it\n");
	ledger.kinds[MEMORY_RAW].bytes = 50 << 20;
	expect_share(&found, 40 << 20, "pyheld retained TARGET");
}
END_TEST

/* --- doctor --- */

START_TEST(doctor_says_what_does_not_fit)
{
	struct audit audit;
	struct doctor d = { .target = "4242", .pyheld = "0.1", .sandbox = "on",
			    .audit = &audit };

	expect_begin("m->a m->b; root m:m; refs a=0");
	audit_build(&heap, NULL, &audit);
	ck_assert(!doctor_is_well(&heap, &d));
	doctor_text(&heap, &d, &format, &out);
	audit_release(&audit);
	EXPECT_LINES("pyheld       0.1",
		     "layout       table 3.13",
		     "FAILED  no object has more references than it counts:"
		     " 2 of 2 references, too",
		     "          many of 1 object");
}
END_TEST

START_TEST(doctor_says_why_a_target_is_not_readable)
{
	struct audit audit = { 0 };
	struct doctor d = { .target = "4242", .pyheld = "0.1", .sandbox = "on",
			    .audit = &audit, .unreadable = "it is gone" };

	expect_begin("a");
	ck_assert(!doctor_is_well(&heap, &d));
	doctor_text(&heap, &d, &format, &out);
	EXPECT_LINES("pyheld       0.1",
		     "FAILED  the target can be read: it is gone");
}
END_TEST

/* --- watch --- */

START_TEST(watch_compares_with_the_first_sample)
{
	struct sample first = { .objects = 100 }, now = { .objects = 150 };
	struct watch_line line = {
		.taken_at = 1700000000,
		.pause_ns = 1500000,
		.heap = &heap,
		.sample = &now,
		.first = &first,
		.condition = "objects>120",
		.file = "pyheld-4242-1.pyheld",
	};

	expect_begin("a");
	watch_text(&line, &out);
	expect("2023-11-14 22:13:20 UTC  rss 0 bytes (0 bytes)  150 objects"
	       " (+50)\n"
	       "objects>120: captured to pyheld-4242-1.pyheld\n");
}
END_TEST

static void expect_plural(const char *type, const char *title)
{
	CLEANUP(freep) char *graph = xasprintf(
		"m->m.d m.d->.g .g->x; root m:m; type module m;"
		" type dict/dict m.d; type list .g; type %s x;"
		" len .g=1234567", type);

	expect_begin(graph);
	expect_title(SUSPECT_NATIVE, 0, NULL, title);
	expect_title(SUSPECT_SPARSE, 0, NULL,
		     "the list app.g was much larger once: it has room for many"
		     " times its 1,234,567 entries");
	heap_release(&heap);
	str_release(&out);
}

START_TEST(leaks_count_types_in_english)
{
	expect_plural("app.Node", "only native code holds 30 app.Nodes");
	expect_plural("complex", "only native code holds 30 complex objects");
	expect_plural("bytes", "only native code holds 30 bytes objects");
	expect_plural("app.Batch", "only native code holds 30 app.Batch"
		      " objects");
	expect_plural("app.Path", "only native code holds 30 app.Paths");
	expect_plural("app.Entry", "only native code holds 30 app.Entry"
		      " objects");
	expect_plural("app.Key", "only native code holds 30 app.Keys");
	expect_plural("app.<locals>", "only native code holds 30 app.<locals>"
		      " objects");
}
END_TEST

const char suite_name[] = "report_leaks";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, leaks_name_the_holder_and_a_fix);
	tcase_add_test(tc, leaks_call_each_kind_by_its_name);
	tcase_add_test(tc, leaks_count_types_in_english);
	tcase_add_test(tc, leaks_fix_what_libraries_keep);
	tcase_add_test(tc, leaks_fix_by_what_the_entries_are_like);
	tcase_add_test(tc, leaks_show_the_last_entries);
	tcase_add_test(tc, leaks_put_classes_before_builtins);
	tcase_add_test(tc, leaks_say_where_tasks_wait);
	tcase_add_test(tc, leaks_tell_garbage_by_why_it_is_there);
	tcase_add_test(tc, leaks_may_be_none);
	tcase_add_test(tc, leaks_give_no_false_all_clear);
	tcase_add_test(tc, leaks_say_what_they_do_not_explain);
	tcase_add_test(tc, doctor_says_what_does_not_fit);
	tcase_add_test(tc, doctor_says_why_a_target_is_not_readable);
	tcase_add_test(tc, watch_compares_with_the_first_sample);
}
