/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/table.h - rows of cells, aligned in columns.
 *
 *	static const struct table_column columns[] = {
 *		{ "COUNT", .right = true }, { "TYPE", .shrinks = true },
 *	};
 *	CLEANUP(table_release) struct table t = TABLE(columns);
 *	format_count(table_cell(&t), 98113);
 *	str_add(table_cell(&t), "app.User");
 *	table_print(&t, format, out);
 */
#ifndef OUTPUT_TABLE_H
#define OUTPUT_TABLE_H

#include "base/vec.h"
#include "output/format.h"

struct table_column {
	const char *head;
	bool right;		/* numbers */
	bool shrinks;		/* may lose its middle on a narrow terminal */
};

struct cell {
	struct str text;
	enum style style;
};
VEC_DEFINE(cell_vec, struct cell);

struct table {
	const struct table_column *columns;
	unsigned int nr_columns;
	unsigned int indent;
	struct cell_vec cells;	/* row by row */
};

#define TABLE(columns) { columns, ARRAY_SIZE(columns), 0, VEC_INIT }

/* The next cell, empty; valid until the next is asked for. */
struct str *table_cell(struct table *t);
/* How the last cell is to look. */
void table_style(struct table *t, enum style style);

/* How many columns of the terminal it takes where nothing shrinks. */
unsigned int table_width(const struct table *t, const struct format *f);

/* Add the table to `out`: heads if the format has them, then all rows. */
void table_print(const struct table *t, const struct format *f,
		 struct str *out);
void table_release(struct table *t);

#endif
