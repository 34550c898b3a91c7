/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "python/memory/memory-account.h"
#include "python/allocators/object-blocks.h"
#include "python/claims/claims-hidden.h"
#include "python/raw/raw.h"

#define NO_LINE UINT32_MAX

/* A block that nobody owns. */
struct stray {
	uint64_t size;
	raddr start;
	uint64_t bytes;		/* resident */
	enum memory_allocator allocator;
};
VEC_DEFINE(stray_vec, struct stray);

struct lost_fields {
	struct claims *c;
	uint32_t type;		/* of the lost object */
};

struct accounting {
	struct claims *c;
	uint32_t *lines[NR_MEMORY_PARTS]; /* by type; NULL: lines of the part
					     have none */
	uint32_t python, traces, stack;
	uint32_t unowned[NR_MEMORY_ALLOCATORS];
	uint32_t last_library, last_library_line;
	struct stray_vec strays;
};

static void accounting_init(struct accounting *a, struct claims *c)
{
	struct native *n = c->native;
	size_t nr = c->py->heap->types.nr;

	*a = (struct accounting){ .c = c, .last_library = NO_LINE };
	for (int i = 0; i < NR_MEMORY_PARTS; i++) {
		if (memory_part_has((enum memory_part)i) != LINE_HAS_TYPE)
			continue;
		a->lines[i] = xmalloc((nr + 1) * sizeof(**a->lines));
		for (size_t k = 0; k < nr; k++)
			a->lines[i][k] = NO_LINE;
	}
	a->python = native_line(n, PART_RAW_PYTHON, OID_NONE, NULL);
	a->traces = native_line(n, PART_TRACEMALLOC, OID_NONE, NULL);
	a->stack = native_line(n, PART_RAW_STACK, OID_NONE, NULL);
	for (int i = 0; i < NR_MEMORY_ALLOCATORS; i++)
		a->unowned[i] = native_line(n, PART_UNOWNED, OID_NONE,
					    memory_allocator_names[i]);
}

static void accounting_release(struct accounting *a)
{
	for (int i = 0; i < NR_MEMORY_PARTS; i++)
		free(a->lines[i]);
	stray_vec_release(&a->strays);
}

/* --- lines -------------------------------------------------------------- */

static uint32_t line_of_type(struct accounting *a, enum memory_part part,
			     uint32_t type)
{
	uint32_t *line = &a->lines[part][type];

	if (*line == NO_LINE)
		*line = native_line(a->c->native, part, type, NULL);
	return *line;
}

static uint32_t line_of_library(struct accounting *a, uint32_t mapping)
{
	struct native *n = a->c->native;

	if (a->last_library != mapping)
		a->last_library_line =
			native_line(n, PART_RAW_LIBRARY, OID_NONE,
				    n->target->mappings.v[mapping].path);
	a->last_library = mapping;
	return a->last_library_line;
}

static oid label_of(const struct claims *c, struct owner w)
{
	if (w.kind == OWNER_OBJECT)
		return w.id;
	if (w.kind == OWNER_SHARED)
		return c->owners.shared.v[w.id].label;
	return OID_NONE;
}

static uint32_t line_of_owner(struct accounting *a, struct owner w,
			      const struct block *b)
{
	const uint32_t *type = a->c->py->heap->type;

	switch (w.kind) {
	case OWNER_OBJECT:
		return line_of_type(a, PART_RAW, type[w.id]);
	case OWNER_SHARED:
		return line_of_type(a, PART_RAW_SHARED,
				    type[label_of(a->c, w)]);
	case OWNER_PYTHON:
		return a->python;
	case OWNER_LIBRARY:
		return line_of_library(a, w.id);
	case OWNER_STACK:
		return a->stack;
	case OWNER_NOBODY:
		break;
	}
	return a->unowned[b->allocator];
}

/* Does nothing that pyheld reads have a pointer to the object?  What it refers
 * to is lost with it, but is not what somebody has lost. */
static bool is_lost(const struct claims *c, uint32_t node, struct owner w)
{
	return w.kind == OWNER_NOBODY &&
	       !(c->owners.flags[node] & OWNERS_POINTED);
}

/* A lost object's memory, which its reader tells, is lost with it: of a
 * bytearray most is there. */
static void visit_lost_field(void *context, raddr address, uint64_t length,
			     enum raw_field field, unsigned int flags)
{
	struct lost_fields *f = context;
	struct claims *c = f->c;
	uint32_t node = claims_field_node(c, address, flags);

	(void)length;
	(void)field;
	if (node == NODE_NONE || claims_owner(c, node).kind != OWNER_NOBODY ||
	    c->flags[node] & (NODE_DEAD | NODE_TRACE) ||
	    (c->flags[node] & NODE_HIDDEN && !(flags & RAW_OBJECT)))
		return;
	c->flags[node] |= NODE_LOST;
	c->type[node] = f->type;
}

