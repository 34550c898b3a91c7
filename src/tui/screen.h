/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/screen.h - the whole terminal as a screen, by ncurses.
 *
 *	err = screen_check();
 *	...  read the target; it may take long and print
 *	err = screen_open(true);
 *	for (key = INPUT_RESIZE; key != 'q'; key = screen_key(-1)) {
 *		screen_begin();
 *		screen_put(0, 0, screen_columns(), "title", SCREEN_TITLE);
 *		screen_show();
 *	}
 *	screen_close();
 *
 * There is one screen, as a process has one terminal.  Nothing leaves it as it
 * is: screen_close(), exit(), out_of_memory() and every signal that ends a
 * process put the terminal back to what it was.  SIGTSTP gives it back as well,
 * and SIGCONT draws the screen again.  This file alone knows ncurses.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>

#include "base/error.h"
#include "tui/input.h"

enum screen_style {
	SCREEN_PLAIN,
	SCREEN_TITLE,		/* reverse, over the whole line */
	SCREEN_HEADING,		/* bold */
	SCREEN_CHOSEN,		/* reverse: the row that keys act upon */
	SCREEN_GROWTH,		/* red: more than there was */
	SCREEN_SHRINKING,	/* green: less than there was */
	SCREEN_QUIET,		/* what matters less */
	SCREEN_BAR,		/* a bar or a sparkline */
	NR_SCREEN_STYLES,
};

/*
 * Is there a terminal that can be a screen?  Writes nothing.  Call it before
 * work that would be in vain.
 *
 * ERR_USAGE: stdin or stdout is no terminal, or it can't do what is needed, or
 * TERM is unknown.
 */
struct error *screen_check(void) MUST_CHECK;

/*
 * Take the terminal.  `colored`: with colour, if it has any; without it, bold
 * and reverse are still shown.  Errors are those of screen_check().
 */
struct error *screen_open(bool colored) MUST_CHECK;

/* Give the terminal back.  Nothing happens if it is not taken. */
void screen_close(void);

/* The size now, in columns and rows of characters. */
unsigned int screen_columns(void);
unsigned int screen_rows(void);

/* Can it show what is not ASCII? */
bool screen_utf8(void);

/*
 * Begin to draw: everything is empty.  If the terminal is smaller than
 * SCREEN_MIN_COLUMNS by SCREEN_MIN_ROWS, says that on it and returns false:
 * what is drawn then is not shown.
 */
bool screen_begin(void);
#define SCREEN_MIN_COLUMNS 32
#define SCREEN_MIN_ROWS 6

/*
 * Draw hostile `text` at a row and a column, counted from 0, in exactly `width`
 * columns (see cells_fit()).  What is beyond the screen is not drawn.
 */
void screen_put(unsigned int row, unsigned int column, unsigned int width,
		const char *text, enum screen_style style);

/* Show the cursor at a place, until screen_begin(): where a person types. */
void screen_cursor(unsigned int row, unsigned int column);

/* Show what was drawn. */
void screen_show(void);

/*
 * Show what was drawn and put the cursor to a place, from which on somebody
 * else uses the terminal.  Until screen_take_back(), which draws the whole
 * screen when it is shown next, nothing else of this interface may be called.
 */
void screen_lend(unsigned int row, unsigned int column);
void screen_take_back(void);

/*
 * Wait for a key or an event, at most `ms` milliseconds; -1: without end; 0:
 * not at all.  Returns an enum input or a code point.
 */
uint32_t screen_key(int ms);

#endif
