/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/leaks/waits.h - where the tasks of a suspect wait.
 */
#ifndef OUTPUT_LEAKS_WAITS_H
#define OUTPUT_LEAKS_WAITS_H

#include "analysis/suspects/suspects.h"

/*
 * Add where most waiting tasks that `suspect` keeps wait: "10,000 wait in
 * Lock.acquire, awaited by update".  Adds nothing if the suspect is no
 * SUSPECT_TASKS, or none of its tasks waits.  Returns the container that has
 * the future that will wake one of them, such as app.LOCK._waiters, or
 * OID_NONE.
 */
oid waits_add(const struct suspects *s, const struct suspect *suspect,
	      struct str *out);

#endif
