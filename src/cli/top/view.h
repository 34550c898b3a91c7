/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/top/view.h - draw the processes of `top`: a line for each, and below what
 * grows in the chosen one.
 */
#ifndef CLI_TOP_VIEW_H
#define CLI_TOP_VIEW_H

#include "cli/top/processes.h"
#include "tui/list.h"

struct view {
	struct list list;	/* of the processes */
	enum live_sort sort;	/* of the holders and types */
	bool help;		/* show the keys instead */
	bool quits;		/* once the capture is written */
	const char *message;	/* instead of the line of keys, or NULL */
};

/* Draw and show it all; the screen is open. */
void view_draw(struct view *v, const struct processes *p);

#endif
