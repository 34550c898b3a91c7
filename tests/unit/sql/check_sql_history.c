/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines typed at the prompt, from one run to the next. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/sql/sql-history.h"
#include "suite.h"

const char suite_name[] = "sql_history";

static char home[] = "/tmp/pyheld-history-XXXXXX";

/* Its paths: the folder, the file. */
static char *folder, *file;

static void make_home(void)
{
	ck_assert_ptr_nonnull(mkdtemp(home));
	ck_assert_int_eq(setenv("XDG_STATE_HOME", home, 1), 0);
	folder = xasprintf("%s/pyheld", home);
	file = xasprintf("%s/sql_history", folder);
}

static void remove_home(void)
{
	unlink(file);
	rmdir(folder);
	unlink(folder);
	rmdir(home);
	free(file);
	free(folder);
}

static unsigned int mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void type_lines(const char *const *lines)
{
	struct sql_history h;

	sql_history_open(&h, sql_history_file());
	ck_assert_int_ge(h.fd, 0);
	for (; *lines; lines++)
		sql_history_add(&h, *lines);
	sql_history_close(&h);
	ck_assert_int_eq(h.fd, -1);
}
#define TYPE(...) type_lines((const char *const[]){ __VA_ARGS__, NULL })

START_TEST(the_next_run_has_the_lines)
{
	struct sql_history h;

	TYPE("SELECT 1;", ".tables");
	TYPE("SELECT 2;");
	sql_history_open(&h, sql_history_file());
	ck_assert_uint_eq(h.lines.nr, 3);
	ck_assert_str_eq(h.lines.v[0], "SELECT 1;");
	ck_assert_str_eq(h.lines.v[1], ".tables");
	ck_assert_str_eq(h.lines.v[2], "SELECT 2;");
	sql_history_close(&h);
	ck_assert_uint_eq(mode_of(file), 0600);
	ck_assert_uint_eq(mode_of(folder), 0700);
}
END_TEST

/* Two prompts at once. */
START_TEST(prompts_do_not_lose_lines_of_each_other)
{
	struct sql_history a, b;

	sql_history_open(&a, sql_history_file());
	sql_history_open(&b, sql_history_file());
	sql_history_add(&a, "a1");
	sql_history_add(&b, "b1");
	sql_history_add(&a, "a2");
	sql_history_close(&a);
	sql_history_close(&b);
	sql_history_open(&a, sql_history_file());
	ck_assert_uint_eq(a.lines.nr, 3);
	ck_assert_str_eq(a.lines.v[0], "a1");
	ck_assert_str_eq(a.lines.v[1], "b1");
	ck_assert_str_eq(a.lines.v[2], "a2");
	sql_history_close(&a);
}
END_TEST

static off_t size_of_file(void)
{
	struct stat st;

	ck_assert_int_eq(stat(file, &st), 0);
	return st.st_size;
}

/* Write lines "0", "1", ... to the file. */
static void write_numbers(unsigned int nr)
{
	FILE *f;

	TYPE("0");
	f = fopen(file, "we");
	ck_assert_ptr_nonnull(f);
	for (unsigned int i = 0; i < nr; i++)
		fprintf(f, "%u\n", i);
	ck_assert_int_eq(fclose(f), 0);
}

static void expect_last_of(unsigned int nr)
{
	struct sql_history h;

	sql_history_open(&h, sql_history_file());
	ck_assert_uint_eq(h.lines.nr, SQL_HISTORY_LINES);
	for (unsigned int i = 0; i < SQL_HISTORY_LINES; i++)
		ck_assert_uint_eq(strtoul(h.lines.v[i], NULL, 10),
				  nr - SQL_HISTORY_LINES + i);
	sql_history_close(&h);
}

/* The last lines are read; with twice as many, the file is shortened. */
START_TEST(old_lines_are_dropped)
{
	off_t size;

	write_numbers(2 * SQL_HISTORY_LINES - 1);
	size = size_of_file();
	expect_last_of(2 * SQL_HISTORY_LINES - 1);
	ck_assert_int_eq(size_of_file(), size);
	write_numbers(2 * SQL_HISTORY_LINES);
	size = size_of_file();
	expect_last_of(2 * SQL_HISTORY_LINES);
	ck_assert_int_lt(size_of_file(), size);
	expect_last_of(2 * SQL_HISTORY_LINES);
}
END_TEST

static char *long_line(size_t len)
{
	char *ret = xcalloc(len + 1, 1);

	memset(ret, 'x', len);
	return ret;
}

