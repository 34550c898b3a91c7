/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/browse/order.h - a long list of objects, sorted only where it is seen.
 *
 * To sort millions of objects takes seconds; a screen shows fifty of them.
 * This is quicksort that goes only into the parts in which somebody looks, and
 * remembers the parts that it has made.  The first look takes time linear in
 * the objects, wherever it is; each further one nearby next to none.
 */
#ifndef TUI_BROWSE_ORDER_H
#define TUI_BROWSE_ORDER_H

#include "base/vec.h"
#include "heap/heap.h"

struct order_list {
	struct oid_vec objects;		/* owned */
	/* Bit i: nothing before place i comes after anything from i on. */
	uint64_t *cuts;
	/* Below 0: `a` comes first.  No two objects are equal. */
	int (*compare)(const void *context, oid a, oid b);
	const void *context;
	uint64_t seed;
};

/* Take the objects, which are in no order; `objects` is empty then. */
void order_list_init(struct order_list *l, struct oid_vec *objects,
		     int (*compare)(const void *context, oid a, oid b),
		     const void *context);
/* The object at place `i`, which is below l->objects.nr. */
oid order_list_at(struct order_list *l, size_t i);
void order_list_release(struct order_list *l);

#endif
