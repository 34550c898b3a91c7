/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/log.h"
#include "python/allocators/tracemalloc.h"
#include "python/state/words.h"

/* CPython begins with so many buckets, and has as many entries at most. */
#define MIN_BUCKETS 16
/* Entries that are looked at to see what a table has. */
#define SAMPLES 64
/* Tables in static data: more than this are none. */
#define MAX_TABLES 64
/* What the debug hooks of an allocator put before a block that is traced. */
#define DEBUG_HEAD 16
/* An entry: the next one, the hash, the key, and the value or its address. */
#define ENTRY_KEY 16
#define ENTRY_VALUE 24
#define ENTRY_SIZE 32
#define TRACE_SIZE 16

/*
 * struct _Py_hashtable_t, all words.  3.8: buckets in number, entries, buckets,
 * size of a key, of a value, hash(), compare(), malloc(), free().  Later:
 * entries, buckets in number, buckets, get_entry(), hash(), compare(), destroy
 * a key, a value, malloc(), free().
 */
struct table {
	raddr buckets;
	uint64_t nr_buckets, nr;
	uint64_t alloc, free;	/* functions */
	uint32_t node, buckets_node;
};
VEC_DEFINE(table_vec, struct table);

struct traces {
	struct python *py;
	struct native *n;
	struct table_vec tables;
	bool embeds;		/* 3.8: an entry has its value, not a pointer */
	uint8_t *marked;	/* by node: a bit */
	struct u32_vec *ret;
};

/* The raw block of at least so many bytes that begins at `addr`. */
static uint32_t node_at(struct traces *t, raddr addr, uint64_t size)
{
	struct blocks *b = &t->n->blocks;
	uint32_t block = blocks_find(b, addr);
	uint32_t node = block == BLOCK_NONE ? NODE_NONE : blocks_node(b, block);

	if (node == NODE_NONE || blocks_of_node(b, node).start != addr ||
	    blocks_of_node(b, node).size < size)
		return NODE_NONE;
	return node;
}

static uint64_t word_of(const struct traces *t, raddr addr, uint32_t offset)
{
	return word_at(t->py, addr, offset);
}

/* Is there a table at `addr`, a block of its own? */
static bool read_table(struct traces *t, raddr addr, struct table *ret)
{
	uint32_t functions = t->embeds ? 56 : 64;

	*ret = (struct table){ .node = node_at(t, addr, functions + 16) };
	if (ret->node == NODE_NONE)
		return false;
	ret->nr = word_of(t, addr, t->embeds ? 8 : 0);
	ret->nr_buckets = word_of(t, addr, t->embeds ? 0 : 8);
	ret->buckets = word_of(t, addr, 16);
	ret->alloc = word_of(t, addr, functions);
	ret->free = word_of(t, addr, functions + 8);
	if (ret->nr_buckets < MIN_BUCKETS || ret->nr_buckets > UINT32_MAX ||
	    ret->nr_buckets & (ret->nr_buckets - 1) ||
	    ret->nr > t->n->blocks.raw.nr || !ret->alloc || !ret->free)
		return false;
	ret->buckets_node = node_at(t, ret->buckets, 8 * ret->nr_buckets);
	return ret->buckets_node != NODE_NONE;
}

/* The table at `addr`, if one is there.  False: there is none. */
static bool add_table(struct traces *t, raddr addr)
{
	struct table table;

	if (t->tables.nr >= MAX_TABLES || !read_table(t, addr, &table))
		return false;
	for (size_t i = 0; i < t->tables.nr; i++)
		if (t->tables.v[i].node == table.node)
			return true;
	table_vec_push(&t->tables, table);
	return true;
}

static void find_tables(struct traces *t, raddr start, raddr end)
{
	for (raddr at = (start + 7) & ~UINT64_C(7); at + 8 <= end; at += 8) {
		uint64_t word = word_of(t, at, 0);

		if (word)
			add_table(t, word);
	}
}

/* Static data of CPython.  That may be in .bss, which no module's range has;
 * PyType_Type is not. */
