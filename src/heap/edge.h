/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/edge.h - the references of an object, and what one of them is called.
 */
#ifndef HEAP_EDGE_H
#define HEAP_EDGE_H

#include <stdbool.h>

#include "heap/object.h"

/* The references of one object: to[0] .. to[nr - 1]. */
struct heap_edges {
	const oid *to;
	uint32_t nr;
};

/* How a person or a program gets from an object to what it refers to.  All
 * text is owned by the struct: edge_name_release(). */
struct edge_name {
	/* ".attr", "['key']", "[3]", "closure cell x", "__dict__", "key 'x'",
	 * "element", "local x", "field name", "" unknown */
	char *name;
	/* Python for the referent: prefix + Python for the object + suffix;
	 * both NULL where no expression can be. */
	char *prefix, *suffix;
	/*
	 * The expression gives a stand-in (the mappingproxy that a class shows
	 * for its dict): right for steps that go on from here, but it is not
	 * the referent itself.
	 */
	bool stand_in;
};

/* Free what the name owns and set it to zeros. */
void edge_name_release(struct edge_name *n);

#endif
