/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/layout/layout.h - where CPython's struct members lie in this target.
 *
 * Offsets in bytes from the start of the struct; LAYOUT_NONE: the build has no
 * such member.  The list is layout.def.
 */
#ifndef PYTHON_LAYOUT_LAYOUT_H
#define PYTHON_LAYOUT_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define LAYOUT_NONE UINT32_MAX

struct layout {
#define FIELD(name, where) uint32_t name;
#define SIZE(name, where) uint32_t name;
#include "python/layout/layout.def"
#undef FIELD
#undef SIZE
};

/* One row of layout-tables.c, generated from a build. */
struct layout_row {
	uint32_t hexversion;	/* of the build that it was generated from */
	bool free_threaded, debug;
	const char *name;	/* "3.13.18 (Debian)" */
	struct layout layout;
};
extern const struct layout_row layout_rows[];
extern const unsigned int nr_layout_rows;

#endif
