/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/limits/limit.h - limits that a user sets, for scripts: --fail-if.
 *
 *	LIMIT  = [ "type:" PATTERN " " ] METRIC ">" VALUE
 *	       | LINES ">" VALUE	lines of the ledger: lines.h
 *	METRIC = "objects" | "bytes" | "garbage" | "uncollectable" | "rss"
 *		 after a PATTERN: "count" | "bytes"
 *	VALUE  = NUMBER [ UNIT ]	the figure now
 *	       | "+" NUMBER [ UNIT ]	its growth
 *	       | "+" NUMBER "%"		its growth, in percent of the old figure
 *	       | NUMBER "%"		the same; of LINES: their share of the
 *					resident memory now
 *	UNIT   = "k" | "M" | "G" | "T"	powers of 1024
 *
 * NUMBER may have a fraction.  Spaces may stand around METRIC and VALUE.  A
 * PATTERN is one of analysis/limits/pattern.h; the figure is the sum over all
 * types that it means, and 0 if there are none.  A limit is crossed if the
 * figure is more than VALUE.  Growth from 0 is more than any percentage.
 */
#ifndef ANALYSIS_LIMITS_LIMIT_H
#define ANALYSIS_LIMITS_LIMIT_H

#include "analysis/limits/lines.h"
#include "heap/heap.h"

enum limit_metric {
	LIMIT_OBJECTS,
	LIMIT_BYTES,
	LIMIT_GARBAGE,		/* objects that the collector would free */
	LIMIT_UNCOLLECTABLE,	/* len(gc.garbage), of all interpreters */
	LIMIT_RSS,		/* resident memory of the process */
	LIMIT_COUNT,		/* objects of the pattern's types */
	LIMIT_LINES,		/* bytes of lines of the ledger */
	NR_LIMIT_METRICS,
};
extern const char *const limit_metric_names[NR_LIMIT_METRICS];

enum limit_kind {
	LIMIT_NOW,
	LIMIT_GROWTH,
	LIMIT_PERCENT,
	LIMIT_SHARE,		/* of LIMIT_LINES alone */
};

struct limit {
	char *text;		/* as the user typed it */
	char *pattern;		/* NULL: of all types */
	enum limit_metric metric;
	enum limit_kind kind;
	double value;		/* LIMIT_PERCENT, LIMIT_SHARE: percent */
	struct lines lines;	/* of LIMIT_LINES; else its pattern is NULL */
};
VEC_DEFINE(limit_vec, struct limit);

struct limit_result {
	bool crossed;
	uint64_t old, new;	/* the figures; old: 0 without an old heap */
	uint64_t resident;	/* LIMIT_SHARE: what `new` is a share of */
};

/* ERR_USAGE says what is wrong with `text`.  On success the caller owns `*ret`
 * and releases it by limit_release(). */
struct error *limit_parse(const char *text, struct limit *ret) MUST_CHECK;
void limit_release(struct limit *l);

/* Release the vector and the limits in it; for CLEANUP(). */
void limits_release(struct limit_vec *v);

/* Does checking the limit need an old heap? */
static inline bool limit_compares(const struct limit *l)
{
	return l->kind == LIMIT_GROWTH || l->kind == LIMIT_PERCENT;
}

/*
 * Check the limit.  `old` may be NULL unless limit_compares().  ERR_NOT_FOUND:
 * the figure is not known (the resident memory of a core, the ledger of an
 * older capture); `*ret` is untouched then.
 */
struct error *limit_check(const struct limit *l, const struct heap *old,
			  const struct heap *new,
			  struct limit_result *ret) MUST_CHECK;

#endif
