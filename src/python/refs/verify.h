/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/verify.h - pyheld's readers held against the types' own
 * tp_traverse, emulated.
 *
 * A type where they differ is left to the emulator, with a warning: a wrong
 * table never makes a wrong report.
 */
#ifndef PYTHON_REFS_VERIFY_H
#define PYTHON_REFS_VERIFY_H

#include "python/state/python.h"

/*
 * Set py->embedded_by_object, and compare `of_type` objects of each type (0: a
 * few) of those that are in the heap; before references are read.  Fills
 * heap.info.samples.  Without an emulator nothing is compared.
 */
void verify_readers(struct python *py, unsigned int of_type);

#endif
