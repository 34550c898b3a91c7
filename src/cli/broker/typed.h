/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/broker/typed.h - the name of a file that a person types while a screen is
 * open.
 *
 * What may be written to is what the user named.  So it is the broker that
 * reads the name, and not the worker, which draws the screen.
 */
#ifndef CLI_BROKER_TYPED_H
#define CLI_BROKER_TYPED_H

/*
 * Ask for a name at the place of the cursor, which is the start of an empty
 * line, and return it: "~/" at its start becomes the folder that HOME names, as
 * in a shell.  `wake` and errors are as of terminal_read_line(), which reads
 * it.  The caller frees it.  "": nothing was typed, or Escape or another
 * control character was.
 */
char *typed_file(int wake);

/* The same from any process: the worker asks the broker.  It asks again after
 * signals.  NULL: the terminal is gone. */
char *typed_file_ask(void);

#endif
