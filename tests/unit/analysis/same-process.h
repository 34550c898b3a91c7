/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * same-process.h - heaps of one process at several times.
 *
 * Objects get their addresses in the order in which they are named, so texts
 * begin with the same names in the same order; types likewise.  Lists and dicts
 * have as many entries as references.  "ax" is the attribute .ax, "kx" is
 * ['kx'], all else as graph.h has it.
 */
#ifndef TESTS_UNIT_ANALYSIS_SAME_PROCESS_H
#define TESTS_UNIT_ANALYSIS_SAME_PROCESS_H

#include "graph.h"

/* graph_build(), and what the process is; the caller's to change. */
void same_process_build(struct heap *h, const char *text);

/* Two of them. */
void same_process_build_two(struct heap *old, struct heap *new, const char *a,
			    const char *b);

#endif
