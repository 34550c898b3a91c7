/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Targets that can't be read, that are damaged or incomplete, and objects and
 * types that are not in them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "child.h"
#include "forge.h"
#include "graph-file.h"
#include "run.h"
#include "suite.h"

static void write_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void expect_refused(const char *target, const char *word)
{
	struct run r;

	RUN(&r, "summary", target);
	run_expect_error(&r, STATUS_FAILED, word);
	run_release(&r);
}

START_TEST(files_that_are_no_targets)
{
	write_file("empty", "", 0);
	write_file("text", "hello", 5);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	expect_refused("missing", "'missing'");
	expect_refused("missing", "No such file or directory");
	expect_refused(".", "directory");
	expect_refused("empty", "empty");
	expect_refused("text", "'text'");
	expect_refused("fifo", "pipe");
	expect_refused("/dev/null", "device");
	expect_refused("/proc/self/exe", "program");
	expect_refused("12x", "'12x'");
	expect_refused("", "''");
}
END_TEST

START_TEST(processes_that_are_no_targets)
{
	pid_t pid = child_start(child_waiting);
	CLEANUP(freep) char *name = xasprintf("%d", (int)pid);
	CLEANUP(freep) char *beyond = xasprintf("%lld", (1LL << 32) + pid);

	expect_refused("0", "PID 0");
	expect_refused("4194305", "4194305");
	expect_refused("2147483648", "2147483648");
	expect_refused("99999999999999999999", "99999999999999999999");
	/* In 32 bits it would be that of the child. */
	expect_refused(beyond, beyond);
	/* It is alive, but it is no CPython, and must live on. */
	expect_refused(name, "_PyRuntime");
	child_expect_untraced(pid);
	child_finish(pid);
	expect_refused(name, name);
}
END_TEST

static void forge_a_core(const char *path)
{
	struct forge f = FORGE_INIT;
	uint8_t bytes[FORGE_PAGE] = { 1, 2, 3 };

	forge_process(&f, 77, "python", "python app.py");
	forge_thread(&f, 77, 0, 0, 0);
	forge_load(&f, 0x10000, sizeof(bytes), PF_R | PF_W, bytes,
		   sizeof(bytes));
	forge_finish(&f);
	write_file(path, f.file.v, f.file.nr);
	forge_release(&f);
}

/* Of each command the file is the same target, with the same answer. */
START_TEST(cores_that_are_no_targets)
{
	static const char *const commands[] = {
		"summary", "cycles", "garbage", "leaks", "retained", "stacks",
		"refs", "export", "alloc",
	};

	forge_a_core("core");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct run r;

		RUN(&r, commands[i], "core");
		run_expect(&r, STATUS_FAILED);
		ck_assert_str_eq(r.out, "");
		ck_assert_ptr_nonnull(strstr(r.err, "pyheld: "));
		run_release(&r);
	}
}
END_TEST

START_TEST(executable_and_sysroot_are_looked_at)
{
	struct run r;

	forge_a_core("core");
	RUN(&r, "summary", "core", "--executable=no/such/program");
	run_expect(&r, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(r.err, "no/such/program"));
	run_release(&r);
	RUN(&r, "summary", "core", "--sysroot=no/such/folder");
	run_expect(&r, STATUS_FAILED);
	ck_assert_ptr_nonnull(strstr(r.err, "no/such/folder"));
	run_release(&r);
}
END_TEST

/* --- captures --- */

#define GRAPH "m->m.d m.d->a a->b b->a lone; root m:m; type app.Node/heap a b"

static struct stat stat_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st;
}

/* A capture that ends anywhere is refused; it is never half a report. */
START_TEST(captures_that_were_cut)
{
	static const off_t lengths[] = { 8, 9, 16, 100, 4096 };
	off_t size;

	graph_file("whole", GRAPH);
	size = stat_of("whole").st_size;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		graph_file("cut", GRAPH);
		ck_assert_int_lt(lengths[i], size);
		ck_assert_int_eq(truncate("cut", lengths[i]), 0);
		expect_refused("cut", "'cut'");
	}
	ck_assert_int_eq(truncate("cut", 0), 0);
	expect_refused("cut", "empty");
}
END_TEST

static void flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
	byte ^= 0x55;
	ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* How far bytes that are changed lie apart.  With sanitizers the two processes
 * of a command take ten times as long. */
#ifdef __SANITIZE_ADDRESS__
#define STEP 41
#define OTHER_STEP 97
#else
#define STEP 13
#define OTHER_STEP 29
#endif

/*
 * Change one byte of each STEP in turn: the report is that of the whole
 * capture, or there is no report and an error.
 */
