/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/outfile.h - a file that is there whole or not at all.
 *
 * It is written under a temporary name in the same folder and renamed when it
 * is complete.  If the program is interrupted, terminated, crosses its limit of
 * file sizes or writes to a pipe that nobody reads, the temporary file is
 * removed; then the handler that the signal had before runs, which may give a
 * terminal back.  Only one such file can be open at a time.  What is no regular
 * file (a pipe, /dev/null) is written directly, and so is stdout.
 *
 * What pyheld writes says much about a process: only the user may read it, and
 * nobody else can lead it elsewhere (base/files/newfile.h).
 */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/files/newfile.h"

struct outfile {
	FILE *stream;		/* to write to; owned unless it is stdout */
	struct newfile file;	/* without a temporary file it is written
				   directly */
	/* Set before it is opened: its mode is 0644 and not 0600, whatever the
	 * umask is, and it need not be on the disk. */
	bool public;
	/* Set before it is opened: it need not be on the disk when
	 * outfile_close() returns, as the user can make it again.  Waiting for
	 * each of thousands of files takes long. */
	bool many;
};

#define OUTFILE_INIT { NULL, NEWFILE_INIT, false, false }

/*
 * Open the file for writing.  `path` NULL or "-" is stdout.  Through a symbolic
 * link that only root and the user can change, the file that it leads to is
 * replaced.
 *
 * ERR_SYSTEM: it can't be created or opened, or the path has a link that others
 * can change.
 */
struct error *outfile_open(struct outfile *f, const char *path) MUST_CHECK;
/* Is there a temporary file, which is a regular one and empty? */
bool outfile_is_regular(const struct outfile *f);
/*
 * Write what is buffered, close the file and give it its name.
 *
 * ERR_SYSTEM: it can't be written or renamed; call outfile_abandon().
 */
struct error *outfile_close(struct outfile *f) MUST_CHECK;
/*
 * Release `f`; if outfile_close() has not succeeded, close and remove the
 * temporary file.  For CLEANUP().
 */
void outfile_abandon(struct outfile *f);

#endif
