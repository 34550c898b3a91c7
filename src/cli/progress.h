/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/progress.h - a line on a terminal while the work takes long.
 *
 * Shown on stderr only, only if that is a terminal, and only from half a
 * second on; gone when the work is done.  Not shown with --verbose, whose lines
 * say how far the work is.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

/* `what` ("reading") must stay valid; replaces what was there before. */
void progress_start(const char *what);
/* How far it is; until the next progress_start(). */
void progress_at(uint64_t done, uint64_t total);
/* Also when nothing was started.  Call before other output. */
void progress_stop(void);

#endif
