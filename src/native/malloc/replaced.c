/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "native/malloc/malloc.h"

/* The names of libraries that define malloc() begin so. */
static const char *const names[] = {
	"libjemalloc.", "libtcmalloc", "libmimalloc", "libhoard.",
	"libsnmalloc", "libmesh.", "libscudo", "librpmalloc",
	"libtbbmalloc_proxy",
};

static bool is_allocator(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* Such a library is loaded for its own interface, too (mimalloc by name): then
 * glibc's arenas have memory. */
const struct module *malloc_replaced(struct native *n)
{
	const struct heap_memory *ledger = n->ledger;
	const struct module_vec *modules = &n->target->modules;

	for (size_t i = 0; i < ledger->mallocs.nr; i++)
		if (ledger->mallocs.v[i].system)
			return NULL;
	for (size_t i = 0; i < modules->nr; i++)
		if (is_allocator(modules->v[i].path))
			return &modules->v[i];
	return NULL;
}
