/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/claims/claims-roots.h"
#include "python/claims/claims-tables.h"
#include "python/claims/claims-words.h"
#include "python/state/words.h"

/*
 * _Py_hashtable_t of Modules/hashtable.h (3.8) and of pycore_hashtable.h (3.9
 * and later): counts of buckets and entries in either order, the buckets, and
 * functions.  3.8 has the sizes of keys and values before these.
 */
#define BUCKETS 16
#define HASH_FUNCTION 32
#define COMPARE_FUNCTION 40
#define OLD_FUNCTIONS 8			/* of 3.8: so much further behind */
#define LEAST_BUCKETS 16		/* HASHTABLE_MIN_SIZE */

/* _Py_hashtable_entry_t: next, hash of the key, key; then the value (3.8), or a
 * pointer to it. */
#define ENTRY_NEXT 0
#define ENTRY_KEY 16
#define ENTRY_VALUE 24
#define ENTRY_SIZE 32
#define OLD_ENTRY_SIZE 48		/* the largest of 3.8 */

struct tables {
	struct claims *c;
	struct u32_vec found;	/* nodes that are tables */
	uint64_t steps;		/* entries that may still be looked at */
};

/* The node that begins at `addr`, or NODE_NONE. */
static uint32_t node_at(struct claims *c, raddr addr)
{
	uint32_t node = claims_node(c, blocks_find(&c->native->blocks, addr));

	return node != NODE_NONE && claims_block(c, node).start == addr ?
	       node : NODE_NONE;
}

static bool is_function(const struct claims *c, raddr addr)
{
	return addr >= c->py->runtime_module_start &&
	       addr < c->py->runtime_module_end;
}

static bool is_old(const struct claims *c)
{
	return c->py->minor < 9;
}

static uint64_t nr_buckets(const struct claims *c, raddr table)
{
	return word_at(c->py, table, is_old(c) ? 0 : 8);
}

/* Is the node a table?  Then it has buckets. */
static bool is_table(struct claims *c, uint32_t node)
{
	const struct block b = claims_block(c, node);
	uint32_t functions = is_old(c) ? OLD_FUNCTIONS : 0, buckets;
	uint64_t nr = nr_buckets(c, b.start);

	if (b.size < COMPARE_FUNCTION + 8 + functions || nr < LEAST_BUCKETS ||
	    nr & (nr - 1) ||
	    !is_function(c, word_at(c->py, b.start,
				    HASH_FUNCTION + functions)) ||
	    !is_function(c, word_at(c->py, b.start,
				    COMPARE_FUNCTION + functions)))
		return false;
	buckets = node_at(c, word_at(c->py, b.start, BUCKETS));
	return buckets != NODE_NONE &&
	       claims_block(c, buckets).size / 8 >= nr;
}

static void own(struct claims *c, uint32_t node, uint8_t flag)
{
	c->flags[node] |= flag;
	owners_claim(&c->owners, (struct owner){ OWNER_PYTHON, 0 }, node,
		     CLAIM_FIELD);
}

static void add_table(struct tables *t, uint32_t node)
{
	if (t->c->flags[node] & NODE_READ || !is_table(t->c, node))
		return;
	own(t->c, node, NODE_READ);
	u32_vec_push(&t->found, node);
}

/* The value of an entry, or a part of it, is a block of its own, a table, or
 * something else. */
static void add_value(struct tables *t, raddr value)
{
	struct claims *c = t->c;
	uint32_t node = node_at(c, value);

	if (node == NODE_NONE || c->flags[node])
		return;
	add_table(t, node);
	if (!c->flags[node])
		own(c, node, 0);
}

/* A key may be a string that the heap lacks. */
static void add_key(struct claims *c, raddr key)
{
	uint32_t node = claims_node(c, blocks_find(&c->native->blocks, key));

	if (node != NODE_NONE && c->flags[node] & NODE_HIDDEN)
		owners_claim(&c->owners, (struct owner){ OWNER_PYTHON, 0 },
			     node, CLAIM_START);
}

/* `size` are the bytes of its block. */
static void add_entry(struct tables *t, raddr entry, uint64_t size)
{
	struct claims *c = t->c;

	add_key(c, word_at(c->py, entry, ENTRY_KEY));
	size = is_old(c) ? MIN(size, OLD_ENTRY_SIZE) : ENTRY_SIZE;
	for (uint32_t i = ENTRY_VALUE; i + 8 <= size; i += 8)
		add_value(t, word_at(c->py, entry, i));
}

static void add_entries(struct tables *t, raddr entry)
{
	struct claims *c = t->c;

	while (entry && t->steps) {
		uint32_t node = node_at(c, entry);

		t->steps--;
		if (node == NODE_NONE || c->flags[node] & NODE_READ ||
		    claims_block(c, node).size < ENTRY_SIZE)
			return;
		own(c, node, NODE_READ);
		add_entry(t, entry, claims_block(c, node).size);
		entry = word_at(c->py, entry, ENTRY_NEXT);
	}
}

static void read_table(struct tables *t, uint32_t table)
{
	struct claims *c = t->c;
	raddr start = claims_block(c, table).start;
	raddr buckets = word_at(c->py, start, BUCKETS);
	uint64_t nr = nr_buckets(c, start);
	uint32_t node = node_at(c, buckets);

	if (c->flags[node] & NODE_READ)
		return;
	own(c, node, NODE_READ);
	for (uint64_t i = 0; i < nr; i++)
		add_entries(t, word_at(c->py, buckets + 8 * i, 0));
}

static void hit_table(struct claims *c, raddr at, uint64_t word, uint32_t block,
		      void *context)
{
	uint32_t node = claims_node(c, block);

	(void)at;
	if (node != NODE_NONE && claims_block(c, node).start == word)
		add_table(context, node);
}

void claims_of_tables(struct claims *c)
{
	const struct region_vec *regions = &c->native->regions;
	/* Each entry is a node of its own. */
	struct tables t = { .c = c, .steps = c->owners.nr };

	for (size_t i = 0; i < regions->nr; i++)
		if (regions->v[i].kind == REGION_FILE &&
		    claims_is_python_s(c, &regions->v[i]))
			claims_each_word(c, regions->v[i].start,
					 regions->v[i].end, hit_table, &t);
	for (size_t i = 0; i < t.found.nr; i++)
		read_table(&t, t.found.v[i]);
	u32_vec_release(&t.found);
}
