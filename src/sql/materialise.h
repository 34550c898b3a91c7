/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sql/materialise.h - the tables of sql/tables/tables.def as files, for other
 * programs.
 */
#ifndef SQL_MATERIALISE_H
#define SQL_MATERIALISE_H

#include <stdio.h>

#include "sql/print.h"
#include "sql/table.h"

/*
 * Write all tables, with indexes of what people join on, into the file
 * behind `fd`, which becomes a database: it has to be regular, empty, and open
 * to read and write.  The tables have the column `capture` also for one heap.
 *
 * ERR_SYSTEM: SQLite can't write the file.
 */
struct error *materialise_database(struct sql_heaps *heaps, int fd)
	MUST_CHECK;

/*
 * Write one table as CSV, with a line of column names.
 *
 * ERR_SYSTEM: `out` can't be written; what stays in its buffer is not checked.
 */
struct error *materialise_csv(struct sql_heaps *heaps,
			      const struct sql_table *table, FILE *out)
	MUST_CHECK;

/* Columns in front of those of a table, the same in each row. */
struct materialise_front {
	const char *columns;	/* SQL: "'web1' AS hostname, 42 AS pid" */
	/* Is a column of the table left out? */
	bool (*replaces)(const char *column);
};

/*
 * Write one table of one heap as PRINT_CSV, with a line of column names, or as
 * PRINT_JSON_LINES.  There is no column `capture` of the table's own.
 *
 * ERR_SYSTEM: `out` can't be written; what stays in its buffer is not checked.
 */
struct error *materialise_rows(struct sql_heaps *heaps,
			       const struct sql_table *table,
			       const struct materialise_front *front,
			       enum print_style style, FILE *out) MUST_CHECK;

#endif
