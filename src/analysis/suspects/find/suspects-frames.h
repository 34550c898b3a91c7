/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-frames.h - threads that do not end: many
 * stand at the same line of one function, and each keeps the locals of its
 * frames.
 *
 * A pool of threads that wait for work looks the same.  So SUSPECTS_FEW threads
 * must have SUSPECTS_MUCH times options.min_percent of the heap in locals that
 * nothing else has; with older heaps, so much must have come that
 * suspect_least_growth() is reached.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_FRAMES_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_FRAMES_H

#include "analysis/suspects/suspect.h"

/* Add them, as SUSPECT_FRAME with SUSPECT_THREADS.  Linear in roots, but for
 * sorting them. */
void suspects_frames_add(struct suspects *s);

#endif
