/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report of `memory`, as the whole text that people get on a terminal of 80
 * columns without colour and UTF-8.
 */
#include <check.h>

#include "books.h"
#include "expect.h"
#include "graph-file.h"
#include "output/memory/growth.h"
#include "output/memory/memory.h"
#include "suite.h"

static void say(const struct memory_shown *shown, const struct format *f)
{
	struct ledger ledger;

	ledger_build(&heap, &ledger);
	memory_text(&heap, &ledger, shown, f, &out);
	ledger_release(&ledger);
}

static void add_usual_lines(void)
{
	books_line(&heap, PART_OBJECTS, "dict", 3 * MIB, 9000);
	books_line(&heap, PART_OBJECTS, "app.Node", 2 * MIB, 8000);
	books_line(&heap, PART_HIDDEN_OBJECTS, "app.Node", MIB, 1000);
	books_line(&heap, PART_RAW, "dict", 24 * MIB, 9000);
	books_line(&heap, PART_RAW_SHARED, "app.Node", MIB, 2);
	books_line(&heap, PART_RAW_PYTHON, NULL, MIB, 20);
	books_line(&heap, PART_RAW_LIBRARY, "/usr/lib/libssl.so.3", KIB, 1);
	books_line(&heap, PART_FREE_TOP, NULL, MIB / 2, 1);
	books_line(&heap, PART_CODE, "/usr/bin/python3.11", 6 * MIB, 4);
}

START_TEST(memory_adds_up)
{
	expect_begin(HELD);
	add_usual_lines();
	books_close(&heap, 39 * MIB);
	say(&(struct memory_shown){ .limit = 2 }, &format);
	expect("39.0 MiB resident: 6.0 MiB in Python objects, 26.0 MiB in"
	       " raw blocks, 512.0 KiB\n"
	       "  free in the allocators, 6.5 MiB of all else\n"
	       "\n"
	       "    BYTES     %  COUNT  WHAT\n"
	       "  6.0 MiB  15.4         Python objects\n"
	       "  3.0 MiB   7.7  9,000    dict\n"
	       "  2.0 MiB   5.1  8,000    app.Node\n"
	       "  1.0 MiB   2.6  1,000    app.Node (unknown to the"
	       " garbage collector)\n"
	       "\n"
	       " 26.0 MiB  66.7         raw blocks in use, by owner\n"
	       " 24.0 MiB  61.5  9,000    of dict\n"
	       "  1.0 MiB   2.6      2    shared by several objects, such"
	       " as app.Node\n"
	       "  1.0 MiB   2.6           ... and 2 more, see --limit\n"
	       "\n"
	       "512.0 KiB   1.3         free, but kept by the allocators\n"
	       "512.0 KiB   1.3      1    malloc: tops of the arenas\n"
	       "\n"
	       "  6.0 MiB  15.4         mapped files: code and data\n"
	       "  6.0 MiB  15.4      4    python3.11: as in the file\n"
	       "\n"
	       "511.0 KiB   1.3         unexplained\n"
	       "\n"
	       "Nothing stands out: no native leak and little"
	       " fragmentation.  Python objects and\n"
	       "their raw blocks take 82 %; pyheld leaks and pyheld"
	       " retained show who holds\n"
	       "them.\n");
}
END_TEST

