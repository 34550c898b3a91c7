/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli/version.h - the version of pyheld and what it was built with. */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include <stdio.h>

/* Print what --version shows.  Errors are left to `out`: see ferror(). */
void version_print(FILE *out);

/*
 * For --verbose: log this build, the kernel, and what we may do there.  The
 * first call does it, later calls do nothing.
 */
void version_log(void);

#endif
