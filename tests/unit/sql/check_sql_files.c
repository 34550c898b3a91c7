/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables as files. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"
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

/* SQLite does not open what has no name: copy it to `path`. */
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
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
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
	/* Other files are opened as ever. */
	ck_assert_int_eq(sqlite3_open("/proc/pyheld", &db), SQLITE_CANTOPEN);
	sqlite3_close(db);
	scene_release(&s);
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
	tcase_add_test(tc, database_that_can_not_be_written);
	tcase_add_test(tc, sorted_in_memory_or_in_a_file);
	tcase_add_test(tc, csv_of_a_table);
}
