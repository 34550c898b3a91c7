/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/fetch.h - programs and libraries by build-id, from debuginfod.
 *
 * The servers are those that DEBUGINFOD_URLS names; if it is not set, none is
 * asked.  libdebuginfod brings thirty libraries with it, so it is loaded when
 * it is first needed, as libdw does.  It keeps files in its own cache.
 */
#ifndef TARGET_CORE_FETCH_H
#define TARGET_CORE_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fetch;

/*
 * Fetch the file with the build-id of `len` bytes at `id`.  `*ret` is a
 * descriptor of it, which the caller closes; the caller also checks that the
 * file is the right one.  `*f` is NULL before the first call and is opened when
 * it is needed; fetch_close() ends it.
 *
 * ERR_NOT_FOUND: no server has it, or no server is named.  ERR_SYSTEM: the
 * servers can't be asked.
 */
struct error *fetch_executable(struct fetch **f, const uint8_t *id, size_t len,
			       int *ret) MUST_CHECK;
void fetch_close(struct fetch *f);	/* NULL is allowed */

#endif
