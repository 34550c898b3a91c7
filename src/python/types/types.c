/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Classes of the target, each read once.
 */
#include <string.h>

#include "base/hash.h"
#include "python/state/truncated.h"
#include "python/state/words.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define MAX_BASES 512		/* of tp_base that are followed */
#define MAX_BASICSIZE (1 << 24)
#define MAX_MRO 1024
#define MAX_CLASS_DICT 65536
#define CACHE_SIZE 4096

struct slot {
	raddr address;
	uint32_t index;
};

static bool index_table_used(const void *none UNUSED, const struct slot *s)
{
	return s->address;
}

static raddr index_table_key(const void *none UNUSED, const struct slot *s)
{
	return s->address;
}

static uint64_t index_table_hash(const void *none UNUSED, raddr addr,
				 uint64_t salt)
{
	return hash_u64(addr >> 4 ^ salt);
}

static bool index_table_same(raddr a, raddr b)
{
	return a == b;
}

HASH_DEFINE(index_table, struct slot, raddr, const void *);

/* Address to index: a small cache before a hash table. */
struct type_index {
	struct slot cache[CACHE_SIZE];
	raddr rejected[CACHE_SIZE]; /* what turned out to be no class */
	struct index_table table;
};

static size_t cache_slot(raddr addr)
{
	return hash_u64(addr >> 4) >> 20 & (CACHE_SIZE - 1);
}

/* Is `addr` in a file that the core lacks and that can't be had?  `*prot` is
 * the protection of its mapping; 0: unknown. */
static bool left_out(struct python *py, raddr addr, unsigned int *prot)
{
	const struct mapping *m;

	*prot = 0;
	if (!py->target || !py->target->core || memory_find(py->memory, addr))
		return false;
	m = maps_find(&py->target->mappings, addr);
	if (!m)
		return truncated_may_be_file(py, addr);
	*prot = m->prot;
	return m->inode;
}

bool types_is_code(struct python *py, raddr addr)
{
	const struct segment *s = memory_find(py->memory, addr);
	unsigned int prot;

	if (s)
		return s->prot & SEGMENT_EXEC;
	/* gcore does not say what may be done with it. */
	return left_out(py, addr, &prot) && (!prot || prot & SEGMENT_EXEC);
}

bool types_code_is_missing(struct python *py, raddr addr)
{
	const struct segment *s;

	if (!py->target->core)
		return false;
	s = memory_find(py->memory, addr);
	return !s || !(s->prot & SEGMENT_EXEC);
}

bool types_name_is_left_out(struct python *py, raddr type)
{
	unsigned int prot;

	return left_out(py, word_at(py, type, py->layout.type_name), &prot);
}

/* Can instances be freed?  A type that was restored from its file has not
 * inherited tp_dealloc yet. */
static bool can_free(struct python *py, raddr dealloc)
{
	return types_is_code(py, dealloc) || (py->truncated && !dealloc);
}

/* Enough of a class to believe in it. */
static bool looks_like_type(struct python *py, raddr addr)
{
	const struct layout *l = &py->layout;
	const uint8_t *p, *meta;
	int64_t basicsize;

	if (!addr || (addr & 7))
		return false;
	p = memory_at(py->memory, addr, l->type_size);
	if (!p)
		return false;
	meta = memory_at(py->memory, get_u64(p + l->object_type),
			 l->type_size);
	if (!meta ||
	    !(get_u64(meta + l->type_flags) & TPFLAG_TYPE_SUBCLASS))
		return false;
	basicsize = (int64_t)get_u64(p + l->type_basicsize);
	if (basicsize < 8 || basicsize > MAX_BASICSIZE)
		return false;
	/* Every class has a tp_dealloc in code.  Garbage rarely does. */
	if (py->known.has_code && !can_free(py, get_u64(p + l->type_dealloc)))
		return false;
	return memory_string(py->memory, get_u64(p + l->type_name),
			     TYPES_MAX_C_NAME) ||
	       types_name_is_left_out(py, addr);
}

