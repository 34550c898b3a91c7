/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "native/mappings.h"
#include "native/other-malloc.h"
#include "native/pointed.h"
#include "target/elf/image.h"

static raddr page_end(raddr addr)
{
	return memory_page_start(addr + MEMORY_PAGE - 1);
}

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* --- the data of programs and libraries --- */

/*
 * Where the bss ends that follows the mapping of a module's data, by the
 * module's file; 0: there is none, or the file is not available.
 */
static raddr bss_end(struct native *n, struct module *module,
		     const struct mapping *data)
{
	const struct image *im = modules_image(n->target, module);
	const struct image_load *loads;
	size_t nr = im ? image_loads(im, &loads) : 0;

	for (size_t i = 0; i < nr; i++) {
		raddr start = module->bias + loads[i].address;
		raddr end = start + loads[i].memory_size;

		if (start < data->end && end > data->start && end >= start)
			return page_end(end);
	}
	return 0;
}

/* An anonymous mapping directly behind `data`, or NULL.  A kernel that does not
 * randomise addresses lets [heap] begin with the program's bss. */
static const struct mapping *behind(const struct native *n, size_t data)
{
	const struct mapping_vec *maps = &n->target->mappings;
	const struct mapping *m = &maps->v[data], *next = m + 1;

	return data + 1 < maps->nr && next->start == m->end && !next->inode &&
	       !next->shared && next->prot & SEGMENT_WRITE &&
	       (!*next->path || !strcmp(next->path, "[heap]")) ? next : NULL;
}

/*
 * Where the region of data ends that the mapping `data` begins.  Memory that
 * was mapped before the library was may lie directly behind its bss, and
 * belongs to the same mapping then; only the file tells how long the bss is.
 */
static raddr data_end(struct native *n, size_t data, struct module *module)
{
	const struct mapping *m = &n->target->mappings.v[data];
	const struct mapping *next = behind(n, data);
	raddr end;

	if (!next)
		return m->end;
	end = bss_end(n, module, m);
	return MIN(MAX(end, m->end), next->end);
}

void mappings_claim(struct native *n)
{
	const struct mapping_vec *maps = &n->target->mappings;

	for (size_t i = 0; i < maps->nr; i++) {
		const struct mapping *m = &maps->v[i];
		struct module *module;

		if (!m->inode || m->shared || !(m->prot & SEGMENT_WRITE))
			continue;
		module = modules_at(n->target, m->start);
		if (module)
			native_claim(n, m->start, data_end(n, i, module),
				     REGION_FILE, (uint32_t)i);
	}
}

/* --- what no region has --- */

/* Goes through the parts of mappings that are in no region. */
struct gaps {
	const struct native *n;
	size_t mapping, region;	/* where the next gap is looked for */
	raddr at;
	struct range gap;	/* in mappings.v[mapping] */
};

static bool next_gap(struct gaps *g)
{
	const struct mapping_vec *maps = &g->n->target->mappings;
	const struct region_vec *regions = &g->n->regions;

	while (g->mapping < maps->nr) {
		const struct mapping *m = &maps->v[g->mapping];
		const struct region *r;

		g->at = MAX(g->at, m->start);
		if (g->at >= m->end) {
			g->mapping++;
			continue;
		}
		while (g->region < regions->nr &&
		       regions->v[g->region].end <= g->at)
			g->region++;
		r = g->region < regions->nr ? &regions->v[g->region] : NULL;
		if (r && r->start <= g->at) {
			g->at = r->end;
			continue;
		}
		g->gap.start = g->at;
		g->gap.end = r ? MIN(r->start, m->end) : m->end;
		g->at = g->gap.end;
		return true;
	}
	return false;
}

enum use {
	USE_FILE,	/* a private mapping of a file */
	USE_SHARED,
	USE_KERNEL,
	USE_JIT,
	USE_UNKNOWN,
};

