/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "output/emit.h"
#include "output/html/frames.h"
#include "output/words.h"

/* So many locals are listed, of so many bytes at least. */
#define MAX_LOCALS 500
#define LEAST_BYTES 4096

VEC_DEFINE(local_vec, const struct heap_root *);

static int compare_locals(const void *a, const void *b, void *dominators)
{
	const struct heap_root *x = *(const struct heap_root *const *)a;
	const struct heap_root *y = *(const struct heap_root *const *)b;
	int ret = dominators_compare(dominators, x->object, y->object);

	return ret ? ret : (x > y) - (x < y);
}

/* The number of each frame among those of its stack. */
static uint32_t *number_frames(const struct heap *h)
{
	CLEANUP(freep) uint32_t *nr = xcalloc(h->stacks.nr, sizeof(*nr));
	uint32_t *ret = xcalloc(h->frames.nr, sizeof(*ret));

	for (size_t i = 0; i < h->frames.nr; i++)
		ret[i] = nr[h->frames.v[i].stack]++;
	return ret;
}

static bool is_local_of_thread(const struct heap *h,
			       const struct heap_root *root)
{
	return root->kind == ROOT_FRAME && root->slot == SLOT_LOCAL &&
	       root->frame >= 0 &&
	       h->frames.v[root->frame].stack < h->threads.nr;
}

static json_t *local_json(const struct retained_view *v,
			  const struct heap_root *root, const uint32_t *number)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	const struct dominators *d = &v->dominators;
	json_t *ret = json_object();
	oid o = root->object;

	words_local(root, &name);
	/* The stack of a thread has its index. */
	emit_put(ret, "thread",
		 emit_count(v->h->frames.v[root->frame].stack));
	emit_put(ret, "frame", emit_count(number[root->frame]));
	emit_put(ret, "name", emit_text(name.s));
	emit_put(ret, "type", emit_text(heap_type_of(v->h, o)->name));
	emit_put(ret, "address", emit_address(v->h->address[o]));
	emit_put(ret, "objects", emit_count(d->objects[o]));
	emit_put(ret, "bytes", emit_count(d->bytes[o]));
	return ret;
}

json_t *frames_json(struct retained_view *v)
{
	CLEANUP(local_vec_release) struct local_vec locals = VEC_INIT;
	CLEANUP(freep) uint32_t *number = number_frames(v->h);
	struct dominators *d = &v->dominators;
	json_t *ret = json_array();

	for (size_t i = 0; i < v->h->roots.nr; i++) {
		const struct heap_root *root = &v->h->roots.v[i];

		if (is_local_of_thread(v->h, root) &&
		    d->bytes[root->object] >= LEAST_BYTES)
			local_vec_push(&locals, root);
	}
	if (locals.nr)
		qsort_r(locals.v, locals.nr, sizeof(*locals.v), compare_locals,
			d);
	for (size_t i = 0; i < MIN(locals.nr, (size_t)MAX_LOCALS); i++)
		emit_push(ret, local_json(v, locals.v[i], number));
	return ret;
}
