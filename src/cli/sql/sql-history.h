/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/sql/sql-history.h - the lines typed at the prompt of `pyheld sql`,
 * kept from one run to the next.
 *
 * They are in $XDG_STATE_HOME/pyheld/sql_history, or in ~/.local/state without
 * that: a text file, the oldest line first.  Queries name what is in a program,
 * so nobody but the user may read it.  Each line is appended when it is typed,
 * and the file is locked for it, so prompts that run at once do not lose each
 * other's lines.
 *
 * Nothing is kept in a folder that belongs to somebody else (sudo -E, su).  No
 * error ends the prompt: it goes on without a file, and --verbose says why.
 */
#ifndef CLI_SQL_SQL_HISTORY_H
#define CLI_SQL_SQL_HISTORY_H

#include "base/str.h"
#include "base/vec.h"

/* So many lines are read.  Once there are twice as many, a prompt that begins
 * shortens the file. */
#define SQL_HISTORY_LINES 1000
/* A longer line is not kept. */
#define SQL_HISTORY_LINE_MAX 4096

struct sql_history {
	int fd;			/* to append to; -1: none */
	struct str_vec lines;	/* of earlier runs, each owned */
};

/*
 * Open the file to read and to append, and make it and its folders if they are
 * missing.  The rest of this interface needs no more than this descriptor.
 * Returns -1 if there can't be one.
 */
int sql_history_file(void);

/*
 * Read the file behind `fd`, which becomes the history's; -1: nothing is kept.
 * The caller calls sql_history_close() in any case.
 */
void sql_history_open(struct sql_history *ret, int fd);
/* Append a line, which has no line feed. */
void sql_history_add(struct sql_history *history, const char *line);
void sql_history_close(struct sql_history *history);

#endif
