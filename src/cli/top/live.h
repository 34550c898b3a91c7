/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/top/live.h - what a process had at the last samples, and what grew.
 *
 * It knows neither a terminal nor a target: samples come in, figures come out.
 */
#ifndef CLI_TOP_LIVE_H
#define CLI_TOP_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"

#define LIVE_POINTS 120		/* the last samples that are kept */
#define LIVE_FORGET 10		/* samples without a holder: it is forgotten */

/* The figures of the process at one time. */
struct live_point {
	uint64_t at_ms;		/* milliseconds of a monotonic clock */
	uint64_t resident, objects, bytes;
	uint64_t pause_ns;	/* how long the sample stopped the process */
};

/* A type, or a holder, and what it has: objects or entries, and their bytes. */
struct live_item {
	char *name;		/* owned */
	uint64_t count, bytes;
	uint64_t first_count, first_bytes; /* when it was first seen */
	unsigned int missing;	/* samples since it was last seen */
};
VEC_DEFINE(live_item_vec, struct live_item);

struct live {
	struct live_point points[LIVE_POINTS]; /* the last is that of now */
	unsigned int nr_points;
	struct live_point first;
	uint64_t nr_samples;
	struct live_item_vec types, holders;	/* by name */
	bool had_all_types;	/* the last sample */
	uint64_t worst_pause_ns;
};

/* All zero is a process without samples. */
void live_release(struct live *l);
void live_items_release(struct live_item_vec *items);

/*
 * Add a sample.  Of `types` and `holders` only the names, counts and bytes are
 * used; they are empty then.  Items of one name are summed up.  If a sample has
 * `all_types`, a type that comes in the next one had no objects before.  Else
 * it has the largest types, as it has the largest holders: one that comes later
 * grows from then on.
 */
void live_add(struct live *l, const struct live_point *point,
	      struct live_item_vec *types, bool all_types,
	      struct live_item_vec *holders);

/* The newest point; there is one. */
const struct live_point *live_last(const struct live *l);

/*
 * By how many bytes a minute the objects grew from the oldest point to the
 * newest one.  Returns false if no time has passed between them.
 */
bool live_rate(const struct live *l, double *ret);

/* What the rows are sorted by; most first but for the name. */
enum live_sort {
	LIVE_BY_GROWTH,		/* of bytes */
	LIVE_BY_COUNT_GROWTH,
	LIVE_BY_BYTES,
	LIVE_BY_COUNT,
	LIVE_BY_NAME,
	NR_LIVE_SORTS,
};
extern const char *const live_sort_names[NR_LIVE_SORTS];

static inline int64_t live_count_growth(const struct live_item *i)
{
	return (int64_t)(i->count - i->first_count);
}

static inline int64_t live_bytes_growth(const struct live_item *i)
{
	return (int64_t)(i->bytes - i->first_bytes);
}

VEC_DEFINE(live_row_vec, const struct live_item *);

/*
 * The items that the last sample has, sorted.  If sorted by a growth: those
 * that grew.  They are valid until the next live_add().  The caller releases
 * `*ret` by live_row_vec_release().
 */
void live_rows(const struct live_item_vec *items, enum live_sort sort,
	       struct live_row_vec *ret);

/*
 * Add a sparkline of the resident memory in at most `width` columns, one for a
 * sample, the newest at the right.  It spans from the least to the most that is
 * shown.
 */
void live_spark(const struct live *l, unsigned int width, bool utf8,
		struct str *out);

#endif
