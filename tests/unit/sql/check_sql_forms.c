/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How results are written, and what is refused. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "graph.h"
#include "scene.h"
#include "suite.h"

const char suite_name[] = "sql_forms";

/* --- forms --- */

START_TEST(forms)
{
	struct scene s;

	scene_init(&s, HELD);
	expect_style(&s, PRINT_COLUMNS, "SELECT id, type, address FROM objects"
		     " WHERE type = 'app.Node'",
		     "id  type      address\n"
		     " 3  app.Node  0x1030\n"
		     " 4  app.Node  0x1040\n");
	expect_style(&s, PRINT_JSON, "SELECT id, type, address, length,"
		     " 1.5 AS id FROM objects WHERE id = 3; SELECT 1 WHERE 0",
		     "[\n  {\"id\": 3, \"type\": \"app.Node\", \"address\":"
		     " \"0x1030\", \"length\": null, \"id_2\": 1.5}\n]\n"
		     "[]\n");
	expect_style(&s, PRINT_CSV, "SELECT 'a\"b' AS \"x,y\", x'00ff' AS b,"
		     " char(27) AS c, 9e999 AS i, ' ' AS s",
		     "\"x,y\",b,c,i,s\n\"a\"\"b\",00ff,\\x1b,inf,\" \"\n");
	expect_style(&s, PRINT_COLUMNS, "SELECT 1 AS one WHERE 0", "one\n");
	expect_style(&s, PRINT_COLUMNS, "-- nothing\n;;", "");
	scene_release(&s);
}
END_TEST

/* As many columns as SQLite allows, and all have one name. */
START_TEST(many_equal_names)
{
	CLEANUP(str_release) struct str query = STR_INIT;
	CLEANUP(freep) char *text = NULL;
	struct scene s;
	clock_t begun;

	scene_init(&s, "a");
	str_add(&query, "SELECT 0 AS a_3");
	for (int i = 1; i < 2000; i++)
		str_addf(&query, ", %d AS a", i);
	begun = clock();
	ck_assert_ptr_null(scene_try(&s, query.s, PRINT_JSON, &text));
	ck_assert_ptr_nonnull(strstr(text, "{\"a_3\": 0, \"a\": 1,"
				     " \"a_2\": 2, \"a_4\": 3,"));
	ck_assert_ptr_nonnull(strstr(text, ", \"a_2000\": 1999}"));
	/* A hundredth of it, or seconds if each name is compared with all. */
	ck_assert_int_lt(clock() - begun, CLOCKS_PER_SEC);
	scene_release(&s);
}
END_TEST

static unsigned int nr_lines(const char *text, const char *line)
{
	unsigned int ret = 0;

	for (const char *at = text; (at = strstr(at, line)); at++)
		ret++;
	return ret;
}

#define NUMBERS \
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n" \
	" WHERE i < %u) SELECT i AS head FROM n"

/* The head is there once, whatever the number of rows. */
START_TEST(any_number_of_rows)
{
	static const unsigned int sizes[] = { 1999, 2000, 2001, 4000, 4500 };
	struct scene s;

	scene_init(&s, "a");
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		CLEANUP(freep) char *query = xasprintf(NUMBERS, sizes[i]);
		CLEANUP(freep) char *text = NULL;

		ck_assert_ptr_null(scene_try(&s, query, PRINT_COLUMNS, &text));
		ck_assert_uint_eq(nr_lines(text, "head\n"), 1);
		ck_assert_uint_eq(nr_lines(text, "\n"), sizes[i] + 1);
	}
	scene_release(&s);
}
END_TEST

/* --- what is refused --- */

START_TEST(only_queries)
{
	static const char *const writes[] = {
		"CREATE TABLE x(a)", "CREATE TEMP TABLE x(a)",
		"CREATE VIEW x AS SELECT 1", "ATTACH 'x' AS y",
		"PRAGMA temp_store_directory = '/'",
		"PRAGMA journal_mode = WAL", "PRAGMA writable_schema = 1",
		"VACUUM INTO 'x'", "SELECT load_extension('x')", "BEGIN",
		"SAVEPOINT a", "ANALYZE",
		"INSERT INTO types(name) VALUES (1)",
		"CREATE VIRTUAL TABLE x USING objects",
	};
	struct scene s;

	scene_init(&s, HELD);
	for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
		expect_refused(&s, writes[i], "");
	expect_refused(&s, "DELETE FROM objects", "modified");
	expect_refused(&s, "UPDATE refs SET name = 1", "modified");
	expect_refused(&s, "SELEC 1", "syntax error");
	expect_refused(&s, "SELECT 1; SELECT", "incomplete");
	expect_refused(&s, "SELECT x FROM objects", "no such column");
	expect_style(&s, PRINT_CSV, "PRAGMA table_info(captures_2);"
		     "PRAGMA Table_Info(captures_2)", "cid,name,type,notnull,"
		     "dflt_value,pk\ncid,name,type,notnull,dflt_value,pk\n");
	ck_assert(sql_is_complete("SELECT 1;"));
	ck_assert(!sql_is_complete("SELECT ';"));
	scene_release(&s);
}
END_TEST

/* A sink that is interrupted by its first row. */
static struct error *ignore(struct sql_sink *s UNUSED,
			    sqlite3_stmt *query UNUSED)
{
	return NULL;
}

static struct error *interrupt(struct sql_sink *s UNUSED,
			       sqlite3_stmt *query UNUSED)
{
	sql_interrupt();
	return NULL;
}

