/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "native/native.h"

void native_init(struct native *n, struct target *t,
		 struct heap_memory *ledger)
{
	*n = (struct native){
		.target = t,
		.memory = &t->memory,
		.residency = target_residency(t),
		.ledger = ledger,
	};
	n->accounted = xcalloc(t->mappings.nr + 1, sizeof(*n->accounted));
}

void native_release(struct native *n)
{
	blocks_release(&n->blocks);
	region_vec_release(&n->regions);
	free(n->accounted);
	n->accounted = NULL;
}

/* --- who has claimed what ----------------------------------------------- */

/* The first region that ends behind `addr`; regions.nr: none. */
static size_t region_behind(const struct native *n, raddr addr)
{
	return RANGE_BEHIND(&n->regions, addr);
}

bool native_claim(struct native *n, raddr start, raddr end,
		  enum region_kind kind, uint32_t index)
{
	size_t i = region_behind(n, start);
	struct region *v;

	if (start >= end ||
	    (i < n->regions.nr && n->regions.v[i].start < end))
		return false;
	region_vec_reserve(&n->regions, 1);
	v = n->regions.v;
	memmove(v + i + 1, v + i, (n->regions.nr - i) * sizeof(*v));
	v[i] = (struct region){ start, end, kind, index };
	n->regions.nr++;
	return true;
}

bool native_is_linker(const char *path)
{
	const char *name = path_base(path);

	return !strncmp(name, "ld-", 3) || !strncmp(name, "ld.so", 5);
}

const struct region *native_region(const struct native *n, raddr addr)
{
	size_t i = region_behind(n, addr);

	if (i == n->regions.nr || n->regions.v[i].start > addr)
		return NULL;
	return &n->regions.v[i];
}

bool native_narrow(const struct native *n, struct range *range)
{
	raddr end = range->end;

	while (residency_narrow(n->residency, range)) {
		struct range part = *range;

		if (range_narrow(&part, n->memory)) {
			*range = part;
			return true;
		}
		*range = (struct range){ range->end, end };
	}
	return false;
}

/* --- the ledger --------------------------------------------------------- */

uint32_t native_line(struct native *n, enum memory_part part, uint32_t type,
		     const char *name)
{
	struct heap_memory_line_vec *lines = &n->ledger->lines;
	CLEANUP(str_release) struct str text = STR_INIT;
	struct heap_memory_line line = { .part = part, .type = type };

	if (name)
		str_add_safe(&text, name, strlen(name));
	/* Types have many lines, but who fills them remembers their index. */
	for (size_t i = 0; i < lines->nr; i++)
		if (lines->v[i].part == part && lines->v[i].type == type &&
		    !strcmp(lines->v[i].name, text.s))
			return (uint32_t)i;
	line.name = xstrdup(text.s);
	heap_memory_line_vec_push(lines, line);
	return (uint32_t)(lines->nr - 1);
}

/* The mapping that `addr` lies in, or the first one behind it; nr: none. */
static size_t mapping_at(struct native *n, raddr addr)
{
	const struct mapping *v = n->target->mappings.v;
	size_t last = n->last_mapping;

	if (likely(last < n->target->mappings.nr && addr >= v[last].start &&
		   addr < v[last].end))
		return last;
	n->last_mapping = RANGE_BEHIND(&n->target->mappings, addr);
	return n->last_mapping;
}

uint64_t native_account(struct native *n, uint32_t line, raddr start,
			raddr end, uint64_t count)
{
	struct heap_memory_line *l = &n->ledger->lines.v[line];
	uint64_t bytes = native_account_bytes(n, start, end);

	l->bytes += bytes;
	l->count += count;
	return bytes;
}

uint64_t native_account_bytes(struct native *n, raddr start, raddr end)
{
	const struct mapping_vec *maps = &n->target->mappings;
	size_t i = mapping_at(n, start);
	uint64_t bytes, sum = 0;

	/* Most ranges are blocks: they lie in one mapping. */
	if (likely(i < maps->nr && start >= maps->v[i].start &&
		   end <= maps->v[i].end)) {
		bytes = residency_bytes(n->residency, start, end);
		n->accounted[i] += bytes;
		return bytes;
	}
	for (; i < maps->nr && maps->v[i].start < end; i++) {
		bytes = residency_bytes(n->residency,
					MAX(start, maps->v[i].start),
					MIN(end, maps->v[i].end));
		n->accounted[i] += bytes;
		sum += bytes;
	}
	return sum;
}

void native_account_part(struct native *n, uint32_t line, raddr addr,
			 uint64_t bytes, uint64_t count)
{
	struct heap_memory_line *l = &n->ledger->lines.v[line];

	native_account_mapping(n, addr, bytes);
	l->bytes += bytes;
	l->count += count;
}

void native_account_mapping(struct native *n, raddr addr, uint64_t bytes)
{
	const struct mapping_vec *maps = &n->target->mappings;
	size_t i = mapping_at(n, addr);

	if (i < maps->nr && maps->v[i].start <= addr)
		n->accounted[i] += bytes;
}

bool native_is_whole(struct native *n, raddr start, raddr end)
{
	const struct mapping_vec *maps = &n->target->mappings;
	size_t i = mapping_at(n, start);

	return i < maps->nr && start >= maps->v[i].start &&
	       end <= maps->v[i].end &&
	       residency_bytes(n->residency, start, end) == end - start;
}

bool native_run(struct native *n, raddr addr, raddr *end)
{
	const struct mapping_vec *maps = &n->target->mappings;
	size_t i = mapping_at(n, addr);
	bool is_present = residency_run(n->residency, addr, end);

	if (i < maps->nr)
		*end = MIN(*end, maps->v[i].start > addr ? maps->v[i].start :
							   maps->v[i].end);
	return is_present;
}

static int compare_lines(const void *a, const void *b)
{
	const struct heap_memory_line *x = a, *y = b;

	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void drop_empty(struct heap_memory_line_vec *lines)
{
	size_t nr = 0;

	for (size_t i = 0; i < lines->nr; i++) {
		if (lines->v[i].bytes || lines->v[i].count)
			lines->v[nr++] = lines->v[i];
		else
			free(lines->v[i].name);
	}
	lines->nr = nr;
}

static void log_unexplained(struct native *n)
{
	const struct mapping_vec *maps = &n->target->mappings;

	for (size_t i = 0; i < maps->nr; i++) {
		const struct mapping *m = &maps->v[i];
		uint64_t there = residency_bytes(n->residency, m->start,
						 m->end);

		if (there != n->accounted[i])
			log_detail("memory: 0x%" PRIx64 "-0x%" PRIx64 " %s: %"
				   PRIi64 " of %" PRIu64
				   " resident bytes are unexplained",
				   m->start, m->end, m->path,
				   (int64_t)(there - n->accounted[i]), there);
	}
}

void native_finish(struct native *n)
{
	struct heap_memory *m = n->ledger;
	const struct residency *r = n->residency;

	m->basis = (enum memory_basis)r->basis;
	m->nr_parts = NR_MEMORY_PARTS;
	m->resident = r->bytes;
	m->swapped = r->swapped;
	m->page_tables = r->page_tables;
	m->forked_shared = r->shared;
	m->forked_copied = r->copied;
	m->unexplained = (int64_t)r->bytes;
	for (size_t i = 0; i < m->lines.nr; i++)
		m->unexplained -= (int64_t)m->lines.v[i].bytes;
	drop_empty(&m->lines);
	if (m->lines.nr)
		qsort(m->lines.v, m->lines.nr, sizeof(*m->lines.v),
		      compare_lines);
	log_unexplained(n);
}
