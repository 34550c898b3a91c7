/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `memory` and its limits, on captures with a ledger. */
#include <stdlib.h>
#include <string.h>

#include "books.h"
#include "graph-file.h"
#include "run.h"
#include "suite.h"

#define GRAPH "m->a m->b; root m:m; type list a b; type app.Node m"

/* A capture whose lists have so many bytes, with 1 MiB of the rest. */
static void write_ledger(const char *path, uint64_t lists)
{
	const struct capture_options how = { .plain = true };
	struct heap h;

	graph_build_process(&h, GRAPH);
	books_line(&h, PART_OBJECTS, "app.Node", KIB, 1);
	books_line(&h, PART_OBJECTS, "list", lists, 2);
	books_line(&h, PART_RAW, "list", 2 * lists, 2);
	books_line(&h, PART_UNOWNED, "malloc", 2 * MIB, 2000);
	books_close(&h, 3 * lists + 3 * MIB);
	graph_write(&h, path, &how);
	heap_release(&h);
}

START_TEST(memory_adds_up)
{
	struct run r;

	write_ledger("g", 10 * MIB);
	RUN(&r, "memory", "g", "--json");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "resident", 33 * MIB);
	run_expect_size(&r, "lines", 4);
	run_expect_text(&r, "lines.0.name", "list");
	run_expect_text(&r, "lines.0.kind", "objects");
	run_expect_text(&r, "lines.0.part", "objects");
	run_expect_text(&r, "lines.2.name", "of list");
	run_expect_text(&r, "lines.2.type", "list");
	run_expect_text(&r, "basis", "pagemap");
	run_expect_int(&r, "kinds.raw", 20 * MIB);
	run_expect_int(&r, "unexplained", MIB - KIB);
	run_expect_size(&r, "findings", 1);
	run_expect_text(&r, "causes.0.kind", "unowned");
	run_expect_size(&r, "growth", 0);
	run_release(&r);
	RUN(&r, "memory", "g", "--json", "--kind=objects", "--limit=1");
	run_expect_size(&r, "lines", 1);
	run_release(&r);
	RUN(&r, "memory", "g");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "33.0 MiB resident: 10.0 MiB in Python objects");
	run_release(&r);
	RUN(&r, "memory", "g", "--no-header", "--kind=raw");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "20.0 MiB  60.6     raw blocks");
	run_release(&r);
}
END_TEST

START_TEST(memory_fails_where_a_limit_is_crossed)
{
	struct run r;

	write_ledger("g", 10 * MIB);
	RUN(&r, "memory", "g", "--fail-if=unowned>1M", "--fail-if=raw:list>60%",
	    "--fail-if=raw:list>61%", "--json");
	run_expect(&r, STATUS_LIMIT);
	run_expect_size(&r, "limits", 3);
	run_expect_true(&r, "limits.0.crossed");
	run_expect_true(&r, "limits.1.crossed");
	ck_assert_ptr_nonnull(strstr(r.err, "'unowned>1M'"));
	ck_assert_ptr_null(strstr(r.err, "61%"));
	run_release(&r);
	/* Of other commands, too. */
	RUN(&r, "summary", "g", "--fail-if=unowned>1M");
	run_expect(&r, STATUS_LIMIT);
	run_release(&r);
	write_ledger("h", 20 * MIB);
	RUN(&r, "diff", "g", "h", "--fail-if=raw>+19M", "--json");
	run_expect(&r, STATUS_LIMIT);
	run_expect_int(&r, "limits.0.old", 20 * MIB);
	run_expect_int(&r, "limits.0.new", 40 * MIB);
	run_expect_int(&r, "memory.resident", 30 * MIB);
	run_expect_int(&r, "memory.kinds.raw", 20 * MIB);
	run_expect_int(&r, "memory.kinds.unowned", 0);
	run_release(&r);
	RUN(&r, "diff", "g", "h");
	run_expect_out(&r, "\nresident memory grew by 30.0 MiB: +20.0 MiB raw"
			   " blocks in use, by owner, +10.0 MiB Python");
	run_release(&r);
	RUN(&r, "diff", "g", "h", "--no-header");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.out, "");
	run_release(&r);
	graph_file("unknown", GRAPH);
	RUN(&r, "diff", "unknown", "h");
	ck_assert_ptr_null(strstr(r.out, "resident memory"));
	run_release(&r);
}
END_TEST

