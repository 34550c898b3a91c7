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
	bool right;		/* its cells are aligned right: numbers */
	bool shrinks;		/* its cells may be shortened, like format_fit()
				   does, if the terminal is narrow */
};

struct cell {
	struct str text;
	enum style style;
};
VEC_DEFINE(cell_vec, struct cell);

struct table {
	const struct table_column *columns;
	unsigned int nr_columns;
	unsigned int indent;	/* columns of the terminal before each row */
	struct cell_vec cells;	/* row by row */
};

#define TABLE(columns) { columns, ARRAY_SIZE(columns), 0, VEC_INIT }

/*
 * Add a cell, empty, for the caller to write its text to.  The pointer is valid
 * until the next call.
 */
struct str *table_cell(struct table *t);
/* Set the style of the cell that was added last. */
void table_style(struct table *t, enum style style);

/* How many columns of a terminal the table takes if nothing is shortened. */
unsigned int table_width(const struct table *t, const struct format *f);

/*
 * Add the table to `out`: the heads if f->header, then all rows.  The number of
 * cells is a multiple of that of the columns.
 */
void table_print(const struct table *t, const struct format *f,
		 struct str *out);
/* Free the cells. */
void table_release(struct table *t);

#endif
