/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analysis/ledger.h"

/* A share of the resident memory from which on it is worth a finding: a
 * tenth of it, and 8 MiB.  Below that nobody's problem is solved. */
#define BIG_SHARE 10
#define BIG_BYTES ((uint64_t)8 << 20)

/* Blocks that nothing points to: a clean process has up to 120 kB, of
 * libraries that hide their pointers. */
#define LEAK_BYTES ((uint64_t)1 << 20)

/* Unexplained memory: 1 % and less is usual. */
#define UNEXPLAINED_SHARE 20

const char *const finding_kind_names[NR_FINDING_KINDS] = {
	[FINDING_PYMALLOC] = "pymalloc",
	[FINDING_MALLOC] = "malloc",
	[FINDING_MIMALLOC] = "mimalloc",
	[FINDING_UNOWNED] = "unowned",
	[FINDING_STACKS] = "stacks",
	[FINDING_SHARED] = "shared",
	[FINDING_ALLOCATOR] = "allocator",
	[FINDING_SWAPPED] = "swapped",
	[FINDING_UNEXPLAINED] = "unexplained",
	[FINDING_FORKED] = "forked",
	[FINDING_DAMAGED] = "damaged",
};

static bool is_big(const struct heap_memory *m, uint64_t bytes)
{
	return bytes >= BIG_BYTES && bytes >= m->resident / BIG_SHARE;
}

static uint64_t sum_part(const struct heap_memory *m, enum memory_part part)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < m->lines.nr; i++)
		if (m->lines.v[i].part == part)
			bytes += m->lines.v[i].bytes;
	return bytes;
}

static uint64_t count_part(const struct heap_memory *m, enum memory_part part)
{
	uint64_t count = 0;

	for (size_t i = 0; i < m->lines.nr; i++)
		if (m->lines.v[i].part == part)
			count += m->lines.v[i].count;
	return count;
}

/* --- pymalloc --- */

static int compare_keepers(const void *a, const void *b)
{
	const struct finding_keeper *x = a, *y = b;

	if (x->nr != y->nr)
		return x->nr < y->nr ? 1 : -1;
	return x->type < y->type ? -1 : x->type > y->type;
}

/* Can a few blocks only keep it from being given back? */
static bool is_sparse(const struct heap_memory_arena *a)
{
	return a->used <= a->size / 8;
}

/* The arena that `address` lies in, or NULL; they are sorted. */
static const struct heap_memory_arena *
arena_at(const struct heap_memory_arena_vec *arenas, uint64_t address)
{
	size_t low = 0, high = arenas->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct heap_memory_arena *a = &arenas->v[middle];

		if (address < a->address)
			high = middle;
		else if (address - a->address >= a->size)
			low = middle + 1;
		else
			return a;
	}
	return NULL;
}

/* Who keeps the sparse arenas: the types of the objects in them. */
static void find_keepers(const struct heap *h, struct finding *f)
{
	CLEANUP(freep) struct finding_keeper *by_type =
		xcalloc(h->types.nr + 1, sizeof(*by_type));
	uint64_t fewest = UINT64_MAX;

	for (size_t i = 0; i < h->types.nr; i++)
		by_type[i].type = (uint32_t)i;
	for (oid o = 0; o < h->nr_objects; o++) {
		const struct heap_memory_arena *a =
			arena_at(&h->memory.arenas, h->address[o]);

		if (!a || !is_sparse(a))
			continue;
		by_type[h->type[o]].nr++;
		if (a->blocks < fewest) {
			fewest = a->blocks;
			f->example = o;
		}
	}
	qsort(by_type, h->types.nr, sizeof(*by_type), compare_keepers);
	memcpy(f->keepers, by_type,
	       MIN(h->types.nr, FINDING_KEEPERS) * sizeof(*by_type));
}

static void find_pymalloc(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;
	struct finding f = { .kind = FINDING_PYMALLOC, .count = m->arenas.nr,
			     .example = OID_NONE };

	f.bytes = sum_part(m, PART_FREE_BLOCKS) +
		  sum_part(m, PART_FREE_POOLS) + sum_part(m, PART_FREE_ARENAS);
	if (!is_big(m, f.bytes))
		return;
	for (size_t i = 0; i < m->arenas.nr; i++) {
		const struct heap_memory_arena *a = &m->arenas.v[i];

		f.of += a->bytes;
		if (!is_sparse(a))
			continue;
		f.sparse++;
		f.sparse_bytes += a->bytes;
		f.single += a->blocks == 1;
	}
	find_keepers(h, &f);
	finding_vec_push(&l->findings, f);
}

/* --- malloc and mimalloc --- */

static void find_malloc(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;
	struct finding f = { .kind = FINDING_MALLOC, .count = m->mallocs.nr };

	f.top = sum_part(m, PART_FREE_TOP);
	f.bytes = f.top + sum_part(m, PART_FREE_CHUNKS);
	if (!is_big(m, f.bytes))
		return;
	for (size_t i = 0; i < m->mallocs.nr; i++) {
		const struct heap_memory_malloc *a = &m->mallocs.v[i];

		f.of += a->system;
		if (i)
			f.in_threads += a->free + a->top;
	}
	finding_vec_push(&l->findings, f);
}

