/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/memory/mapped.h"
#include "python/raw/raw.h"

static void claim(void *context, raddr address, uint64_t length,
		  enum raw_field field, unsigned int flags)
{
	struct native *n = context;
	raddr end = memory_page_start(address + length + MEMORY_PAGE - 1);

	(void)flags;
	if (field == RAW_MAPPING && address % MEMORY_PAGE == 0 &&
	    native_claim(n, address, end, REGION_OTHER, 0))
		blocks_add(&n->blocks, address, end - address,
			   ALLOCATOR_MAPPING);
}

void mapped_claim(struct python *py, struct native *n)
{
	const struct heap *h = py->heap;
	CLEANUP(freep) bool *maps = xcalloc(h->types.nr + 1, sizeof(*maps));
	bool any = false;

	for (uint32_t i = 0; i < h->types.nr; i++) {
		maps[i] = raw_is_mapping(py, i);
		any |= maps[i];
	}
	raw_begin(py);
	for (oid o = 0; any && o < h->nr_objects; o++)
		if (maps[h->type[o]])
			raw_fields(py, o, claim, n);
}
