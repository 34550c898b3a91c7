/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "traced.h"

static uint32_t add_file(struct heap_allocations *a, const char *name,
			 size_t len)
{
	for (size_t i = 0; i < a->files.nr; i++)
		if (strlen(a->files.v[i]) == len &&
		    !memcmp(a->files.v[i], name, len))
			return (uint32_t)i;
	str_vec_push(&a->files, xstrndup(name, len));
	return (uint32_t)a->files.nr - 1;
}

/* Add the sites of a text; returns how many there are. */
static uint32_t add_sites(struct heap_allocations *a, const char *text)
{
	uint32_t nr = 0;

	while (*text) {
		const char *colon = strchr(text, ':');
		char *end;

		ck_assert_ptr_nonnull(colon);
		heap_site_vec_push(&a->sites, (struct heap_site){
			add_file(a, text, (size_t)(colon - text)),
			(uint32_t)strtoul(colon + 1, &end, 10) });
		text = end + (*end == ' ');
		nr++;
	}
	return nr;
}

static bool same_sites(const struct heap_allocations *a, uint64_t x,
		       uint64_t y, uint32_t nr)
{
	const struct heap_site *s = a->sites.v;

	for (uint32_t i = 0; i < nr; i++)
		if (s[x + i].file != s[y + i].file ||
		    s[x + i].line != s[y + i].line)
			return false;
	return true;
}

void traced_add(struct heap_allocations *a, uint64_t address, uint64_t size,
		const char *sites)
{
	uint64_t first = a->sites.nr;
	uint32_t nr = add_sites(a, sites);
	size_t i;

	a->known = a->traced = true;
	for (i = 0; i < a->tracebacks.nr; i++)
		if (a->tracebacks.v[i].nr == nr &&
		    same_sites(a, a->tracebacks.v[i].first, first, nr))
			break;
	if (i < a->tracebacks.nr)
		a->sites.nr = first;
	else
		heap_traceback_vec_push(&a->tracebacks, (struct heap_traceback){
			.first = first, .nr = nr, .total = nr });
	heap_allocation_vec_push(&a->v, (struct heap_allocation){
		.address = address, .size = size, .traceback = (uint32_t)i });
}

void traced_sites(const struct heap_allocations *a, uint64_t first,
		  uint64_t nr, struct str *ret)
{
	for (uint64_t i = 0; i < nr; i++)
		str_addf(ret, "%s%s:%d", i ? " " : "",
			 a->files.v[a->sites.v[first + i].file],
			 (int)a->sites.v[first + i].line);
}
