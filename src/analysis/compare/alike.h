/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/alike.h - objects that are held alike: each the `log` of a
 * Session, or each an entry of one dict.
 */
#ifndef ANALYSIS_COMPARE_ALIKE_H
#define ANALYSIS_COMPARE_ALIKE_H

#include "analysis/graph/reach.h"

/* So many dicts may be asked whether they are an object's __dict__. */
#define ALIKE_MAX_ASKED 50000

struct alike {
	struct heap *h;
	const struct reach *reach;
	oid last;		/* the dict that was asked last ... */
	bool last_is_namespace;	/* ... and the answer */
	uint32_t nr_asked;
};

#define ALIKE_INIT(heap, reach) { (heap), (reach), OID_NONE, false, 0 }

/*
 * The same for objects of one type that are the same attribute of objects of
 * one type, or entries of one container or of containers that are alike.  0:
 * like no other (what a root or a module holds).  It goes by the shortest way
 * from a root, and only some steps back.
 */
uint64_t alike_key(struct alike *a, oid o);

#endif
