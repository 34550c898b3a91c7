/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/queue.h - a priority queue of numbers: a binary heap.
 *
 *	struct queue q = { VEC_INIT, compare, context };
 *
 *	queue_push(&q, 7);
 *	while (q.v.nr)
 *		f(queue_pop(&q));
 *	queue_release(&q);
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdint.h>

#include "base/vec.h"

struct queue {
	struct u32_vec v;	/* v.nr: how many are in it */
	/* Below 0: `a` comes out before `b`. */
	int (*compare)(const void *context, uint32_t a, uint32_t b);
	const void *context;
};

void queue_push(struct queue *q, uint32_t item);
/* The item that comes out first; the queue must have one. */
uint32_t queue_pop(struct queue *q);
void queue_release(struct queue *q);

#endif
