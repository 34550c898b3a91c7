/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-hidden.h - raw blocks that are objects.
 *
 * No list of the collector and no reference leads to them, so the heap lacks
 * them: the items of numpy's object arrays, for example, which no tp_traverse
 * visits.  Those that count no references are dead: they are on one of
 * CPython's free lists, or kept with what they belong to (the frame of a code
 * object, up to 3.9).
 */
#ifndef PYTHON_CLAIMS_CLAIMS_HIDDEN_H
#define PYTHON_CLAIMS_CLAIMS_HIDDEN_H

#include "python/claims/claims-data.h"

/*
 * Set NODE_DEAD and the type of each node that is on one of CPython's free
 * lists, and NODE_HIDDEN or NODE_DEAD and the type of each other one that looks
 * like an object and that no reader has claimed: behind what can be before an
 * object, there is a reference count and a type that the heap has, and the
 * block is as large as its instances are.
 */
void claims_find_hidden(struct claims *c);

/* Where the object of a hidden or dead node begins. */
raddr claims_hidden_address(const struct claims *c, uint32_t node);

#endif
