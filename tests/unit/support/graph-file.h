/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * graph-file.h - capture files of the heaps that graph.h makes from text.
 *
 * The heap is that of process 4242 on "host", with Python 3.13.0.  A reference
 * to `b` is the attribute .b, one to `b.d` is __dict__; the repr of `b` is
 * <b>.  Objects of the types list, dict, set and tuple have a length, the
 * number of their references.
 */
#ifndef TESTS_UNIT_SUPPORT_GRAPH_FILE_H
#define TESTS_UNIT_SUPPORT_GRAPH_FILE_H

#include "graph.h"
#include "heap/capture/capture.h"

/* graph_build(), and what the process is; the caller's to change. */
void graph_build_process(struct heap *h, const char *text);

/*
 * Write `h`, which graph_build_process() made, to a new capture file; a file
 * at `path` is replaced.  Errors end the test.
 */
void graph_write(struct heap *h, const char *path,
		 const struct capture_options *how);

/* Both of them; the capture is not compressed. */
void graph_file(const char *path, const char *text);

#endif
