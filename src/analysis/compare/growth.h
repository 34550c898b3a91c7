/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/growth.h - one holder that gained objects: what grow.h
 * lists, and what it is asked for.
 */
#ifndef ANALYSIS_COMPARE_GROWTH_H
#define ANALYSIS_COMPARE_GROWTH_H

#include "analysis/compare/diff.h"

struct growth_options {
	size_t limit;		/* list at most this many holders */
	bool by_count;		/* rank by objects instead of by bytes */
	/* Count only objects of these types: an array with an entry for each
	 * of the heap's types.  NULL: all. */
	const bool *types_old, *types_new;
};

struct growth {
	/*
	 * What grew: `object` of the new heap.  If `object` itself is new,
	 * the row is about its place: the chain from a root that leads to it.
	 */
	oid object;
	/* The old heap's object that `object` was, or that was in its place;
	 * OID_NONE: nothing, or it is not known. */
	oid old;
	bool is_place;		/* `object` is new; its place has grown */
	/* How many more holders are like this one.  The growth below is the
	 * sum over all of them; `entries` are those of `object` alone. */
	uint32_t nr_alike;
	int64_t objects, bytes;	/* by which it grew */
	/* What came and went; zero where the processes differ. */
	struct tally came, went;
	int64_t entries, old_entries;	/* see growth_entries() */
	/* What `object` retains, and what `old` retained (0 if that is
	 * OID_NONE): see growth_set_retained(). */
	struct tally retained, old_retained;
};
VEC_DEFINE(growth_vec, struct growth);

/*
 * The number of entries of a container: its len().  -1 where that is no
 * number of entries (strings, numbers, classes, and lengths that exceed the
 * number of references), where `o` has no length, and for OID_NONE.
 */
int64_t growth_entries(struct heap *h, oid o);

/*
 * Set `retained` and `old_retained` of all rows.  What came below a holder and
 * what went there are matched by addresses, and memory is used again: so a
 * holder whose contents are replaced can seem to have grown.  If `replaced`,
 * holders that have no more entries than before have not grown by more than
 * what they retain did; by 0 if that is less than before.  growth_sort() then
 * puts the rows into order again.
 *
 * Builds the dominators of one heap after the other.
 */
void growth_set_retained(struct heap *old, struct heap *new, bool replaced,
			 struct growth_vec *rows);

/* Keep what grew, most grown first, up to options->limit rows. */
void growth_sort(const struct growth_options *options, struct growth_vec *rows);

#endif
