/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/queue.h"

void queue_push(struct queue *q, uint32_t item)
{
	size_t at = q->v.nr;
	uint32_t *v;

	u32_vec_push(&q->v, item);
	v = q->v.v;
	while (at && q->compare(q->context, item, v[(at - 1) / 2]) < 0) {
		v[at] = v[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	v[at] = item;
}

uint32_t queue_pop(struct queue *q)
{
	uint32_t *v = q->v.v, ret = v[0], last = v[--q->v.nr];
	size_t nr = q->v.nr, at = 0, next;

	while ((next = 2 * at + 1) < nr) {
		if (next + 1 < nr &&
		    q->compare(q->context, v[next + 1], v[next]) < 0)
			next++;
		if (q->compare(q->context, last, v[next]) <= 0)
			break;
		v[at] = v[next];
		at = next;
	}
	if (nr)
		v[at] = last;
	return ret;
}

void queue_release(struct queue *q)
{
	u32_vec_release(&q->v);
}
