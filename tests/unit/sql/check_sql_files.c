/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables as files, and the files of SQLite. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "no-files.h"
#include "scene.h"
#include "sql/files.h"
#include "sql/materialise.h"
#include "suite.h"

const char suite_name[] = "sql_files";

/* What the first column of the first row is. */
static int number(sqlite3 *db, const char *query)
{
	sqlite3_stmt *s = NULL;
	int ret;

	ck_assert_msg(!sqlite3_prepare_v2(db, query, -1, &s, NULL), "%s: %s",
		      query, sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
	ret = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return ret;
}

/* With SQLite's own files, which have names: copy it to `path`. */
static sqlite3 *open_copy(const char *from, const char *path)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char block[4096];
	ssize_t len;
	sqlite3 *db;

	while ((len = read(in, block, sizeof(block))) > 0)
		ck_assert_int_eq(write(out, block, (size_t)len), len);
	close(in);
	close(out);
	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY,
					 "unix"), SQLITE_OK);
	return db;
}

/* SQLite gets no name: the data goes to the file behind the descriptor, even if
 * its name is another file's by then. */
START_TEST(database_behind_a_descriptor)
{
	char path[] = "/tmp/pyheld-sql.XXXXXX";
	char open_path[32];
	int fd = mkostemp(path, O_CLOEXEC);
	struct scene s;
	sqlite3 *db;

	scene_init(&s, HELD);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_ptr_null(materialise_database(&s.heaps, fd));
	ck_assert_int_eq(access(path, F_OK), -1);
	snprintf(open_path, sizeof(open_path), "/proc/self/fd/%d", fd);
	db = open_copy(open_path, path);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM objects"), 7);
	sqlite3_close(db);
	unlink(path);
	close(fd);
	scene_release(&s);
}
END_TEST

START_TEST(names_are_refused)
{
	static const char *const names[] = {
		"/etc/passwd", "x", "0x1", "-1", " 1", "99999999999", "1000000",
	};

	ck_assert_int_eq(sql_files_register(), SQLITE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		sqlite3 *db;

		ck_assert_int_eq(sqlite3_open(names[i], &db), SQLITE_CANTOPEN);
		sqlite3_close(db);
	}
	ck_assert_int_ne(access("x", F_OK), 0);
}
END_TEST

START_TEST(database_that_can_not_be_written)
{
	int fd = open("/dev/full", O_RDWR | O_CLOEXEC);
	struct scene s;
	struct error *err;

	scene_init(&s, HELD);
	err = materialise_database(&s.heaps, fd);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	error_free(err);
	close(fd);
	scene_release(&s);
}
END_TEST

/* PRAGMA temp_store: 2 is memory.  The indexes of a file are sorted. */
START_TEST(sorted_in_memory_or_in_a_file)
{
	struct scene s;
	struct sql sql;

	scene_init(&s, HELD);
	ck_assert_ptr_null(sql_open_writable(&sql, &s.heaps));
	ck_assert_int_eq(number(sql.db, "PRAGMA temp_store"), 2);
	sql_close(&sql);
	ck_assert_ptr_null(sql_open(&sql, &s.heaps));
	sqlite3_set_authorizer(sql.db, NULL, NULL);
	ck_assert_int_eq(number(sql.db, "PRAGMA temp_store"), 1);
	sql_close(&sql);
	scene_release(&s);
}
END_TEST

/* --- temporary files --- */

#define NUMBERS(most) \
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n" \
	" WHERE i < " #most ") "

/* What is larger than the cache: a sorter, a table of distinct rows, the rows
 * of a window.  And what SQLite asks the system for otherwise. */
static const struct { const char *query, *rows; } large[] = {
	{ NUMBERS(300000) "SELECT count(*), sum(nr), max(g) FROM (SELECT"
	  " i * 7919 % 100003 AS g, count(*) AS nr FROM n GROUP BY g)",
	  "100003,300000,100002\n" },
	{ NUMBERS(200000) "SELECT count(*), min(x), max(x) FROM (SELECT"
	  " i * 7919 % 200003 AS x FROM n UNION SELECT -i FROM n)",
	  "400000,-200000,200002\n" },
	{ NUMBERS(200000) "SELECT count(*), sum(x = i) FROM (SELECT i, lag(i)"
	  " OVER (ORDER BY i DESC) - 1 AS x FROM n)", "200000,199999\n" },
	{ "SELECT random() <> random(), length(randomblob(100)),"
	  " strftime('%s', 'now') > 1700000000", "1,100,1\n" },
};

/* In a memory of files: there, each can do without a name. */
static bool answers_without_names(void)
{
	bool ret = true;
	struct scene s;

	setenv("TMPDIR", "/dev/shm", 1);
	scene_init(&s, HELD);
	/* Jansson reads /dev/urandom for its first object. */
	json_object_seed(0);
	forbid_names(true);
	for (size_t i = 0; i < ARRAY_SIZE(large) && ret; i++) {
		CLEANUP(freep) char *rows = scene_ask(&s, large[i].query);

		ret = !strcmp(rows, large[i].rows);
	}
	return ret;
}

START_TEST(nothing_is_opened_by_name)
{
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (!child)
		_exit(answers_without_names() ? 0 : 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(!status, "status %#x", (unsigned int)status);
}
END_TEST

/* The queries above do need files. */
START_TEST(no_temporary_file)
{
	struct scene s;

	scene_init(&s, HELD);
	setenv("TMPDIR", "/proc/nothing", 1);
	for (size_t i = 0; i < ARRAY_SIZE(large) - 1; i++) {
		CLEANUP(freep) char *rows = NULL;
		struct error *err = scene_try(&s, large[i].query, PRINT_CSV,
					      &rows);

		ck_assert_ptr_nonnull(err);
		ck_assert_int_eq(err->code, ERR_SYSTEM);
		ck_assert_ptr_nonnull(strstr(err->message, "can't sort in a"
					     " temporary file"));
		error_free(err);
	}
	scene_release(&s);
	/* Known from the beginning, it is memory that is used. */
	scene_init(&s, HELD);
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		expect(&s, large[i].query, large[i].rows);
	scene_release(&s);
}
END_TEST

START_TEST(csv_of_a_table)
{
	CLEANUP(freep) char *text = NULL;
	struct scene s;
	size_t len;
	FILE *out;

	scene_init(&s, HELD);
	for (size_t i = 0; sql_tables[i]; i++) {
		if (strcmp(sql_tables[i]->name, "refs") != 0)
			continue;
		out = open_memstream(&text, &len);
		ck_assert_ptr_null(materialise_csv(&s.heaps, sql_tables[i],
						   out));
		fclose(out);
	}
	ck_assert_ptr_nonnull(text);
	ck_assert_msg(!strncmp(text, "source,target,name,kind,guessed,visited,"
				     "found,capture\n"
				     "0,1,__dict__,dict,0,1,tp_traverse,0\n",
			       80), "%s", text);
	scene_release(&s);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, database_behind_a_descriptor);
	tcase_add_test(tc, names_are_refused);
	tcase_add_test(tc, database_that_can_not_be_written);
	tcase_add_test(tc, sorted_in_memory_or_in_a_file);
	tcase_add_test(tc, nothing_is_opened_by_name);
	tcase_add_test(tc, no_temporary_file);
	tcase_add_test(tc, csv_of_a_table);
}
