/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector's objects in free-threaded builds: Python/gc_free_threading.c.
 *
 * There are no lists.  gc.get_objects() goes through the blocks of the
 * collector's heaps, of all threads and of those that have ended, and takes
 * those that ob_gc_bits says are tracked, and not frozen.  So does this.
 *
 *	heap GC       block = PyObject
 *	heap GC_PRE   block = weak references, dict, PyObject
 *	              (two words more before it under PYTHONMALLOC=debug)
 */
#include "python/locate/gc-freethreaded.h"
#include "python/locate/mimalloc.h"
#include "python/state/object-head.h"
#include "python/state/words.h"
#include "python/types/object-map.h"

#define PREHEADER_SIZE 16
#define DEBUG_SIZE 16		/* what debug hooks put before a block */

struct gc_walk {
	uint64_t offset;	/* of an object in its block, less pre-header */
	uint64_t nr[GENERATION_PERMANENT + 1];
};

static void add_block(struct python *py, raddr obj, struct gc_walk *w)
{
	struct heap *h = py->heap;
	uint8_t bits, generation;
	oid o;

	bits = byte_at(py, obj, py->layout.object_gc_bits);
	if (!(bits & GC_BIT_TRACKED))
		return;
	/* A block that holds no object: a thread was about to make one. */
	o = object_map_add(py, obj);
	if (o == OID_NONE)
		return;
	generation = bits & GC_BIT_FROZEN ? GENERATION_PERMANENT : 0;
	h->generation[o] = generation;
	if (bits & GC_BIT_FINALIZED)
		h->flags[o] |= OBJECT_FINALIZED;
	w->nr[generation]++;
}

static void add_page(struct python *py, const struct mimalloc_page *p,
		     void *context)
{
	struct gc_walk *w = context;
	uint64_t offset = w->offset;

	if (p->heap == MIMALLOC_GC_PRE)
		offset += PREHEADER_SIZE;
	else if (p->heap != MIMALLOC_GC)
		return;
	for (uint32_t i = 0; i < p->nr; i++)
		if (!mimalloc_is_free(p, i))
			add_block(py, mimalloc_block_at(p, i) + offset, w);
}

struct error *gc_freethreaded_load(struct python *py,
				   struct heap_interpreter *hi)
{
	/* An object in mimalloc's heap that always exists: a dict, which has
	 * no pre-header. */
	raddr known = word_at(py, py->interpreters.v[0].address,
			      py->layout.interp_sysdict);
	raddr block = mimalloc_block(py, known);
	struct gc_walk w = { .offset = known - block };
	struct mimalloc_visitor visitor = { .page = add_page, .context = &w };
	struct mimalloc_result result;

	if (!block && py->truncated) {
		/* Its pages may be there all the same. */
		known = block = mimalloc_any(py);
		w.offset = py->debug ? DEBUG_SIZE : 0;
		if (!block)
			return NULL;
	}
	if (!block || (w.offset && w.offset != DEBUG_SIZE))
		return error_new(ERR_CORRUPT,
				 "self-check failed: sys.__dict__ is not where "
				 "mimalloc has its blocks (layout: %s)",
				 py->layout_source);
	mimalloc_walk(py, known, &visitor, &result);
	hi->generations[0].objects = w.nr[0];
	hi->frozen = w.nr[GENERATION_PERMANENT];
	if (result.nr_bad)
		heap_warn_partial(py->heap, "%" PRIu64 " pages of mimalloc's %u "
				  "segments could not be read", result.nr_bad,
				  result.nr_segments);
	return NULL;
}
