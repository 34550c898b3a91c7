/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/choose.h - who reads, sizes and shows the instances of a class.
 *
 * A tp_traverse that pyheld knows is recognised by its address: types that
 * share it (subclasses in C, say) are read alike.  Instances of classes made
 * at run time have subtype_traverse, which does __slots__, __dict__ and the
 * class itself, and then what the first base with another traverse does
 * (Objects/typeobject.c).  Everything else goes to the emulator.
 */
#ifndef PYTHON_REFS_CHOOSE_H
#define PYTHON_REFS_CHOOSE_H

#include "python/state/python.h"

/* Fill the second part of `*t`, a class whose bases are loaded: the function
 * for py->choose. */
void choose_for_type(struct python *py, struct pytype *t);

#endif
