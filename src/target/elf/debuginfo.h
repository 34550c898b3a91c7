/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/elf/debuginfo.h - where struct members lie, from a file's DWARF.
 *
 * The DWARF is the file's own or that of its separate debug file.  A libpython
 * takes 20 to 50 MB of memory while its DWARF is open: close it soon.
 */
#ifndef TARGET_ELF_DEBUGINFO_H
#define TARGET_ELF_DEBUGINFO_H

#include "target/elf/image.h"

struct debuginfo;

/*
 * Open the DWARF of `im`, or of the debug file with its build-id below
 * `root`/usr/lib/debug; `root` "" is our own root directory.  It does not use
 * `im` afterwards.  The caller closes `*ret`.
 *
 * ERR_NOT_FOUND: there is no DWARF.
 */
struct error *debuginfo_open(struct image *im, const char *root,
			     struct debuginfo **ret) MUST_CHECK;
void debuginfo_close(struct debuginfo *d);	/* NULL is allowed */

/*
 * Find a member of the struct, union or typedef `type`: its offset from the
 * start of `type` and its size, both in bytes.  `path` names it
 * ("gc.generations", "interpreters.head"); a struct or union without a name is
 * passed through, and an array means its first item.  With `path` "" the size
 * is that of `type` and the offset 0.
 *
 * ERR_NOT_FOUND: this build has no such type or member.
 */
struct error *debuginfo_member(struct debuginfo *d, const char *type,
			       const char *path, uint64_t *offset,
			       uint64_t *size) MUST_CHECK;

#endif
