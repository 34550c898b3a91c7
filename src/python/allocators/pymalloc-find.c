/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "python/allocators/pymalloc-find.h"
#include "python/state/words.h"
#include "target/elf/image.h"

#define ENTRY_SIZE 48
#define ENTRY_POOL_ADDRESS 8
#define ENTRY_NR_FREE 16
#define ENTRY_NR_POOLS 20
#define ENTRY_NEXT 32

/* The array begins with 16 entries, and doubles. */
#define FIRST_ENTRIES UINT64_C(16)
#define MAX_ENTRIES (1u << 28)

/* In struct _obmalloc_state (3.12 and later), behind used[64]. */
#define STATE_ARENAS 512
#define STATE_NR_ENTRIES 520

/* What debug hooks put before a block. */
#define DEBUG_HEAD 16
/* What malloc and debug hooks may add to the size of an array. */
#define BLOCK_SLACK 64

/* --- entries ------------------------------------------------------------ */

static const struct geometry {
	int from, to;		/* minor versions */
	uint64_t arena, pool;
} geometries[] = {
	{ 8, 9, 256 << 10, 4 << 10 },
	{ 10, 99, 1 << 20, 16 << 10 },
	{ 15, 99, 2 << 20, 16 << 10 },	/* with PYTHON_PYMALLOC_HUGEPAGES */
	{ 10, 99, 1 << 20, 4 << 10 },	/* built without the radix tree */
};

/* Which one has so many pools in an arena at `address`; NULL: none. */
static const struct geometry *geometry_of(const struct python *py,
					  raddr address, uint64_t nr_pools)
{
	for (size_t i = 0; i < ARRAY_SIZE(geometries); i++) {
		const struct geometry *g = &geometries[i];
		uint64_t nr = g->arena / g->pool;

		/* A pool that would cross the arena's end is lost. */
		if (address & (g->pool - 1))
			nr--;
		if (py->minor >= g->from && py->minor <= g->to &&
		    nr == nr_pools)
			return g;
	}
	return NULL;
}

static bool is_address(uint64_t word)
{
	return word && word < MEMORY_ADDRESS_END && !(word & (MEMORY_PAGE - 1));
}

/* The arena of the entry that `p` points to; false: the entry is none. */
static bool decode(struct python *py, const uint8_t *p,
		   struct pymalloc_arena *ret)
{
	uint64_t address = get_u64(p), nr_pools = get_u32(p + ENTRY_NR_POOLS);
	const struct geometry *g;

	if (!is_address(address))
		return false;
	g = geometry_of(py, address, nr_pools);
	if (!g)
		return false;
	ret->address = address;
	ret->size = g->arena;
	ret->pool_size = g->pool;
	ret->first = round_up(address, g->pool);
	ret->end = ret->first + nr_pools * g->pool;
	ret->unused = get_u64(p + ENTRY_POOL_ADDRESS);
	ret->nr_free = get_u32(p + ENTRY_NR_FREE);
	/* An arena is made for a pool that is needed now. */
	return ret->unused > ret->first && ret->unused <= ret->end &&
	       !(ret->unused & (g->pool - 1)) && ret->nr_free <= nr_pools &&
	       ret->nr_free >= (ret->end - ret->unused) / g->pool;
}

/* The entry that the arena's first pool names; false: it can't be read. */
static bool named_entry(struct python *py, const struct pymalloc_arena *a,
			uint32_t *ret)
{
	return memory_u32(py->memory, a->first + POOL_ARENA_INDEX, ret);
}

enum pymalloc_entry pymalloc_entry(struct python *py, raddr array,
				   uint32_t index, struct pymalloc_arena *ret)
{
	const uint8_t *p = memory_at(py->memory,
				     array + (uint64_t)index * ENTRY_SIZE,
				     ENTRY_SIZE);
	struct pymalloc_arena a = { .index = index };
	uint32_t named;

	if (!p)
		return PYMALLOC_WRONG;
	if (!get_u64(p))
		return PYMALLOC_NO_ARENA;
	/* The end of a truncated core may lack the arena. */
	if (!decode(py, p, &a) || (named_entry(py, &a, &named) ?
				   named != index : !py->truncated))
		return PYMALLOC_WRONG;
	*ret = a;
	return PYMALLOC_ARENA;
}

/* Entries without an arena are in a list. */
static bool unused_is_sane(struct python *py, raddr array, uint32_t index)
{
	uint64_t next = 0;

	if (!memory_u64(py->memory,
			array + (uint64_t)index * ENTRY_SIZE + ENTRY_NEXT,
			&next))
		return false;
	return !next || (next >= array && (next - array) % ENTRY_SIZE == 0 &&
			 (next - array) / ENTRY_SIZE < MAX_ENTRIES);
}

/* --- arrays ------------------------------------------------------------- */

static bool agrees(struct python *py, const struct pymalloc_arena *a)
{
	uint64_t nr = (a->end - a->unused) / a->pool_size;

	for (raddr pool = a->first; pool < a->unused; pool += a->pool_size) {
		uint32_t used = 1;

		memory_u32(py->memory, pool + POOL_COUNT, &used);
		nr += !used;
	}
	return nr == a->nr_free;
}

