/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/stacks.h - the stacks of threads that run, and of threads that have
 * ended, which glibc keeps for the next ones.
 *
 * glibc puts struct pthread at the upper end of a stack that it allocates.  The
 * thread pointer points to it, as do its own words 0 and 2 (tcbhead_t.tcb and
 * .self of x86-64).  Two words of it, stackblock and stackblock_size, tell
 * where the stack is; they are recognised by their values, as their place
 * changes with glibc's versions.  Each struct pthread is in one of glibc's
 * lists of stacks, whose heads are in the data of ld.so or, before glibc 2.34,
 * of libpthread.
 */
#ifndef NATIVE_STACKS_H
#define NATIVE_STACKS_H

#include "native/native.h"

/*
 * Claim the stacks that have a struct pthread: REGION_STACK, and
 * REGION_CACHED_STACK of threads that have ended.  Since glibc 2.42 the stacks
 * of threads may touch one another and other memory, in one mapping; so call
 * it before the walks of allocators.  mappings_claim() comes before it.
 */
void stacks_claim(struct native *n);

/*
 * Claim what a thread's stack pointer points into: the main thread's stack, and
 * those of threads that are not glibc's.  A stack pointer may be any word; so
 * call it after the walks of allocators.
 */
void stacks_claim_rest(struct native *n);

#endif
