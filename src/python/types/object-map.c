/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The object map: from an address to its oid, in constant time.
 *
 * An object is at least 16 bytes, so no two begin within the same 16: beside
 * each segment lies an array of 4 bytes per 16 bytes of it, mapped without
 * being reserved, so that only the pages near objects ever exist.
 */
#include <sys/mman.h>

#include "python/state/object-head.h"
#include "python/types/object-map.h"
#include "python/types/types.h"

#define GRANULE 16

struct object_map {
	uint32_t **ids;		/* an array for each segment, of oid + 1;
				   NULL: none yet */
	unsigned int nr;
};

struct error *object_map_init(struct python *py)
{
	struct object_map *map = xcalloc(1, sizeof(*map));

	map->nr = py->memory->nr_segments;
	map->ids = xcalloc(map->nr, sizeof(*map->ids));
	py->map = map;
	return NULL;
}

static size_t map_bytes(const struct segment *s)
{
	return ((s->end - s->start) / GRANULE + 1) * sizeof(uint32_t);
}

void object_map_release(struct python *py)
{
	struct object_map *map = py->map;

	if (!map)
		return;
	for (unsigned int i = 0; i < map->nr; i++)
		if (map->ids[i])
			munmap(map->ids[i],
			       map_bytes(&py->memory->segments[i]));
	free(map->ids);
	free(map);
	py->map = NULL;
}

static uint32_t *make_ids(const struct segment *s)
{
	void *p = mmap(NULL, map_bytes(s), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		out_of_memory();
	return p;
}

/* The place of `addr`, where memory_at() has just found something, in its
 * segment's array. */
static uint32_t *place_for(struct python *py, raddr addr)
{
	const struct segment *s = py->memory->last;
	uint32_t **ids = &py->map->ids[s->index];

	if (unlikely(!*ids))
		*ids = make_ids(s);
	return *ids + (addr - s->start) / GRANULE;
}

oid object_map_find(struct python *py, raddr addr)
{
	const struct segment *s = py->memory->last;
	const uint32_t *ids;
	uint32_t id;

	if (!s || addr < s->start || addr >= s->end) {
		s = memory_find(py->memory, addr);
		if (!s)
			return OID_NONE;
	}
	ids = py->map->ids[s->index];
	id = ids ? ids[(addr - s->start) / GRANULE] : 0;
	return id && py->heap->address[id - 1] == addr ? id - 1 : OID_NONE;
}

oid object_map_add(struct python *py, raddr addr)
{
	uint32_t *place, type, refcount;
	const uint8_t *p;
	raddr type_addr;
	oid o;

	if (unlikely(addr & 7))
		return OID_NONE;
	p = memory_at(py->memory, addr, py->layout.object_size);
	if (unlikely(!p))
		return OID_NONE;
	place = place_for(py, addr);
	if (*place)
		return py->heap->address[*place - 1] == addr ? *place - 1
							     : OID_NONE;
	/* Dead: on a free list, or being taken apart. */
	refcount = object_head_refcount(py, p);
	if (unlikely(!refcount))
		return OID_NONE;
	if (unlikely(py->complete))
		return OID_NONE;
	type_addr = get_u64(p + py->layout.object_type);
	type = types_load(py, type_addr);
	if (unlikely(type == UINT32_MAX))
		return OID_NONE;
	/* types_load() may add types, but moves no column. */
	o = heap_add_object(py->heap, addr, type);
	if (o == OID_NONE)
		return OID_NONE;
	*place = o + 1;
	py->heap->refcount[o] = refcount;
	if (py->free_threaded && refcount != REFCOUNT_IMMORTAL &&
	    p[py->layout.object_gc_bits] & GC_BIT_DEFERRED)
		py->heap->flags[o] |= OBJECT_DEFERRED;
	return o;
}
