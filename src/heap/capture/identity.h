/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/identity.h - which process a heap is of, whatever somebody does
 * to the clock.
 *
 * The boot ID of the machine, the PID namespace, the PID in it and the start
 * since the boot tell that.  They also tell which machine it was, as its logs
 * have the boot ID, and how long that had been up.  A capture without names
 * (REDACT_ALL) has a hash of the four in their place.
 */
#ifndef HEAP_CAPTURE_IDENTITY_H
#define HEAP_CAPTURE_IDENTITY_H

#include <stdbool.h>

#include "base/str.h"
#include "heap/info.h"

/* Is it known?  It is not of a core and of an older capture. */
bool identity_is_known(const struct heap_info *info);
/* Does `info` have the hash alone? */
bool identity_is_hidden(const struct heap_info *info);

/* The PID in the PID namespace of the process, as far as that is known. */
int64_t identity_pid(const struct heap_info *info);

/*
 * Add the hash: text that is the same for all heaps of a process, hidden or
 * not, and differs for other processes.  Nothing is added if it is not known.
 */
void identity_add(const struct heap_info *info, struct str *out);

/*
 * Set the boot, the start, the PID namespace and the PID in it of `to`, whose
 * redaction is REDACT_ALL: to the hash of those of `from`, and to 0.  What `to`
 * had there is not released.  `from` and `to` may not be the same.
 */
void identity_hide(const struct heap_info *from, struct heap_info *to);

#endif
