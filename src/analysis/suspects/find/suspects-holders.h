/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-holders.h - accumulation points: holders, or
 * many holders that are alike, on which much hangs.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_HOLDERS_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_HOLDERS_H

#include "analysis/suspects/suspect.h"

/* Find the candidates: s->holders and s->groups, and s->others.  They depend on
 * nr_older. */
void suspects_holders_find(struct suspects *s);

/* Add those that grew, or all if there is no older heap, and put the large ones
 * that did not grow into s->large.  They are added as SUSPECT_CONTAINER until
 * suspects_kind_set(). */
void suspects_holders_add(struct suspects *s);

/* Without older heaps: put what is large and neither a part nor a holder of a
 * suspect into s->large.  s->v has all suspects, without overlap. */
void suspects_holders_add_others(struct suspects *s);

#endif