/* Shared anonymous memory is a deleted /dev/zero of the kernel's. */
static bool is_shared_anonymous(const struct mapping *m)
{
	return (m->shared || m->deleted) && !strcmp(m->path, "/dev/zero");
}

/* A core does not tell what is shared: take what is hardly ever private. */
static bool is_shared(const struct native *n, const struct mapping *m)
{
	return m->shared || is_shared_anonymous(m) ||
	       (n->target->core && (starts_with(m->path, "/dev/shm/") ||
				    starts_with(m->path, "/SYSV") ||
				    starts_with(m->path, "/memfd:")));
}

/* A core does not name [vdso], which is an ELF file in memory. */
static bool is_vdso(const struct native *n, const struct mapping *m)
{
	const uint8_t *p = memory_at(n->memory, m->start, 4);

	return p && !memcmp(p, "\177ELF", 4);
}

static enum use use_of(const struct native *n, const struct mapping *m)
{
	if (is_shared(n, m))
		return USE_SHARED;
	if (m->inode && strcmp(m->path, "/dev/zero"))
		return USE_FILE;
	if (starts_with(m->path, "[v") || starts_with(m->path, "[uprobes"))
		return USE_KERNEL;
	if (m->prot & SEGMENT_EXEC)
		return is_vdso(n, m) ? USE_KERNEL : USE_JIT;
	return USE_UNKNOWN;
}

void mappings_free(const struct native *n, struct range_vec *ret)
{
	struct gaps g = { .n = n };

	while (next_gap(&g)) {
		enum use use = use_of(n, &n->target->mappings.v[g.mapping]);

		if ((use == USE_SHARED || use == USE_UNKNOWN) &&
		    residency_bytes(n->residency, g.gap.start, g.gap.end))
			range_vec_push(ret, g.gap);
	}
}

/* --- the ledger --- */

/* The lines of the file that was met last: its mappings are neighbours. */
struct file_lines {
	const char *path;
	uint32_t code, data;
};

struct accounting {
	struct native *n;
	struct file_lines file;
	const char *allocator;	/* path of a malloc that is not looked into,
				   or NULL */
	size_t next_changed;	/* in residency->changed */
};

/* Account for a part of a private mapping of a file, or of its bss. */
static void account_file(struct accounting *a, const struct mapping *m,
			 struct range part)
{
	const struct range_vec *changed = &a->n->residency->changed;
	struct file_lines *f = &a->file;

	if (!f->path || strcmp(f->path, m->path))
		*f = (struct file_lines){
			m->path,
			native_line(a->n, PART_CODE, OID_NONE, m->path),
			native_line(a->n, PART_DATA, OID_NONE, m->path),
		};
	while (a->next_changed < changed->nr &&
	       changed->v[a->next_changed].end <= part.start)
		a->next_changed++;
	for (size_t i = a->next_changed; part.start < part.end; i++) {
		struct range r = { part.end, part.end };

		if (i < changed->nr) {
			r.start = MIN(part.end, MAX(part.start,
						    changed->v[i].start));
			r.end = MIN(part.end, changed->v[i].end);
		}
		native_account(a->n, f->code, part.start, r.start, 0);
		native_account(a->n, f->data, r.start, r.end, 0);
		part.start = r.end;
	}
}

static void account_data(struct accounting *a, const struct region *r)
{
	const struct mapping *m = &a->n->target->mappings.v[r->index];
	struct range data = { r->start, r->start };

	if (r->start >= m->start && r->start < m->end)
		data.end = MIN(r->end, m->end);
	account_file(a, m, data);
	native_account(a->n, a->file.data, data.end, r->end, 0);
}

static void account_part(struct accounting *a, enum memory_part part,
			 const char *name, struct range r)
{
	uint32_t line = native_line(a->n, part, OID_NONE, name);

	if (native_account(a->n, line, r.start, r.end, 0))
		a->n->ledger->lines.v[line].count++;
}

