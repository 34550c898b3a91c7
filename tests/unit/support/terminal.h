/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * terminal.h - a terminal of the test's own in the place of stdin and stdout.
 */
#ifndef TESTS_UNIT_SUPPORT_TERMINAL_H
#define TESTS_UNIT_SUPPORT_TERMINAL_H

#include "base/str.h"

struct terminal {
	int master;		/* the side of who types; -1: hung up */
	int in, out;		/* what stdin and stdout were */
};

/* Take the place of stdin and stdout by an xterm of a size in characters. */
void terminal_open(struct terminal *t, unsigned short rows,
		   unsigned short columns);
/* Put stdin and stdout back. */
void terminal_close(struct terminal *t);

void terminal_resize(const struct terminal *t, unsigned short rows,
		     unsigned short columns);
/* Type `keys`. */
void terminal_type(const struct terminal *t, const char *keys);
/* End the connection. */
void terminal_hang_up(struct terminal *t);
/* Add what has been written to the terminal since the last call. */
void terminal_read(const struct terminal *t, struct str *out);

/* The characters of this process are UTF-8: for tcase_add_checked_fixture(). */
void terminal_use_utf8(void);

#endif
