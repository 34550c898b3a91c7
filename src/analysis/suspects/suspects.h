/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/suspects.h - what looks like a leak, and of which kind.
 *
 * Most leaks are accumulation points (the idea is Eclipse MAT's): a holder on
 * which many objects hang (see fan.h), none of which makes up most of it, and
 * that keeps a good part of the heap alive.  What a programmer calls it, and
 * what usually fixes it, depends on the reference chain to it: an attribute of
 * a class, a cell of a closure, a thread's local.  Holders that are alike
 * (alike.h), as each is the `log` of a Session, are one suspect.  Other
 * suspects are sets of objects that show in another way: garbage, frozen
 * objects, objects that only native code holds, equal strings, containers that
 * are nearly empty, long chains.
 *
 * Each suspect is a set of objects.  Where sets overlap, the suspect with the
 * most entries for each holder is kept; another one is kept only if it has
 * enough objects of its own.  Equal strings are kept behind the others: they
 * are waste whoever holds them, but their holder may be the leak.
 *
 * A heap without older ones shows no growth.  So only thresholds tell leaks
 * from static data of libraries.  A container with a bound (the maxlen of a
 * deque, the maxsize of a cache) is no suspect while it is near to its bound.
 * With older heaps only what grew in every step is a suspect, and thresholds
 * are lower.
 */
#ifndef ANALYSIS_SUSPECTS_SUSPECTS_H
#define ANALYSIS_SUSPECTS_SUSPECTS_H

#include "analysis/suspects/suspect.h"

/*
 * Find the suspects of `h`, which must outlive `*ret`.  `nr_older` is how many
 * older heaps will be given to suspects_compare() before suspects_finish().
 * The caller releases `*ret` by suspects_release().
 */
void suspects_build(struct heap *h, const struct suspects_options *options,
		    size_t nr_older, struct suspects *ret);
/* Compare with an older heap, which is not needed after that: oldest first. */
void suspects_compare(struct suspects *s, struct heap *older);
/* If older heaps were compared, drop the suspects that did not grow.  Sort the
 * suspects: most new bytes first, then most bytes. */
void suspects_finish(struct suspects *s);
/*
 * The bytes of all objects of the first `max` suspects (0: of all); each object
 * counts once.  With `grown`, only by how much they grew since the oldest heap,
 * which was of the same process (s->grown is not NULL).
 */
uint64_t suspects_bytes(const struct suspects *s, size_t max, bool grown);

void suspects_release(struct suspects *s);

#endif