START_TEST(long_lines_are_not_kept)
{
	CLEANUP(freep) char *longest = long_line(SQL_HISTORY_LINE_MAX);
	CLEANUP(freep) char *longer = long_line(SQL_HISTORY_LINE_MAX + 1);
	struct sql_history h;
	FILE *f;

	TYPE(longest, longer, "after");
	sql_history_open(&h, sql_history_file());
	ck_assert_uint_eq(h.lines.nr, 2);
	ck_assert_str_eq(h.lines.v[0], longest);
	ck_assert_str_eq(h.lines.v[1], "after");
	sql_history_close(&h);
	/* Nor are they read, if somebody has put them there. */
	f = fopen(file, "we");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "%s\n%s\nlast", longer, longest);
	ck_assert_int_eq(fclose(f), 0);
	sql_history_open(&h, sql_history_file());
	ck_assert_uint_eq(h.lines.nr, 2);
	ck_assert_str_eq(h.lines.v[0], longest);
	ck_assert_str_eq(h.lines.v[1], "last");
	sql_history_close(&h);
}
END_TEST

/* Of a file that is far too large the end is read: whole lines of it. */
START_TEST(huge_files_are_read_from_their_end)
{
	CLEANUP(freep) char *line = long_line(SQL_HISTORY_LINE_MAX);
	struct sql_history h;
	FILE *f;

	TYPE("0");
	f = fopen(file, "we");
	ck_assert_ptr_nonnull(f);
	for (unsigned int i = 0; i < 3 * SQL_HISTORY_LINES; i++)
		fprintf(f, "%s\n", line);
	fputs("the end\n", f);
	ck_assert_int_eq(fclose(f), 0);
	sql_history_open(&h, sql_history_file());
	ck_assert_uint_eq(h.lines.nr, SQL_HISTORY_LINES);
	ck_assert_str_eq(h.lines.v[0], line);
	ck_assert_str_eq(h.lines.v[SQL_HISTORY_LINES - 1], "the end");
	sql_history_close(&h);
	ck_assert_int_lt(size_of_file(),
			 (SQL_HISTORY_LINES + 1) * (SQL_HISTORY_LINE_MAX + 1));
}
END_TEST

/* --- where it is --- */

static void expect_none(void)
{
	struct sql_history h;

	sql_history_open(&h, sql_history_file());
	ck_assert_int_eq(h.fd, -1);
	ck_assert_uint_eq(h.lines.nr, 0);
	sql_history_add(&h, "SELECT 1;");
	sql_history_close(&h);
}

START_TEST(without_the_variable_it_is_below_home)
{
	CLEANUP(freep) char *local = xasprintf("%s/.local", home);
	CLEANUP(freep) char *state = xasprintf("%s/state", local);
	CLEANUP(freep) char *ours = xasprintf("%s/pyheld", state);
	CLEANUP(freep) char *path = xasprintf("%s/sql_history", ours);

	/* A relative path is none. */
	ck_assert_int_eq(setenv("XDG_STATE_HOME", "state", 1), 0);
	ck_assert_int_eq(setenv("HOME", home, 1), 0);
	TYPE("SELECT 1;");
	ck_assert_uint_eq(mode_of(path), 0600);
	unlink(path);
	rmdir(ours);
	rmdir(state);
	ck_assert_int_eq(rmdir(local), 0);
	ck_assert_int_eq(setenv("HOME", "here", 1), 0);
	expect_none();
	ck_assert_int_eq(unsetenv("HOME"), 0);
	expect_none();
}
END_TEST

/* What stands in the place of our folder and of our file is not written to. */
START_TEST(links_are_not_followed)
{
	char other[] = "/tmp/pyheld-other-XXXXXX";
	int fd = mkstemp(other);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(symlink("/tmp", folder), 0);
	expect_none();
	ck_assert_int_eq(unlink(folder), 0);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	ck_assert_int_eq(symlink(other, file), 0);
	expect_none();
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), 0);
	close(fd);
	unlink(other);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(mkfifo(file, 0600), 0);
	expect_none();
}
END_TEST

START_TEST(folders_of_others_are_not_used)
{
	if (getuid())
		return;
	ck_assert_int_eq(chown(home, 65534, 65534), 0);
	expect_none();
	ck_assert_int_eq(chown(home, 0, 0), 0);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	ck_assert_int_eq(chown(folder, 65534, 65534), 0);
	expect_none();
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, make_home, remove_home);
	tcase_add_test(tc, the_next_run_has_the_lines);
	tcase_add_test(tc, prompts_do_not_lose_lines_of_each_other);
	tcase_add_test(tc, old_lines_are_dropped);
	tcase_add_test(tc, long_lines_are_not_kept);
	tcase_add_test(tc, huge_files_are_read_from_their_end);
	tcase_add_test(tc, without_the_variable_it_is_below_home);
	tcase_add_test(tc, links_are_not_followed);
	tcase_add_test(tc, folders_of_others_are_not_used);
}
