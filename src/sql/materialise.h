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
 * Write all tables, with indexes of what people join on, into the database
 * file at `path`, which is there and is empty.  The tables have the column
 * `capture` also for one heap.
 *
 * ERR_SYSTEM: SQLite can't write the file.
 */
struct error *materialise_database(struct sql_heaps *heaps, const char *path)
	MUST_CHECK;

/*
 * Write one table as CSV, with a line of column names.
 *
 * ERR_SYSTEM: `out` can't be written; what stays in its buffer is not checked.
 */
struct error *materialise_csv(struct sql_heaps *heaps,
			      const struct sql_table *table, FILE *out)
	MUST_CHECK;

#endif
