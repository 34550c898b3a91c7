/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/gc-stats.h - what the collector has done so far.
 */
#ifndef PYTHON_LOCATE_GC_STATS_H
#define PYTHON_LOCATE_GC_STATS_H

#include "python/state/python.h"

/*
 * Set generations[].done of `hi`, which is zeroed, from the collector's state
 * (struct _gc_runtime_state) at `state`.  What can't be read, or can't be, is
 * unknown.
 */
void gc_stats_load(struct python *py, raddr state, struct heap_interpreter *hi);

#endif
