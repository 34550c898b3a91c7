/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/search.h - binary search.
 *
 *	size_t first = SEARCH_FIRST(v->nr, i, v->v[i].key >= key);
 *
 * The lowest index `i`, a size_t that the macro declares, for which the
 * condition holds; `nr` if there is none.  Where it holds for one index, it has
 * to hold for all that are higher.  It is evaluated once for each step, and not
 * at all if `nr` is 0.
 */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include <stddef.h>

#define SEARCH_FIRST(nr, i, condition)                                         \
	({                                                                     \
		size_t low_ = 0, high_ = (nr);                                 \
                                                                               \
		while (low_ < high_) {                                         \
			size_t i = low_ + (high_ - low_) / 2;                  \
                                                                               \
			if (condition)                                         \
				high_ = i;                                     \
			else                                                   \
				low_ = i + 1;                                  \
		}                                                              \
		low_;                                                          \
	})

#endif
