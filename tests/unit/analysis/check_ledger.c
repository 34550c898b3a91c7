/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <string.h>

#include "analysis/compare/explained.h"
#include "books.h"
#include "graph.h"
#include "suite.h"

static struct heap heap;
static struct ledger ledger;

static void begin(void)
{
	graph_build(&heap, "a b c; type list a; type dict b; type app.A c");
}

static void close_books(uint64_t resident)
{
	books_close(&heap, resident);
	ledger_build(&heap, &ledger);
}

static void end(void)
{
	ledger_release(&ledger);
	heap_release(&heap);
}

static void expect_findings(const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	for (size_t i = 0; i < ledger.findings.nr; i++)
		str_addf(&s, "%s%s", i ? " " : "",
			 finding_kind_names[ledger.findings.v[i].kind]);
	ck_assert_str_eq(s.s, expected);
}

START_TEST(ledger_sums_and_sorts_by_kind)
{
	static const uint64_t sorted[] = { 20, 5, 7, 9, 8, 1 };

	begin();
	books_line(&heap, PART_OBJECTS, "dict", 5, 1);
	books_line(&heap, PART_OBJECTS, "list", 20, 1);
	books_line(&heap, PART_RAW, NULL, 7, 1);
	books_line(&heap, PART_FREE_TOP, NULL, 8, 1);
	books_line(&heap, PART_FREE_BLOCKS, NULL, 9, 1);
	books_line(&heap, PART_JIT, NULL, 1, 1);
	close_books(60);
	ck_assert_uint_eq(ledger.kinds[MEMORY_OBJECTS].bytes, 25);
	ck_assert_uint_eq(ledger.kinds[MEMORY_OBJECTS].lines, 2);
	ck_assert_uint_eq(ledger.kinds[MEMORY_FREE].bytes, 17);
	ck_assert_uint_eq(ledger.kinds[MEMORY_STACK].lines, 0);
	ck_assert_int_eq(heap.memory.unexplained, 10);
	ck_assert_uint_eq(ledger.order.nr, ARRAY_SIZE(sorted));
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		ck_assert_uint_eq(heap.memory.lines.v[ledger.order.v[i]].bytes,
				  sorted[i]);
	expect_findings("");
	end();
}
END_TEST

static void add_arena(uint64_t address, uint64_t blocks, uint64_t used)
{
	heap_memory_arena_vec_push(&heap.memory.arenas,
				   (struct heap_memory_arena){
		.address = address, .size = MIB, .bytes = MIB - 4096,
		.blocks = blocks, .used = used, .object = OID_NONE });
}

/* Objects of graph.h are 16 apart; put each at the start of an arena. */
START_TEST(ledger_finds_who_keeps_arenas)
{
	const struct finding *f;

	graph_build(&heap, "a b c d e f; type list a; type dict b;"
			   " type app.A c d e; type app.B f");
	for (oid o = 0; o < heap.nr_objects; o++)
		heap.address[o] = (o + 1) * MIB;
	add_arena(1 * MIB, 900, MIB / 8 + 1);	/* not sparse */
	add_arena(2 * MIB, 900, MIB / 8);
	add_arena(3 * MIB, 3, 64);
	add_arena(4 * MIB, 1, 64);
	add_arena(5 * MIB, 2, 64);
	heap.address[5] = 8 * MIB;		/* behind the last arena */
	add_arena(7 * MIB, 1, 64);
	books_line(&heap, PART_FREE_BLOCKS, NULL, 2 * MIB, 9);
	books_line(&heap, PART_FREE_POOLS, NULL, 3 * MIB, 9);
	books_line(&heap, PART_FREE_ARENAS, NULL, 3 * MIB, 9);
	close_books(8 * MIB);
	expect_findings("pymalloc");
	f = &ledger.findings.v[0];
	ck_assert_uint_eq(f->bytes, 8 * MIB);
	ck_assert_uint_eq(f->of, 6 * (MIB - 4096));
	ck_assert_uint_eq(f->count, 6);
	ck_assert_uint_eq(f->sparse, 5);
	ck_assert_uint_eq(f->sparse_bytes, 5 * (MIB - 4096));
	ck_assert_uint_eq(f->single, 2);
	ck_assert_str_eq(heap.types.v[f->keepers[0].type].name, "app.A");
	ck_assert_uint_eq(f->keepers[0].nr, 3);
	ck_assert_str_eq(heap.types.v[f->keepers[1].type].name, "dict");
	ck_assert_uint_eq(f->keepers[1].nr, 1);
	ck_assert_uint_eq(f->keepers[2].nr, 0);
	ck_assert_uint_eq(f->example, graph_oid(&heap, "d"));
	end();
}
END_TEST