static void account_region(struct accounting *a, const struct region *r)
{
	struct range range = { r->start, r->end };

	switch (r->kind) {
	case REGION_STACK:
		account_part(a, PART_STACKS, NULL, range);
		break;
	case REGION_CACHED_STACK:
		account_part(a, PART_CACHED_STACKS, NULL, range);
		break;
	case REGION_FRAMES:
		account_part(a, PART_FRAMES, NULL, range);
		break;
	case REGION_FILE:
		account_data(a, r);
		break;
	default:
		break;
	}
}

/*
 * The mapping of data that all of mapping `i` is the bss of, or NULL.  Where
 * the module's file is at hand, its bss has a region, and this is never asked
 * of it.
 */
static const struct mapping *data_before(const struct native *n, size_t i,
					 struct range gap)
{
	const struct mapping *m = &n->target->mappings.v[i], *data = m - 1;
	struct module *module;

	if (!i || gap.start != m->start || gap.end != m->end ||
	    data->shared || !data->inode || !(data->prot & SEGMENT_WRITE) ||
	    !behind(n, i - 1))
		return NULL;
	module = modules_at(n->target, data->start);
	return module && !modules_image(n->target, module) ? data : NULL;
}

/* Account for anonymous memory; what nobody knows is left out. */
static void account_unknown(struct accounting *a, size_t i, struct range gap)
{
	const struct mapping *data = data_before(a->n, i, gap);

	if (data)
		account_part(a, PART_DATA, data->path, gap);
	else if (a->allocator)
		account_part(a, PART_ALLOCATOR, a->allocator, gap);
}

static void account_gap(struct accounting *a, size_t i, struct range gap)
{
	const struct mapping *m = &a->n->target->mappings.v[i];

	switch (use_of(a->n, m)) {
	case USE_FILE:
		account_file(a, m, gap);
		break;
	case USE_SHARED:
		account_part(a, PART_SHARED, is_shared_anonymous(m) ?
			     "[anonymous]" : m->path, gap);
		break;
	case USE_KERNEL:
		account_part(a, PART_KERNEL, *m->path ? m->path : "[vdso]",
			     gap);
		break;
	case USE_JIT:
		account_part(a, PART_JIT, NULL, gap);
		break;
	case USE_UNKNOWN:
		account_unknown(a, i, gap);
		break;
	}
}

/* Was libc's malloc found? */
static bool has_heap(const struct native *n)
{
	for (size_t i = 0; i < n->regions.nr; i++)
		if (n->regions.v[i].kind == REGION_MALLOC)
			return true;
	return false;
}

/* Claim anonymous memory that libraries have mapped for themselves. */
static void claim_pointed(struct native *n)
{
	CLEANUP(range_vec_release) struct range_vec unknown = VEC_INIT;
	struct gaps g = { .n = n };

	while (next_gap(&g)) {
		const struct mapping *m = &n->target->mappings.v[g.mapping];

		/* No library has mapped what has a name: [heap], [stack]. */
		if (use_of(n, m) == USE_UNKNOWN && !*m->path &&
		    residency_bytes(n->residency, g.gap.start, g.gap.end))
			range_vec_push(&unknown, g.gap);
	}
	pointed_claim(n, &unknown);
}

void mappings_account(struct native *n)
{
	const struct module *other = other_malloc_find(n->target);
	struct accounting a = { .n = n };
	struct gaps g = { .n = n };

	a.allocator = other ? other->path : NULL;
	/* If the blocks of malloc are not known, they are among what is
	 * pointed to, and nobody can tell. */
	if (!a.allocator && has_heap(n))
		claim_pointed(n);
	for (size_t i = 0; i < n->regions.nr; i++)
		account_region(&a, &n->regions.v[i]);
	a.next_changed = 0;
	while (next_gap(&g))
		account_gap(&a, g.mapping, g.gap);
}
