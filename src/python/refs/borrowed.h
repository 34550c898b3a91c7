/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/borrowed.h - references that are not counted: heap.borrowed.
 */
#ifndef PYTHON_REFS_BORROWED_H
#define PYTHON_REFS_BORROWED_H

#include "python/state/python.h"

/*
 * Record which of the edges of `o`, which were just stored, are borrowed.
 * `borrowed` are the indices of such references among all that were read,
 * ascending; kept[i] is the oid that reference `i` became, or OID_NONE.
 */
void borrowed_note(struct python *py, oid o, const struct u32_vec *borrowed,
		   const oid *kept);

#endif
