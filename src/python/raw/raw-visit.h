/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/raw/raw-visit.h - a piece of memory that an object owns outside of
 * its own block; see python/raw/raw.h.
 */
#ifndef PYTHON_RAW_RAW_VISIT_H
#define PYTHON_RAW_RAW_VISIT_H

#include <stdint.h>

#include "target/memory.h"

enum raw_field {
#define RAW_FIELD(id, name) RAW_##id,
#include "python/raw/raw-fields.def"
#undef RAW_FIELD
	NR_RAW_FIELDS,
};
/* "data", "items" ...: static text for reports. */
extern const char *const raw_field_names[NR_RAW_FIELDS];

/* It holds no pointers: numbers, text, bytes. */
#define RAW_LEAF 1
/* Its pointers are references that the object's edges or readers tell:
 * there is nothing more to be found in it. */
#define RAW_REFERENCES 2
/* Others may point to it too, and the last of them frees it.  One that points
 * to it without this flag is the owner. */
#define RAW_SHARED 4
/* It is a Python object that the object's tp_traverse does not visit; a block
 * may begin before it, with a PyGC_Head. */
#define RAW_OBJECT 8

/*
 * The object owns what is at `address`, which is in the target's memory.  It is
 * where a block begins, unless no allocator gave it out (static data); a
 * library may have a header of 8 or 16 bytes before its RAW_STATE.
 * `length` are the bytes that the object uses there, all mapped; 0: unknown.
 * They may be fewer than those of the block.
 */
typedef void raw_visit(void *context, raddr address, uint64_t length,
		       enum raw_field field, unsigned int flags);

#endif
