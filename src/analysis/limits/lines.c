/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analysis/limits/lines.h"
#include "analysis/limits/pattern.h"

static const char *name_of(unsigned int kind)
{
	if (kind < NR_MEMORY_KINDS)
		return memory_kind_names[kind];
	return kind == LINES_SWAPPED ? "swapped" : "unexplained";
}

const char *lines_name(const struct lines *l)
{
	return name_of(l->kind);
}

bool lines_parse(const char *text, struct lines *ret)
{
	size_t len = strcspn(text, ":");
	bool has_pattern = text[len] == ':' && text[len + 1];

	if (text[len] && !has_pattern)
		return false;
	for (unsigned int i = 0; i <= LINES_SWAPPED; i++) {
		const char *name = name_of(i);

		if (strlen(name) != len || strncmp(name, text, len) != 0)
			continue;
		if (has_pattern ? i >= NR_MEMORY_KINDS : i == MEMORY_OBJECTS)
			return false;
		ret->kind = i;
		ret->pattern = has_pattern ? xstrdup(text + len + 1) : NULL;
		return true;
	}
	return false;
}

void lines_release(struct lines *l)
{
	free(l->pattern);
	l->pattern = NULL;
}

static bool is_name_meant(const char *pattern, const char *name)
{
	const char *slash = strrchr(name, '/');

	return pattern_match(pattern, name) ||
	       (slash && pattern_match(pattern, slash + 1));
}

/* `types`: those that the pattern means; NULL: there is no pattern. */
static bool is_line_meant(const struct lines *l, const bool *types,
			  const struct heap_memory_line *line)
{
	CLEANUP(str_release) struct str part = STR_INIT;

	if (memory_part_kind(line->part) != l->kind)
		return false;
	if (!l->pattern)
		return true;
	if (line->type != OID_NONE && types[line->type])
		return true;
	if (line->name && *line->name && is_name_meant(l->pattern, line->name))
		return true;
	memory_part_name(line->part, &part);
	return pattern_match(l->pattern, part.s);
}

uint64_t lines_sum(const struct heap *h, const struct lines *l)
{
	const struct heap_memory *m = &h->memory;
	CLEANUP(freep) bool *types = NULL;
	uint64_t bytes = 0;
	uint32_t nr;

	if (l->kind == LINES_SWAPPED)
		return m->swapped;
	if (l->kind == LINES_UNEXPLAINED)
		return m->unexplained > 0 ? (uint64_t)m->unexplained : 0;
	if (l->pattern)
		types = pattern_types(h, l->pattern, &nr);
	for (size_t i = 0; i < m->lines.nr; i++)
		if (is_line_meant(l, types, &m->lines.v[i]))
			bytes += m->lines.v[i].bytes;
	return bytes;
}
