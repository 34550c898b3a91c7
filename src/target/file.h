/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/file.h - the files that a process has mapped, opened once each.
 *
 * A file is opened through /proc/PID only (map_files, exe, root), and only
 * where it is the very file of the mapping: never one of our own mount
 * namespace that happens to have that name.  Only regular files are opened.
 */
#ifndef TARGET_FILE_H
#define TARGET_FILE_H

#include "target/maps.h"

struct mapped_file {
	uint64_t device, inode;
	int fd;			/* -1: can't be had */
};
VEC_DEFINE(file_vec, struct mapped_file);

/*
 * The descriptor of a mapping's file, opened on first use, or -1.  It belongs
 * to `files`.  `dir` is /proc/PID.
 */
int file_of(struct file_vec *files, int dir, const struct mapping *m);
/* It was tried and can't be had. */
bool file_is_lost(const struct file_vec *files, const struct mapping *m);
void file_close_all(struct file_vec *files);

/*
 * Open a file to read where it is a regular one; -1 else.  Nothing happens to
 * a device or a FIFO of that name.
 */
int file_open_regular(int dir, const char *path);

/*
 * The same of `path`, which begins with '/', below the folder `root`, as a
 * process would see it whose root that is: its links lead nowhere else.  Where
 * `root` is "" as we see it.
 */
int file_open_below(const char *root, const char *path);

/* Let the process have as many open files as the system allows it. */
void file_raise_limit(void);

#endif