START_TEST(ledger_finds_what_malloc_keeps)
{
	static const struct heap_memory_malloc arenas[] = {
		{ .system = 100 * MIB, .free = 5 * MIB, .top = 7 * MIB },
		{ .system = 64 * MIB, .free = 20 * MIB, .top = MIB },
	};
	const struct finding *f;

	begin();
	heap_memory_malloc_vec_push(&heap.memory.mallocs, arenas[0]);
	heap_memory_malloc_vec_push(&heap.memory.mallocs, arenas[1]);
	books_line(&heap, PART_RAW, "list", 160 * MIB, 1);
	books_line(&heap, PART_FREE_CHUNKS, NULL, 24 * MIB, 4);
	books_line(&heap, PART_FREE_TOP, NULL, 8 * MIB, 2);
	close_books(192 * MIB);
	expect_findings("malloc");
	f = &ledger.findings.v[0];
	ck_assert_uint_eq(f->bytes, 32 * MIB);
	ck_assert_uint_eq(f->of, 164 * MIB);
	ck_assert_uint_eq(f->top, 8 * MIB);
	ck_assert_uint_eq(f->in_threads, 21 * MIB);
	end();
}
END_TEST

START_TEST(ledger_finds_sizes_of_a_native_leak)
{
	static const struct heap_memory_unowned groups[] = {
		{ .size = 1048, .count = 5000, .bytes = 5 * MIB },
		{ .size = 600, .count = 5000, .bytes = 3 * MIB },
		{ .size = 88, .count = 5000, .bytes = 2 * MIB },
		/* One tenth is others'. */
		{ .size = 24, .count = 5000, .bytes = MIB / 2 },
		{ .size = 9999, .count = 5000, .bytes = MIB / 2 },
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		heap_memory_unowned_vec_push(&heap.memory.unowned, groups[i]);
	books_line(&heap, PART_UNOWNED, "malloc", 11 * MIB, 25000);
	close_books(11 * MIB);
	expect_findings("unowned");
	ck_assert_uint_eq(ledger.findings.v[0].bytes, 11 * MIB);
	ck_assert_uint_eq(ledger.findings.v[0].count, 25000);
	ck_assert_uint_eq(ledger.findings.v[0].smallest, 88);
	ck_assert_uint_eq(ledger.findings.v[0].largest, 1048);
	end();
}
END_TEST

START_TEST(ledger_finds_nothing_in_small_figures)
{
	begin();
	books_line(&heap, PART_UNOWNED, "malloc", MIB - 1, 9);
	/* 8 MiB, but less than a tenth; a tenth, but less than 8 MiB. */
	books_line(&heap, PART_FREE_CHUNKS, NULL, 9 * MIB, 9);
	books_line(&heap, PART_FREE_BLOCKS, NULL, 9 * MIB, 9);
	books_line(&heap, PART_STACKS, NULL, 9 * MIB, 9);
	books_line(&heap, PART_SHARED, "/x", 9 * MIB, 9);
	books_line(&heap, PART_RAW, NULL, 62 * MIB, 9);
	heap.memory.swapped = 9 * MIB;
	close_books(100 * MIB);
	expect_findings("");
	end();
	begin();
	books_line(&heap, PART_FREE_TOP, NULL, 7 * MIB, 9);
	books_line(&heap, PART_FREE_PAGES, NULL, 7 * MIB, 9);
	books_line(&heap, PART_ALLOCATOR, "x", 7 * MIB, 9);
	close_books(21 * MIB);
	expect_findings("");
	end();
}
END_TEST

START_TEST(ledger_finds_the_others)
{
	begin();
	books_line(&heap, PART_FREE_PAGES, NULL, 14 * MIB, 9);
	books_line(&heap, PART_STACKS, NULL, 7 * MIB, 9);
	books_line(&heap, PART_CACHED_STACKS, NULL, 5 * MIB, 3);
	books_line(&heap, PART_SHARED, "/dev/shm/x", 11 * MIB, 1);
	books_line(&heap, PART_ALLOCATOR, "libjemalloc.so.2", 13 * MIB, 4);
	heap.memory.swapped = 10 * MIB;
	heap.memory.forked_shared = 2 * MIB;
	heap.memory.forked_copied = 9 * MIB;
	heap.memory.nr_damaged = 3;
	close_books(55 * MIB);
	expect_findings("mimalloc allocator stacks shared swapped forked"
			" unexplained damaged");
	ck_assert_uint_eq(ledger.findings.v[1].line, 4);
	ck_assert_uint_eq(ledger.findings.v[2].count, 12);
	ck_assert_uint_eq(ledger.findings.v[2].bytes, 12 * MIB);
	ck_assert_uint_eq(ledger.findings.v[5].of, 11 * MIB);
	ck_assert_uint_eq(ledger.findings.v[7].count, 3);
	end();
}
END_TEST

/* --- growth --- */

static void expect_change(const struct ledger_growth *g, size_t i,
			  enum memory_kind kind, int64_t more, int64_t count)
{
	const struct ledger_change *c = &g->changes.v[i];

	ck_assert_uint_lt(i, g->changes.nr);
	ck_assert_int_eq(c->kind, kind);
	ck_assert_int_eq(ledger_change_bytes(c), more);
	ck_assert_int_eq((int64_t)(c->new_count - c->old_count), count);
}

START_TEST(growth_is_by_line)
{
	struct ledger_growth g;
	struct heap old;

	/* The types have other numbers there. */
	graph_build(&old, "c b a; type app.A c; type dict b; type list a");
	books_line(&old, PART_OBJECTS, "list", 100, 10);
	books_line(&old, PART_OBJECTS, "dict", 50, 5);
	books_line(&old, PART_RAW, "list", 100, 10);
	books_line(&old, PART_CODE, "/lib/gone.so", 77, 1);
	books_line(&old, PART_CODE, "/lib/same.so", 8, 1);
	books_line(&old, PART_DATA, "/lib/same.so", 8, 1);
	books_close(&old, 500);
	begin();
	books_line(&heap, PART_OBJECTS, "dict", 50, 6);
	books_line(&heap, PART_OBJECTS, "app.A", 30, 3);
	books_line(&heap, PART_OBJECTS, "list", 120, 12);
	books_line(&heap, PART_OBJECTS, "list", 1, 1);
	books_line(&heap, PART_RAW, "list", 60, 6);
	books_line(&heap, PART_CODE, "/lib/same.so", 8, 1);
	books_line(&heap, PART_DATA, "/lib/same.so", 9, 1);
	books_close(&heap, 450);
	ledger_growth_build(&old, &heap, &g);
	ck_assert_uint_eq(g.changes.nr, 6);
	expect_change(&g, 0, MEMORY_OBJECTS, 30, 3);
	ck_assert_uint_eq(g.changes.v[0].old_line, LINE_NONE);
	ck_assert_uint_eq(g.changes.v[0].new_line, 1);
	expect_change(&g, 1, MEMORY_OBJECTS, 21, 3);
	expect_change(&g, 2, MEMORY_OBJECTS, 0, 1);
	expect_change(&g, 3, MEMORY_RAW, -40, -4);
	expect_change(&g, 4, MEMORY_FILE, -77, -1);
	ck_assert_uint_eq(g.changes.v[4].new_line, LINE_NONE);
	expect_change(&g, 5, MEMORY_FILE, 1, 0);
	ck_assert_int_eq(g.kinds[MEMORY_OBJECTS], 51);
	ck_assert_int_eq(g.kinds[MEMORY_RAW], -40);
	ck_assert_int_eq(g.kinds[MEMORY_FILE], -76);
	ck_assert_int_eq(g.resident, -50);
	ck_assert_int_eq(g.unexplained, (450 - 278) - (500 - 343));
	ledger_growth_release(&g);
	heap_release(&old);
	end();
}
END_TEST

START_TEST(findings_explain_growth_by_kind)
{
	struct ledger_growth g;
	struct heap old;

	graph_build(&old, "c b a; type app.A c; type dict b; type list a");
	books_line(&old, PART_FREE_TOP, NULL, 10 * MIB, 1);
	books_line(&old, PART_UNOWNED, "malloc", MIB, 1);
	books_line(&old, PART_RAW, "list", MIB, 1);
	books_close(&old, 12 * MIB);
	begin();
	books_line(&heap, PART_FREE_TOP, NULL, 30 * MIB, 1);
	books_line(&heap, PART_FREE_BLOCKS, NULL, 30 * MIB, 1);
	books_line(&heap, PART_UNOWNED, "malloc", 5 * MIB, 1);
	books_line(&heap, PART_RAW, "list", 100 * MIB, 1);
	close_books(180 * MIB);
	expect_findings("pymalloc malloc unexplained unowned");
	/* Not those 15 MiB that nobody can explain. */
	ck_assert_uint_eq(explained_findings(&ledger), 65 * MIB);
	ledger_growth_build(&old, &heap, &g);
	/* The free memory of two findings is one kind, and counts once. */
	ck_assert_uint_eq(explained_findings_growth(&ledger, &g), 54 * MIB);
	/* What shrank explains nothing. */
	g.kinds[MEMORY_FREE] = -1;
	ck_assert_uint_eq(explained_findings_growth(&ledger, &g), 4 * MIB);
	ledger_growth_release(&g);
	heap_release(&old);
	end();
}
END_TEST

START_TEST(no_more_is_explained_than_there_is)
{
	struct explained e;

	begin();
	e = explained_of(&heap, 5);
	ck_assert(!e.known);
	e = explained_growth(&heap, 7, 5);
	ck_assert(!e.known);
	books_close(&heap, 100);
	e = explained_of(&heap, 49);
	ck_assert(e.known && !e.compares);
	ck_assert_uint_eq(e.bytes, 49);
	ck_assert(explained_is_little(&e));
	e = explained_of(&heap, 50);
	ck_assert(!explained_is_little(&e));
	e = explained_of(&heap, 200);
	ck_assert_uint_eq(e.bytes, 100);
	e = explained_growth(&heap, 7, 8);
	ck_assert(e.compares);
	ck_assert_uint_eq(e.bytes, 7);
	ck_assert_uint_eq(e.resident, 100);
	e = explained_growth(&heap, -7, 8);
	ck_assert_int_eq(e.growth, -7);
	ck_assert_uint_eq(e.bytes, 0);
	ck_assert(!explained_is_little(&e));
	heap_release(&heap);
}
END_TEST

const char suite_name[] = "ledger";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, ledger_sums_and_sorts_by_kind);
	tcase_add_test(tc, ledger_finds_who_keeps_arenas);
	tcase_add_test(tc, ledger_finds_what_malloc_keeps);
	tcase_add_test(tc, ledger_finds_sizes_of_a_native_leak);
	tcase_add_test(tc, ledger_finds_nothing_in_small_figures);
	tcase_add_test(tc, ledger_finds_the_others);
	tcase_add_test(tc, growth_is_by_line);
	tcase_add_test(tc, findings_explain_growth_by_kind);
	tcase_add_test(tc, no_more_is_explained_than_there_is);
}
