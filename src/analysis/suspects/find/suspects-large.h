/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-large.h - few and large: one object that
 * takes much memory by itself, or a container with a handful of entries that
 * do; and what one heap alone says of others with few entries.
 *
 * The few and large must keep SUSPECTS_MUCH times options.min_percent of the
 * heap alive, and options.min_large bytes; with older heaps, suspect_least() is
 * enough for a handful, and for a buffer that grows in place and is not in
 * work, and one other object needs options.min_large.  Without an older heap,
 * nothing shows whether one array is the data that a program works on, or too
 * much of it.  So it counts only if something that can grow leads to it.
 *
 * Without an older heap nothing tells a list of 500 rows that was read at start
 * from one of 500 sessions that is never emptied: neither the collector's
 * generations (what was read last is the youngest, in an idle service for
 * ever), nor addresses (memory is used again).  But some contents are made by
 * no import: instances of classes of the program, and buffers.  A container of
 * these is a suspect with fewer entries (suspects_options.runtime_part).  All
 * others are only named as large.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_LARGE_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_LARGE_H

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

/*
 * Does `o`, which is reached, have contents that a program makes while it runs?
 * It can grow, and is a deque or has alike entries of bytes, or of a class of
 * the program's own modules: neither Python's nor those of installed packages,
 * as the `__file__` of the module says.
 */
bool suspects_large_is_runtime(struct suspects *s, oid o);

/*
 * Without older heaps: is `o`, which is reached, a container of texts or bytes
 * alone, that a library has?  Libraries have such tables: the lines of source
 * files in linecache, words, names.
 */
bool suspects_large_is_table(struct suspects *s, oid o);

/* Is `o`, which is reached, held by a function that runs or waits, and by no
 * module or class?  What it works on is gone soon. */
bool suspects_large_is_in_work(const struct suspects *s, oid o);

/* May `o`, which is reached, be the one of a group for the next function?  This
 * only looks at its bytes and its shape. */
bool suspects_large_may_be_other(struct suspects *s, oid o);

/*
 * Without older heaps: is the group, which is no candidate, to be named as
 * large?  It is one container that can grow, with alike entries, or one large
 * object; it is a global of the program's own modules, or below one, and keeps
 * suspect_least() alive and a third of options.min_large.  If so, this sets
 * g->is_large and for one large object g->entries.
 */
bool suspects_large_is_other(struct suspects *s, struct holder_group *g);

#endif
