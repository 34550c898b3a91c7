/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --verbose writes, and that nothing is written without it. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "suite.h"

/* Each test is a process of its own: stderr and the level are its. */
static int stderr_file = -1;

static void catch_stderr(void)
{
	char name[] = "/tmp/check_log.XXXXXX";

	stderr_file = mkstemp(name);
	ck_assert_int_ge(stderr_file, 0);
	unlink(name);
	ck_assert_int_ge(dup2(stderr_file, STDERR_FILENO), 0);
}

/* All that was written since the start; a static buffer. */
static const char *written(void)
{
	static char text[65536];
	ssize_t n = pread(stderr_file, text, sizeof(text) - 1, 0);

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	return text;
}

static int nr_evaluated;

static int evaluate(void)
{
	return ++nr_evaluated;
}

static void log_all(void)
{
	log_info("number %d", evaluate());
	log_detail("number %d", evaluate());
	log_pass_over(error_new(ERR_NOT_FOUND, "no file"), "try %s", "another");
	log_pass_over_usual(error_new(ERR_CORRUPT, "no ELF"), "skip it");
}

START_TEST(nothing_is_written_unless_it_is_asked_for)
{
	catch_stderr();
	log_all();
	ck_assert_str_eq(written(), "");
	ck_assert_int_eq(nr_evaluated, 0);
}
END_TEST

START_TEST(level_1_has_decisions_and_errors)
{
	catch_stderr();
	log_set_level(1);
	log_all();
	ck_assert_str_eq(written(),
			 "pyheld: info: number 1\n"
			 "pyheld: info: passed over: no file: try another\n");
	ck_assert_int_eq(nr_evaluated, 1);
}
END_TEST

/* Level 3 is no other than 2. */
START_TEST(level_2_has_details)
{
	catch_stderr();
	log_set_level((unsigned int)_i);
	log_all();
	ck_assert_str_eq(written(),
			 "pyheld: info: number 1\n"
			 "pyheld: detail: number 2\n"
			 "pyheld: info: passed over: no file: try another\n"
			 "pyheld: detail: passed over: no ELF: skip it\n");
}
END_TEST

START_TEST(a_line_is_one_line_and_safe)
{
	catch_stderr();
	log_set_level(1);
	log_info("file '%s'", "a\nb\033[31m\xff" "\xc3\xa9");
	log_pass_over(error_new(ERR_SYSTEM, "x\ry"), "%s", "\x07");
	ck_assert_str_eq(written(),
			 "pyheld: info: file 'a\\nb\\x1b[31m\\xff\xc3\xa9'\n"
			 "pyheld: info: passed over: x\\ry: \\x07\n");
}
END_TEST

START_TEST(no_error_says_nothing)
{
	catch_stderr();
	log_set_level(2);
	log_pass_over(NULL, "try another");
	log_pass_over_usual(NULL, "try another");
	ck_assert_str_eq(written(), "");
	/* A static one is not freed. */
	log_pass_over(&error_fault, "skip it");
	log_pass_over(&error_fault, "skip it");
	ck_assert_str_eq(error_fault.message, "address is not mapped");
}
END_TEST

#define NR_LINES 200

static void *log_many(void *letter)
{
	for (int i = 0; i < NR_LINES; i++)
		log_info("%s%s%s%s", (char *)letter, (char *)letter,
			 (char *)letter, (char *)letter);
	return NULL;
}

START_TEST(lines_of_threads_do_not_mix)
{
	pthread_t threads[2];
	unsigned int nr = 0;
	const char *line;

	catch_stderr();
	log_set_level(1);
	pthread_create(&threads[0], NULL, log_many, (char[]){ "aaaa" });
	pthread_create(&threads[1], NULL, log_many, (char[]){ "bbbb" });
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	for (line = written(); *line; line = strchr(line, '\n') + 1, nr++)
		ck_assert(!strncmp(line, "pyheld: info: aaaaaaaaaaaaaaaa\n",
				   31) ||
			  !strncmp(line, "pyheld: info: bbbbbbbbbbbbbbbb\n",
				   31));
	ck_assert_uint_eq(nr, 2 * NR_LINES);
}
END_TEST

const char suite_name[] = "log";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, nothing_is_written_unless_it_is_asked_for);
	tcase_add_test(tc, level_1_has_decisions_and_errors);
	tcase_add_loop_test(tc, level_2_has_details, 2, 4);
	tcase_add_test(tc, a_line_is_one_line_and_safe);
	tcase_add_test(tc, no_error_says_nothing);
	tcase_add_test(tc, lines_of_threads_do_not_mix);
}
