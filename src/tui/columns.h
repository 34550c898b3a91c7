/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/columns.h - which columns a row has, and how wide they are.
 *
 * Unlike struct table of output/table.h, the widths depend on the terminal
 * alone and not on the rows, so that nothing jumps while a list is scrolled and
 * only the rows that are seen are ever asked for.
 */
#ifndef TUI_COLUMNS_H
#define TUI_COLUMNS_H

#include <stdbool.h>

#include "base/str.h"

#define COLUMNS_MAX 12

struct column {
	const char *head;
	unsigned int width;	/* of the terminal's columns */
	unsigned int share;	/* not 0: at least `width`, and so many parts of
				   what is left */
	bool right;		/* numbers */
	bool bar;		/* cells_bar() made its cells: frame_draw() has
				   a style for them */
	/* The column is left out if the terminal has fewer columns than this.
	 * 0: it is always there. */
	unsigned int from;
};

/*
 * The widths of `nr` columns (at most COLUMNS_MAX) in `total` columns of a
 * terminal, with one between two; 0: the column is left out.  If they do not
 * fit, the last ones are narrower than they want to be, or left out.
 */
void columns_layout(const struct column *columns, unsigned int nr,
		    unsigned int total, unsigned int *widths);

/*
 * Add a row of cells in exactly `total` columns (see cells_fit()).  cells[i] is
 * the text of column i; NULL: it is empty.
 */
void columns_row(const struct column *columns, unsigned int nr,
		 unsigned int total, const char *const *cells, bool utf8,
		 struct str *out);

/* Add the row of heads. */
void columns_heads(const struct column *columns, unsigned int nr,
		   unsigned int total, bool utf8, struct str *out);

#endif
