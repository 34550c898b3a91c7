/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "sql/files.h"
#include "sql/materialise.h"

static struct error *run(sqlite3 *db, const char *text)
{
	int failed = sqlite3_exec(db, text, NULL, NULL, NULL);

	if (failed == SQLITE_NOMEM)
		out_of_memory();
	return failed ? error_new(ERR_SYSTEM, "SQLite: %s",
				  sqlite3_errmsg(db)) : NULL;
}

/* The columns of the table and `capture`, which `*` may leave out. */
static void add_columns(const struct sql_table *table, struct str *ret)
{
	for (unsigned int i = 0; i < table->nr_columns; i++)
		str_addf(ret, "\"%s\", ", table->columns[i].name);
	str_add(ret, SQL_CAPTURE);
}

/* The table of the file has the name of the virtual one. */
static struct error *write_table(sqlite3 *db, const struct sql_table *table)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "CREATE TABLE file.%s(", table->name);
	for (unsigned int i = 0; i < table->nr_columns; i++)
		str_addf(&text, "\"%s\" %s, ", table->columns[i].name,
			 table->columns[i].type);
	str_addf(&text, SQL_CAPTURE " INTEGER); INSERT INTO file.%s SELECT ",
		 table->name);
	add_columns(table, &text);
	str_addf(&text, " FROM main.%s;", table->name);
	for (unsigned int i = 0; i < table->nr_indexes; i++) {
		const char *column =
			table->columns[table->indexes[i].column].name;

		str_addf(&text, "CREATE %s INDEX file.%s_%s ON %s(%s);",
			 !strcmp(column, "id") ? "UNIQUE" : "", table->name,
			 column, table->name, column);
	}
	return run(db, text.s);
}

/* --- a database behind a descriptor --- */

/* The file gets its name when it is complete: it needs no journal. */
static struct error *attach(sqlite3 *db, int fd)
{
	CLEANUP(freep) char *name = sql_files_name(fd);
	CLEANUP(freep) char *text = xasprintf(
		"ATTACH '%s' AS file; PRAGMA file.journal_mode = OFF;"
		"PRAGMA file.synchronous = OFF;", name);

	return run(db, text);
}

struct error *materialise_database(struct sql_heaps *heaps, int fd)
{
	CLEANUP(sql_close) struct sql sql = SQL_INIT;
	struct error *err = sql_open_writable(&sql, heaps);

	if (!err)
		err = attach(sql.db, fd);
	if (!err)
		err = run(sql.db, "BEGIN");
	for (size_t i = 0; sql_tables[i] && !err; i++)
		err = write_table(sql.db, sql_tables[i]);
	return err ? err : run(sql.db, "COMMIT");
}

/* --- rows --- */

static struct error *write_query(struct sql_heaps *heaps, const char *query,
				 enum print_style style, FILE *out)
{
	CLEANUP(sql_close) struct sql sql = SQL_INIT;
	CLEANUP(print_release) struct print print;
	struct error *err = sql_open(&sql, heaps);

	print_init(&print, style);
	print.format.header = true;
	print.out = out;
	return err ? err : sql_run(&sql, query, &print.sink);
}

struct error *materialise_csv(struct sql_heaps *heaps,
			      const struct sql_table *table, FILE *out)
{
	CLEANUP(str_release) struct str query = STR_INIT;

	str_add(&query, "SELECT ");
	add_columns(table, &query);
	str_addf(&query, " FROM %s", table->name);
	return write_query(heaps, query.s, PRINT_CSV, out);
}

struct error *materialise_rows(struct sql_heaps *heaps,
			       const struct sql_table *table,
			       const struct materialise_front *front,
			       enum print_style style, FILE *out)
{
	CLEANUP(str_release) struct str query = STR_INIT;

	str_addf(&query, "SELECT %s", front->columns);
	for (unsigned int i = 0; i < table->nr_columns; i++)
		if (!front->replaces(table->columns[i].name))
			str_addf(&query, ", \"%s\"", table->columns[i].name);
	str_addf(&query, " FROM %s", table->name);
	return write_query(heaps, query.s, style, out);
}
