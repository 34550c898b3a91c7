/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "native/malloc/malloc.h"
#include "native/other-malloc.h"

/* Such a library is loaded for its own interface, too (mimalloc by name): then
 * glibc's arenas have memory. */
const struct module *malloc_replaced(struct native *n)
{
	const struct heap_memory *ledger = n->ledger;

	for (size_t i = 0; i < ledger->mallocs.nr; i++)
		if (ledger->mallocs.v[i].system)
			return NULL;
	return other_malloc_find(n->target);
}
