/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands write: captures, exports and reports, to files and to stdout,
 * and what they do when that fails.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "files.h"
#include "graph-file.h"
#include "run.h"
#include "suite.h"

#define GRAPH "m->m.d m.d->a a->b b->a; root m:m; type app.Node/heap a b"

/* --- pyheld capture --- */

/* What is the same in a heap and in a capture of it. */
static char *list_objects(const char *target)
{
	struct run r;
	char *ret;

	RUN(&r, "export", target);
	run_expect(&r, STATUS_OK);
	ret = xstrdup(strchr(r.out, '\n'));
	run_release(&r);
	return ret;
}

START_TEST(captures_of_captures_say_the_same)
{
	CLEANUP(freep) char *before = NULL, *packed = NULL, *plain = NULL;
	struct stat a, b;
	struct run r;

	graph_file("g", GRAPH);
	before = list_objects("g");
	RUN(&r, "capture", "g", "-o", "packed");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.out, "");
	ck_assert_str_eq(r.err, "");
	run_release(&r);
	ck_assert_int_eq(mode_of("packed"), 0600);
	packed = list_objects("packed");
	ck_assert_str_eq(packed, before);
	RUN(&r, "capture", "packed", "--no-compress", "--output=plain");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	plain = list_objects("plain");
	ck_assert_str_eq(plain, before);
	ck_assert_int_eq(stat("packed", &a), 0);
	ck_assert_int_eq(stat("plain", &b), 0);
	ck_assert_int_lt(a.st_size, b.st_size);
}
END_TEST

static void check_redaction(const char *option, const char *there,
			    const char *gone)
{
	CLEANUP(freep) char *s = NULL;
	struct run r;

	RUN(&r, "capture", "g", "-o", "redacted", option);
	run_expect(&r, STATUS_OK);
	run_release(&r);
	s = list_objects("redacted");
	ck_assert_msg(strstr(s, there), "no '%s' in: %s", there, s);
	ck_assert_msg(!strstr(s, gone), "'%s' in: %s", gone, s);
}

START_TEST(captures_are_redacted)
{
	graph_file("g", GRAPH);
	check_redaction("--redact", "app.Node", "no such thing");
	check_redaction("--redact=contents", "app.Node", "no such thing");
	check_redaction("--redact=all", "0x1020", "app.Node");
}
END_TEST

static void check_report(const char *option, const char *there,
			 const char *gone)
{
	struct run r;

	RUN(&r, "report", "g", "-o", "-", option);
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, there);
	ck_assert_msg(!strstr(r.out, gone), "'%s' is there", gone);
	run_release(&r);
}

START_TEST(reports_are_redacted)
{
	struct run r;

	graph_file("g", GRAPH);
	check_report("--verbose", "app.Node", "this capture is redacted");
	check_report("--redact", "app.Node", "no such thing");
	check_report("--verbose", "[\"g\"]", "this capture is redacted");
	check_report("--redact", "this capture is redacted", "[\"g\"]");
	check_report("--redact=all", "this capture is redacted", "app.Node");
	/* With an older capture, files are numbered. */
	RUN(&r, "report", "g", "g", "-o", "-", "--redact");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "\"capture-1\"");
	run_expect_out(&r, "\"capture-2\"");
	run_release(&r);
}
END_TEST

START_TEST(capture_to_stdout)
{
	CLEANUP(freep) char *before = NULL, *after = NULL;
	int fd = open("stdout", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct run r;

	graph_file("g", GRAPH);
	before = list_objects("g");
	RUN_TO(&r, fd, "capture", "g", "-o", "-");
	close(fd);
	run_expect(&r, STATUS_OK);
	run_release(&r);
	after = list_objects("stdout");
	ck_assert_str_eq(after, before);
}
END_TEST

START_TEST(capture_on_a_full_disk)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct run r;

	graph_file("g", GRAPH);
	RUN(&r, "capture", "g", "-o", "/dev/full");
	run_expect_error(&r, STATUS_FAILED, "/dev/full");
	run_release(&r);
	RUN_TO(&r, full, "capture", "g", "-o", "-");
	run_expect_error(&r, STATUS_FAILED, "stdout");
	run_release(&r);
	RUN(&r, "capture", "g", "-o", "no/such/folder");
	run_expect_error(&r, STATUS_FAILED, "no/such/folder");
	run_release(&r);
	close(full);
}
END_TEST