static void search_data(struct traces *t)
{
	const struct native *n = t->n;
	const struct module *m = modules_at(n->target, t->py->known.type);

	for (size_t i = 0; m && i < n->regions.nr; i++) {
		const struct region *r = &n->regions.v[i];
		struct range range = { r->start, r->end };
		bool is_python_s = r->kind == REGION_FILE &&
			!strcmp(n->target->mappings.v[r->index].path, m->path);

		while (is_python_s && native_narrow(n, &range)) {
			find_tables(t, range.start, range.end);
			range = (struct range){ range.end, r->end };
		}
	}
}

/* --- what a table has --------------------------------------------------- */

/* Is the value of an entry a trace of the block at its key? */
static bool is_trace(struct traces *t, raddr entry)
{
	struct blocks *blocks = &t->n->blocks;
	raddr key = word_of(t, entry, ENTRY_KEY);
	raddr trace = t->embeds ? entry + ENTRY_VALUE :
				  word_of(t, entry, ENTRY_VALUE);
	uint32_t block = blocks_find(blocks, key);
	struct block b;

	if (block == BLOCK_NONE ||
	    (!t->embeds && node_at(t, trace, TRACE_SIZE) == NODE_NONE))
		return false;
	b = blocks_get(blocks, block);
	return key - b.start <= DEBUG_HEAD &&
	       word_of(t, trace, 0) <= b.start + b.size - key;
}

/* Most of them must be: a thread may be amid a change. */
static bool has_traces(struct traces *t, const struct table *table)
{
	unsigned int nr = 0, right = 0;

	for (uint64_t i = 0; i < table->nr_buckets && nr < SAMPLES; i++) {
		raddr entry = word_of(t, table->buckets + 8 * i, 0);

		if (!entry)
			continue;
		nr++;
		right += node_at(t, entry, ENTRY_SIZE) != NODE_NONE &&
			 is_trace(t, entry);
	}
	return nr && right >= nr - nr / 10;
}

/* --- marking ------------------------------------------------------------ */

/* False: it is marked already, or no node. */
static bool mark(struct traces *t, uint32_t node)
{
	if (node == NODE_NONE || t->marked[node / 8] >> node % 8 & 1)
		return false;
	t->marked[node / 8] |= (uint8_t)(1 << node % 8);
	u32_vec_push(t->ret, node);
	return true;
}

/* The entry's own memory: not the block that a trace is of. */
static void mark_parts(struct traces *t, raddr entry, bool traces)
{
	raddr value = word_of(t, entry, ENTRY_VALUE);

	/* A domain has a table of its own, within that of domains. */
	if ((traces || !add_table(t, value)) && !t->embeds)
		mark(t, node_at(t, value, 0));
	/* A traceback is the key of its table. */
	if (!traces)
		mark(t, node_at(t, word_of(t, entry, ENTRY_KEY), 0));
}

static void mark_table(struct traces *t, struct table table)
{
	bool traces;

	if (!mark(t, table.node))
		return;
	traces = has_traces(t, &table);
	mark(t, table.buckets_node);
	for (uint64_t i = 0; i < table.nr_buckets; i++) {
		raddr entry = word_of(t, table.buckets + 8 * i, 0);

		/* A list that goes round ends at a node that is marked. */
		while (mark(t, node_at(t, entry, ENTRY_VALUE))) {
			mark_parts(t, entry, traces);
			entry = word_of(t, entry, 0);
		}
	}
}

void tracemalloc_find(struct python *py, struct native *n,
		      struct u32_vec *ret)
{
	CLEANUP(freep) uint8_t *marked = xcalloc(n->blocks.raw.nr / 8 + 1, 1);
	struct traces t = { .py = py, .n = n, .embeds = py->minor < 9,
			    .marked = marked, .ret = ret };
	struct table first = { .alloc = 0 };

	search_data(&t);
	for (size_t i = 0; i < t.tables.nr && !first.alloc; i++)
		if (has_traces(&t, &t.tables.v[i]))
			first = t.tables.v[i];
	/* It adds to t.tables. */
	for (size_t i = 0; first.alloc && i < t.tables.nr; i++)
		if (t.tables.v[i].alloc == first.alloc &&
		    t.tables.v[i].free == first.free)
			mark_table(&t, t.tables.v[i]);
	if (ret->nr)
		log_info("memory: tracemalloc's tables are %zu blocks",
			 ret->nr);
	table_vec_release(&t.tables);
}
