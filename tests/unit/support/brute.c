/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "brute.h"
#include "graph.h"

static oid target(const struct heap *h, oid o, uint32_t edge)
{
	return h->edges.v[h->edge_start[o] + edge];
}

uint32_t brute_known(const struct heap *h, oid o)
{
	uint32_t nr = 0;

	for (oid from = 0; from < h->nr_objects; from++)
		for (uint32_t i = 0; i < h->edge_nr[from]; i++)
			nr += target(h, from, i) == o &&
			      !(h->flags[from] & OBJECT_SCANNED);
	for (size_t i = 0; i < h->roots.nr; i++)
		nr += h->roots.v[i].object == o && h->roots.v[i].counted;
	return nr;
}

static bool offer(struct brute_way *way, unsigned int round, uint32_t distance,
		  unsigned int penalty)
{
	if (way->round < round)
		return false;
	if (way->round == round &&
	    (way->distance < distance ||
	     (way->distance == distance && way->penalty <= penalty)))
		return false;
	*way = (struct brute_way){ round, distance, penalty };
	return true;
}

bool brute_is_foreign(const struct heap *h, const char *module, oid o)
{
	const char *name = h->types.v[h->type[o]].name;

	if (h->types.v[h->type[o]].flags & TYPE_IS_TYPE) {
		name = "";
		for (size_t t = 0; t < h->types.nr; t++)
			if (h->types.v[t].object == o)
				name = h->types.v[t].name;
	}
	if (!module || !strchr(name, '.'))
		return false;
	return strncmp(name, module, strlen(module)) != 0 ||
	       name[strlen(module)] != '.';
}

static unsigned int penalty_of(const struct heap *h, oid from, oid to)
{
	const struct heap_type *type = &h->types.v[h->type[from]];

	return (type->flags & TYPE_IS_TYPE || type->object == to ? 8 : 0) +
	       (h->flags[from] & OBJECT_SCANNED ? 16 : 0);
}

/* Offer ways over single edges until none is better than what is known. */
static void spread(struct heap *h, const bool *ends,
		   const char *const *modules, struct brute_way *ways)
{
	bool again;

	do {
		again = false;
		for (oid o = 0; o < h->nr_objects; o++) {
			if (ways[o].round == BRUTE_UNREACHED ||
			    (ends && ends[o]))
				continue;
			for (uint32_t i = 0; i < h->edge_nr[o]; i++) {
				oid to = target(h, o, i);
				unsigned int sum = ways[o].penalty +
						   penalty_of(h, o, to);
				uint32_t cost =
					brute_is_foreign(h, modules[o],
							 to) ? 3 : 1;

				again |= offer(&ways[to], ways[o].round,
					       ways[o].distance + cost,
					       MIN(sum, 63u));
			}
		}
	} while (again);
}

static void offer_namespace(struct heap *h, oid module, const char **modules,
			    struct brute_way *ways)
{
	for (uint32_t i = 0; i < h->edge_nr[module]; i++) {
		oid to = target(h, module, i);
		const char *name = graph_name(h, to);
		size_t len = strlen(name);

		if (len > 2 && strcmp(name + len - 2, ".d") == 0) {
			if (offer(&ways[to], 0, 0, 0))
				modules[to] = graph_name(h, module);
			return;
		}
	}
}

static bool is_stack(const struct heap_root *r)
{
	return r->kind == ROOT_FRAME && r->slot == SLOT_STACK;
}

/* A frame, the interpreter's state, native code. */
static bool is_late(const struct heap_root *r)
{
	return !is_stack(r) && r->kind != ROOT_MODULE &&
	       r->kind != ROOT_BUILTINS && r->kind != ROOT_TYPE;
}

static void offer_known(struct heap *h, const bool *ends, const char **modules,
			struct brute_way *ways)
{
	static const unsigned int ranks[NR_ROOT_KINDS] = {
		[ROOT_MODULE] = 0, [ROOT_BUILTINS] = 1,	   [ROOT_TYPE] = 2,
		[ROOT_FRAME] = 3,  [ROOT_INTERPRETER] = 4, [ROOT_NATIVE] = 5,
	};

	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *r = &h->roots.v[i];

		offer(&ways[r->object], is_stack(r), is_late(r) ? 5 : 0,
		      is_stack(r) ? 0 : ranks[r->kind]);
	}
	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *r = &h->roots.v[i];

		if (r->kind == ROOT_MODULE && !(ends && ends[r->object]))
			offer_namespace(h, r->object, modules, ways);
	}
}

void brute_reach(struct heap *h, const bool *ends,
		 struct brute_way ways[BRUTE_MAX])
{
	const char *modules[BRUTE_MAX] = { NULL };

	for (oid o = 0; o < h->nr_objects; o++)
		ways[o] = (struct brute_way){ BRUTE_UNREACHED,
						UINT32_MAX, 0 };
	offer_known(h, ends, modules, ways);
	spread(h, ends, modules, ways);
	for (oid o = 0; o < h->nr_objects; o++)
		if (ways[o].round == BRUTE_UNREACHED &&
		    h->refcount[o] != REFCOUNT_IMMORTAL &&
		    h->refcount[o] > brute_known(h, o))
			offer(&ways[o], 2, 0, 5);
	spread(h, ends, modules, ways);
	for (oid o = 0; o < h->nr_objects; o++)
		if (ways[o].round == BRUTE_UNREACHED &&
		    h->refcount[o] == REFCOUNT_IMMORTAL)
			offer(&ways[o], 3, 0, 5);
	spread(h, ends, modules, ways);
}

void brute_distances(const struct heap *h, const bool *within,
		     uint32_t ret[BRUTE_MAX][BRUTE_MAX])
{
	memset(ret, 0xff, sizeof(uint32_t[BRUTE_MAX][BRUTE_MAX]));
	for (oid o = 0; o < h->nr_objects; o++)
		for (uint32_t i = 0; i < h->edge_nr[o]; i++)
			if (!within || (within[o] && within[target(h, o, i)]))
				ret[o][target(h, o, i)] = 1;
	for (oid k = 0; k < h->nr_objects; k++)
		for (oid i = 0; i < h->nr_objects; i++)
			for (oid j = 0; j < h->nr_objects; j++) {
				uint64_t sum = (uint64_t)ret[i][k] + ret[k][j];

				if (sum < ret[i][j])
					ret[i][j] = (uint32_t)sum;
			}
}

static bool is_tracked(const struct heap *h, oid o)
{
	return h->generation[o] <= 2;
}

/* References to `o` from what the collector looks at, guesses left out. */
static uint32_t inner_references(const struct heap *h, oid o)
{
	uint32_t nr = 0;

	for (oid from = 0; from < h->nr_objects; from++)
		for (uint32_t i = 0; i < h->edge_nr[from]; i++)
			nr += target(h, from, i) == o && is_tracked(h, from) &&
			      !(h->flags[from] & OBJECT_SCANNED);
	return nr;
}

void brute_garbage(const struct heap *h, bool ret[BRUTE_MAX])
{
	bool again;

	for (oid o = 0; o < h->nr_objects; o++)
		ret[o] = is_tracked(h, o) &&
			 h->refcount[o] != REFCOUNT_IMMORTAL &&
			 h->refcount[o] <= inner_references(h, o);
	do {
		again = false;
		for (oid o = 0; o < h->nr_objects; o++) {
			if (!is_tracked(h, o) || ret[o])
				continue;
			for (uint32_t i = 0; i < h->edge_nr[o]; i++) {
				again |= ret[target(h, o, i)];
				ret[target(h, o, i)] = false;
			}
		}
	} while (again);
}
