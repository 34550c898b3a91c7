/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sql/numbers.h"
#include "sql/table.h"

/* Longer texts are of no number that a double has. */
#define NUMBER_MAX 400

static bool is_number(const char *type)
{
	return !strcmp(type, "int") || !strcmp(type, "float") ||
	       !strcmp(type, "bool");
}

static void result_of_text(const char *text, sqlite3_context *out)
{
	char *end;
	long long integer;
	double real;

	if (!strcmp(text, "True") || !strcmp(text, "False")) {
		sqlite3_result_int(out, !strcmp(text, "True"));
		return;
	}
	errno = 0;
	integer = strtoll(text, &end, 10);
	if (*text && !*end && !errno) {
		sqlite3_result_int64(out, integer);
		return;
	}
	real = strtod(text, &end);
	if (*text && !*end)
		sqlite3_result_double(out, real);
}

void numbers_result(struct heap *h, oid o, sqlite3_context *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!is_number(heap_type_of(h, o)->name))
		return;
	heap_preview(h, o, NUMBER_MAX, &text);
	result_of_text(text.s, out);
}

/* --- attributes --- */

/* At most this many references of an object are asked for their names. */
#define EDGES_MAX ROOTS_NAMESPACE_EDGES_MAX

static oid find_edge(struct sql_heap *heap, oid o,
		     bool (*is)(const struct edge_name *n, const char *name),
		     const char *name)
{
	struct heap_edges edges = heap_edges(heap->h, o);
	uint32_t nr = MIN(edges.nr, (uint32_t)EDGES_MAX);
	CLEANUP(freep) struct edge_name *names = xcalloc(nr, sizeof(*names));
	oid ret = OID_NONE;

	heap_name_edges(heap->h, o, 0, nr, names);
	for (uint32_t i = 0; i < nr; i++) {
		if (ret == OID_NONE && is(&names[i], name))
			ret = edges.to[i];
		edge_name_release(&names[i]);
	}
	return ret;
}

static bool is_attribute(const struct edge_name *n, const char *name)
{
	return edge_is_attribute(n) && !strcmp(n->name, name);
}

static bool is_dict(const struct edge_name *n, const char *name UNUSED)
{
	return n->kind == EDGE_DICT;
}

static bool is_value(const struct edge_name *n, const char *name)
{
	return edge_is(n, EDGE_NAMED_VALUE, name);
}

static oid find_attribute(struct sql_heap *heap, oid o, const char *name)
{
	oid ret = find_edge(heap, o, is_attribute, name);
	oid dict;

	if (ret != OID_NONE)
		return ret;
	dict = find_edge(heap, o, is_dict, NULL);
	return dict == OID_NONE ? OID_NONE :
				  find_edge(heap, dict, is_value, name);
}

static void attribute(sqlite3_context *out, int argc UNUSED,
		      sqlite3_value **argv)
{
	const struct sql_heaps *heaps = sqlite3_user_data(out);
	const char *name = (const char *)sqlite3_value_text(argv[1]);
	uint64_t o;

	for (uint32_t i = 0; name && i < heaps->nr; i++) {
		struct sql_heap *heap = &heaps->v[i];

		if (sql_value_row(heap, argv[0], heap->h->nr_objects, &o))
			sql_result_id(heap, find_attribute(heap, (oid)o, name),
				      out);
	}
}

int numbers_register(sqlite3 *db, struct sql_heaps *heaps)
{
	return sqlite3_create_function_v2(db, "attribute", 2,
					  SQLITE_UTF8 | SQLITE_DETERMINISTIC,
					  heaps, attribute, NULL, NULL, NULL);
}
