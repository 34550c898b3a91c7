/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/types/owners.h - which interpreter a class belongs to.
 *
 * Each interpreter has its own classes, also where they have the same names.
 * What a class statement made is in the collector's lists of its interpreter.
 * 3.8 has one list for all, and free-threaded builds have none: there what the
 * modules of an interpreter define is its own, and of other classes it is
 * unknown.  Static types belong to all interpreters.
 */
#ifndef PYTHON_TYPES_OWNERS_H
#define PYTHON_TYPES_OWNERS_H

#include "python/state/python.h"

/*
 * The objects from `first` on are those of the collector's lists of interpreter
 * number `index` of py->interpreters: note the classes among them, or those of
 * its modules.  Does nothing if there is one interpreter.
 */
void owners_note(struct python *py, uint32_t index, oid first);

/* All are noted: from now on they can be found. */
void owners_sort(struct python *py);

/* The number of the interpreter + 1; 0: of all, or unknown. */
uint32_t owners_find(const struct python *py, raddr class);

#endif