/* As on a disk that gets full: what was there stays, and nothing else. */
START_TEST(capture_beyond_the_limit_of_files)
{
	const struct rlimit small = { 64, 64 };
	struct run r;

	graph_file("g", GRAPH);
	write_text("small", "before");
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	/* stderr is a file here, too, but its words are few. */
	RUN(&r, "capture", "g", "-o", "small");
	ck_assert_int_eq(r.status, STATUS_FAILED);
	run_release(&r);
	expect_content("small", "before");
	ck_assert_uint_eq(nr_files("small*"), 1);
}
END_TEST

/* --- pyheld export --- */

START_TEST(export_to_a_file_and_to_stdout)
{
	CLEANUP(freep) char *text = NULL;
	struct run r, file;

	graph_file("g", GRAPH);
	RUN(&r, "export", "g", "--format=jsonl");
	run_expect(&r, STATUS_OK);
	RUN(&file, "export", "g", "-o", "lines");
	run_expect(&file, STATUS_OK);
	ck_assert_str_eq(file.out, "");
	run_release(&file);
	text = read_file("lines");
	ck_assert_str_eq(text, r.out);
	run_expect_out(&r, "\"objects\":4");
	run_expect_out(&r, "{\"address\":\"0x1030\",\"type\":\"app.Node\"");
	run_release(&r);
}
END_TEST

START_TEST(export_tables)
{
	CLEANUP(freep) char *text = NULL, *database = NULL;
	struct run r;

	graph_file("g", GRAPH);
	RUN(&r, "export", "g", "--format=csv", "-o", "tables");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	text = read_file("tables/objects.csv");
	ck_assert_ptr_eq(strstr(text, "id,address,type,"), text);
	ck_assert_ptr_nonnull(strstr(text, "\n2,0x1020,app.Node,16,"));
	RUN(&r, "export", "g", "--format=sqlite", "-o", "heap.db");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	database = read_file("heap.db");
	ck_assert_str_eq(database, "SQLite format 3");
	RUN(&r, "export", "g", "--format=sqlite", "-o", "tables/none/db");
	run_expect(&r, STATUS_FAILED);
	run_release(&r);
	RUN(&r, "export", "g", "--format=sqlite", "-o", "/dev/full");
	run_expect(&r, STATUS_FAILED);
	run_release(&r);
	ck_assert_uint_eq(nr_files("heap.db*"), 1);
}
END_TEST

#define TYPES "fleet/types/host=host/date=2023-11-14/"

START_TEST(export_a_fleet)
{
	struct run r;

	graph_file("g", GRAPH);
	RUN(&r, "export", "--fleet", "-o", "fleet", "--tables=objects,types",
	    "--label=release=1.10", "none", "g", "g");
	run_expect(&r, STATUS_FAILED);	/* and the other is written */
	run_release(&r);
	ck_assert_uint_eq(nr_files("fleet/*"), 2);
	ck_assert_uint_eq(nr_files(TYPES "4242-221500Z-c*.jsonl"), 1);
	RUN(&r, "capture", "g", "--label=release=1.9", "-o", "labelled");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	RUN(&r, "export", "--fleet", "--format=csv", "-o", "fleet",
	    "--tables=types", "labelled");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	ck_assert_uint_eq(nr_files(TYPES "*"), 2);
	RUN(&r, "sql", "labelled", "SELECT 'x' FROM types WHERE bytes > 0"
	    " LIMIT 1");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	RUN(&r, "export", "--fleet", "-o", "/dev/full", "g", "g");
	run_expect(&r, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(r.err, "can't be made"));
	run_release(&r);
}
END_TEST

