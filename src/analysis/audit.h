/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/audit.h - reference counts held against references.
 *
 * Of each object's count so much is explained: by references of objects, by
 * the places that are roots and own one, and by instances that own a reference
 * to their class which their tp_traverse does not visit (until CPython 3.8
 * that of nearly all classes made at run time).  What is left unexplained is
 * held by native code, or was leaked by it.  More explained than counted means
 * that the graph is wrong somewhere.
 *
 * References that come from a scan of memory explain what nothing else does,
 * but are no proof of an error.  Immortal objects have no count to explain.
 *
 * Where nobody has counted heap.hidden (a capture), atoms are left out: they
 * are what it leads to.
 */
#ifndef ANALYSIS_AUDIT_H
#define ANALYSIS_AUDIT_H

#include "heap/heap.h"

/* Counts from here on say nothing: in 3.11 what frozen modules are made of
 * starts at 999999999, and nobody has 8 GB of references to one object. */
#define AUDIT_IMMORTAL 900000000

struct audit_object {
	oid object;
	uint32_t count;		/* the reference count */
	uint32_t found;		/* so many are explained */
};
VEC_DEFINE(audit_object_vec, struct audit_object);

struct audit_type {
	uint32_t type;		/* index in heap.types */
	uint64_t nr;		/* objects with unexplained references */
	uint64_t references;	/* these */
	size_t first;		/* of its objects in audit.unexplained */
};
VEC_DEFINE(audit_type_vec, struct audit_type);

struct audit {
	uint64_t nr, immortal;	/* objects with and without a count */
	uint64_t atoms;		/* objects left out: see below */
	uint64_t counted, explained; /* references */
	uint64_t nr_unexplained; /* objects */
	uint64_t unexplained;	/* references */
	uint64_t nr_over, over;	/* likewise, more than counted */
	/* By type; of each type by references, most first, then address. */
	struct audit_object_vec unexplained_objects;
	struct audit_type_vec types;	/* by references, then name */
	struct audit_object_vec over_objects;
};

/* Of the types whose index is set in `types`; NULL: of all. */
void audit_build(const struct heap *h, const bool *types, struct audit *ret);
void audit_release(struct audit *a);

#endif
