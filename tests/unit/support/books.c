/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <string.h>

#include "books.h"

static uint32_t type_named(const struct heap *h, const char *name)
{
	for (size_t i = 0; i < h->types.nr; i++)
		if (strcmp(h->types.v[i].name, name) == 0)
			return (uint32_t)i;
	ck_abort_msg("no type is named %s", name);
}

void books_line(struct heap *h, enum memory_part part, const char *subject,
		uint64_t bytes, uint64_t count)
{
	bool has_type = memory_part_has(part) == LINE_HAS_TYPE;
	const char *name = subject && !has_type ? subject : "";

	heap_memory_line_vec_push(&h->memory.lines, (struct heap_memory_line){
		.part = part,
		.type = subject && has_type ? type_named(h, subject) : OID_NONE,
		.name = xstrdup(name),
		.bytes = bytes, .count = count });
}

void books_close(struct heap *h, uint64_t resident)
{
	struct heap_memory *m = &h->memory;

	m->basis = MEMORY_PAGEMAP;
	m->nr_parts = NR_MEMORY_PARTS;
	m->resident = resident;
	m->unexplained = (int64_t)resident;
	for (size_t i = 0; i < m->lines.nr; i++)
		m->unexplained -= (int64_t)m->lines.v[i].bytes;
}