static void read_type(struct python *py, raddr addr, struct pytype *t)
{
	const struct layout *l = &py->layout;
	const uint8_t *p = memory_at(py->memory, addr, l->type_size);

	memset(t, 0, sizeof(*t));
	t->address = addr;
	t->metatype = get_u64(p + l->object_type);
	t->base = get_u64(p + l->type_base);
	t->traverse = get_u64(p + l->type_traverse);
	t->is_gc = get_u64(p + l->type_is_gc);
	t->members = get_u64(p + l->type_members);
	t->flags = get_u64(p + l->type_flags);
	t->basicsize = (int64_t)get_u64(p + l->type_basicsize);
	t->itemsize = (int64_t)get_u64(p + l->type_itemsize);
	t->dictoffset = (int64_t)get_u64(p + l->type_dictoffset);
	t->weaklistoffset = (int64_t)get_u64(p + l->type_weaklistoffset);
	t->var_size = (int64_t)get_u64(p + l->var_size);
	if (t->itemsize < 0 || t->itemsize > MAX_BASICSIZE)
		t->itemsize = 0;
	if (t->flags & TPFLAG_HEAPTYPE) {
		raddr dict = get_u64(p + l->type_dict);

		t->cached_keys = word_at(py, addr, l->heaptype_cached_keys);
		t->qualname = word_at(py, addr, l->heaptype_qualname);
		t->module_name = dict_get(py, dict, "__module__");
	}
	t->is_subtype = t->flags & TPFLAG_HAVE_GC &&
			t->traverse == py->subtype_traverse;
}

bool types_peek(struct python *py, raddr addr, struct pytype *ret)
{
	if (!looks_like_type(py, addr))
		return false;
	read_type(py, addr, ret);
	return true;
}

/* Load one class; its bases are loaded already. */
static uint32_t load_one(struct python *py, raddr addr)
{
	struct type_index *ti = py->type_index;
	struct heap_type ht = { .object = OID_NONE, .address = addr };
	struct pytype t;
	uint32_t index = (uint32_t)py->types.nr;

	read_type(py, addr, &t);
	t.native_base = index;
	pytype_vec_push(&py->types, t);
	heap_type_vec_push(&py->heap->types, ht);
	index_table_put(&ti->table, NULL, (struct slot){ addr, index });
	if (py->choose)
		py->choose(py, &py->types.v[index]);
	return index;
}

/* A class that is its own base by some way. */
static bool in_chain(const raddr *chain, unsigned int nr, raddr addr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (chain[i] == addr)
			return true;
	return false;
}

static uint32_t load_with_bases(struct python *py, raddr addr)
{
	raddr chain[MAX_BASES];
	unsigned int nr = 0;

	while (nr < MAX_BASES && looks_like_type(py, addr) &&
	       !index_table_find(&py->type_index->table, NULL, addr) &&
	       !in_chain(chain, nr, addr)) {
		chain[nr++] = addr;
		addr = word_at(py, addr, py->layout.type_base);
	}
	if (!nr)
		return UINT32_MAX;
	while (nr)
		load_one(py, chain[--nr]);
	return index_table_find(&py->type_index->table, NULL, chain[0])->index;
}

uint32_t types_load(struct python *py, raddr addr)
{
	struct type_index *ti = py->type_index;
	struct slot *cached;
	const struct slot *found;
	raddr *rejected;
	uint32_t index;

	if (unlikely(!ti))
		ti = py->type_index = xcalloc(1, sizeof(*ti));
	cached = &ti->cache[cache_slot(addr)];
	if (likely(cached->address == addr && addr))
		return cached->index;
	rejected = &ti->rejected[cache_slot(addr)];
	if (*rejected == addr)
		return UINT32_MAX;
	found = index_table_find(&ti->table, NULL, addr);
	index = found ? found->index : load_with_bases(py, addr);
	if (index != UINT32_MAX)
		*cached = (struct slot){ addr, index };
	else
		*rejected = addr;
	return index;
}

