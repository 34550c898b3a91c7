/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/progress.h - a line on a terminal while the work takes long.
 *
 * It is shown on stderr if that is a terminal, by a thread of its own, from
 * half a second on and then once a second.  It is erased when the work is done.
 * With --verbose it is not shown: the lines of the log say how far the work is.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

/*
 * Show "pyheld: WHAT, N s".  `what` ("reading") must stay valid until
 * progress_stop().  If progress is shown already, only `what` is replaced; the
 * seconds go on.
 */
void progress_start(const char *what);
/*
 * Show a bar, too: `done` of `total` (in any unit) is done.  It is shown until
 * the next progress_start().  A `total` of 0 shows no bar.
 */
void progress_at(uint64_t done, uint64_t total);
/*
 * Erase the line and end the thread.  Call it before other output.  Nothing
 * happens if nothing was started.
 */
void progress_stop(void);

#endif
