/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-read.h - a core as an ELF file: its header and segments.
 */
#ifndef TARGET_CORE_CORE_READ_H
#define TARGET_CORE_CORE_READ_H

#include "target/core/core-data.h"

/*
 * Map the file c->fd and set c->bytes, c->elf and c->loads.  `name` is what
 * messages call it.
 *
 * ERR_UNSUPPORTED: not a core that pyheld can read.  ERR_CORRUPT: its headers
 * contradict themselves.  ERR_SYSTEM: it can't be mapped.
 */
struct error *core_read(struct core *c, const char *name) MUST_CHECK;

#endif