static void find_mimalloc(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;
	struct finding f = { .kind = FINDING_MIMALLOC, .of = m->resident };

	f.bytes = sum_part(m, PART_FREE_PAGES);
	if (is_big(m, f.bytes))
		finding_vec_push(&l->findings, f);
}

/* --- blocks without an owner --- */

/* The groups are sorted by bytes: the first ones make up nine tenths. */
static void find_sizes(const struct heap_memory *m, struct finding *f)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < m->unowned.nr; i++) {
		const struct heap_memory_unowned *u = &m->unowned.v[i];

		if (bytes >= f->bytes / 10 * 9)
			break;
		bytes += u->bytes;
		f->smallest = i ? MIN(f->smallest, u->size) : u->size;
		f->largest = MAX(f->largest, u->size);
	}
}

static void find_unowned(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;
	struct finding f = { .kind = FINDING_UNOWNED, .of = m->resident };

	f.bytes = sum_part(m, PART_UNOWNED);
	f.count = count_part(m, PART_UNOWNED);
	if (f.bytes < LEAK_BYTES)
		return;
	find_sizes(m, &f);
	finding_vec_push(&l->findings, f);
}

/* --- the others --- */

static void find_stacks(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;
	struct finding f = { .kind = FINDING_STACKS, .of = m->resident };

	f.bytes = sum_part(m, PART_STACKS) + sum_part(m, PART_CACHED_STACKS);
	f.count = count_part(m, PART_STACKS) +
		  count_part(m, PART_CACHED_STACKS);
	if (is_big(m, f.bytes))
		finding_vec_push(&l->findings, f);
}

static void find_shared(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;
	struct finding f = { .kind = FINDING_SHARED, .of = m->resident };

	f.bytes = sum_part(m, PART_SHARED);
	f.count = count_part(m, PART_SHARED);
	if (is_big(m, f.bytes))
		finding_vec_push(&l->findings, f);
}

static void find_allocators(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;

	for (size_t i = 0; i < m->lines.nr; i++) {
		const struct heap_memory_line *line = &m->lines.v[i];
		struct finding f = { .kind = FINDING_ALLOCATOR,
				     .bytes = line->bytes, .of = m->resident,
				     .count = line->count,
				     .line = (uint32_t)i };

		if (line->part == PART_ALLOCATOR && is_big(m, f.bytes))
			finding_vec_push(&l->findings, f);
	}
}

static void find_forked(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;
	struct finding f = { .kind = FINDING_FORKED,
			     .bytes = m->forked_copied };

	f.of = m->forked_shared + m->forked_copied;
	if (is_big(m, f.bytes))
		finding_vec_push(&l->findings, f);
}

static void find_limits_of_ledger(const struct heap *h, struct ledger *l)
{
	const struct heap_memory *m = &h->memory;
	uint64_t unexplained = m->unexplained > 0 ?
			       (uint64_t)m->unexplained : 0;

	if (is_big(m, m->swapped))
		finding_vec_push(&l->findings, (struct finding){
			.kind = FINDING_SWAPPED, .bytes = m->swapped,
			.of = m->resident });
	if (unexplained >= LEAK_BYTES &&
	    unexplained >= m->resident / UNEXPLAINED_SHARE)
		finding_vec_push(&l->findings, (struct finding){
			.kind = FINDING_UNEXPLAINED, .bytes = unexplained,
			.of = m->resident });
	if (m->nr_damaged)
		finding_vec_push(&l->findings, (struct finding){
			.kind = FINDING_DAMAGED, .count = m->nr_damaged });
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) :
				    (int)(x->line > y->line);
}

static void find_all(const struct heap *h, struct ledger *l)
{
	find_pymalloc(h, l);
	find_malloc(h, l);
	find_mimalloc(h, l);
	find_unowned(h, l);
	find_stacks(h, l);
	find_shared(h, l);
	find_allocators(h, l);
	find_forked(h, l);
	find_limits_of_ledger(h, l);
	if (l->findings.nr)
		qsort(l->findings.v, l->findings.nr, sizeof(*l->findings.v),
		      compare_findings);
}

/* --- the lines --- */

/* A line with its sort keys: qsort() has no context. */
struct sorted {
	enum memory_kind kind;
	uint64_t bytes;
	uint32_t line;
};

static int compare_lines(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static void sort_lines(const struct heap_memory *m, struct ledger *l)
{
	CLEANUP(freep) struct sorted *sorted =
		xcalloc(m->lines.nr + 1, sizeof(*sorted));

	for (size_t i = 0; i < m->lines.nr; i++)
		sorted[i] = (struct sorted){
			memory_part_kind(m->lines.v[i].part),
			m->lines.v[i].bytes, (uint32_t)i };
	qsort(sorted, m->lines.nr, sizeof(*sorted), compare_lines);
	for (size_t i = 0; i < m->lines.nr; i++)
		u32_vec_push(&l->order, sorted[i].line);
}

void ledger_build(const struct heap *h, struct ledger *ret)
{
	const struct heap_memory *m = &h->memory;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < m->lines.nr; i++) {
		const struct heap_memory_line *line = &m->lines.v[i];
		struct ledger_sum *sum =
			&ret->kinds[memory_part_kind(line->part)];

		sum->bytes += line->bytes;
		sum->lines++;
	}
	sort_lines(m, ret);
	find_all(h, ret);
}

void ledger_release(struct ledger *l)
{
	u32_vec_release(&l->order);
	finding_vec_release(&l->findings);
}