/* Count what the array says, or end early if it says too much that is wrong. */
static void count(struct python *py, struct pymalloc_array *array)
{
	struct pymalloc_arena a;

	array->nr_arenas = array->nr_agree = array->nr_wrong = 0;
	for (uint32_t i = 0; i < array->nr; i++) {
		enum pymalloc_entry entry =
			pymalloc_entry(py, array->address, i, &a);

		if (entry == PYMALLOC_ARENA) {
			array->nr_arenas++;
			array->nr_agree += agrees(py, &a);
		} else if (entry == PYMALLOC_WRONG ||
			   !unused_is_sane(py, array->address, i)) {
			array->nr_wrong++;
		}
		if (array->nr_wrong > array->nr_arenas + FIRST_ENTRIES &&
		    !array->is_certain)
			return;
	}
}

/* One that is not certain must agree in most of what it says. */
static bool judge(struct python *py, struct pymalloc_array *array)
{
	count(py, array);
	if (array->is_certain)
		return array->nr_arenas;
	return array->nr_agree &&
	       array->nr_agree >= array->nr_arenas - array->nr_agree +
				  array->nr_wrong;
}

/* False: it is no array. */
static bool add(struct python *py, struct pymalloc_array_vec *v,
		struct pymalloc_array array)
{
	for (size_t i = 0; i < v->nr; i++)
		if (v->v[i].address == array.address)
			return true;
	if (array.nr > MAX_ENTRIES ||
	    !memory_has_array(py->memory, array.address, array.nr,
			      ENTRY_SIZE) ||
	    !judge(py, &array))
		return false;
	log_info("pymalloc: %" PRIu32 " arenas in %" PRIu32 " entries at 0x%"
		 PRIx64 ", %" PRIu32 " agree%s", array.nr_arenas, array.nr,
		 array.address, array.nr_agree,
		 array.is_certain ? "" : " (found by its contents)");
	pymalloc_array_vec_push(v, array);
	return true;
}

/* --- where CPython says ------------------------------------------------- */

/* False: what is there can't be so. */
static bool add_certain(struct python *py, raddr arenas, raddr nr_entries,
			struct pymalloc_array_vec *ret)
{
	struct pymalloc_array array = {
		.address = word_at(py, arenas, 0),
		.nr = (uint32_t)int_at(py, nr_entries, 0),
		.is_certain = true,
	};

	/* Nobody has asked this pymalloc for a block. */
	if (!array.address && !array.nr)
		return true;
	return add(py, ret, array);
}

/*
 * 3.13 and later have a pointer to the state in the interpreter; interpreters
 * that are not isolated share that of the main one.  False: the state of an
 * interpreter is not where it should be.
 */
static bool find_by_interpreters(struct python *py,
				 struct pymalloc_array_vec *ret)
{
	uint32_t at = py->layout.interp_obmalloc;
	bool known = at != LAYOUT_NONE;

	for (size_t i = 0; known && i < py->interpreters.nr; i++) {
		raddr state = py->interpreters.v[i].address;

		state = py->minor >= 13 ? word_at(py, state, at) : state + at;
		known = memory_at(py->memory, state, STATE_NR_ENTRIES + 4) &&
			add_certain(py, state + STATE_ARENAS,
				    state + STATE_NR_ENTRIES, ret);
	}
	return known;
}

/* Static variables of Objects/obmalloc.c, where the program has .symtab.
 * PyType_Type is in the same file, and not in .bss. */
static raddr static_variable(struct python *py, const char *name)
{
	struct module *module = modules_at(py->target, py->known.type);
	struct image *im = module ? modules_image(py->target, module) : NULL;
	struct error *err;
	uint64_t size;
	raddr at;

	if (!im)
		return 0;
	err = image_symbol(im, name, &at, &size);
	log_pass_over_usual(err, "the arenas are searched for");
	return err ? 0 : at + module->bias;
}

static void find_by_symbols(struct python *py, struct pymalloc_array_vec *ret)
{
	raddr arenas = static_variable(py, "arenas");
	raddr nr = arenas ? static_variable(py, "maxarenas") : 0;

	if (nr)
		add_certain(py, arenas, nr, ret);
}

/* --- by what is in it --------------------------------------------------- */

/* The entries that an array in a block of `size` bytes has; 0: the block has
 * not the size of one. */
static uint32_t entries_in(uint64_t size, uint64_t slack)
{
	uint64_t nr = FIRST_ENTRIES;

	if (size < nr * ENTRY_SIZE)
		return 0;
	while (nr < MAX_ENTRIES && 2 * nr * ENTRY_SIZE <= size)
		nr *= 2;
	return size - nr * ENTRY_SIZE <= slack ? (uint32_t)nr : 0;
}

/* Does a block of `size` bytes that malloc gave out have an array? */
static void try_block(struct python *py, raddr start, uint64_t size,
		      uint64_t slack, struct pymalloc_array_vec *ret)
{
	for (unsigned int head = 0; head <= DEBUG_HEAD; head += DEBUG_HEAD) {
		struct pymalloc_array array = {
			.address = start + head,
			.nr = entries_in(size - head, slack),
		};
		struct pymalloc_arena a;

		if (array.nr && pymalloc_entry(py, array.address, 0, &a) !=
				PYMALLOC_WRONG)
			add(py, ret, array);
	}
}

