/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sql/table.h - a table of SQL right over heaps: columns with getters.
 *
 * A table is a struct sql_table, which is all constant: a list of columns, each
 * with a function that gives its value in one row, and of indexes.  table.c
 * makes a virtual table of SQLite of it, which can't be written to.  Nothing is
 * copied: a row is a number, and its values are read when a query asks for
 * them.
 *
 * To add a table: write a file like sql/tables/threads.c, and name the table in
 * sql/tables/tables.def and in man/pyheld-sql.1.
 *
 * Each heap has its rows 0 .. nr - 1.  An id in SQL is sql_id(): the number of
 * the capture in the upper 32 bits, the row in the lower ones.  So ids of
 * several captures never meet in a join, and those of the first one are the
 * numbers of the rows.
 */
#ifndef SQL_TABLE_H
#define SQL_TABLE_H

#include <sqlite3.h>

#include "sql/heaps.h"

/* A row of a table; `object` and `edge` are set by sql_table.seek. */
struct sql_row {
	struct sql_heap *heap;
	uint64_t nr;		/* of the row among those of the heap */
	oid object;
	uint32_t edge;
};

/* The type of a column whose numbers are addresses; they are shown in
 * hexadecimal.  SQLite compares them as numbers. */
#define SQL_ADDRESS "ADDRESS"
#define SQL_INTEGER "INTEGER"
#define SQL_REAL "REAL"
#define SQL_TEXT "TEXT"
/* The value is an integer, a real number or a text. */
#define SQL_ANY ""

struct sql_column {
	const char *name;
	const char *type;	/* SQL_* */
	/* Give the value by sqlite3_result_*(); nothing: it is NULL. */
	void (*get)(const struct sql_row *row, sqlite3_context *out);
};

/* Rows of one heap: first .. first + nr - 1, or the numbers at these places of
 * `list`, which the heap owns. */
struct sql_span {
	struct sql_heap *heap;
	const uint32_t *list;	/* NULL: the rows themselves */
	uint64_t first, nr;
};
VEC_DEFINE(sql_span_vec, struct sql_span);

/* Does `text` match `pattern`, as LIKE or GLOB says? */
typedef bool sql_is_like(const char *pattern, const char *text);

struct sql_index {
	unsigned int column;
	/* At most one row of a heap has a value.  Of all heaps, at most one
	 * row has a value if the column is `id`. */
	bool unique;
	/* The values are texts: the index is of no use for a comparison that
	 * takes different texts as equal. */
	bool text;
	/* `find` leads to no row with another value: SQLite need not compare
	 * again. */
	bool exact;
	/* Append the rows of `heap` whose column equals `value`, or more than
	 * these.  NULL: the column is SQL_COLUMN_ID. */
	void (*find)(struct sql_heap *heap, sqlite3_value *value,
		     struct sql_span_vec *ret);
	/* Append the rows of `heap` whose column is a text that `is_like`
	 * accepts, or more than these.  NULL: LIKE and GLOB make a scan. */
	void (*match)(struct sql_heap *heap, const char *pattern,
		      sql_is_like *is_like, struct sql_span_vec *ret);
	/* How many rows have one value, on average, for the query planner;
	 * NULL if `unique`. */
	double (*rows)(const struct heap *h);
};

struct sql_table {
	const char *name;
	const struct sql_column *columns;
	unsigned int nr_columns;
	/* Bit i: column i names single references.  If the heap has not
	 * recorded names, each time all references of an object are read. */
	uint32_t naming;
	const struct sql_index *indexes;
	unsigned int nr_indexes;
	/* How many rows the heap has. */
	uint64_t (*nr_rows)(struct sql_heap *heap);
	/* The same, about, where `nr_rows` takes long: for the query planner.
	 * NULL: `nr_rows` is fast. */
	double (*about)(const struct heap *h);
	/* Set `object` and `edge` of a row whose `nr` is set; they are as
	 * this function left them for the row before.  NULL: object is nr. */
	void (*seek)(struct sql_row *row);
};

/* The first column of a table whose rows have an id: sql_id() of the row.  And
 * its index, which needs no more. */
#define SQL_COLUMN_ID { "id", SQL_INTEGER, sql_get_id }
#define SQL_INDEX_ID { 0, .unique = true, .exact = true }

#define SQL_COLUMNS(c) .columns = (c), .nr_columns = ARRAY_SIZE(c)
#define SQL_INDEXES(i) .indexes = (i), .nr_indexes = ARRAY_SIZE(i)

/* Every table has this column behind its own: see sql/tables/captures.c. */
#define SQL_CAPTURE "capture"

/* All tables, ended by NULL. */
extern const struct sql_table *const sql_tables[];

/*
 * Make SQLite know the table: `SELECT * FROM name` then works.  `heaps` must
 * outlive `db`.  Returns SQLite's result.
 */
int sql_table_register(sqlite3 *db, const struct sql_table *table,
		       struct sql_heaps *heaps);

/* Add "CREATE TABLE name(column type, ...)", on one line. */
void sql_table_schema(const struct sql_table *table,
		      const struct sql_heaps *heaps, struct str *ret);

static inline int64_t sql_id(const struct sql_heap *heap, uint64_t nr)
{
	return (int64_t)((uint64_t)heap->number << 32 | nr);
}

/* --- for getters --- */

/* The getter of SQL_COLUMN_ID. */
void sql_get_id(const struct sql_row *row, sqlite3_context *out);
/* Give an id, or NULL for OID_NONE. */
void sql_result_id(const struct sql_heap *heap, oid o, sqlite3_context *out);
/* Give a number; those of 2^63 and more, which SQLite does not have, are real
 * numbers. */
void sql_result_count(uint64_t n, sqlite3_context *out);
/* Give a text that lives as long as the heap; NULL is NULL. */
void sql_result_static(const char *text, sqlite3_context *out);
/* Give a text, or NULL if it is empty; `text` is empty then. */
void sql_result_str(struct str *text, sqlite3_context *out);

/* --- for indexes --- */

/* `value` as an integer; false: no integer equals it. */
bool sql_value_integer(sqlite3_value *value, int64_t *ret);
/* The row of `heap` whose sql_id() is `value`; false: `heap` has none with a
 * number below `nr`. */
bool sql_value_row(const struct sql_heap *heap, sqlite3_value *value,
		   uint64_t nr, uint64_t *ret);
/* Append one row. */
void sql_span_add(struct sql_heap *heap, uint64_t nr,
		  struct sql_span_vec *ret);

#endif
