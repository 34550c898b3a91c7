/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/search.h"
#include "target/live/smaps.h"

/* "55d0c000-55d0e000 r--p ...": a new mapping. */
static bool parse_header(const char *line, struct smap *ret)
{
	char *end;

	ret->start = strtoull(line, &end, 16);
	if (end == line || *end != '-')
		return false;
	line = end + 1;
	ret->end = strtoull(line, &end, 16);
	return end > line && *end == ' ' && ret->start < ret->end;
}

/* The value of "Rss:     84 kB" in bytes. */
static bool parse_size(const char *line, const char *key, uint64_t *ret)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) || line[len] != ':')
		return false;
	*ret = strtoull(line + len + 1, NULL, 10) * 1024;
	return true;
}

/* Is "ht" among the two-letter words of a line that `end` ends? */
static bool has_hugetlb(const char *line, const char *end)
{
	for (; line + 3 <= end; line++)
		if (line[0] == ' ' && line[1] == 'h' && line[2] == 't' &&
		    (line + 3 == end || line[3] == ' '))
			return true;
	return false;
}

static void parse_line(const char *line, const char *end, struct smap *m)
{
	if (parse_size(line, "Rss", &m->resident) ||
	    parse_size(line, "Swap", &m->swapped))
		return;
	if (!strncmp(line, "VmFlags:", 8))
		m->hugetlb = has_hugetlb(line, end);
}

void smaps_parse(const struct str *text, struct smap_vec *ret)
{
	const char *line = text->s, *end;

	for (; line && *line; line = end + 1) {
		struct smap m = { .start = 0 };

		end = strchr(line, '\n');
		if (!end)
			return;
		if (parse_header(line, &m))
			smap_vec_push(ret, m);
		else if (ret->nr)
			parse_line(line, end, &ret->v[ret->nr - 1]);
	}
}

const struct smap *smaps_find(const struct smap_vec *smaps, raddr start)
{
	size_t first = SEARCH_FIRST(smaps->nr, i, smaps->v[i].start >= start);

	return first < smaps->nr && smaps->v[first].start == start ?
	       &smaps->v[first] : NULL;
}
