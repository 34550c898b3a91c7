/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/raw/raw.h - the memory that an object owns outside of its own
 * block: which field of which type leads to it.
 *
 * A type is known by its address or its tp_name, and so are all classes that
 * are made of it.  An object of an unknown type, or of a class that adds C
 * members to a known one, has to be scanned for pointers; raw_fields() then
 * returns false.  Names and layouts of the types are those of CPython 3.8 to
 * 3.15, and of numpy 1 and 2.
 */
#ifndef PYTHON_RAW_RAW_H
#define PYTHON_RAW_RAW_H

#include "python/raw/raw-visit.h"
#include "python/state/python.h"

/* A pass over all objects begins: bounds how much a hostile target can make
 * raw_fields() read. */
void raw_begin(struct python *py);

/*
 * Call `visit` for each piece of memory that the object owns outside of its own
 * block; the heap has its type.  True: that is all, the object need not be
 * scanned for pointers.  False: it may own more, as its type is not known, it
 * has members of C that pyheld does not know, or a part is unreadable.
 */
bool raw_fields(struct python *py, oid o, raw_visit *visit, void *context);

/* Like raw_fields(), of an object at `obj` of the class `type`, an index of
 * py->types.  The heap need not have the object. */
bool raw_fields_at(struct python *py, uint32_t type, raddr obj,
		   raw_visit *visit, void *context);

/* Do objects of the class `type`, an index of py->types, have memory that they
 * have mapped (RAW_MAPPING)?  So have mmap.mmap and classes that are made of
 * it. */
bool raw_is_mapping(struct python *py, uint32_t type);

/* Has no instance of the class, an index of py->types, memory outside of its
 * own block?  Then raw_fields() need not be asked. */
bool raw_has_nothing(struct python *py, uint32_t type);

#endif
