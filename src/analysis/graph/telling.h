/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/telling.h - which object of a cycle tells a person the most
 * about it, and so stands for it in a report.
 */
#ifndef ANALYSIS_GRAPH_TELLING_H
#define ANALYSIS_GRAPH_TELLING_H

#include "heap/heap.h"

/*
 * Does `a` tell more than `b`?  An instance of a class with a finalizer tells
 * the most, then one of any class made at run time, then one of a static type,
 * then a class.  Of two that are equal by this the one of the lower address.
 */
bool telling_more(const struct heap *h, oid a, oid b);

#endif
