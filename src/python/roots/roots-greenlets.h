/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-greenlets.h - what suspended greenlets hold: their
 * frames, and what lies on their C stacks.
 */
#ifndef PYTHON_ROOTS_ROOTS_GREENLETS_H
#define PYTHON_ROOTS_ROOTS_GREENLETS_H

#include "python/roots/roots.h"

/* Of all greenlets among the objects that the heap has; its threads are
 * known. */
void roots_greenlets(struct roots *r);

/* With all references known: what a greenlet visits itself, no frame of it
 * owns besides. */
void roots_greenlets_settle(struct heap *h);

#endif
