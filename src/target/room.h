/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/room.h - is there enough memory for a copy?
 *
 * A copy takes as much memory as the process itself.  When memory runs out, the
 * kernel kills a process: that must never be the target.
 */
#ifndef TARGET_ROOM_H
#define TARGET_ROOM_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* When memory runs out, have the kernel kill us before any other process. */
void room_yield(void);

/*
 * Is there memory to copy `bytes` of the process `pid`, and for the graph that
 * is made of them?  `taken` bytes of that are allocated already.
 *
 * ERR_SYSTEM: the machine has less, or a control group's limit leaves less.
 */
struct error *room_check(pid_t pid, uint64_t bytes, uint64_t taken)
	MUST_CHECK;

/* Bytes of memory that we may still allocate; UINT64_MAX: unknown. */
uint64_t room_left(void);

#endif
