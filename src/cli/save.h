/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/save.h - write a heap to a capture file that is complete or not there.
 */
#ifndef CLI_SAVE_H
#define CLI_SAVE_H

#include "heap/capture/capture.h"

/*
 * Write `h` to `file`, which only the user may read; "-" is stdout.  Progress
 * is shown on stderr; how->progress is not used.
 *
 * ERR_SYSTEM: it can't be written.  Other errors: those of capture_write().
 * The message begins with the name of the file.
 */
struct error *save_capture(struct heap *h, const char *file,
			   const struct capture_options *how) MUST_CHECK;

#endif
