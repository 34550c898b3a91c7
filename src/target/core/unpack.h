/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/unpack.h - compressed files: zstd, lz4, xz, gzip.
 *
 * systemd-coredump and others compress cores.  A core is read in no order, so
 * it is unpacked into a temporary file without a name, below TMPDIR or
 * /var/tmp.  Runs of zeros take no space in that file.
 */
#ifndef TARGET_CORE_UNPACK_H
#define TARGET_CORE_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* "zstd", "lz4", "xz" or "gzip"; NULL: the file is not compressed. */
const char *unpack_format(int fd);

/*
 * Unpack the file behind `fd` to a new one; `*ret` is its descriptor, which the
 * caller closes.  `name` is what messages call the file.  Data that is damaged
 * or ends early is no error: `*damaged` is set, and `*ret` has what came
 * before.
 *
 * ERR_UNSUPPORTED: the contents do not begin like an ELF file.  ERR_SYSTEM:
 * there is not enough space on the disk, or it would be more than 256 GB.
 */
struct error *unpack(int fd, const char *name, int *ret, bool *damaged)
	MUST_CHECK;

#endif