START_TEST(captures_that_are_damaged)
{
	const struct capture_options packed = { 0 };
	CLEANUP(heap_release) struct heap h;
	struct run whole, r;
	unsigned int nr_failed = 0;
	off_t size;

	graph_build_process(&h, GRAPH);
	graph_write(&h, "damaged", &packed);
	size = stat_of("damaged").st_size;
	RUN(&whole, "chain", "damaged", "--type=app.Node");
	run_expect(&whole, STATUS_OK);
	for (off_t at = 0; at < size; at += STEP) {
		flip("damaged", at);
		RUN(&r, "chain", "damaged", "--type=app.Node");
		if (r.status == STATUS_OK) {
			ck_assert_str_eq(r.out, whole.out);
		} else {
			run_expect_error(&r, STATUS_FAILED, "damaged");
			nr_failed++;
		}
		run_release(&r);
		flip("damaged", at);
	}
	ck_assert_uint_gt(nr_failed, 20);
	run_release(&whole);
}
END_TEST

/*
 * In turn, one byte of each OTHER_STEP of a capture is changed.  A test for
 * each command, as the runs of all take longer than one test may.  Some damage
 * is only found late: when the references are named, or when `summary` has what
 * it needs.
 */
static const struct {
	const char *arguments[5];
	bool streams;	/* it writes what it has as it comes */
} damaged_runs[] = {
	{ { "summary", "damaged", "--json" }, false },
	{ { "chain", "damaged", "--type=app.Node", "--json" }, false },
	{ { "cycles", "damaged", "--all", "--json" }, false },
	{ { "object", "damaged", "0x1020", "--json" }, false },
	{ { "export", "damaged" }, true },
	{ { "sql", "damaged", "SELECT name FROM refs", "--json" }, true },
};

START_TEST(no_command_prints_what_a_damaged_capture_gave)
{
	CLEANUP(heap_release) struct heap h;
	const struct capture_options packed = { 0 };
	unsigned int nr_refused = 0, nr_passed = 0;
	off_t size;

	graph_build_process(&h, GRAPH);
	graph_write(&h, "damaged", &packed);
	size = stat_of("damaged").st_size;
	for (off_t at = 16; at < size; at += OTHER_STEP) {
		struct run r;

		flip("damaged", at);
		run(&r, damaged_runs[_i].arguments);
		if (r.status == STATUS_OK)
			nr_passed++;
		else
			nr_refused++;
		if (r.status != STATUS_OK && !damaged_runs[_i].streams)
			run_expect_error(&r, STATUS_FAILED, "damaged");
		run_release(&r);
		flip("damaged", at);
	}
	ck_assert_uint_gt(nr_refused, 0);
	if (_i == 0)
		ck_assert_uint_gt(nr_passed, 0);
}
END_TEST

/* --- partial ones --- */

static void write_partial(const char *path)
{
	const struct capture_options plain = { .plain = true };
	CLEANUP(heap_release) struct heap h;

	graph_build_process(&h, GRAPH);
	heap_warn_partial(&h, "a page was not there");
	graph_write(&h, path, &plain);
}

START_TEST(partial_targets_give_status_4_and_a_warning)
{
	static const char *const commands[] = {
		"summary", "cycles", "garbage", "leaks", "retained", "stacks",
		"refs", "alloc",
	};

	write_partial("partial");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct run r;

		RUN(&r, commands[i], "partial");
		run_expect(&r, STATUS_PARTIAL);
		ck_assert_ptr_nonnull(strstr(r.err, "a page was not there"));
		ck_assert_str_ne(r.out, "");
		run_release(&r);
		RUN(&r, commands[i], "partial", "--json");
		run_expect(&r, STATUS_PARTIAL);
		run_expect_true(&r, "coverage.partial");
		run_release(&r);
	}
}
END_TEST

/* Of what was scanned and what could not be read, each report has a line. */
START_TEST(guesses_are_said_once)
{
	const struct capture_options plain = { .plain = true };
	CLEANUP(heap_release) struct heap h;
	struct run r;

	graph_build_process(&h, GRAPH);
	h.info.nr_scanned = 3;
	graph_write(&h, "guess", &plain);
	graph_file("sure", GRAPH);
	RUN(&r, "garbage", "guess");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "\ncoverage: ");
	run_release(&r);
	/* It has the numbers in its head. */
	RUN(&r, "summary", "guess");
	run_expect(&r, STATUS_OK);
	ck_assert_ptr_null(strstr(r.out, "\ncoverage"));
	run_release(&r);
	RUN(&r, "diff", "sure", "guess");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "\ncoverage of guess: ");
	ck_assert_ptr_null(strstr(r.out, "coverage of sure"));
	run_release(&r);
	/* In JSON each target has its own. */
	RUN(&r, "diff", "sure", "guess", "--json");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "targets.1.coverage.scanned", 3);
	ck_assert_ptr_null(strstr(r.out, "\n  \"coverage\""));
	run_release(&r);
}
END_TEST

