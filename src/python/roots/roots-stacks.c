/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evaluation stacks whose height is not known, and C stacks of greenlets.
 *
 * A frame that runs keeps the top of its stack in a register.  Above it lie
 * words that are left from before, of objects that may be gone or be held by
 * others; so they do on a C stack.  What is in the graph, is in such a stack,
 * and has a reference that neither the graph nor another root accounts for, is
 * held by that stack, as far as anybody can tell.
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

static struct frame_ref ref_of(struct python *py, const struct open_stack *s,
			       const struct frame *f, uint32_t i)
{
	if (s->is_native)
		return (struct frame_ref){ get_u64(f->slots + i * 8ull), true };
	return frames_slot(py, f, i);
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
		struct frame_ref ref = ref_of(py, s, &f, i);
		struct new_root root = {
			.kind = ROOT_FRAME, .object = ref.object,
			.counted = true, .frame = s->frame,
			.slot = s->is_native ? SLOT_C_STACK : SLOT_STACK,
			.number = i, .likely = true,
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
