/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/emulator/emulator.h"
#include "python/refs/read.h"
#include "python/refs/refs-scan.h"
#include "python/refs/refs.h"
#include "python/refs/reread.h"
#include "python/types/emulate.h"

/* Entries of class dicts that are looked at to name the references of one
 * object. */
#define MAX_LOOKUPS (1ull << 22)

bool reread_refs(struct python *py, oid o, struct refs *refs)
{
	const struct pytype t = *types_of(py, o);
	raddr obj = py->heap->address[o];
	uint8_t flags = py->heap->flags[o];

	/* The references of an unreadable object have no names. */
	if (flags & OBJECT_UNREAD)
		return true;
	py->claims = UINT64_MAX;
	py->lookups = MAX(py->lookups, MAX_LOOKUPS);
	if (flags & OBJECT_SCANNED) {
		refs_scan(py, &t, obj, refs);
		return true;
	}
	if (flags & OBJECT_EMULATED) {
		struct emulator_call call = { .object = obj,
					      .traverse = t.traverse };

		emulate_run(py, &t, &call, 1, &refs->to);
		return false;
	}
	read_refs(py, &t, obj, refs);
	return true;
}
