/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/suspects-large.h - few and large: one object that takes
 * much memory by itself, or a container with a handful of entries that do.
 *
 * They must keep SUSPECTS_MUCH times options.min_percent of the heap alive, and
 * options.min_large bytes; with older heaps, a handful needs suspect_least()
 * and one object options.min_large.  Without an older heap, nothing shows
 * whether one array is the data that a program works on, or too much of it.
 * So it counts only if something that can grow leads to it.
 */
#ifndef ANALYSIS_SUSPECTS_SUSPECTS_LARGE_H
#define ANALYSIS_SUSPECTS_SUSPECTS_LARGE_H

#include "analysis/suspects/suspect.h"

/*
 * Is it a container that can grow, with SUSPECTS_HANDFUL entries or more of one
 * type that make up most of it, none of them nearly all?  `o` is reached.
 */
bool suspects_large_is_handful(struct suspects *s, oid o);

/* Is `o`, which is reached, large by itself, and no container? */
bool suspects_large_is_one(struct suspects *s, oid o);

/*
 * Is `o`, which is reached, a tuple, a frozenset or an array, and no entry of a
 * container that can grow?  Then nothing can be added to it: a column of a data
 * frame, a table of a library.
 */
bool suspects_large_is_fixed(struct suspects *s, oid o);

#endif
