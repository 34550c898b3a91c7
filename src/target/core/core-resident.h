/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-resident.h - which memory of a core's process was in use.
 */
#ifndef TARGET_CORE_CORE_RESIDENT_H
#define TARGET_CORE_CORE_RESIDENT_H

#include "target/core/core-data.h"

/*
 * Fill the empty t->residency.  A page that was never touched is a hole of the
 * file, as the kernel writes it, or zeros, as gcore does.  So it is what is in
 * no hole; of a file without holes it is the pages that are not all zero, which
 * leaves out zeros that the process has written.  What the core leaves out,
 * such as the code of libraries, is not in it.
 */
void core_find_resident(struct target *t);

#endif