START_TEST(memory_in_brief_leaves_out_small_lines)
{
	expect_begin(HELD);
	books_line(&heap, PART_OBJECTS, "dict", 95 * MIB, 9000);
	books_line(&heap, PART_OBJECTS, "app.Node", 2 * KIB, 8);
	books_line(&heap, PART_OBJECTS, "module", KIB, 8);
	books_line(&heap, PART_RAW, "dict", MIB / 2, 9000);
	books_line(&heap, PART_FREE_ARENAS, NULL, 0, 3);
	books_line(&heap, PART_UNOWNED, "malloc", 480, 1);
	books_close(&heap, 100 * MIB);
	say(&(struct memory_shown){ .limit = 5, .brief = true }, &format);
	expect("100.0 MiB resident: 95.0 MiB in Python objects, 512.0 KiB"
	       " in raw blocks, 4.5 MiB\n"
	       "  of all else\n"
	       "\n"
	       "    BYTES     %  COUNT  WHAT\n"
	       " 95.0 MiB  95.0         Python objects\n"
	       " 95.0 MiB  95.0  9,000    dict\n"
	       "  3.0 KiB   0.0           ... and 2 more, see --limit\n"
	       "\n"
	       "512.0 KiB   0.5         raw blocks in use, by owner\n"
	       "\n"
	       "480 bytes   0.0         blocks in use that nothing points"
	       " to\n"
	       "\n"
	       "  4.5 MiB   4.5         unexplained\n"
	       "\n"
	       "Nothing stands out: no native leak and little"
	       " fragmentation.  Python objects and\n"
	       "their raw blocks take 96 %; pyheld leaks and pyheld"
	       " retained show who holds\n"
	       "them.\n");
}
END_TEST

START_TEST(memory_of_unknown_owners)
{
	expect_begin(HELD);
	books_line(&heap, PART_OBJECTS, "dict", 4 * MIB, 9000);
	books_line(&heap, PART_RAW, NULL, MIB, 9000);
	books_close(&heap, 5 * MIB);
	say(&(struct memory_shown){ .limit = 5, .brief = true }, &format);
	expect("5.0 MiB resident: 4.0 MiB in Python objects, 1.0 MiB in"
	       " raw blocks, 0 bytes of\n"
	       "  all else\n"
	       "\n"
	       "  BYTES     %  COUNT  WHAT\n"
	       "4.0 MiB  80.0         Python objects\n"
	       "4.0 MiB  80.0  9,000    dict\n"
	       "\n"
	       "1.0 MiB  20.0         raw blocks in use, by owner\n"
	       "1.0 MiB  20.0  9,000    of unknown owners\n"
	       "\n"
	       "0 bytes   0.0         unexplained\n"
	       "\n"
	       "No fragmentation stands out.  The owners of 1.0 MiB of"
	       " raw blocks are unknown: a\n"
	       "leak of native code may be among them.  Python objects"
	       " and their raw blocks take\n"
	       "80 %; pyheld leaks and pyheld retained show who holds"
	       " them.\n");
}
END_TEST

START_TEST(memory_of_one_kind)
{
	expect_begin(HELD);
	add_usual_lines();
	books_close(&heap, 39 * MIB);
	say(&(struct memory_shown){ .limit = 1, .one_kind = true,
				    .kind = MEMORY_RAW }, &format);
	expect("39.0 MiB resident: 6.0 MiB in Python objects, 26.0 MiB in"
	       " raw blocks, 512.0 KiB\n"
	       "  free in the allocators, 6.5 MiB of all else\n"
	       "\n"
	       "   BYTES     %  COUNT  WHAT\n"
	       "26.0 MiB  66.7         raw blocks in use, by owner\n"
	       "24.0 MiB  61.5  9,000    of dict\n"
	       " 2.0 MiB   5.1           ... and 3 more, see --limit\n");
}
END_TEST

START_TEST(memory_without_header_has_rows_alone)
{
	const struct format rows = { .width = 80 };

	expect_begin(HELD);
	books_line(&heap, PART_RAW, NULL, 24 * MIB, 9000);
	books_close(&heap, 24 * MIB - 4096);
	say(&(struct memory_shown){ 0 }, &rows);
	expect("24.0 MiB  100.0         raw blocks in use, by owner\n"
	       "24.0 MiB  100.0  9,000    of unknown owners\n"
	       "-4.0 KiB                unexplained\n");
}
END_TEST

static void add_arena(uint64_t address, uint64_t blocks)
{
	heap_memory_arena_vec_push(&heap.memory.arenas,
				   (struct heap_memory_arena){
		.address = address, .size = MIB, .bytes = MIB, .blocks = blocks,
		.used = 32 * blocks, .object = OID_NONE });
}

