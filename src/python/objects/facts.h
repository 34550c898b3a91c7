/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/facts.h - heap.facts: bounds of deques and
 * functools.lru_cache, and how often the latter helped.
 */
#ifndef PYTHON_OBJECTS_FACTS_H
#define PYTHON_OBJECTS_FACTS_H

#include "python/state/python.h"

/* Fill heap.facts, when all objects are there. */
void facts_load(struct python *py);
/* Is `t` functools.lru_cache's wrapper or a subclass of it? */
bool facts_is_lru_cache(struct python *py, const struct pytype *t);

#endif
