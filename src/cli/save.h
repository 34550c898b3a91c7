/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/save.h - a heap into a capture file that is whole or not there at all.
 */
#ifndef CLI_SAVE_H
#define CLI_SAVE_H

#include "heap/capture/capture.h"

/* Readable by the user alone; "-" is stdout.  Progress is on stderr. */
struct error *save_capture(struct heap *h, const char *file,
			   const struct capture_options *how) MUST_CHECK;

#endif
