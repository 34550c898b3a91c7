/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/files/scratch.h"
#include "sql/database.h"
#include "sql/files.h"
#include "sql/numbers.h"
#include "sql/table.h"

/* --- what is allowed --- */

/* Functions that reach beyond the database. */
static bool is_forbidden(const char *function)
{
	return !strcmp(function, "load_extension") ||
	       !strcmp(function, "fts3_tokenizer");
}

/* Pragmas that only tell what tables and functions there are. */
static bool is_harmless(const char *pragma)
{
	static const char *const names[] = {
		"table_info", "table_xinfo", "table_list", "function_list",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!sqlite3_stricmp(pragma, names[i]))
			return true;
	return false;
}

static int authorize(void *context UNUSED, int action, const char *first,
		     const char *second, const char *database UNUSED,
		     const char *trigger UNUSED)
{
	bool allowed;

	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		allowed = true;
		break;
	case SQLITE_FUNCTION:
		allowed = !second || !is_forbidden(second);
		break;
	case SQLITE_PRAGMA:
		allowed = first && is_harmless(first);
		break;
	default:
		allowed = false;
	}
	return allowed ? SQLITE_OK : SQLITE_DENY;
}

/* --- opening --- */

static volatile sig_atomic_t interrupted;

void sql_interrupt(void)
{
	interrupted = 1;
}

/* SQLite asks this again and again while a query runs. */
static int has_to_end(void *context UNUSED)
{
	return interrupted;
}

/* So many steps of SQLite's machine are a fraction of a millisecond. */
#define STEPS 10000
#define TEXT_MAX_BYTES (1 << 28)
#define QUERY_MAX_BYTES (1 << 20)

static const struct { int limit, most; } limits[] = {
	{ SQLITE_LIMIT_LENGTH, TEXT_MAX_BYTES },
	{ SQLITE_LIMIT_SQL_LENGTH, QUERY_MAX_BYTES },
	{ SQLITE_LIMIT_ATTACHED, 0 },
	{ SQLITE_LIMIT_TRIGGER_DEPTH, 0 },
	{ SQLITE_LIMIT_WORKER_THREADS, 0 },
};

/* Declare the table.  SQLite does it when the table is first named, and asks
 * the authorizer then whether the schema may be changed (3.40). */
static int connect_table(sqlite3 *db, const char *table)
{
	CLEANUP(freep) char *query = xasprintf("SELECT 1 FROM %s", table);
	sqlite3_stmt *ignored = NULL;
	int failed = sqlite3_prepare_v2(db, query, -1, &ignored, NULL);

	sqlite3_finalize(ignored);
	return failed;
}

static int register_all(struct sql *sql)
{
	int failed = numbers_register(sql->db, sql->heaps);

	for (size_t i = 0; sql_tables[i] && !failed; i++) {
		failed = sql_table_register(sql->db, sql_tables[i],
					    sql->heaps);
		if (!failed)
			failed = connect_table(sql->db, sql_tables[i]->name);
	}
	return failed;
}

/*
 * What SQLite sorts goes to a file once it is larger than its cache of 2 MB:
 * 140 bytes an object otherwise, for a GROUP BY over joined rows.  Where no
 * file can be made, or others need the rest of the disk, it stays in memory.
 */
static bool has_files(void)
{
	CLEANUP(closep) int fd = scratch_file();
	bool in_memory;

	return fd >= 0 && scratch_room(fd, &in_memory) > 0;
}

static int restrict_all(struct sql *sql)
{
	sqlite3 *db = sql->db;
	int failed;

	failed = sqlite3_exec(db, has_files() ?
				  "PRAGMA trusted_schema = OFF;"
				  "PRAGMA temp_store = FILE" :
				  "PRAGMA trusted_schema = OFF",
			      NULL, NULL, NULL);
	if (!failed)
		failed = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1,
					   NULL);
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		sqlite3_limit(db, limits[i].limit, limits[i].most);
	sqlite3_progress_handler(db, STEPS, has_to_end, NULL);
	return failed ? failed : sqlite3_set_authorizer(db, authorize, NULL);
}

static struct error *open_failed(int failed)
{
	return failed ? error_new(ERR_SYSTEM, "SQLite: %s",
				  sqlite3_errstr(failed)) : NULL;
}

struct error *sql_open_writable(struct sql *ret, struct sql_heaps *heaps)
{
	int failed = sql_files_register();

	*ret = (struct sql){ NULL, heaps };
	if (!failed)
		failed = sqlite3_open(":memory:", &ret->db);
	if (!failed)
		failed = sqlite3_exec(ret->db, "PRAGMA temp_store = MEMORY",
				      NULL, NULL, NULL);
	return open_failed(failed ? failed : register_all(ret));
}

struct error *sql_open(struct sql *ret, struct sql_heaps *heaps)
{
	struct error *err = sql_open_writable(ret, heaps);

	return err ? err : open_failed(restrict_all(ret));
}

void sql_close(struct sql *sql)
{
	sqlite3_close(sql->db);
	sql->db = NULL;
}

/* --- running --- */

static void finalizep(sqlite3_stmt **query)
{
	sqlite3_finalize(*query);
}

static struct error *query_failed(const struct sql *sql, int code)
{
	if (code == SQLITE_NOMEM)
		out_of_memory();
	if (code == SQLITE_INTERRUPT)
		return error_new(ERR_GONE, "interrupted");
	if (code == SQLITE_AUTH)
		return error_new(ERR_USAGE, "%s: only queries are possible,"
				 " and nothing is changed",
				 sqlite3_errmsg(sql->db));
	/* The low byte; the rest says where it was (SQLite's result codes). */
	code &= 0xff;
	if (code == SQLITE_FULL)
		return error_new(ERR_SYSTEM, "the query ends here: the disk for"
				 " what is sorted is nearly full (TMPDIR names"
				 " another one)");
	if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN)
		return error_new(ERR_SYSTEM, "SQLite can't sort in a temporary"
				 " file: %s", sqlite3_errmsg(sql->db));
	return error_new(ERR_USAGE, "%s", sqlite3_errmsg(sql->db));
}

static struct error *step_through(struct sql *sql, sqlite3_stmt *query,
				  struct sql_sink *sink)
{
	struct error *err = NULL;
	bool begun = false;
	int code = SQLITE_ROW;

	while (!err && (code = sqlite3_step(query)) == SQLITE_ROW) {
		if (!begun)
			err = sink->begin(sink, query);
		begun = true;
		if (!err)
			err = sink->row(sink, query);
	}
	if (err)
		return err;
	if (code != SQLITE_DONE)
		return query_failed(sql, code);
	if (!begun && sqlite3_column_count(query))
		err = sink->begin(sink, query);
	return err || !sqlite3_column_count(query) ? err :
						     sink->end(sink, query);
}

/* Run the first statement; *text then points behind it. */
static struct error *run_one(struct sql *sql, const char **text,
			     struct sql_sink *sink)
{
	CLEANUP(finalizep) sqlite3_stmt *query = NULL;
	int failed = sqlite3_prepare_v2(sql->db, *text, -1, &query, text);

	if (failed)
		return query_failed(sql, failed);
	return query && sink ? step_through(sql, query, sink) : NULL;
}

struct error *sql_run(struct sql *sql, const char *text,
		      struct sql_sink *sink)
{
	struct error *err = NULL;

	interrupted = 0;
	while (*text && !err)
		err = run_one(sql, &text, sink);
	return err;
}

bool sql_is_complete(const char *text)
{
	return sqlite3_complete(text);
}
