/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/words.h"
#include "sql/names.h"

static bool has(const struct sql_names_chunk *c, oid o, uint32_t edge)
{
	return c && c->nr && c->object == o && edge - c->first < c->nr;
}

/* Is the reference the first one behind the chunk? */
static bool ends_before(const struct sql_names_chunk *c, oid o, uint32_t edge)
{
	return c->nr && c->object == o && edge - c->first == c->nr;
}

static void chunk_release(struct sql_names_chunk *c)
{
	free(c->names);
	str_release(&c->text);
	*c = (struct sql_names_chunk){ .text = STR_INIT };
}

static void chunk_fill(struct sql_names_chunk *c, struct heap *h, oid o,
		       uint32_t first, uint32_t nr)
{
	CLEANUP(freep) struct edge_name *names = xcalloc(nr, sizeof(*names));

	chunk_release(c);
	c->object = o;
	c->first = first;
	c->nr = nr;
	c->names = xcalloc(nr, sizeof(*c->names));
	heap_name_edges(h, o, first, nr, names);
	for (uint32_t i = 0; i < nr; i++) {
		c->names[i] = (struct sql_name){ (uint32_t)c->text.len,
						 names[i].kind };
		words_edge(&names[i], &c->text);
		str_add_char(&c->text, '\0');
		edge_name_release(&names[i]);
	}
}

/* Name the reference, and more of them if the chunk goes on. */
static void chunk_move(struct sql_names_chunk *c, struct heap *h, oid o,
		       uint32_t edge)
{
	uint32_t nr = ends_before(c, o, edge) ? 2 * c->nr : 1;

	chunk_fill(c, h, o, edge, MIN(MIN(nr, SQL_NAMES_CHUNK),
				      h->edge_nr[o] - edge));
}

/* The chunk with the reference, or the one that ends before it, or the one that
 * was not used for longest. */
static struct sql_names_chunk *choose(struct sql_names *n, oid o,
				      uint32_t edge)
{
	struct sql_names_chunk *ret = n->chunks, *before = NULL;

	for (size_t i = 0; i < SQL_NAMES_CHUNKS; i++) {
		struct sql_names_chunk *c = &n->chunks[i];

		if (has(c, o, edge))
			return c;
		if (ends_before(c, o, edge))
			before = c;
		if (c->used < ret->used)
			ret = c;
	}
	return before ? before : ret;
}

const char *sql_names_get(struct sql_names *n, struct heap *h, oid o,
			  uint32_t edge, enum edge_kind *kind)
{
	struct sql_names_chunk *c = n->last;

	if (!has(c, o, edge)) {
		c = choose(n, o, edge);
		if (!has(c, o, edge))
			chunk_move(c, h, o, edge);
		c->used = ++n->clock;
		n->last = c;
	}
	*kind = c->names[edge - c->first].kind;
	return c->text.s + c->names[edge - c->first].start;
}

void sql_names_release(struct sql_names *n)
{
	for (size_t i = 0; i < SQL_NAMES_CHUNKS; i++)
		chunk_release(&n->chunks[i]);
	*n = (struct sql_names){ .last = NULL };
}
