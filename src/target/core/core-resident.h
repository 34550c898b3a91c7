/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-resident.h - which memory of a core's process was in use.
 */
#ifndef TARGET_CORE_CORE_RESIDENT_H
#define TARGET_CORE_CORE_RESIDENT_H

#include "target/core/core-data.h"

/*
 * Fill the empty t->residency: the pages that are in the core file and not all
 * zero.  A page that was never touched is zeros, or a hole of the file.  What
 * the core leaves out, such as the code of libraries, is not in it.
 */
void core_find_resident(struct target *t);

#endif
