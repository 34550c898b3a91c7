/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables as files. */
#include <fcntl.h>
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

static void write_empty(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
}

/* SQLite would take most of them for a URI, and one for a database in memory:
 * the data goes to the file that has this very name. */
START_TEST(names_of_files)
{
	static const char *const names[] = {
		"heap.db", "file:x.db", "file:y.db?mode=memory", "FILE:%41",
		"file:it's %41?x#y", ":memory:",
	};
	char folder[] = "/tmp/pyheld-sql.XXXXXX";
	struct scene s;

	scene_init(&s, HELD);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP(freep) char *path = xasprintf("%s/%s", folder,
						      names[i]);
		sqlite3 *db;

		write_empty(path);
		ck_assert_ptr_null(materialise_database(&s.heaps, names[i]));
		ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
		ck_assert_int_eq(number(db, "SELECT count(*) FROM objects"),
				 7);
		sqlite3_close(db);
		ck_assert_int_eq(unlink(path), 0);
	}
	/* Nothing else was made. */
	ck_assert_int_eq(rmdir(folder), 0);
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
	tcase_add_test(tc, names_of_files);
	tcase_add_test(tc, sorted_in_memory_or_in_a_file);
	tcase_add_test(tc, csv_of_a_table);
}
