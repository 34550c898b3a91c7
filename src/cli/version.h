/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli/version.h - what this build of pyheld is. */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include <stdio.h>

/* For --version. */
void version_print(FILE *out);

/* For --verbose: this build, the kernel, and what we may do there. */
void version_log(void);

#endif
