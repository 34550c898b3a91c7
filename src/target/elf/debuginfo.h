/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/elf/debuginfo.h - the DWARF of an image; for image.c.
 */
#ifndef TARGET_ELF_DEBUGINFO_H
#define TARGET_ELF_DEBUGINFO_H

#include <libelf.h>

#include "target/elf/image.h"

/*
 * The DWARF in `elf`, or NULL where it has none.  `file` is the image that
 * `elf` belongs to; it is taken over, also on failure.  A supplementary file
 * (dwz) is looked for below `root`.
 */
struct debuginfo *debuginfo_new(Elf *elf, struct image *file,
				const char *root);
void debuginfo_free(struct debuginfo *d);

#endif
