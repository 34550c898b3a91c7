/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/outfile.h - a file that is there whole or not at all.
 *
 * Written under a temporary name beside the final one and renamed when it is
 * complete.  What is no regular file (a pipe, /dev/null) is written directly,
 * and so is stdout.
 */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct outfile {
	FILE *stream;
	char *path, *temporary;	/* NULL: no renaming */
	/* Set before it is opened: of mode 0600, and on the disk when
	 * outfile_close() returns. */
	bool private;
};

#define OUTFILE_INIT { NULL, NULL, NULL, false }

/* `path` NULL or "-": stdout. */
struct error *outfile_open(struct outfile *f, const char *path) MUST_CHECK;
/* Write what is buffered, then rename. */
struct error *outfile_close(struct outfile *f) MUST_CHECK;
/* For CLEANUP(): leave nothing behind; after outfile_close() nothing. */
void outfile_abandon(struct outfile *f);

#endif
