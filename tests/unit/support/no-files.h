/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * no-files.h - forbid a process to reach files by their names, to see that it
 * does without.
 */
#ifndef TESTS_UNIT_SUPPORT_NO_FILES_H
#define TESTS_UNIT_SUPPORT_NO_FILES_H

#include <stdbool.h>

/*
 * From now on each system call of this process that takes the name of a file
 * fails with ENOENT or, if `deadly`, ends it with SIGSYS.  Files without a name
 * can be made (O_TMPFILE).  There is no way back: fork before, and end with
 * _exit(), as sanitizers open files at the end.
 */
void forbid_names(bool deadly);

#endif
