/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/suspects/own-modules.h"
#include "base/search.h"
#include "heap/naming.h"

/* The file of a module, quoted, in bytes. */
#define MAX_FILE 240

enum { NOT_ASKED, OWN, FOREIGN };

/* --- by name --- */

static const char *name_of(const struct own_modules *m, uint32_t namespace)
{
	return reach_module_of(m->heap, m->reach,
			       m->reach->namespaces.v[namespace].object);
}

static int compare_names(const void *a, const void *b, void *modules)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int ret = strcmp(name_of(modules, x), name_of(modules, y));

	return ret ? ret : (x > y) - (x < y);
}

void own_modules_build(struct heap *h, const struct reach *r,
		       struct own_modules *ret)
{
	size_t nr = r->namespaces.nr;

	*ret = (struct own_modules){ .heap = h, .reach = r };
	ret->by_name = xcalloc(nr, sizeof(*ret->by_name));
	ret->own = xcalloc(nr, sizeof(*ret->own));
	ret->namespaces = bits_new(h->nr_objects);
	for (uint32_t i = 0; i < nr; i++) {
		bits_set(ret->namespaces, r->namespaces.v[i].object);
		if (name_of(ret, i))
			ret->by_name[ret->nr++] = i;
	}
	qsort_r(ret->by_name, ret->nr, sizeof(*ret->by_name), compare_names,
		ret);
}

void own_modules_release(struct own_modules *m)
{
	free(m->by_name);
	free(m->own);
	free(m->namespaces);
	*m = (struct own_modules){ NULL };
}

bool own_modules_has_namespace(const struct own_modules *m, oid o)
{
	return bits_get(m->namespaces, o);
}

/* The name of module number `at` against the `len` bytes of `name`, as strcmp()
 * would compare them. */
static int compare_to(const struct own_modules *m, uint32_t at,
		      const char *name, size_t len)
{
	const char *module = name_of(m, m->by_name[at]);
	int ret = strncmp(module, name, len);

	return ret ? ret : module[len] != '\0';
}

/* The first module of that name; `nr`: there is none. */
static uint32_t find(const struct own_modules *m, const char *name, size_t len)
{
	uint32_t first = (uint32_t)SEARCH_FIRST(
		m->nr, i, compare_to(m, (uint32_t)i, name, len) >= 0);

	return first < m->nr && !compare_to(m, first, name, len) ? first :
								   m->nr;
}

/* --- the program's own --- */

static bool is_library_file(const char *file)
{
	static const char *const parts[] = {
		"/site-packages/", "/dist-packages/", "/lib/python",
		"/lib64/python", NULL,
	};

	for (size_t i = 0; parts[i]; i++)
		if (strstr(file, parts[i]))
			return true;
	return false;
}

/* Does the module with this namespace have a file that is no library's?  Where
 * the file is not known, or what is shown of it is not all, it does not. */
static bool has_own_file(struct heap *h, oid namespace)
{
	struct heap_edges edges = heap_edges(h, namespace);

	edges.nr = MIN(edges.nr, (uint32_t)ROOTS_NAMESPACE_EDGES_MAX);
	for (uint32_t i = 0; i < edges.nr; i++) {
		CLEANUP(edge_name_release) struct edge_name name = { 0 };
		CLEANUP(str_release) struct str file = STR_INIT;
		int64_t length;

		heap_name_edges(h, namespace, i, 1, &name);
		if (!edge_is(&name, EDGE_NAMED_VALUE, "__file__"))
			continue;
		length = heap_length(h, edges.to[i]);
		heap_preview(h, edges.to[i], MAX_FILE, &file);
		return length > 0 && length <= TEXT_MAX &&
		       !is_library_file(file.s);
	}
	return false;
}

bool own_modules_is_own(struct own_modules *m, const char *name, size_t len)
{
	uint32_t at;
	oid o;

	if (len == strlen("__main__") && !strncmp(name, "__main__", len))
		return true;
	at = find(m, name, len);
	if (at == m->nr)
		return false;
	o = m->reach->namespaces.v[m->by_name[at]].object;
	if (m->own[at] == NOT_ASKED)
		m->own[at] = has_own_file(m->heap, o) ? OWN : FOREIGN;
	return m->own[at] == OWN;
}

bool own_modules_defines(struct own_modules *m, const char *class_name)
{
	for (size_t len = strlen(class_name); len; len--)
		if (class_name[len] == '.' &&
		    own_modules_is_own(m, class_name, len))
			return true;
	return false;
}

const char *own_modules_above(const struct own_modules *m, oid o)
{
	const char *module = NULL;

	for (; o != OID_NONE && !module; o = m->reach->parent[o])
		module = reach_module_of(m->heap, m->reach, o);
	return module;
}