static struct error *is_full(struct sql_sink *s UNUSED,
			     sqlite3_stmt *query UNUSED)
{
	return error_new(ERR_SYSTEM, "full");
}

#define ENDLESS \
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)" \
	" SELECT i FROM n"

START_TEST(queries_end_early)
{
	struct sql_sink stops = { ignore, interrupt, ignore };
	struct sql_sink fails = { ignore, is_full, ignore };
	struct error *err;
	struct scene s;

	scene_init(&s, HELD);
	err = sql_run(&s.sql, ENDLESS, &stops);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_GONE);
	error_free(err);
	err = sql_run(&s.sql, ENDLESS, &fails);
	ck_assert_ptr_nonnull(err);
	ck_assert_str_eq(err->message, "full");
	error_free(err);
	expect(&s, "SELECT count(*) FROM objects", "7\n");
	scene_release(&s);
}
END_TEST

#define SORTED \
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n" \
	" WHERE i < 200000) SELECT max(x) FROM (SELECT i AS x, 'a text of" \
	" some bytes' || i AS t FROM n ORDER BY t, x LIMIT -1)"

/* What is sorted is more than SQLite's cache, and goes to a file. */
START_TEST(sorts_in_a_file)
{
	CLEANUP(freep) char *text = NULL;
	struct rlimit before, none;
	struct error *err;
	struct scene s;

	scene_init(&s, HELD);
	expect(&s, SORTED, "200000\n");
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = (struct rlimit){ 0, before.rlim_max };
	/* Writing fails with EFBIG.  Check itself writes to a file, too. */
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	err = scene_try(&s, SORTED, PRINT_CSV, &text);
	setrlimit(RLIMIT_FSIZE, &before);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	ck_assert_ptr_nonnull(strstr(err->message,
				     "can't sort in a temporary file"));
	error_free(err);
	scene_release(&s);
}
END_TEST

START_TEST(schema)
{
	CLEANUP(str_release) struct str one = STR_INIT, two = STR_INIT;
	struct sql_heaps heaps = { .nr = 1 };

	sql_table_schema(sql_tables[0], &heaps, &one);
	ck_assert_ptr_nonnull(strstr(one.s, "capture INTEGER HIDDEN)"));
	heaps.shows_capture = true;
	sql_table_schema(sql_tables[0], &heaps, &two);
	ck_assert_ptr_nonnull(strstr(two.s, "capture INTEGER)"));
}
END_TEST

/* A query is checked before there are heaps: `*` is as wide as with them. */
START_TEST(checked_for_two_heaps)
{
	static const char query[] = "SELECT * FROM mappings WHERE 0 UNION ALL"
				    " SELECT 1, 2, 3, 4, 5, 6, 7, 8";
	struct sql_heaps none = { .shows_capture = true };
	CLEANUP(freep) char *wide = NULL;
	struct scene s;
	struct sql sql;

	ck_assert_ptr_null(sql_open(&sql, &none));
	ck_assert_ptr_null(sql_run(&sql, query, NULL));
	sql_close(&sql);
	graph_build(&s.heap[0], "a");
	graph_build(&s.heap[1], "b");
	scene_open(&s, 2);
	wide = scene_ask(&s, query);
	ck_assert_str_eq(wide, "0x1,0x2,3,4,5,6,7,8\n");
	scene_release(&s);
}
END_TEST

static bool reads_names(const char *query)
{
	struct sql_heaps none = { .nr = 0 };
	struct sql sql;

	ck_assert_ptr_null(sql_open(&sql, &none));
	ck_assert_ptr_null(sql_run(&sql, query, NULL));
	sql_close(&sql);
	return none.reads_names;
}

/* Which queries need a heap that has recorded names. */
START_TEST(queries_that_read_names)
{
	static const char *const they_do[] = {
		"SELECT path FROM objects", "SELECT * FROM Objects LIMIT 1",
		"SELECT 1 FROM objects o WHERE o.Path LIKE 'a'",
		"SELECT 1; SELECT name FROM refs", "SELECT kind FROM refs",
		"WITH a AS (SELECT x.name AS n FROM refs x) SELECT n FROM a",
		"SELECT count(*) FROM types NATURAL JOIN refs",
		"SELECT 1 WHERE EXISTS (SELECT 1 FROM refs ORDER BY name)",
	};
	static const char *const they_do_not[] = {
		"SELECT name FROM types", "SELECT path FROM mappings",
		"SELECT count(*) FROM objects", "SELECT count(*) FROM refs",
		"SELECT o.type FROM refs JOIN objects o ON o.id = target",
		"SELECT root, distance, type FROM objects",
	};

	for (size_t i = 0; i < ARRAY_SIZE(they_do); i++)
		ck_assert_msg(reads_names(they_do[i]), "%s", they_do[i]);
	for (size_t i = 0; i < ARRAY_SIZE(they_do_not); i++)
		ck_assert_msg(!reads_names(they_do_not[i]), "%s",
			      they_do_not[i]);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, forms);
	tcase_add_test(tc, many_equal_names);
	tcase_add_test(tc, any_number_of_rows);
	tcase_add_test(tc, only_queries);
	tcase_add_test(tc, queries_end_early);
	tcase_add_test(tc, sorts_in_a_file);
	tcase_add_test(tc, schema);
	tcase_add_test(tc, checked_for_two_heaps);
	tcase_add_test(tc, queries_that_read_names);
}