uint32_t types_load_known(struct python *py, raddr addr)
{
	const struct slot *found;

	if (!py->type_index)
		return UINT32_MAX;
	found = index_table_find(&py->type_index->table, NULL, addr);
	return found ? found->index : UINT32_MAX;
}

void types_release(struct python *py)
{
	if (py->type_index)
		index_table_release(&py->type_index->table);
	free(py->type_index);
	py->type_index = NULL;
	pytype_vec_release(&py->types);
	u32_vec_release(&py->members);
	class_owner_vec_release(&py->owners);
}

bool types_is_gc(struct python *py, const struct pytype *t, raddr obj)
{
	if (!(t->flags & TPFLAG_HAVE_GC))
		return false;
	/* Only `type` has a tp_is_gc: it refuses static classes. */
	if (t->is_gc && (t->flags & TPFLAG_TYPE_SUBCLASS))
		return word_at(py, obj, py->layout.type_flags) &
		       TPFLAG_HEAPTYPE;
	return true;
}

/* 3.12 and later: static builtin types keep their state in the interpreter,
 * at an index (from 1) that stands where tp_subclasses would be. */
raddr types_static_state(struct python *py, raddr type)
{
	const struct layout *l = &py->layout;
	uint64_t index = word_at(py, type, l->type_subclasses);
	const uint32_t arrays[] = { l->interp_types_builtins,
				    l->interp_types_extensions };

	if (!py->interpreters.nr || l->static_type_size == LAYOUT_NONE ||
	    !index || index > 4096)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(arrays); i++) {
		raddr state;

		if (arrays[i] == LAYOUT_NONE)
			continue;
		state = py->interpreters.v[0].address + arrays[i] +
			(index - 1) * l->static_type_size;
		if (word_at(py, state, l->static_type_type) == type)
			return state;
	}
	return 0;
}

raddr types_dict(struct python *py, raddr type)
{
	const struct layout *l = &py->layout;
	raddr dict = word_at(py, type, l->type_dict);

	if (!dict && (word_at(py, type, l->type_flags) &
		      TPFLAG_STATIC_BUILTIN)) {
		raddr state = types_static_state(py, type);

		if (state)
			dict = word_at(py, state, l->static_type_dict);
	}
	return dict;
}

raddr types_mro(struct python *py, raddr type)
{
	return word_at(py, type, py->layout.type_mro);
}

bool types_is_subclass(struct python *py, raddr type, raddr base)
{
	for (unsigned int i = 0; type && i < MAX_BASES; i++) {
		if (type == base)
			return true;
		type = word_at(py, type, py->layout.type_base);
	}
	return false;
}

/* `*ret` is the value of `name` in the dict of one class, or 0.  False: the
 * dict is too large for a class, or py->lookups is used up. */
static bool look_in(struct python *py, raddr class, const char *name,
		    raddr *ret)
{
	raddr dict = types_dict(py, class), key, value;
	struct dict_iter it;

	*ret = 0;
	if (!dict || !dict_iter_init(py, dict, &it))
		return true;
	if (it.nr > MAX_CLASS_DICT || it.nr > py->lookups)
		return false;
	py->lookups -= it.nr;
	while (!*ret && dict_iter_next(&it, &key, &value))
		if (text_equals(py, key, name))
			*ret = value;
	return true;
}

bool types_lookup(struct python *py, raddr type, const char *name,
		  raddr *value, raddr *owner)
{
	raddr mro = types_mro(py, type);
	uint64_t nr = word_at(py, mro, py->layout.var_size);

	if (!mro || nr > MAX_MRO)
		return false;
	for (uint64_t i = 0; i < nr; i++) {
		*owner = word_at(py, mro + i * 8, py->layout.tuple_item);
		if (!look_in(py, *owner, name, value))
			return false;
		if (*value)
			return true;
	}
	return false;
}
