/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "heap/memory.h"

const char *const memory_kind_names[NR_MEMORY_KINDS] = {
	[MEMORY_OBJECTS] = "objects",
	[MEMORY_RAW] = "raw",
	[MEMORY_UNOWNED] = "unowned",
	[MEMORY_FREE] = "free",
	[MEMORY_OVERHEAD] = "overhead",
	[MEMORY_STACK] = "stack",
	[MEMORY_FILE] = "file",
	[MEMORY_SHARED] = "shared",
	[MEMORY_OTHER] = "other",
};

const char *const memory_allocator_names[NR_MEMORY_ALLOCATORS] = {
	[ALLOCATOR_MALLOC] = "malloc",
	[ALLOCATOR_MMAP] = "mmap",
	[ALLOCATOR_PYMALLOC] = "pymalloc",
	[ALLOCATOR_MIMALLOC] = "mimalloc",
	[ALLOCATOR_MAPPING] = "mapping",
};

static const struct {
	const char *name;	/* as the enum has it: "FREE_TOP" */
	enum memory_kind kind;
	enum memory_line_has has;
} parts[NR_MEMORY_PARTS] = {
#define MEMORY_PART(part, kind, has) \
	[PART_##part] = { #part, MEMORY_##kind, LINE_HAS_##has },
#include "heap/memory-parts.def"
#undef MEMORY_PART
};

void memory_part_name(enum memory_part part, struct str *ret)
{
	for (const char *p = parts[part].name; *p; p++)
		str_add_char(ret, *p == '_' ? '-' : (char)tolower(*p));
}

enum memory_kind memory_part_kind(enum memory_part part)
{
	return parts[part].kind;
}

enum memory_line_has memory_part_has(enum memory_part part)
{
	return parts[part].has;
}

void heap_memory_release(struct heap_memory *m)
{
	for (size_t i = 0; i < m->lines.nr; i++)
		free(m->lines.v[i].name);
	heap_memory_line_vec_release(&m->lines);
	heap_memory_unowned_vec_release(&m->unowned);
	heap_memory_arena_vec_release(&m->arenas);
	heap_memory_malloc_vec_release(&m->mallocs);
	memset(m, 0, sizeof(*m));
}

uint64_t heap_memory_sum(const struct heap_memory *m, enum memory_kind kind)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < m->lines.nr; i++)
		if (memory_part_kind(m->lines.v[i].part) == kind)
			bytes += m->lines.v[i].bytes;
	return bytes;
}
