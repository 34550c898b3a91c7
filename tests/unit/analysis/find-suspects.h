/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * find-suspects.h - suspects of small heaps, for the programs that test them.
 */
#ifndef TESTS_UNIT_ANALYSIS_FIND_SUSPECTS_H
#define TESTS_UNIT_ANALYSIS_FIND_SUSPECTS_H

#include "analysis/suspects/suspects.h"

/* A module `m` whose global `.g` is a list, on which hang 30 `x`. */
#define GLOBAL "m->m.d m.d->.g .g->x#30; root m:m; type module m;" \
	       " type dict/dict m.d; len .g=30; size x#30=1000;"
/* The same without types of `.g` and `x`. */
#define LIST " type list .g;"
#define DATA " type app.X/heap x#30;"

/* Low, so that 20 objects of 1,000 bytes on one holder make a suspect. */
extern const struct suspects_options find_suspects_low;

/* Those of `h` alone.  The caller releases `ret` before `h`. */
void find_suspects(struct heap *h, const struct suspects_options *options,
		   struct suspects *ret);

/*
 * End the test unless `h`, which graph_build() made, has the suspects
 * `expected` with low thresholds: "kind object via", "-" for no object, with
 * ", " between two suspects.
 */
void find_suspects_expect(struct heap *h, const char *expected);

/* The same with the thresholds `options`. */
void find_suspects_expect_by(struct heap *h,
			     const struct suspects_options *options,
			     const char *expected);

#endif
