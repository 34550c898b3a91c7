/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unnamed.h - file systems that have files without names (O_TMPFILE), and
 * those that don't.
 */
#ifndef TESTS_UNIT_SUPPORT_UNNAMED_H
#define TESTS_UNIT_SUPPORT_UNNAMED_H

/* How many names a temporary file has in the current folder: 0, or 1 where
 * there are no files without one. */
unsigned int nr_names(void);

/* From now on, no file system has them for this process. */
void forbid_unnamed(void);

#endif
