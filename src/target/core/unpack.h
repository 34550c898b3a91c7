/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/unpack.h - files that were compressed: zstd, lz4, xz, gzip.
 *
 * systemd-coredump and others keep cores so.  A core is looked at here and
 * there, so it is unpacked into a temporary file without a name, below TMPDIR
 * or /var/tmp; runs of zeros take no room in it.
 */
#ifndef TARGET_CORE_UNPACK_H
#define TARGET_CORE_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* "zstd", ..., or NULL where the file is not compressed. */
const char *unpack_format(int fd);

/*
 * Unpack to a new descriptor.  Data that are damaged or end early are no
 * error: `*damaged`, and what came before is there.
 *
 * ERR_UNSUPPORTED: what is in it does not begin as an ELF file.
 * ERR_SYSTEM: no room for it (a quarter of a terabyte at most).
 */
struct error *unpack(int fd, const char *name, int *ret, bool *damaged)
	MUST_CHECK;

#endif
