/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/terminfo.h - the description of the terminal, in memory.
 *
 * ncurses reads it from a file when the screen opens, and libedit when it shows
 * its prompt.  Neither can do so in a process that may open no file.
 */
#ifndef TUI_TERMINFO_H
#define TUI_TERMINFO_H

/*
 * Find the compiled description of $TERM where ncurses looks for it, and put
 * its content into the variable TERMINFO, as "hex:...": ncurses takes that in
 * place of the path of a folder.
 *
 * If there is none, or none that ncurses would take from a variable, the
 * environment stays as it is.
 */
void terminfo_load(void);

#endif
