/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/files/scratch.h - temporary files, and how much room is left for them.
 */
#ifndef BASE_FILES_SCRATCH_H
#define BASE_FILES_SCRATCH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Open a temporary file to read and write, in $TMPDIR or, without that, in
 * /var/tmp: /tmp may be memory.  It has no name, and nobody else can open it.
 * Returns a descriptor that the caller closes, or -1 with errno.
 */
int scratch_file(void);

/*
 * How many bytes may be written to the file system of `fd`, a file or a folder,
 * so that others keep some: a sixteenth of it, at most 256 MB.  UINT64_MAX: not
 * known.  *in_memory: its files are in memory.
 */
uint64_t scratch_room(int fd, bool *in_memory);

#endif
