/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/alike.h - objects that are held in the same way: each is the
 * `log` of a Session, or each is an entry of the same dict.
 *
 * The key of an object is a hash of its type and of the last steps of the
 * reference chain to it.  Objects with equal keys are alike.
 */
#ifndef ANALYSIS_COMPARE_ALIKE_H
#define ANALYSIS_COMPARE_ALIKE_H

#include "analysis/graph/reach.h"

/* At most this many dicts are asked whether they are an object's __dict__. */
#define ALIKE_MAX_ASKED 50000

struct alike {
	struct heap *h;
	const struct reach *reach;
	oid last;		/* the dict that was asked last */
	bool last_is_namespace;	/* the answer to that */
	uint32_t nr_asked;
};

#define ALIKE_INIT(heap, reach) { (heap), (reach), OID_NONE, false, 0 }

/*
 * The key of `o`, which must be reached.  It is the same for objects of one
 * type that are the same attribute of objects of one type, or that are entries
 * of one container or of containers that are alike.  0: `o` is like no other,
 * as a root or a module holds it.  Only the last few steps of the chain count.
 * In two heaps of one process the keys of objects that are alike are equal, if
 * the attribute has the same number.
 */
uint64_t alike_key(struct alike *a, oid o);

#endif
