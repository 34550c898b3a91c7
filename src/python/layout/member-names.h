/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/layout/member-names.h - what to call a reference that a C type holds
 * in a member Python has no name for.
 *
 * The table is made by tools/gen-layout from tools/members.def.
 */
#ifndef PYTHON_LAYOUT_MEMBER_NAMES_H
#define PYTHON_LAYOUT_MEMBER_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct member_name {
	const char *type;	/* tp_name */
	uint32_t offset;	/* from the object */
	uint32_t from, until;	/* the sys.hexversions that have it there */
	const char *name;
};

/* Sorted by type, offset, from; of builds with a GIL, and of those without. */
extern const struct member_name member_names[], member_names_free_threaded[];
extern const unsigned int nr_member_names, nr_member_names_free_threaded;

/* Static text; NULL: nothing is known to be there, or `type` is NULL. */
const char *member_names_find(uint32_t hexversion, bool free_threaded,
			      const char *type, uint32_t offset);

#endif
