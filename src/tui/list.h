/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/list.h - the place in a list that is longer than the screen.
 *
 * It holds no rows, only which one is chosen and which one is shown first.  So
 * ten million rows cost nothing: who draws asks for those that are seen.
 */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/input.h"

struct list {
	size_t nr;		/* rows; set by the owner at any time */
	size_t at;		/* the chosen row; 0 if there is none */
	size_t top;		/* the first row that is shown */
	size_t height;		/* rows of the screen: see list_fit() */
};

#define LIST_INIT { 0, 0, 0, 1 }

/* Take `height` rows of the screen, at least 1 is taken.  The chosen row is
 * then seen, and no row of the screen is empty without need. */
void list_fit(struct list *l, size_t height);

/* Choose a row; beyond the last one: the last. */
void list_choose(struct list *l, size_t at);

/*
 * Move for a key: up and down, k and j, pages, space, home and end, g and G.
 * Returns true if `key` is one of these, even if there is no way to go.
 */
bool list_key(struct list *l, uint32_t key);

/* How many rows are seen, from l->top on. */
size_t list_seen(const struct list *l);

#endif
