/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sql/print.h - write the rows of queries: aligned columns, JSON or CSV.
 *
 * Rows are written while they come, so a result may be larger than memory.
 * Columns that are addresses (SQL_ADDRESS) are written as 0x...
 */
#ifndef SQL_PRINT_H
#define SQL_PRINT_H

#include <stdio.h>

#include "output/format.h"
#include "sql/database.h"

enum print_style {
	PRINT_COLUMNS,	/* for people; header: format.header */
	PRINT_JSON,	/* an array of objects for each query */
	PRINT_JSON_LINES, /* an object for each row, on one line */
	PRINT_CSV,	/* RFC 4180, but for lines that end in a line feed */
};

struct print {
	struct sql_sink sink;	/* first: the sink is this struct */
	enum print_style style;
	struct format format;
	FILE *out;
	/* Called before something is written; may be NULL. */
	void (*before)(void);
	/* Of the query whose rows come: */
	struct print_column *columns;
	unsigned int nr_columns;
	uint64_t nr_rows;
	struct table *table;	/* the rows that wait for their columns */
};

/* Prepare for any number of queries; the caller sets `format`, `out` and
 * `before` as well. */
void print_init(struct print *p, enum print_style style);
void print_release(struct print *p);

#endif