START_TEST(memory_tells_fragmentation_and_a_native_leak)
{
	expect_begin(HELD);
	/* All objects are in the first one. */
	add_arena(0, 5);
	for (unsigned int i = 1; i < 24; i++)
		add_arena(i * MIB, i < 20 ? 1 : 30000);
	books_line(&heap, PART_UNOWNED, "malloc", 96 * MIB, 99961);
	books_line(&heap, PART_FREE_BLOCKS, NULL, 16 * MIB, 500000);
	heap_memory_unowned_vec_push(&heap.memory.unowned,
				     (struct heap_memory_unowned){
		.size = 1048, .count = 99000, .bytes = 95 * MIB });
	heap.memory.guessed = 3 * MIB;
	books_close(&heap, 112 * MIB);
	say(&(struct memory_shown){ 0 }, &format);
	expect("112.0 MiB resident: 96.0 MiB in blocks that nothing"
	       " points to, 16.0 MiB free in\n"
	       "  the allocators, 0 bytes of all else\n"
	       "\n"
	       "   BYTES     %    COUNT  WHAT\n"
	       "96.0 MiB  85.7           blocks in use that nothing"
	       " points to\n"
	       "96.0 MiB  85.7   99,961    of malloc\n"
	       "\n"
	       "16.0 MiB  14.3           free, but kept by the allocators\n"
	       "16.0 MiB  14.3  500,000    pymalloc: free blocks in used"
	       " pools\n"
	       "\n"
	       " 0 bytes   0.0           unexplained\n"
	       "\n"
	       "native leak: 96.0 MiB in 99,961 blocks of 1,048 bytes"
	       " each that nothing points\n"
	       "  to\n"
	       "  what usually helps: look for a missing free() in an"
	       " extension or in ctypes\n"
	       "    code; heaptrack or valgrind show who allocated\n"
	       "\n"
	       "fragmentation: 16.0 MiB of 24.0 MiB in pymalloc's 24"
	       " arenas are free; 20 arenas\n"
	       "  (20.0 MiB) are less than an eighth full, 19 of them"
	       " kept by one block each; in\n"
	       "  these are 2 of type dict, 2 of app.Node, 1 of module,"
	       " such as the module at\n"
	       "  0x1000\n"
	       "  what usually helps: pymalloc returns an arena only when"
	       " its last object is\n"
	       "    freed.  Create what lives long before the peak, drop"
	       " what was made during it\n"
	       "    (pyheld chain shows who holds an object), or do that"
	       " work in a child\n"
	       "    process.  The free memory is used again at the next"
	       " peak\n"
	       "\n"
	       "The owners of 3.0 MiB of memory are a guess: they were"
	       " found by pointers alone.\n");
}
END_TEST

