/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-stacks.h - evaluation stacks that do not say how high
 * they are.
 */
#ifndef PYTHON_ROOTS_ROOTS_STACKS_H
#define PYTHON_ROOTS_ROOTS_STACKS_H

#include "python/state/python.h"

/*
 * With all references known: for each word of such a stack that leads to an
 * object with a reference which nothing else explains, add a root.  `known` is
 * heap_known() of py->heap; the new roots are added to it.
 */
void roots_stacks_load(struct python *py, uint32_t *known);

#endif
