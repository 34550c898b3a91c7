/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.h - files of tests: what is in them, how many there are, who may read
 * them.  What can't be done fails the test.
 */
#ifndef TESTS_UNIT_CLI_FILES_H
#define TESTS_UNIT_CLI_FILES_H

#include <sys/types.h>

/* The text of a file of less than 1 MB; the caller frees it. */
char *read_file(const char *path);
void expect_content(const char *path, const char *content);
void write_text(const char *path, const char *text);
/* How many files match a pattern of glob(3). */
unsigned int nr_files(const char *pattern);
/* The bits of chmod(2). */
mode_t mode_of(const char *path);

#endif
