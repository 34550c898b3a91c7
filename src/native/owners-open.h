/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/owners-open.h - which nodes are settled, and which are open.
 */
#ifndef NATIVE_OWNERS_OPEN_H
#define NATIVE_OWNERS_OPEN_H

#include "native/owners.h"

/*
 * Find the settled nodes, and give the open ones their numbers, in order:
 * o->link and o->nr_open.  Claims and links of settled nodes are dropped, and
 * the links of the others become o->edges.
 */
void owners_open(struct owners *o);

#endif
