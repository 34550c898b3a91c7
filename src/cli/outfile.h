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
 */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct outfile {
	FILE *stream;		/* to write to; owned unless it is stdout */
	char *path, *temporary;	/* owned; NULL: it is not renamed */
	/*
	 * Set before it is opened: its mode is 0600, and it is on the disk when
	 * outfile_close() returns.
	 */
	bool private;
	bool public;		/* set before it is opened: its mode is 0644,
				   whatever the umask is */
	/* Set with `private`: it need not be on the disk then, as the user can
	 * make it again.  Waiting for each of thousands of files takes long. */
	bool many;
};

#define OUTFILE_INIT { NULL, NULL, NULL, false, false, false }

/*
 * Open the file for writing.  `path` NULL or "-" is stdout.  Through a symbolic
 * link, the file that it leads to is replaced.
 *
 * ERR_SYSTEM: it can't be created or opened.
 */
struct error *outfile_open(struct outfile *f, const char *path) MUST_CHECK;
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
