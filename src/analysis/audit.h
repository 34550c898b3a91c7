/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/audit.h - compare reference counts with the references that are
 * known.
 *
 * A reference in an object's count is explained if it is from an object, from a
 * counted root, or from an instance to its class.  An instance owns a reference
 * to its class even if its tp_traverse does not visit it (until CPython 3.8
 * that of nearly all classes made at run time).  Unexplained references are
 * held by native code, or were leaked by it.  If more references are explained
 * than counted, the graph is wrong somewhere.
 *
 * References that pointers have found, in the object or in a raw block that it
 * owns, explain only what nothing else does, and never show an error.  Immortal
 * objects have no count to explain.
 *
 * If heap.unvisited is NULL (an older capture), types without a tp_traverse
 * (atoms) are left out: the heap lacks references that lead to these.
 */
#ifndef ANALYSIS_AUDIT_H
#define ANALYSIS_AUDIT_H

#include "heap/heap.h"

struct audit_object {
	oid object;
	uint32_t count;		/* the reference count */
	uint32_t found;		/* how many references are explained */
};
VEC_DEFINE(audit_object_vec, struct audit_object);

struct audit_type {
	uint32_t type;		/* index in heap.types */
	uint64_t nr;		/* objects with unexplained references */
	uint64_t references;	/* unexplained ones of all its objects */
	/* Index of the first of its objects in unexplained_objects; the others
	 * follow. */
	size_t first;
};
VEC_DEFINE(audit_type_vec, struct audit_type);

struct audit {
	uint64_t nr;		/* objects with a count */
	uint64_t immortal;	/* objects without */
	uint64_t atoms;		/* objects left out: see above */
	uint64_t counted;	/* references in the counts of all objects */
	uint64_t explained;	/* how many of these are explained */
	uint64_t nr_unexplained; /* objects with unexplained references */
	uint64_t unexplained;	/* references of these that are unexplained */
	uint64_t nr_over;	/* objects with more explained than counted */
	uint64_t over;		/* references of these that are too many */
	/* Sorted by type; those of a type by unexplained references, most
	 * first, then by address. */
	struct audit_object_vec unexplained_objects;
	struct audit_type_vec types;	/* most references first, then name */
	struct audit_object_vec over_objects;	/* in the order of oids */
};

/* Audit the objects of the types for which `types` has true (an entry for each
 * of heap.types; NULL: all).  The caller releases `*ret` by audit_release(). */
void audit_build(const struct heap *h, const bool *types, struct audit *ret);
void audit_release(struct audit *a);

#endif
