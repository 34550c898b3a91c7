/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/files/input.h - files that the user names, to be read.
 */
#ifndef BASE_FILES_INPUT_H
#define BASE_FILES_INPUT_H

/*
 * Open what `path` names, of any kind, for reading; a FIFO is not waited for.
 * Returns a descriptor that the caller closes, or -1 with errno.
 */
int input_open(const char *path);

/*
 * The same for `path` below `folder`, where others may write: a link is
 * followed if it stays below it.  On Linux before 5.6, the last name may be no
 * link.
 */
int input_open_below(const char *folder, const char *path);

enum input_kind {
	INPUT_MISSING,
	INPUT_FILE,		/* a regular file, or a link to nothing */
	INPUT_FOLDER,
	INPUT_SPECIAL,		/* a FIFO, a socket or a device */
};

/* What is at `path`, or where it leads? */
enum input_kind input_kind(const char *path);

#endif
