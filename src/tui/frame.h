/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/frame.h - a screen with a title, a list and a line of keys.
 *
 *	 title                                              SCREEN_TITLE
 *	 where                             the chosen row of how many
 *	 heads                                              SCREEN_HEADING
 *	 rows of the list
 *	 detail, on two lines                               SCREEN_HEADING
 *	 foot                                               SCREEN_TITLE
 */
#ifndef TUI_FRAME_H
#define TUI_FRAME_H

#include "tui/columns.h"
#include "tui/list.h"
#include "tui/screen.h"

#define FRAME_DETAIL_FROM 20

struct frame {
	const char *title, *where;
	const char *foot;	/* the keys, or a message */
	/*
	 * About the chosen row; NULL: there is no such text, and the list has
	 * its two lines.  It is left out on a screen with fewer lines than
	 * FRAME_DETAIL_FROM.
	 */
	const char *detail;
	const struct column *columns;
	unsigned int nr_columns;
	struct list *list;	/* list_fit() is called for it */
	/*
	 * Set the texts of row `i` of the list, one for each column, which are
	 * empty before; and its style, which is SCREEN_PLAIN before.  It is
	 * called for the rows that are seen, in their order.  May be NULL if
	 * there are no rows.
	 */
	void (*row)(void *owner, size_t i, struct str *cells,
		    enum screen_style *style);
	void *owner;
	const char *empty;	/* shown instead of rows if there are none */
};

/* Draw it.  The caller has called screen_begin() and calls screen_show(). */
void frame_draw(const struct frame *f);

#endif
