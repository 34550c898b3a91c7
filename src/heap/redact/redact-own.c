/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/search.h"
#include "heap/redact/redact-own.h"

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool is_python(const struct heap_info *info, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return false;
	return begins(slash + 1, "libpython") || begins(slash + 1, "python") ||
	       strstr(path, "/lib-dynload/") ||
	       (info->executable && !strcmp(path, info->executable));
}

static int compare_ranges(const void *a, const void *b)
{
	const struct redact_range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

void redact_own_find(struct redact_own *own, const struct heap *h)
{
	const struct heap_mapping_vec *maps = &h->info.mappings;

	for (size_t i = 0; i < maps->nr; i++)
		if (is_python(&h->info, maps->v[i].path))
			redact_range_vec_push(&own->ranges,
					      (struct redact_range){
						      maps->v[i].start,
						      maps->v[i].end });
	if (own->ranges.nr)
		qsort(own->ranges.v, own->ranges.nr, sizeof(*own->ranges.v),
		      compare_ranges);
}

void redact_own_release(struct redact_own *own)
{
	redact_range_vec_release(&own->ranges);
}

static bool is_in(const struct redact_range_vec *ranges, uint64_t address)
{
	size_t behind = SEARCH_FIRST(ranges->nr, i,
				     ranges->v[i].start > address);

	return behind && address < ranges->v[behind - 1].end;
}

bool redact_own_has(const struct redact_own *own, const char *name,
		    uint64_t address, bool is_heap)
{
	if (is_heap || !*name)
		return false;
	return own->ranges.nr ? is_in(&own->ranges, address)
			      : !strchr(name, '.');
}
