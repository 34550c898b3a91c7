/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/gc-stats.h - what the collector has done so far.
 */
#ifndef PYTHON_LOCATE_GC_STATS_H
#define PYTHON_LOCATE_GC_STATS_H

#include "python/state/python.h"

/*
 * Set generations[].done of `hi`, which is zeroed, and what of it is known,
 * from the collector's state (struct _gc_runtime_state) at `state`.  If one
 * can't be read, or can't be, all stay zeroed and unknown.
 */
void gc_stats_load(struct python *py, raddr state, struct heap_interpreter *hi);

#endif