static void mark_lost_fields(struct claims *c)
{
	struct lost_fields f = { .c = c };

	raw_begin(c->py);
	for (uint32_t n = 0; n < c->owners.nr; n++) {
		if (!(c->flags[n] & NODE_HIDDEN) ||
		    !is_lost(c, n, claims_owner(c, n)))
			continue;
		f.type = c->type[n];
		raw_fields_at(c->py, f.type, claims_hidden_address(c, n),
			      visit_lost_field, &f);
	}
}

static uint32_t line_of_node(struct accounting *a, uint32_t node,
			     struct owner w, const struct block *b)
{
	const struct claims *c = a->c;

	if (c->flags[node] & NODE_TRACE)
		return a->traces;
	if (c->flags[node] & NODE_DEAD)
		return line_of_type(a, PART_FREE_LISTS, c->type[node]);
	if (c->flags[node] & NODE_LOST)
		return line_of_type(a, PART_LOST_OBJECTS, c->type[node]);
	if (c->flags[node] & NODE_HIDDEN)
		return line_of_type(a, is_lost(c, node, w) ?
				    PART_LOST_OBJECTS : PART_HIDDEN_OBJECTS,
				    c->type[node]);
	return line_of_owner(a, w, b);
}

/* --- blocks ------------------------------------------------------------- */

static void account_node(struct accounting *a, uint32_t node,
			 struct memory_block *ret)
{
	struct claims *c = a->c;
	const struct block *b = ret->block;
	struct owner w = claims_owner(c, node);
	uint64_t bytes;

	if (c->flags[node] & NODE_DEAD)
		w.kind = OWNER_NOBODY;
	ret->line = line_of_node(a, node, w, b);
	/* The line of lost objects counts the objects. */
	bytes = native_account(c->native, ret->line, b->start,
			       b->start + b->size,
			       !(c->flags[node] & NODE_LOST));
	ret->owner = label_of(c, w);
	if (w.kind == OWNER_OBJECT)
		c->py->heap->bytes[w.id] += object_blocks_bytes(*b);
	if (w.kind != OWNER_NOBODY && !owners_is_known(&c->owners, node))
		c->native->ledger->guessed += bytes;
	if (ret->line == a->unowned[b->allocator])
		stray_vec_push(&a->strays, (struct stray){
			b->size, b->start, bytes,
			(enum memory_allocator)b->allocator });
}

static void account_nodes(struct accounting *a)
{
	const struct blocks *all = &a->c->native->blocks;

	for (uint32_t n = 0; n < all->raw.nr; n++) {
		struct block block = blocks_of_node(all, n);
		struct memory_block b = { &block, 0, OID_NONE, OID_NONE };

		account_node(a, n, &b);
	}
}

/* The same, and show each block. */
static void account_and_visit(struct accounting *a, memory_block_visit *visit,
			      void *context)
{
	const struct blocks *all = &a->c->native->blocks;
	struct python *py = a->c->py;

	for (uint32_t i = blocks_next(all, 0); i != BLOCK_NONE;
	     i = blocks_next(all, i + 1)) {
		struct block block = blocks_get(all, i);
		struct memory_block b = { &block, 0, OID_NONE, OID_NONE };
		uint32_t node = blocks_node(all, i);

		if (node != NODE_NONE) {
			account_node(a, node, &b);
		} else {
			b.object = object_blocks_object(py, &block);
			if (b.object == OID_NONE)
				continue;
			b.line = line_of_type(a, PART_OBJECTS,
					      py->heap->type[b.object]);
		}
		visit(py->heap, &b, context);
	}
}

/* --- blocks that nobody owns -------------------------------------------- */

static int compare_strays(const void *a, const void *b)
{
	const struct stray *x = a, *y = b;

	if (x->allocator != y->allocator)
		return x->allocator < y->allocator ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return (x->start > y->start) - (x->start < y->start);
}

static int compare_groups(const void *a, const void *b)
{
	const struct heap_memory_unowned *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return (x->allocator > y->allocator) - (x->allocator < y->allocator);
}

static void group_strays(struct accounting *a)
{
	struct heap_memory_unowned_vec *v = &a->c->native->ledger->unowned;
	struct heap_memory_unowned *g = NULL;

	if (a->strays.nr)
		qsort(a->strays.v, a->strays.nr, sizeof(*a->strays.v),
		      compare_strays);
	for (size_t i = 0; i < a->strays.nr; i++) {
		const struct stray *s = &a->strays.v[i];

		if (!g || g->size != s->size || g->allocator != s->allocator) {
			heap_memory_unowned_vec_push(v,
				(struct heap_memory_unowned){
					.allocator = s->allocator,
					.size = s->size });
			g = &v->v[v->nr - 1];
		}
		if (g->count < MEMORY_SAMPLES)
			g->samples[g->count] = s->start;
		g->count++;
		g->bytes += s->bytes;
	}
	if (v->nr)
		qsort(v->v, v->nr, sizeof(*v->v), compare_groups);
}

void memory_account(struct claims *c, memory_block_visit *visit,
		    void *context)
{
	CLEANUP(accounting_release) struct accounting a;

	accounting_init(&a, c);
	mark_lost_fields(c);
	if (visit)
		account_and_visit(&a, visit, context);
	else
		account_nodes(&a);
	group_strays(&a);
}
