/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/leaks/allocated.h - where the objects of a suspect were allocated. */
#ifndef OUTPUT_LEAKS_ALLOCATED_H
#define OUTPUT_LEAKS_ALLOCATED_H

#include "analysis/suspects/suspects.h"

/* Add "app.py:12 (9,000 of 10,000)"; nothing if it is not known. */
void leaks_add_allocated(const struct suspects *s,
			 const struct suspect *suspect, struct str *out);

#endif