static void search_blocks(struct python *py, struct native *n,
			  struct pymalloc_array_vec *ret)
{
	const struct block_vec *all = &n->blocks.listed;

	for (size_t i = 0; i < all->nr; i++)
		if (all->v[i].size >= FIRST_ENTRIES * ENTRY_SIZE)
			try_block(py, all->v[i].start, all->v[i].size,
				  BLOCK_SLACK, ret);
}

/* A chunk of malloc that has its own mapping: its size | 2 in word 1. */
static void try_page(struct python *py, raddr page,
		     struct pymalloc_array_vec *ret)
{
	const uint8_t *p = memory_at(py->memory, page, 16);
	uint64_t size = p ? get_u64(p + 8) : 0;

	if ((size & 7) == 2 && size > 16 && size < MEMORY_ADDRESS_END)
		try_block(py, page + 16, (size & ~7ull) - 16,
			  MEMORY_PAGE + BLOCK_SLACK, ret);
}

/*
 * A word that may be an arena's address.  Its first pool says which entry it
 * has, and so where the array begins.
 */
static void try_word(struct python *py, raddr addr,
		     struct pymalloc_array_vec *ret)
{
	const uint8_t *p = memory_at(py->memory, addr, ENTRY_SIZE);
	struct pymalloc_array array = { .nr = FIRST_ENTRIES };
	struct pymalloc_arena a;
	uint32_t index;

	if (!p || !decode(py, p, &a) || !named_entry(py, &a, &index) ||
	    index > MAX_ENTRIES || (uint64_t)index * ENTRY_SIZE > addr)
		return;
	array.address = addr - (uint64_t)index * ENTRY_SIZE;
	while (array.nr <= index)
		array.nr *= 2;
	add(py, ret, array);
}

/*
 * A larger array than the one of `array->nr` entries may begin there, too.  The
 * number is right when all that follows is no arena of the array.
 */
static void extend(struct python *py, struct pymalloc_array *array)
{
	for (uint32_t nr = array->nr * 2; nr <= MAX_ENTRIES; nr *= 2) {
		struct pymalloc_array larger = *array;

		larger.nr = nr;
		if (!memory_has_array(py->memory, larger.address, nr,
				      ENTRY_SIZE) ||
		    !judge(py, &larger) ||
		    larger.nr_arenas == array->nr_arenas)
			return;
		*array = larger;
		log_info("pymalloc: the array at 0x%" PRIx64 " has %" PRIu32
			 " arenas in %" PRIu32 " entries, %" PRIu32 " agree",
			 array->address, array->nr_arenas, nr,
			 array->nr_agree);
	}
}

typedef void search_at(struct python *py, raddr addr,
		       struct pymalloc_array_vec *ret);

static void search_range(struct python *py, raddr start, raddr end,
			 uint64_t step, search_at *try,
			 struct pymalloc_array_vec *ret)
{
	for (raddr at = round_up(start, step);
	     at >= start && at < end; at += step)
		try(py, at, ret);
}

/* Call `try` for each multiple of `step` in anonymous memory that is there. */
static void search_memory(struct python *py, struct native *n, uint64_t step,
			  search_at *try, struct pymalloc_array_vec *ret)
{
	const struct mapping_vec *maps = &n->target->mappings;

	for (size_t i = 0; i < maps->nr; i++) {
		const struct mapping *m = &maps->v[i];
		struct range part = { m->start, m->end };

		if (m->inode || m->shared || !(m->prot & SEGMENT_WRITE))
			continue;
		for (; native_narrow(n, &part);
		     part = (struct range){ part.end, m->end })
			search_range(py, part.start, part.end, step, try, ret);
	}
}

static int compare(const void *a, const void *b)
{
	const struct pymalloc_array *x = a, *y = b;

	if (x->is_certain != y->is_certain)
		return x->is_certain ? -1 : 1;
	if (x->nr_agree != y->nr_agree)
		return x->nr_agree > y->nr_agree ? -1 : 1;
	if (x->nr_wrong != y->nr_wrong)
		return x->nr_wrong < y->nr_wrong ? -1 : 1;
	return (x->address > y->address) - (x->address < y->address);
}

void pymalloc_find(struct python *py, struct native *n,
		   struct pymalloc_array_vec *ret)
{
	bool known = py->minor >= 12 && find_by_interpreters(py, ret);

	if (py->minor < 12)
		find_by_symbols(py, ret);
	/* Interpreters that have ended leave arenas behind whose blocks are
	 * still in use. */
	search_blocks(py, n, ret);
	search_memory(py, n, MEMORY_PAGE, try_page, ret);
	if (!ret->nr && !known) {
		search_memory(py, n, 16, try_word, ret);
		for (size_t i = 0; i < ret->nr; i++)
			extend(py, &ret->v[i]);
	}
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare);
}
