/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/grow-name.h - the part of grow.h for heaps of two processes.
 */
#ifndef ANALYSIS_COMPARE_GROW_NAME_H
#define ANALYSIS_COMPARE_GROW_NAME_H

#include "analysis/compare/grow.h"

/* Fill ret->v; ret->reach is of `new`. */
void grow_by_name(struct heap *old, struct heap *new,
		  const struct grow_options *options,
		  const struct reach *reach_old, struct grow *ret);

#endif
