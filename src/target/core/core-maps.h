/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-maps.h - the mappings and the memory of a core's process.
 */
#ifndef TARGET_CORE_CORE_MAPS_H
#define TARGET_CORE_CORE_MAPS_H

#include "target/core/core-data.h"

/*
 * Set t->mappings, t->memory and t->missing from what core_read() and
 * core_read_notes() found.  Pages that the core leaves out come from their
 * files, on first touch.  A warning tells what is missing.
 *
 * ERR_CORRUPT: segments overlap.
 */
struct error *core_map(struct core *c, struct target *t) MUST_CHECK;

/*
 * Does `addr` lie in memory that the end of a truncated core should have, and
 * that is not in t->memory from elsewhere?
 */
bool core_is_missing(struct target *t, raddr addr);

/*
 * `p` points into c->bytes.  How many bytes of the core file from there on are
 * a hole, which reads as zeros; 0: none, or the file system can't tell.
 */
uint64_t core_hole(const struct target *t, const uint8_t *p);

#endif
