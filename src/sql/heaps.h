/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sql/heaps.h - the heaps that a query looks into, and what is found out about
 * each only when a query asks for it.
 *
 * A function here does its work at the first call and keeps the result until
 * sql_heaps_release().  What a query does not ask for costs nothing.
 */
#ifndef SQL_HEAPS_H
#define SQL_HEAPS_H

#include "analysis/retained.h"
#include "heap/heap.h"
#include "sql/names.h"

/* Objects, sorted by type: those of type `t` are
 * object[start[t]] .. object[start[t + 1] - 1], in the order of oids. */
struct sql_by_type {
	uint32_t *object;
	uint32_t *start;	/* as many as types, and one more */
};

/*
 * All references of a heap, numbered object by object: those of `o` are
 * first[o] .. first[o + 1] - 1.
 */
struct sql_refs {
	uint32_t *first;	/* nr_objects + 1 of them */
	/* By object: the numbers of the references to it are
	 * inbound[to[o]] .. inbound[to[o + 1] - 1], ascending.  NULL: nobody
	 * has asked yet. */
	uint32_t *inbound, *to;
};

/* A suspect of `pyheld leaks`, in words. */
struct sql_suspect {
	const char *kind, *fix;	/* constants */
	char *title, *place;	/* owned; `place` may be NULL */
	oid object;
	uint64_t entries, objects, bytes;
};
VEC_DEFINE(sql_suspect_vec, struct sql_suspect);

struct sql_heap {
	struct heap *h;		/* not owned; never changed */
	uint32_t number;	/* of the capture, from 0 */
	const char *name;	/* as the user typed it; not owned */
	/* Use the functions below: */
	struct dominators *dominators;
	struct retained_view *view;
	uint32_t *roots;
	struct sql_by_type by_type;
	uint32_t *types_by_name;
	struct tally *of_types;
	struct sql_refs refs;
	struct sql_names names;
	struct sql_suspect_vec *suspects;
};

struct sql_heaps {
	struct sql_heap *v;
	uint32_t nr;
	/* `SELECT *` has the column `capture`, as it has if `nr` is above 1.
	 * Queries can be checked without the heaps that they are for. */
	bool shows_capture;
	/* A query that was prepared reads columns that name references
	 * (sql_table.naming).  Once set, it stays so. */
	bool reads_names;
};

/* `nr` heaps, of which the caller sets `h` and `name`. */
void sql_heaps_init(struct sql_heaps *ret, uint32_t nr);
/* Free all that was found out; the heaps are the caller's. */
void sql_heaps_release(struct sql_heaps *heaps);

const struct dominators *sql_heap_dominators(struct sql_heap *heap);
/* The dominators, and a chain to each object. */
const struct retained_view *sql_heap_view(struct sql_heap *heap);
/* The root at which the chain to `o` starts; NULL: it is
 * garbage. */
const struct root *sql_heap_root(struct sql_heap *heap, oid o);
const struct sql_by_type *sql_heap_by_type(struct sql_heap *heap);
/* The types, as indices in heap.types, sorted by name. */
const uint32_t *sql_heap_types_by_name(struct sql_heap *heap);
/* By index in heap.types: all its objects.  NULL: their bytes are not known. */
const struct tally *sql_heap_tally(struct sql_heap *heap);
/* The numbers of references, without those of referrers; UINT32_MAX and more
 * references can't be numbered: the program ends as without memory. */
const struct sql_refs *sql_heap_refs(struct sql_heap *heap);
/* The same with those of referrers. */
const struct sql_refs *sql_heap_inbound(struct sql_heap *heap);
/* The suspects as `pyheld leaks` finds them in this heap alone. */
const struct sql_suspect_vec *sql_heap_suspects(struct sql_heap *heap);

#endif
