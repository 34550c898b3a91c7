/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/owners-scc.h - strongly connected components of raw blocks.
 */
#ifndef NATIVE_OWNERS_SCC_H
#define NATIVE_OWNERS_SCC_H

#include "native/owners.h"

/*
 * Set o->component and o->nr_components from o->edges[LINK_START], which has
 * all open nodes.  The number of a component is higher than those of all others
 * that its nodes have edges to.
 */
void owners_scc(struct owners *o);

#endif