START_TEST(partial_exports_and_older_captures_give_status_4)
{
	struct run r;

	write_partial("partial");
	graph_file("whole", GRAPH);
	RUN(&r, "export", "partial");
	run_expect(&r, STATUS_PARTIAL);
	run_expect_out(&r, "\"objects\":5");
	run_release(&r);
	RUN(&r, "capture", "partial", "-o", "copy");
	run_expect(&r, STATUS_PARTIAL);
	run_release(&r);
	RUN(&r, "leaks", "whole", "partial");
	run_expect(&r, STATUS_PARTIAL);
	run_release(&r);
	RUN(&r, "leaks", "whole", "whole");
	run_expect(&r, STATUS_OK);
	run_release(&r);
}
END_TEST

START_TEST(a_crossed_limit_comes_before_partial)
{
	struct run r;

	write_partial("partial");
	RUN(&r, "summary", "partial", "--fail-if=objects>1");
	run_expect(&r, STATUS_LIMIT);
	run_release(&r);
	RUN(&r, "summary", "partial", "--fail-if=objects>1M");
	run_expect(&r, STATUS_PARTIAL);
	run_release(&r);
}
END_TEST

/* --- what is not there --- */

static void write_with_mappings(const char *path)
{
	const struct capture_options plain = { .plain = true };
	CLEANUP(heap_release) struct heap h;

	graph_build_process(&h, "a->b; size a=24; type app.Node/heap a b");
	heap_mapping_vec_push(&h.info.mappings, (struct heap_mapping){
		0x1000, 0x2000, MAPPING_READ, 0, xstrdup("[heap]") });
	heap_mapping_vec_push(&h.info.mappings, (struct heap_mapping){
		0x2000, 0x3000, MAPPING_READ, 0, xstrdup("") });
	graph_write(&h, path, &plain);
}

START_TEST(addresses_of_no_object)
{
	struct run r;

	write_with_mappings("mapped");
	/* Within the first one, which is followed by the second. */
	RUN(&r, "object", "mapped", "0x1008");
	run_expect_error(&r, STATUS_FAILED, "8 bytes inside");
	ck_assert_ptr_nonnull(strstr(r.err, "app.Node"));
	ck_assert_ptr_nonnull(strstr(r.err, "0x1000"));
	run_release(&r);
	RUN(&r, "chain", "mapped", "--address=0x1800");
	run_expect_error(&r, STATUS_FAILED, "[heap]");
	run_release(&r);
	RUN(&r, "retained", "mapped", "--address=2000");
	run_expect_error(&r, STATUS_FAILED, "anonymous");
	run_release(&r);
	RUN(&r, "object", "mapped", "0x3000");
	run_expect_error(&r, STATUS_FAILED, "mapped");
	ck_assert_ptr_null(strstr(r.err, "anonymous"));
	run_release(&r);
}
END_TEST

START_TEST(types_that_are_not_there_and_those_that_come_near)
{
	static const char *const commands[] = {
		"summary", "chain", "cycles", "retained", "refs",
	};
	struct run r;

	graph_file("types", "a b c d e; type app.Node a; type app.NodeList b;"
		   " type node_x c; type NODES d");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		RUN(&r, commands[i], "types", "--type=lib.node");
		run_expect_error(&r, STATUS_FAILED, "'lib.node'");
		ck_assert_ptr_nonnull(strstr(r.err,
					     "app.Node, app.NodeList, node_x"));
		ck_assert_ptr_null(strstr(r.err, "NODES"));
		run_release(&r);
	}
	/* Two letters are in too many names. */
	RUN(&r, "summary", "types", "--type=no");
	run_expect_error(&r, STATUS_FAILED, "'no'");
	ck_assert_ptr_null(strstr(r.err, "app.Node"));
	run_release(&r);
}
END_TEST

START_TEST(chain_of_a_type_without_objects)
{
	struct run r;

	graph_file("types", "a; type app.Node");
	RUN(&r, "chain", "types", "--type=app.Node");
	run_expect_error(&r, STATUS_FAILED, "'app.Node'");
	run_release(&r);
}
END_TEST

const char suite_name[] = "targets";

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, files_that_are_no_targets);
	tcase_add_test(tc, processes_that_are_no_targets);
	tcase_add_test(tc, cores_that_are_no_targets);
	tcase_add_test(tc, executable_and_sysroot_are_looked_at);
	tcase_add_test(tc, captures_that_were_cut);
	tcase_add_test(tc, captures_that_are_damaged);
	tcase_add_loop_test(tc, no_command_prints_what_a_damaged_capture_gave,
			    0, ARRAY_SIZE(damaged_runs));
	tcase_add_test(tc, partial_targets_give_status_4_and_a_warning);
	tcase_add_test(tc, partial_exports_and_older_captures_give_status_4);
	tcase_add_test(tc, guesses_are_said_once);
	tcase_add_test(tc, a_crossed_limit_comes_before_partial);
	tcase_add_test(tc, addresses_of_no_object);
	tcase_add_test(tc, types_that_are_not_there_and_those_that_come_near);
	tcase_add_test(tc, chain_of_a_type_without_objects);
}
