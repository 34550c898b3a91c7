/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/str.h"
#include "native/other-malloc.h"

/* The names of their files begin so. */
static const char *const names[] = {
	"libhoard", "libjemalloc", "libmesh.", "libmimalloc", "librpmalloc",
	"libscudo", "libsnmalloc", "libtbbmalloc_proxy", "libtcmalloc",
};

static bool is_allocator(const char *path)
{
	const char *name = path_base(path);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

const struct module *other_malloc_find(const struct target *t)
{
	for (size_t i = 0; i < t->modules.nr; i++)
		if (is_allocator(t->modules.v[i].path))
			return &t->modules.v[i];
	return NULL;
}
