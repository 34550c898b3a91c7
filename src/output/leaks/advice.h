/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/leaks/advice.h - what usually fixes a leak of a certain library.
 *
 * A table, advice.def, has a row for each way in which a library is often used
 * wrongly.  A row matches by facts alone: the types, attributes and modules on
 * the way to the suspect's object, the type of its entries, and the types of
 * what it keeps.  Rows are tried in their order; the first that matches is the
 * advice.
 *
 * Linear in the length of the way times the number of rows, both bounded.
 */
#ifndef OUTPUT_LEAKS_ADVICE_H
#define OUTPUT_LEAKS_ADVICE_H

#include "analysis/suspects/suspects.h"

/*
 * The advice for a suspect: what to change, and why; a constant.  NULL: no row
 * matches, so that only its kind says what helps.
 */
const char *advice_find(const struct suspects *s,
			const struct suspect *suspect);

#endif
