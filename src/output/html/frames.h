/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/html/frames.h - the threads, and what the locals of their frames
 * retain. */
#ifndef OUTPUT_HTML_FRAMES_H
#define OUTPUT_HTML_FRAMES_H

#include <jansson.h>

#include "analysis/retained.h"

/*
 * [{"thread", "frame", "name", "type", "address", "objects", "bytes"}], a new
 * reference: the locals that retain the most, largest first.  "thread" is an
 * index in the threads of the summary, "frame" one in that thread's frames.
 */
json_t *frames_json(struct retained_view *v);

#endif
