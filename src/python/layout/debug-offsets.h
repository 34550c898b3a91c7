/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/layout/debug-offsets.h - what a CPython says of itself, from 3.13 on.
 *
 * _PyRuntime starts with a _Py_DebugOffsets: offsets of the members that
 * debuggers read.  It has none of the GC's lists, of dict keys and values, of
 * heap types' slots, so it corrects a layout and can't replace one.
 */
#ifndef PYTHON_LAYOUT_DEBUG_OFFSETS_H
#define PYTHON_LAYOUT_DEBUG_OFFSETS_H

#include <stddef.h>

#include "python/layout/layout.h"

/* Bytes of the largest that is known (3.15); shorter reads are fine. */
#define DEBUG_OFFSETS_MAX 888

/* Its first 8 bytes. */
#define DEBUG_OFFSETS_COOKIE "xdebugpy"
/* Bytes of the cookie, the version and whether it is free-threaded. */
#define DEBUG_OFFSETS_HEAD ((size_t)24)

/* The newest 3.x whose words are known, as are those of the tables. */
#define NEWEST_MINOR 15

/* The version in a _Py_DebugOffsets, of which its head is enough; 0: the bytes
 * are none. */
uint32_t debug_offsets_version(const uint8_t *bytes, size_t len);

/*
 * Set the fields of `ret` that the bytes tell, all others to LAYOUT_NONE.
 * False: not a _Py_DebugOffsets of this version and threading, one of a
 * version whose words are unknown, or one that contradicts itself; `ret` is
 * undefined then.
 */
bool debug_offsets_read(const uint8_t *bytes, size_t len, uint32_t hexversion,
			bool free_threaded, struct layout *ret);

#endif
