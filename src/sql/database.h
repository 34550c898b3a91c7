/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sql/database.h - run SQL over heaps, and nothing but queries.
 *
 * An authorizer lets only reading pass: no statement can write, attach a file,
 * load an extension or change a setting.  What SQLite sorts and is larger than
 * its cache goes to a temporary file, as sql/files.h says; a query ends when
 * that disk is nearly full.  SQLite opens no other file.
 */
#ifndef SQL_DATABASE_H
#define SQL_DATABASE_H

#include <sqlite3.h>

#include "base/error.h"
#include "sql/heaps.h"

struct sql {
	sqlite3 *db;
	struct sql_heaps *heaps;
};

#define SQL_INIT { NULL, NULL }

/* Who gets the rows of a result. */
struct sql_sink {
	/* Once for each query that has columns, before its first row. */
	struct error *(*begin)(struct sql_sink *s, sqlite3_stmt *query);
	struct error *(*row)(struct sql_sink *s, sqlite3_stmt *query);
	struct error *(*end)(struct sql_sink *s, sqlite3_stmt *query);
};

/*
 * Open a database of the tables of sql/tables/tables.def.  `heaps` must outlive
 * it.
 * The caller calls sql_close() in any case.
 *
 * ERR_SYSTEM: SQLite fails.
 */
struct error *sql_open(struct sql *ret, struct sql_heaps *heaps) MUST_CHECK;
/* The same without limits and the authorizer, for queries of our own; what is
 * sorted stays in memory. */
struct error *sql_open_writable(struct sql *ret, struct sql_heaps *heaps)
	MUST_CHECK;
void sql_close(struct sql *sql);

/*
 * Run all statements of `text`, which are separated by semicolons, and give
 * their rows to `sink`; NULL: only look whether they can be run.
 *
 * ERR_USAGE: SQLite refuses a statement, or it fails; the message is SQLite's.
 * ERR_GONE: sql_interrupt() was called.
 * ERR_SYSTEM: a temporary file can't be written.  Or an error of `sink`.
 */
struct error *sql_run(struct sql *sql, const char *text,
		      struct sql_sink *sink) MUST_CHECK;

/* Is `text` one or more whole statements, so that no more lines follow? */
bool sql_is_complete(const char *text);

/* End the query that runs, if one does.  A signal handler may call it. */
void sql_interrupt(void);

#endif
