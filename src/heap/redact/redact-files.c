/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/str.h"
#include "heap/redact/redact-files.h"
#include "heap/redact/redact-names.h"

/*
 * What has code in it is a program or a library; any other file that is mapped
 * is data, whose name may tell something.  What has no path has a name of the
 * kernel's or of the program's.  Mappings are by address: those of one library
 * stand together.
 */
static bool mapping_stays(const char *path, bool has_code, bool all)
{
	if (*path != '/')
		return redact_is_kernels_mapping(path);
	return !all && has_code;
}

void redact_mappings(const struct heap_info *info, bool all,
		     struct heap_info *ret)
{
	const struct heap_mapping_vec *from = &info->mappings;
	struct heap_mapping_vec *to = &ret->mappings;
	size_t end;

	*to = (struct heap_mapping_vec)VEC_INIT;
	for (size_t i = 0; i < from->nr; i = end) {
		const char *path = from->v[i].path;
		bool has_code = false, stays;

		for (end = i; end < from->nr && !strcmp(from->v[end].path,
							path); end++)
			has_code |= from->v[end].flags & MAPPING_EXECUTE;
		stays = mapping_stays(path, has_code, all);
		for (size_t j = i; j < end; j++) {
			struct heap_mapping m = from->v[j];

			m.path = xstrdup(stays ? path : "");
			heap_mapping_vec_push(to, m);
		}
	}
}

/* Files with code: the rule of redact_mappings().  Sorted. */
static void find_code(const struct heap_info *info, struct str_vec *ret)
{
	const struct heap_mapping_vec *from = &info->mappings;

	for (size_t i = 0; i < from->nr; i++)
		if (from->v[i].flags & MAPPING_EXECUTE &&
		    (!ret->nr || strcmp(ret->v[ret->nr - 1],
					from->v[i].path) != 0))
			str_vec_push(ret, from->v[i].path);
	str_vec_sort(ret);
}

void redact_memory(const struct heap *h, bool all, struct heap_memory *ret)
{
	const struct heap_memory_line_vec *from = &h->memory.lines;
	struct heap_memory_line_vec *to = &ret->lines;
	CLEANUP(str_vec_release) struct str_vec code = VEC_INIT;

	*to = (struct heap_memory_line_vec)VEC_INIT;
	find_code(&h->info, &code);
	for (size_t i = 0; i < from->nr; i++) {
		struct heap_memory_line l = from->v[i];
		/* Parts that are no files have names of pyheld's. */
		bool stays = *l.name != '/' ||
			     (!all && str_vec_has(&code, l.name));

		l.name = xstrdup(stays ? l.name : "");
		heap_memory_line_vec_push(to, l);
	}
}

void redact_sources(const struct heap_allocations *from, bool all,
		    struct heap_allocations *ret)
{
	ret->files = (struct str_vec)VEC_INIT;
	for (size_t i = 0; i < from->files.nr; i++) {
		const char *name = from->files.v[i];
		bool stays = !all && redact_is_file(name, strlen(name));

		str_vec_push(&ret->files, xstrdup(stays ? name : "?"));
	}
}
