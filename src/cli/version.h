/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli/version.h - what this build of pyheld is. */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include <stdio.h>

void version_print(FILE *out);

#endif
