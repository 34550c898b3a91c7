/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The places outside of the graph that hold objects: roots.
 *
 * A root is `counted` where that place owns one of the object's references,
 * so that for each object the references from others and the counted roots
 * add up to its reference count; what is missing then is held by somebody
 * unknown.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "python/roots/roots.h"
#include "python/state/truncated.h"
#include "python/types/object-map.h"

#define MAX_BYTES (512ull << 20)

void roots_spend(struct roots *r, uint64_t bytes)
{
	r->spent += bytes;
	if (r->spent <= MAX_BYTES || r->full)
		return;
	r->full = true;
	heap_warn_partial(r->py->heap, "only the first %zu roots were read",
			  r->py->heap->roots.nr);
}

static void add(struct roots *r, const struct new_root *root, oid object,
		const char *name)
{
	CLEANUP(str_release) struct str safe = STR_INIT;
	struct heap_root hr = {
		.object = object,
		.kind = root->kind,
		.expression = root->expression,
		.counted = root->counted,
		.frame = root->kind == ROOT_FRAME ? root->frame : -1,
		.slot = root->slot,
		.number = root->number,
		.thread = root->thread,
		.likely = root->likely,
	};

	str_add_safe(&safe, name, strlen(name));
	hr.name = str_take(&safe);
	heap_root_vec_push(&r->py->heap->roots, hr);
	roots_spend(r, strlen(hr.name) + sizeof(hr));
}

void roots_add(struct roots *r, const struct new_root *root, const char *format,
	       ...)
{
	CLEANUP(freep) char *name = NULL;
	oid object = OID_NONE;
	va_list args;

	if (root->object && !r->full)
		object = object_map_add(r->py, root->object);
	if (object == OID_NONE) {
		truncated_note_object(r->py, root->object);
		free(root->expression);
		return;
	}
	va_start(args, format);
	if (vasprintf(&name, format, args) < 0)
		out_of_memory();
	va_end(args);
	add(r, root, object, name);
}

