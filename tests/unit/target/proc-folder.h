/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc-folder.h - a folder that looks like /proc/PID. */
#ifndef TESTS_UNIT_TARGET_PROC_FOLDER_H
#define TESTS_UNIT_TARGET_PROC_FOLDER_H

#include <stddef.h>

extern char folder[64];		/* its path */
extern int dir;			/* open on it; -1: there is none */

/* Make it, empty; remove_folder() before there can be another. */
void make_folder(void);
/* Remove it with all that is in it. */
void remove_folder(void);

/* Write a file in it, new or anew, that all users may read. */
void put_bytes(const char *name, const void *bytes, size_t len);
/* The same, with a string. */
void put(const char *name, const char *text);

#endif
