/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-verify.h - is a file the one that a core's process had, if
 * the core does not hold its first page, and so no build-id?
 *
 * The data that the dynamic linker relocates and then write-protects
 * (PT_GNU_RELRO) is in every core, and never changes after that.
 */
#ifndef TARGET_CORE_CORE_VERIFY_H
#define TARGET_CORE_CORE_VERIFY_H

#include "target/core/core-data.h"

/*
 * False: the ELF file behind `fd`, which was found at `path`, is another one
 * than the process had as file number `file` of `c`.  True also if the core has
 * nothing to compare it with.  t->memory must be sorted.
 */
bool core_verify(const struct core *c, struct target *t, size_t file, int fd,
		 const char *path);

#endif
