/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/search.h"
#include "python/claims/claims-fields.h"
#include "python/allocators/object-blocks.h"

/* Words of an instance that are counted: from 64 bytes before it to 1 KiB
 * behind its start. */
#define BEFORE 64
#define NR_FIELDS ((BEFORE + 1024) / 8)
/* So many instances of a type are enough. */
#define SAMPLE 1024
/* With fewer than that nothing is known. */
#define LEAST 4
/* More than that behind an object is no slack: C code has allocated more than
 * its type says (cffi). */
#define MOST_SLACK 32
/* Of objects that lie in no block. */
#define MOST_STATIC 4096

/* PyTypeObject of Include/cpython/object.h: ob_size, tp_basicsize,
 * tp_itemsize, tp_vectorcall_offset, tp_flags, tp_weaklistoffset,
 * tp_dictoffset and tp_version_tag are no pointers. */
static const uint16_t numbers_of_types[] = {
	0, 16, 32, 40, 56, 168, 208, 288, 384
};

static uint64_t header_before(const struct claims *c, oid o, uint32_t block)
{
	return claims_offset(c, block, c->py->heap->address[o]);
}

static bool has_small_items(const struct claims *c, oid o)
{
	return c->py->types.v[c->py->heap->type[o]].itemsize % 8;
}

/* Where the object ends by its type, or by its size where it has items that may
 * be pointers: not the code of a re.Pattern, which is 4 bytes an item, and not
 * that of a code object. */
static raddr end_of(const struct claims *c, oid o, uint64_t before)
{
	const struct heap *h = c->py->heap;
	const struct pytype *t = &c->py->types.v[h->type[o]];
	uint64_t basic = t->basicsize > 0 ? (uint64_t)t->basicsize : 0;
	uint64_t size = MAX(basic, 16);

	/* sys.getsizeof() counts what is before the object, too. */
	if (t->itemsize && !has_small_items(c, o))
		size = MAX(size, h->size[o] - MIN(h->size[o], before));
	return h->address[o] + size;
}

bool claims_object_range(const struct claims *c, oid o, uint32_t block,
			 raddr *start, raddr *end)
{
	const struct heap *h = c->py->heap;
	struct block b;
	uint64_t slack;

	if (block == BLOCK_NONE) {
		if (c->py->types.v[h->type[o]].flags & TPFLAG_TYPE_SUBCLASS)
			return false;
		*start = h->address[o];
		*end = MIN(end_of(c, o, 0), *start + MOST_STATIC);
		return true;
	}
	b = blocks_get(&c->native->blocks, block);
	*start = b.start;
	*end = end_of(c, o, header_before(c, o, block));
	/* mimalloc rounds by up to an eighth. */
	slack = b.allocator == ALLOCATOR_MIMALLOC ?
		MAX(MOST_SLACK, b.size / 8 + 16) : MOST_SLACK;
	if (*end > b.start + b.size ||
	    (b.start + b.size - *end >= slack && !has_small_items(c, o)))
		*end = b.start + b.size;
	return true;
}

/* --- counting ----------------------------------------------------------- */

static bool is_allocator_s(const struct region *r)
{
	return r->kind == REGION_MALLOC || r->kind == REGION_MMAPPED ||
	       r->kind == REGION_PYMALLOC || r->kind == REGION_MIMALLOC;
}

static bool is_mapped(const struct claims *c, raddr addr)
{
	const struct mapping_vec *maps = &c->native->target->mappings;
	size_t first = SEARCH_FIRST(maps->nr, i, maps->v[i].end > addr);

	return first < maps->nr && addr >= maps->v[first].start;
}

bool claims_fields_alive(struct claims *c, uint64_t word, uint32_t own)
{
	struct blocks *b = &c->native->blocks;
	uint32_t block = blocks_find(b, word);
	const struct region *r;

	if (block != BLOCK_NONE)
		return block == own ||
		       claims_offset(c, block, word) <= CLAIMS_NEAR;
	r = native_region(c->native, word);
	return r ? !is_allocator_s(r) : is_mapped(c, word);
}

static void count_object(struct claims *c, struct claims_fields *f, oid o)
{
	raddr addr = c->py->heap->address[o], start, end;
	uint32_t block = object_blocks_find(c->py, c->native, o);
	struct claims_field *v = f->all.v + f->first[c->py->heap->type[o]];
	const uint8_t *p;

	if (!claims_object_range(c, o, block, &start, &end))
		return;
	start = MAX(start, addr - BEFORE);
	end = MIN(end, addr + 1024);
	p = memory_at(c->py->memory, start, end - start);
	for (raddr at = start; p && at + 8 <= end; at += 8, p += 8) {
		struct claims_field *field = &v[(at - (addr - BEFORE)) / 8];
		uint64_t word = get_u64(p);

		if (!word)
			continue;
		field->set++;
		field->alive += claims_fields_alive(c, word, block);
	}
}

static void add_type(struct claims_fields *f, uint32_t type)
{
	size_t nr = f->all.nr;

	if (f->first[type] != UINT32_MAX)
		return;
	f->first[type] = (uint32_t)nr;
	claims_field_vec_resize(&f->all, nr + NR_FIELDS);
	memset(f->all.v + nr, 0, NR_FIELDS * sizeof(*f->all.v));
}

void claims_fields_count(struct claims *c, struct claims_fields *ret)
{
	const uint32_t *type = c->py->heap->type;
	size_t nr = c->py->heap->types.nr + 1;
	CLEANUP(freep) uint32_t *seen = xcalloc(nr, sizeof(*seen));

	*ret = (struct claims_fields){ .all = VEC_INIT };
	ret->nr = xcalloc(nr, sizeof(*ret->nr));
	ret->first = xmalloc(nr * sizeof(*ret->first));
	for (size_t i = 0; i < nr; i++)
		ret->first[i] = UINT32_MAX;
	for (size_t i = 0; i < c->unread.nr; i++)
		ret->nr[type[c->unread.v[i]]]++;
	for (size_t i = 0; i < c->unread.nr; i++) {
		oid o = c->unread.v[i];
		uint32_t step = ret->nr[type[o]] / SAMPLE + 1;

		if (seen[type[o]]++ % step)
			continue;
		add_type(ret, type[o]);
		count_object(c, ret, o);
	}
}

void claims_fields_release(struct claims_fields *f)
{
	claims_field_vec_release(&f->all);
	free(f->first);
	free(f->nr);
}

/* --- asking ------------------------------------------------------------- */

bool claims_fields_number(const struct claims *c, oid o, raddr at)
{
	if (!(c->py->types.v[c->py->heap->type[o]].flags &
	      TPFLAG_TYPE_SUBCLASS))
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers_of_types); i++)
		if (at - c->py->heap->address[o] == numbers_of_types[i])
			return true;
	return false;
}

bool claims_fields_no_pointer(const struct claims_field *f)
{
	return f->set >= LEAST &&
	       f->alive * UINT64_C(10) < f->set * UINT64_C(9);
}

bool claims_fields_doubt(const struct claims *c, const struct claims_fields *f,
			 oid o, raddr at)
{
	uint32_t first = f->first[c->py->heap->type[o]];
	uint64_t i = (at - (c->py->heap->address[o] - BEFORE)) / 8;

	if (claims_fields_number(c, o, at))
		return true;
	if (first == UINT32_MAX || i >= NR_FIELDS)
		return false;
	return claims_fields_no_pointer(&f->all.v[first + i]);
}
