/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/log.h"
#include "native/owners-decide.h"
#include "python/allocators/tracemalloc.h"
#include "python/claims/claims-hidden.h"
#include "python/claims/claims-roots.h"
#include "python/claims/claims-scan.h"
#include "python/claims/claims-tables.h"
#include "python/claims/claims.h"
#include "python/raw/raw.h"

/* --- nodes -------------------------------------------------------------- */

static void init_nodes(struct claims *c)
{
	const struct blocks *b = &c->native->blocks;
	uint32_t nr = (uint32_t)b->raw.nr;

	c->flags = xcalloc((size_t)nr + 1, sizeof(*c->flags));
	/* Few are objects: most of it takes no memory. */
	c->type = xcalloc_sparse((size_t)nr + 1, sizeof(*c->type));
	owners_init(&c->owners, c->py->heap, nr);
	if (b->regions.nr) {
		c->low = b->regions.v[0].start;
		c->high = b->regions.v[b->regions.nr - 1].end;
	}
}

/* They have the address of every block, and own none of them. */
static void find_traces(struct claims *c)
{
	CLEANUP(u32_vec_release) struct u32_vec nodes = VEC_INIT;

	tracemalloc_find(c->py, c->native, &nodes);
	for (size_t i = 0; i < nodes.nr; i++) {
		c->flags[nodes.v[i]] |= NODE_TRACE | NODE_LEAF;
		owners_claim(&c->owners, (struct owner){ OWNER_PYTHON, 0 },
			     nodes.v[i], CLAIM_FIELD);
	}
}

/* --- what readers say --------------------------------------------------- */

struct visit {
	struct claims *c;
	oid object;
};

static void visit_field(void *context, raddr address, uint64_t length,
			enum raw_field field, unsigned int flags)
{
	struct visit *v = context;
	struct claims *c = v->c;
	uint32_t node = claims_field_node(c, address, flags);

	(void)length;
	(void)field;
	if (node == NODE_NONE)
		return;
	if (flags & RAW_REFERENCES)
		c->flags[node] |= NODE_READ;
	owners_claim(&c->owners, (struct owner){ OWNER_OBJECT, v->object },
		     node, flags & RAW_SHARED ? CLAIM_START : CLAIM_FIELD);
}

/*
 * Instances of most types without a tp_traverse are atoms: str, int, bytes.  A
 * tp_traverse of a library may leave out what can be in no cycle: that of
 * zlib.Decompress visits its type alone (3.15, Modules/zlibmodule.c).
 */
static bool may_refer_untold(struct python *py, const struct pytype *t)
{
	const struct pytype *native = t->is_subtype ?
		&py->types.v[t->native_base] : t;

	if (native->traverse)
		return native->reader == READER_EMULATE;
	return !t->traverse && !(t->flags & TPFLAG_UNICODE_SUBCLASS) &&
	       t->itemsize % 8 == 0 && t->basicsize > 40;
}

/* By type: no instance owns memory, and none refers to what its tp_traverse
 * does not tell.  Most objects are of such types. */
static uint8_t *find_atoms(struct claims *c)
{
	size_t nr = c->py->types.nr;
	uint8_t *atoms = xcalloc(nr + 1, sizeof(*atoms));

	for (size_t i = 0; i < nr; i++)
		atoms[i] = raw_has_nothing(c->py, (uint32_t)i) &&
			   !may_refer_untold(c->py, &c->py->types.v[i]);
	return atoms;
}

/* So far ahead is prefetched what will be read: most is in no cache. */
#define AHEAD 16

static void read_objects(struct claims *c)
{
	const uint32_t *type = c->py->heap->type;
	CLEANUP(freep) uint8_t *atoms = find_atoms(c);
	struct visit v = { .c = c };

	raw_begin(c->py);
	for (oid o = 0; o < c->py->heap->nr_objects; o++) {
		if (atoms[type[o]])
			continue;
		if (o + AHEAD < c->py->heap->nr_objects)
			memory_prefetch(c->py->memory,
					c->py->heap->address[o + AHEAD]);
		v.object = o;
		if (!raw_fields(c->py, o, visit_field, &v))
			oid_vec_push(&c->unread, o);
		else if (may_refer_untold(c->py, types_of(c->py, o)))
			oid_vec_push(&c->untold, o);
	}
}

void claims_load(struct claims *c, struct python *py, struct native *n,
		 const struct raddr_vec *own,
		 const struct claims_missing *missing)
{
	*c = (struct claims){ .py = py, .native = n, .missing = missing };
	init_nodes(c);
	find_traces(c);
	read_objects(c);
	claims_find_hidden(c);
	claims_of_tables(c);
	claims_scan_objects(c);
	claims_scan_nodes(c);
	claims_of_roots(c, own);
	owners_decide(&c->owners);
	log_info("memory: %u raw blocks; %zu objects have no reader of what "
		 "they own; %u components, %zu shared; %zu pointers may "
		 "explain references", c->owners.nr, c->unread.nr,
		 c->owners.nr_components, c->owners.shared.nr,
		 c->edges.nr + c->own_edges.nr);
}

void claims_release(struct claims *c)
{
	free(c->flags);
	free(c->type);
	oid_vec_release(&c->unread);
	oid_vec_release(&c->untold);
	claims_edge_vec_release(&c->edges);
	claims_edge_vec_release(&c->own_edges);
	owners_release(&c->owners);
	*c = (struct claims){ .py = NULL };
}