START_TEST(memory_tells_the_other_findings)
{
	expect_begin(HELD);
	heap_memory_malloc_vec_push(&heap.memory.mallocs,
				    (struct heap_memory_malloc){
		.system = 64 * MIB, .free = MIB });
	for (unsigned int i = 0; i < 2; i++)
		heap_memory_malloc_vec_push(&heap.memory.mallocs,
					    (struct heap_memory_malloc){
			.system = 64 * MIB, .free = 40 * MIB });
	books_line(&heap, PART_FREE_CHUNKS, NULL, 40 * MIB, 700);
	books_line(&heap, PART_FREE_TOP, NULL, 10 * MIB, 3);
	books_line(&heap, PART_FREE_PAGES, NULL, 40 * MIB, 70);
	books_line(&heap, PART_STACKS, NULL, 30 * MIB, 90);
	books_line(&heap, PART_SHARED, "/dev/shm/x", 29 * MIB, 1);
	books_line(&heap, PART_ALLOCATOR, "libjemalloc.so.2", 28 * MIB, 4);
	heap.memory.swapped = 27 * MIB;
	heap.memory.nr_damaged = 1;
	books_close(&heap, 200 * MIB);
	heap.memory.basis = MEMORY_SMAPS;
	say(&(struct memory_shown){ .one_kind = false }, &format);
	expect("200.0 MiB resident: 90.0 MiB free in the allocators,"
	       " 110.0 MiB of all else\n"
	       "27.0 MiB swapped out, in addition\n"
	       "the kernel hides which pages are resident: the sums of"
	       " mappings are right, but\n"
	       "  how they divide into lines is an estimate\n"
	       "\n"
	       "   BYTES     %  COUNT  WHAT\n"
	       "90.0 MiB  45.0         free, but kept by the allocators\n"
	       "40.0 MiB  20.0    700    malloc: free chunks between used"
	       " ones\n"
	       "40.0 MiB  20.0     70    mimalloc: free blocks and pages\n"
	       "10.0 MiB   5.0      3    malloc: tops of the arenas\n"
	       "\n"
	       "30.0 MiB  15.0         stacks\n"
	       "30.0 MiB  15.0     90    stacks of threads\n"
	       "\n"
	       "29.0 MiB  14.5         shared memory\n"
	       "29.0 MiB  14.5      1    /dev/shm/x\n"
	       "\n"
	       "28.0 MiB  14.0         other\n"
	       "28.0 MiB  14.0      4    libjemalloc.so.2 (pyheld does"
	       " not look into it)\n"
	       "\n"
	       "23.0 MiB  11.5         unexplained\n"
	       "\n"
	       "fragmentation: 50.0 MiB of 192.0 MiB in malloc's 3 arenas"
	       " are free, 10.0 MiB of\n"
	       "  it at the end of arenas\n"
	       "  what usually helps: set MALLOC_ARENA_MAX=2 in the"
	       " environment; call\n"
	       "    ctypes.CDLL(None).malloc_trim(0) after a peak; or"
	       " preload jemalloc\n"
	       "\n"
	       "fragmentation: 40.0 MiB of 200.0 MiB are free inside"
	       " mimalloc's pages\n"
	       "  what usually helps: mimalloc returns pages when a"
	       " thread that owns them\n"
	       "    allocates or ends\n"
	       "\n"
	       "stacks: 30.0 MiB of 200.0 MiB are stacks of 90 threads\n"
	       "  what usually helps: run fewer threads, or call"
	       " threading.stack_size() before\n"
	       "    they start\n"
	       "\n"
	       "shared: 29.0 MiB of 200.0 MiB are shared mappings: other"
	       " processes may count\n"
	       "  them, too\n"
	       "  what usually helps: compare Pss of"
	       " /proc/PID/smaps_rollup, which divides\n"
	       "    shared pages among the processes\n"
	       "\n"
	       "allocator: 28.0 MiB belong to libjemalloc.so.2, which"
	       " pyheld does not look into:\n"
	       "  some of it may be free\n"
	       "  what usually helps: ask that allocator: for its statistics"
	       " at exit set\n"
	       "    MALLOC_CONF=stats_print:true (jemalloc), MALLOCSTATS=1"
	       " (tcmalloc) or\n"
	       "    MIMALLOC_SHOW_STATS=1 (mimalloc)\n"
	       "\n"
	       "swapped: 27.0 MiB are swapped out, in addition to 200.0"
	       " MiB that are resident\n"
	       "  what usually helps: objects on swapped pages are slow"
	       " to reach: give the\n"
	       "    process more memory\n"
	       "\n"
	       "unexplained: 23.0 MiB of 200.0 MiB belong to nothing that"
	       " pyheld knows\n"
	       "  what usually helps: see the mappings of /proc/PID/smaps"
	       " with much private\n"
	       "    memory; pyheld doctor says what could not be read\n"
	       "\n"
	       "damaged: 1 place in the allocators' structures contradicts"
	       " the rest; what it\n"
	       "  covers is unexplained\n"
	       "  what usually helps: C code that writes outside of its"
	       " blocks does this: try\n"
	       "    PYTHONMALLOC=debug\n");
}
END_TEST

/* --- growth --- */

