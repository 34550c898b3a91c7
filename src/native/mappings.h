/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/mappings.h - what the mappings of a process are when no allocator has
 * blocks in them: files, shared memory, what the kernel maps, machine code.
 *
 * mappings_claim() comes before the allocators' walks, and claims what is sure
 * to be no allocator's: the data and bss of mapped files, as regions of the
 * kind REGION_FILE.  mappings_account() comes after all who claim memory and
 * accounts for what they have left.  In between, what no region has is there to
 * be claimed: mappings_free().
 */
#ifndef NATIVE_MAPPINGS_H
#define NATIVE_MAPPINGS_H

#include "native/native.h"
#include "target/range.h"

/* Claim the writable mappings of programs and libraries, and their bss. */
void mappings_claim(struct native *n);

/*
 * Add to `ret` the parts of mappings with resident bytes that no region has, in
 * order of addresses: anonymous memory and shared mappings, but no private
 * mappings of files and none of the kernel's.  Two mappings that touch are two
 * ranges.
 */
void mappings_free(const struct native *n, struct range_vec *ret);

/*
 * Account for the regions of stacks, frames and files, and for all that no
 * region has.  What is left is anonymous memory that nobody knows.
 */
void mappings_account(struct native *n);

#endif
