/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/pointed.h - anonymous memory that the data of a library points to.
 *
 * Libraries map memory for themselves: ld.so for thread-local storage and for
 * what it allocates before malloc works, libc for the state of getrandom(),
 * OpenBLAS for its buffers.  Their data points to it.
 */
#ifndef NATIVE_POINTED_H
#define NATIVE_POINTED_H

#include "native/native.h"
#include "target/range.h"

/*
 * Claim those of the `unknown` ranges, which are in order and in no region,
 * that a word in the data of a library, or in a range that was claimed before,
 * points into: as REGION_FILE with the index of the library's data.  Of several
 * libraries the one with most such words has it.  A range of more than 1 MiB
 * must be pointed to at its start.
 */
void pointed_claim(struct native *n, const struct range_vec *unknown);

#endif
