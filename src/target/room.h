/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/room.h - is there memory for a copy?
 *
 * A copy takes as much as the process itself.  Where memory ends, the kernel
 * ends a process: that must never be the one that is looked at.
 */
#ifndef TARGET_ROOM_H
#define TARGET_ROOM_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* From now on the kernel ends us first when memory runs out. */
void room_yield(void);

/*
 * Is there room to read `bytes` of process `pid`?  `taken` of them have their
 * memory already.  ERR_SYSTEM: the machine has less, or a memory limit on the
 * control groups that we are in.
 */
struct error *room_check(pid_t pid, uint64_t bytes, uint64_t taken)
	MUST_CHECK;

/* Bytes of memory that may still be used; UINT64_MAX: it can't be told. */
uint64_t room_left(void);

#endif
