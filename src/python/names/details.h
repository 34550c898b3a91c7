/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/names/details.h - what heap/naming.h makes names and texts of: made
 * for one object when it is asked for, or recorded of all for a capture.
 */
#ifndef PYTHON_NAMES_DETAILS_H
#define PYTHON_NAMES_DETAILS_H

#include "python/refs/refs.h"

/* `record`: for all objects, while the heap is filled. */
void details_init(struct python *py, bool record);
void details_release(struct python *py);

/*
 * Are details recorded?  Then the next two are to be called for each object,
 * in the order of oids and of edges.
 */
bool details_recorded(const struct python *py);

/* The codes of all edges, parallel to heap.edges; NULL: not recorded.  They are
 * still the details' own. */
struct u32_vec *details_codes(struct python *py);
void details_object(struct python *py, oid o);
/*
 * The references of `o` that were just added to the heap's edges; kept[i] is
 * what refs->to.v[i] leads to, or OID_NONE.  `by_reader`: a reader found them,
 * and refs->names tells how they are held.
 */
void details_edges(struct python *py, oid o, const struct refs *refs,
		   const oid *kept, bool by_reader);

/* For heap_ops. */
void details_name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
			struct edge_name *names);
void details_preview(struct heap *h, oid o, size_t max, struct str *ret);
bool details_text(struct heap *h, oid o, struct str *ret);
bool details_text_hash(struct heap *h, oid o, uint64_t *ret);
struct error *details_of(struct heap *h, struct heap_details *ret) MUST_CHECK;

#endif