static void say_growth(const struct memory_shown *shown,
		       const struct format *f)
{
	struct ledger_growth growth;
	struct heap old;

	graph_build_process(&old, HELD);
	old.info.taken_at = heap.info.taken_at - 7200;
	books_line(&old, PART_OBJECTS, "dict", 3 * MIB, 9000);
	books_line(&old, PART_OBJECTS, "module", MIB, 1);
	books_line(&old, PART_RAW, "dict", 4 * MIB, 9000);
	books_line(&old, PART_RAW_SHARED, "app.Node", 4 * MIB, 7);
	books_line(&old, PART_CODE, "/usr/bin/python3.11", 6 * MIB, 4);
	books_close(&old, 20 * MIB);
	ledger_growth_build(&old, &heap, &growth);
	growth_text(&(struct memory_growth){ &old, &heap, &growth }, shown, f,
		    &out);
	ledger_growth_release(&growth);
	heap_release(&old);
}

START_TEST(memory_that_grew)
{
	expect_begin(HELD);
	heap.info.taken_at = 1700000000;
	add_usual_lines();
	books_close(&heap, 39 * MIB);
	say_growth(&(struct memory_shown){ .limit = 2 }, &format);
	expect("resident memory grew by 19.0 MiB in 2 h 0 min: +18.0 MiB"
	       " raw blocks in use, by\n"
	       "  owner\n"
	       "\n"
	       "   GREW BY      BYTES   COUNT  WHAT\n"
	       "  +2.0 MiB    6.0 MiB          Python objects\n"
	       "  +2.0 MiB    2.0 MiB  +8,000    app.Node\n"
	       "  +1.0 MiB    1.0 MiB  +1,000    app.Node (unknown to the"
	       " garbage collector)\n"
	       "  -1.0 MiB    0 bytes      -1    module\n"
	       "\n"
	       " +18.0 MiB   26.0 MiB          raw blocks in use, by owner\n"
	       " +20.0 MiB   24.0 MiB            of dict\n"
	       "  -3.0 MiB    1.0 MiB      -5    shared by several"
	       " objects, such as app.Node\n"
	       "  +1.0 MiB    1.0 MiB            ... and 2 more, see"
	       " --limit\n"
	       "\n"
	       "+512.0 KiB  512.0 KiB          free, but kept by the"
	       " allocators\n"
	       "+512.0 KiB  512.0 KiB      +1    malloc: tops of the"
	       " arenas\n"
	       "\n"
	       "  -1.5 MiB  511.0 KiB          unexplained\n");
}
END_TEST

START_TEST(memory_that_shrank)
{
	const struct format rows = { .width = 80 };

	expect_begin(HELD);
	heap.info.taken_at = 1700000000;
	books_line(&heap, PART_OBJECTS, "dict", 2 * MIB, 8000);
	books_line(&heap, PART_RAW, "dict", 4 * MIB, 9000);
	books_close(&heap, 8 * MIB);
	say_growth(&(struct memory_shown){ .one_kind = true,
					   .kind = MEMORY_OBJECTS }, &format);
	say_growth(&(struct memory_shown){ .one_kind = true,
					   .kind = MEMORY_OBJECTS }, &rows);
	expect("resident memory shrank by 12.0 MiB in 2 h 0 min\n"
	       "\n"
	       " GREW BY    BYTES   COUNT  WHAT\n"
	       "-2.0 MiB  2.0 MiB          Python objects\n"
	       "-1.0 MiB  2.0 MiB  -1,000    dict\n"
	       "-1.0 MiB  0 bytes      -1    module\n"
	       "-2.0 MiB  2.0 MiB          Python objects\n"
	       "-1.0 MiB  2.0 MiB  -1,000    dict\n"
	       "-1.0 MiB  0 bytes      -1    module\n");
}
END_TEST

const char suite_name[] = "report_memory";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, memory_adds_up);
	tcase_add_test(tc, memory_in_brief_leaves_out_small_lines);
	tcase_add_test(tc, memory_of_unknown_owners);
	tcase_add_test(tc, memory_of_one_kind);
	tcase_add_test(tc, memory_without_header_has_rows_alone);
	tcase_add_test(tc, memory_tells_fragmentation_and_a_native_leak);
	tcase_add_test(tc, memory_tells_the_other_findings);
	tcase_add_test(tc, memory_that_grew);
	tcase_add_test(tc, memory_that_shrank);
}
