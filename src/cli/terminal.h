/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli/terminal.h - what the terminal, or the file, behind stdout can show, and
 * a line that a person types. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "output/format.h"

/* --color; `auto` shows colour on a terminal, unless NO_COLOR is set. */
enum terminal_color {
	TERMINAL_AUTO,
	TERMINAL_ALWAYS,
	TERMINAL_NEVER,
};
#define TERMINAL_COLORS "auto|always|never"

/* Set the option --color.  Before the first call it is `auto`. */
void terminal_set_color(enum terminal_color wanted);

/*
 * The format for text on stdout: the terminal's width (COLUMNS goes first; 0,
 * which is no limit, if stdout is no terminal), whether the locale is UTF-8,
 * with headers, and with colour as --color says.
 */
struct format terminal_format(void);

/*
 * Print `prompt` and read a line from the terminal behind stdin, which echoes
 * and edits it.  The terminal's mode is as before when this returns.  The wait
 * ends when `wake` can be read, too; -1: nothing else is waited for.
 *
 * The caller frees the line, which has no line feed.  NULL and errno: EINTR: a
 * signal or `wake` came; else there is no line any more.
 */
char *terminal_read_line(const char *prompt, int wake);

#endif
