/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evaluation stacks whose height is not known.
 *
 * A frame that runs keeps the top of its stack in a register.  Above it lie
 * words that are left from before, of objects that may be gone or be held by
 * others.  What is in the graph, is in such a stack, and has a reference that
 * neither the graph nor another root accounts for, is held by that stack, as
 * far as anybody can tell.
 */
#include "python/roots/roots-stacks.h"
#include "python/roots/roots.h"
#include "python/types/object-map.h"
#include "python/values/frames.h"

/* Is its reference count explained by references alone?  Not for constants
 * and strings, which C code keeps in many places, nor for modules and
 * classes. */
static bool has_exact_count(struct python *py, oid o)
{
	const struct pytype *t = types_of(py, o);

	return py->heap->refcount[o] != REFCOUNT_IMMORTAL &&
	       (t->flags & TPFLAG_HAVE_GC) &&
	       !(t->flags & TPFLAG_TYPE_SUBCLASS) &&
	       t->address != py->known.module;
}

static void add_stack(struct roots *r, const struct open_stack *s,
		      uint32_t *known)
{
	struct python *py = r->py;
	const struct heap *h = py->heap;
	const uint8_t *words = memory_at(py->memory, s->first, s->nr * 8ull);
	struct frame f = { .slots = words };

	if (!words)
		return;
	for (uint32_t i = 0; i < s->nr && !r->full; i++) {
		struct frame_ref ref = frames_slot(py, &f, i);
		struct new_root root = {
			.kind = ROOT_FRAME, .object = ref.object,
			.counted = true, .frame = s->frame,
			.slot = SLOT_STACK, .number = i, .likely = true,
		};
		oid o = ref.counted ? object_map_find(py, ref.object)
				    : OID_NONE;

		if (o == OID_NONE || h->refcount[o] <= known[o] ||
		    !has_exact_count(py, o))
			continue;
		known[o]++;
		roots_add(r, &root, "%s", "");
	}
}

void roots_stacks_load(struct python *py, uint32_t *known)
{
	struct roots r = { .py = py };

	for (size_t i = 0; i < py->stacks.nr; i++)
		add_stack(&r, &py->stacks.v[i], known);
	open_stack_vec_release(&py->stacks);
}
