/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/file.h - the files that a process has mapped, opened once each.
 *
 * A file is opened through /proc/PID only (map_files, exe, root), and only if
 * it is the very file of the mapping: never a file of our own mount namespace
 * that happens to have that name.  Only regular files are opened: to open a
 * device or a FIFO may do things, or wait for ever.
 *
 * Every function here that returns a descriptor returns -1 on failure.
 */
#ifndef TARGET_FILE_H
#define TARGET_FILE_H

#include "target/maps.h"

struct mapped_file {
	uint64_t device, inode;
	int fd;			/* -1: is not available */
};
VEC_DEFINE(file_vec, struct mapped_file);

/*
 * The descriptor of the mapping's file, opened on first use.  It belongs to
 * `files`.  `dir` is a descriptor of /proc/PID.  -1: the mapping has no file,
 * or it can't be opened; it is not tried again.
 */
int file_of(struct file_vec *files, int dir, const struct mapping *m);
/* What file_of() has found for the mapping; NULL: it was not asked for. */
const struct mapped_file *file_find(const struct file_vec *files,
				    const struct mapping *m);
/* Has file_of() failed to open the mapping's file? */
bool file_is_lost(const struct file_vec *files, const struct mapping *m);
/* Close all descriptors; `files` is empty afterwards. */
void file_close_all(struct file_vec *files);

/*
 * Open the regular file `path`, relative to the directory `dir` (or AT_FDCWD),
 * for reading; the caller closes it.
 */
int file_open_regular(int dir, const char *path);

/*
 * Open the regular file `path`, which begins with '/', for reading, as a
 * process sees it whose root directory is `root`: symbolic links do not lead
 * out of `root`.  With `root` "" it is our own root.  The caller closes it.
 */
int file_open_below(const char *root, const char *path);

/* Raise our soft limit of open files to the hard limit. */
void file_raise_limit(void);

#endif
