/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/input.h - what a person typed, without a word of ncurses.
 *
 * A character is its code point, a control character included: Enter is '\n'.
 * The other keys and events follow beyond Unicode.
 */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include <stdint.h>

enum input {
	INPUT_TAB = '\t',
	INPUT_ENTER = '\n',
	INPUT_ESCAPE = 0x1b,
	INPUT_UNICODE_END = 0x110000,
	INPUT_NONE,		/* nothing was typed in time */
	INPUT_RESIZE,		/* the terminal has another size, or shows
				   something else: draw everything again */
	INPUT_CLOSED,		/* the terminal is gone */
	INPUT_UP,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_HOME,
	INPUT_END,
	INPUT_BACKSPACE,
	INPUT_OTHER,		/* a key that means nothing here */
};

#endif