START_TEST(queries_over_files)
{
	struct run r;

	graph_file("g", GRAPH);
	RUN(&r, "sql", "g", "g", "SELECT capture, count(*) FROM objects"
	    " GROUP BY 1", "--csv", "--header");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.out, "capture,count(*)\n0,4\n1,4\n");
	run_release(&r);
	RUN(&r, "sql", "--json", "SELECT name FROM refs LIMIT 1", "g");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.out, "[\n  {\"name\": \"__dict__\"}\n]\n");
	run_release(&r);
	RUN(&r, "sql", "g", "SELECT 7 AS n");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.out, "n\n7\n");
	run_release(&r);
	RUN(&r, "sql", "g");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.out, "");
	run_release(&r);
	/* The query is looked at first. */
	RUN(&r, "sql", "none", "SELEC 1");
	run_expect(&r, STATUS_USAGE);
	run_release(&r);
	RUN(&r, "sql", "none", "SELECT 1");
	run_expect(&r, STATUS_FAILED);
	run_release(&r);
	RUN(&r, "sql", "g", "SELECT abs(-9223372036854775807 - 1)");
	run_expect(&r, STATUS_USAGE);
	ck_assert_ptr_nonnull(strstr(r.err, "integer overflow"));
	run_release(&r);
}
END_TEST

START_TEST(export_that_can_not_be_written)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct run r;

	graph_file("g", GRAPH);
	RUN(&r, "export", "g", "-o", "/dev/full");
	run_expect_error(&r, STATUS_FAILED, "/dev/full");
	run_release(&r);
	RUN_TO(&r, full, "export", "g");
	run_expect_error(&r, STATUS_FAILED, "stdout");
	run_release(&r);
	close(full);
}
END_TEST

/* --- reports --- */

static const char *const reports[] = {
	"summary", "cycles", "garbage", "leaks", "retained", "stacks", "refs",
	"doctor", "alloc",
};

START_TEST(reports_on_a_full_disk)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct run r;

	graph_file("g", GRAPH);
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		RUN_TO(&r, full, reports[i], "g");
		run_expect_error(&r, STATUS_FAILED, "stdout");
		run_release(&r);
		RUN_TO(&r, full, reports[i], "g", "--json");
		run_expect_error(&r, STATUS_FAILED, "stdout");
		run_release(&r);
	}
	/* Nor is a limit said to be crossed when nobody got the report. */
	RUN_TO(&r, full, "summary", "g", "--fail-if=objects>1");
	run_expect_error(&r, STATUS_FAILED, "stdout");
	ck_assert_ptr_null(strstr(r.err, "objects>1"));
	run_release(&r);
	close(full);
}
END_TEST

START_TEST(reports_that_nobody_reads)
{
	struct run r;
	int ends[2];

	graph_file("g", GRAPH);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		signal(SIGPIPE, SIG_DFL);
		RUN_TO(&r, ends[1], reports[i], "g");
		run_expect(&r, 128 + SIGPIPE);
		ck_assert_str_eq(r.err, "");
		run_release(&r);
		/* Inherited from who started us. */
		signal(SIGPIPE, SIG_IGN);
		RUN_TO(&r, ends[1], reports[i], "g");
		run_expect_error(&r, STATUS_FAILED, "stdout");
		run_release(&r);
	}
	close(ends[1]);
}
END_TEST

const char suite_name[] = "files";

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, captures_of_captures_say_the_same);
	tcase_add_test(tc, captures_are_redacted);
	tcase_add_test(tc, reports_are_redacted);
	tcase_add_test(tc, capture_to_stdout);
	tcase_add_test(tc, capture_on_a_full_disk);
	tcase_add_test(tc, capture_beyond_the_limit_of_files);
	tcase_add_test(tc, export_to_a_file_and_to_stdout);
	tcase_add_test(tc, export_tables);
	tcase_add_test(tc, export_a_fleet);
	tcase_add_test(tc, queries_over_files);
	tcase_add_test(tc, export_that_can_not_be_written);
	tcase_add_test(tc, reports_on_a_full_disk);
	tcase_add_test(tc, reports_that_nobody_reads);
}
