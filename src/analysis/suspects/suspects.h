/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/suspects.h - what looks like a leak, and of which kind.
 *
 * Most leaks are accumulation points (the idea is Eclipse MAT's): a holder on
 * which many objects hang, none of which makes up most of it, and that keeps a
 * good part of the heap.  What it is called and what usually fixes it depends
 * on the way that leads to it: a class's attribute, a closure's cell, a
 * thread's local.  Holders that are alike (alike.h), each the `log` of a
 * Session, are one.  The rest are sets of objects that show in another way:
 * garbage, what is frozen, what only native code holds, equal strings,
 * containers that are nearly empty, chains.
 *
 * Each suspect is a set of objects.  Where sets overlap, what has most hanging
 * on each holder is the suspect; others stay that keep much else.
 *
 * A heap without older ones shows no growth.  So static data of libraries is
 * told from leaks by thresholds alone; what has a bound (a deque's maxlen, a
 * cache's maxsize) is no suspect while it is near to that.  With older heaps
 * only what grew in every step is a suspect, and may be smaller.
 */
#ifndef ANALYSIS_SUSPECTS_SUSPECTS_H
#define ANALYSIS_SUSPECTS_SUSPECTS_H

#include "analysis/suspects/suspect.h"

/*
 * `nr_older`: so many older heaps will be compared before suspects_finish(),
 * oldest first.  `h` must outlive *ret.
 */
void suspects_build(struct heap *h, const struct suspects_options *options,
		    size_t nr_older, struct suspects *ret);
void suspects_compare(struct suspects *s, struct heap *older);
/* Drop what did not grow, if anything was compared, and sort. */
void suspects_finish(struct suspects *s);
void suspects_release(struct suspects *s);

#endif
