/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/fetch.h - programs and libraries by build-id from the debuginfod
 * servers that DEBUGINFOD_URLS names; where it is not set, nobody is asked.
 *
 * libdebuginfod brings thirty libraries with it, so it is loaded when it is
 * first needed, as libdw does.  It keeps what it gets in its own cache.
 */
#ifndef TARGET_CORE_FETCH_H
#define TARGET_CORE_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fetch;

/*
 * A new descriptor of the file; `*f`, NULL at first, is opened when needed.
 * What it is that came, the caller checks.
 *
 * ERR_NOT_FOUND: no server has it, or none was named.  ERR_SYSTEM: they can't
 * be asked.
 */
struct error *fetch_executable(struct fetch **f, const uint8_t *id, size_t len,
			       int *ret) MUST_CHECK;
void fetch_close(struct fetch *f);

#endif