START_TEST(memory_grows)
{
	struct run r;

	write_ledger("old", 10 * MIB);
	write_ledger("new", 12 * MIB);
	RUN(&r, "memory", "new", "old", "--json", "--fail-if=raw>+3M",
	    "--fail-if=raw>+4M");
	run_expect(&r, STATUS_LIMIT);
	run_expect_int(&r, "resident", 39 * MIB);
	run_expect_int(&r, "older.resident", 33 * MIB);
	run_expect_int(&r, "older.kinds.raw", 20 * MIB);
	run_expect_size(&r, "growth", 2);
	run_expect_text(&r, "growth.1.name", "of list");
	run_expect_int(&r, "growth.1.bytes", 24 * MIB);
	run_expect_int(&r, "growth.1.old_bytes", 20 * MIB);
	ck_assert_ptr_nonnull(strstr(r.err, "'raw>+3M'"));
	ck_assert_ptr_null(strstr(r.err, "'raw>+4M'"));
	run_release(&r);
	RUN(&r, "memory", "new", "old");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "resident memory grew by 6.0 MiB: +4.0 MiB raw");
	run_expect_out(&r, "39.0 MiB resident: 12.0 MiB in Python objects");
	run_release(&r);
	RUN(&r, "memory", "new", "--fail-if=raw>+3M");
	run_expect(&r, STATUS_USAGE);
	run_release(&r);
}
END_TEST

START_TEST(reports_say_what_they_explain)
{
	static const char *const commands[] = { "summary", "retained",
						"leaks" };
	struct run r;

	write_ledger("old", 10 * MIB);
	write_ledger("new", 12 * MIB);
	graph_file("unknown", GRAPH);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		RUN(&r, commands[i], "new", "--json");
		run_expect_int(&r, "resident", 39 * MIB);
		run_expect_null(&r, "resident_growth");
		run_expect_int(&r, "guessed", 0);
		run_release(&r);
		RUN(&r, commands[i], "unknown", "--json");
		run_expect_null(&r, "resident");
		run_expect_null(&r, "explained");
		run_expect_null(&r, "guessed");
		run_release(&r);
		RUN(&r, commands[i], "new");
		run_expect_out(&r, i < 2 ? "pyheld memory TARGET" :
					   "pyheld retained TARGET");
		run_release(&r);
	}
	RUN(&r, "diff", "old", "new", "--json");
	run_expect_int(&r, "resident_growth", 6 * MIB);
	run_expect_int(&r, "explained", 0);
	run_release(&r);
	RUN(&r, "diff", "new", "old");
	run_expect_out(&r, "resident memory shrank by 6.0 MiB\n\n");
	run_release(&r);
	RUN(&r, "diff", "unknown", "new", "--json");
	run_expect_null(&r, "explained");
	run_release(&r);
}
END_TEST

START_TEST(leaks_say_what_the_memory_is)
{
	struct run r;

	write_ledger("old", 10 * MIB);
	write_ledger("new", 12 * MIB);
	graph_file("unknown", GRAPH);
	RUN(&r, "leaks", "new", "old");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "\nresident memory grew by 6.0 MiB to 39.0 MiB;");
	run_expect_out(&r, "\ngrown: +4.0 MiB raw");
	run_expect_out(&r, "\nnative leak: 2.0 MiB in 2,000 blocks");
	run_release(&r);
	RUN(&r, "leaks", "new");
	run_expect_out(&r, "\n39.0 MiB resident: 12.0 MiB in Python objects,");
	run_expect_out(&r, "\nnative leak: 2.0 MiB in 2,000 blocks");
	run_release(&r);
	RUN(&r, "leaks", "new", "unknown", "--json");
	run_expect_int(&r, "memory.resident", 39 * MIB);
	run_expect_int(&r, "memory.kinds.raw", 24 * MIB);
	run_expect_size(&r, "memory.findings", 1);
	run_release(&r);
	RUN(&r, "leaks", "new", "unknown", "old", "--json");
	run_expect_int(&r, "memory_growth.resident", 6 * MIB);
	run_expect_int(&r, "memory_growth.kinds.objects", 2 * MIB);
	/* The oldest has no ledger: all that is resident is to be explained,
	 * and of that is the finding. */
	run_expect_int(&r, "resident", 39 * MIB);
	run_expect_null(&r, "resident_growth");
	run_expect_int(&r, "explained", 2 * MIB);
	run_release(&r);
	RUN(&r, "leaks", "unknown", "old");
	run_expect(&r, STATUS_OK);
	ck_assert_ptr_null(strstr(r.out, "resident"));
	run_release(&r);
}
END_TEST

/* As older versions wrote it. */
START_TEST(memory_of_a_capture_without_a_ledger)
{
	struct run r;

	graph_file("old", GRAPH);
	write_ledger("g", MIB);
	RUN(&r, "memory", "old");
	run_expect(&r, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(r.err, "'old' has no ledger"));
	run_release(&r);
	RUN(&r, "memory", "g", "old");
	run_expect(&r, STATUS_FAILED);
	run_release(&r);
	RUN(&r, "diff", "old", "g", "--fail-if=free>1");
	run_expect(&r, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(r.err, "no ledger"));
	run_release(&r);
}
END_TEST

const char suite_name[] = "memory";

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, memory_adds_up);
	tcase_add_test(tc, memory_fails_where_a_limit_is_crossed);
	tcase_add_test(tc, memory_grows);
	tcase_add_test(tc, reports_say_what_they_explain);
	tcase_add_test(tc, leaks_say_what_the_memory_is);
	tcase_add_test(tc, memory_of_a_capture_without_a_ledger);
}
