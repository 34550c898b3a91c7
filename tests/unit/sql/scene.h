/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scene.h - heaps, and queries over them with what they should answer.
 *
 * Errors that a test does not expect end it.
 */
#ifndef TESTS_UNIT_SQL_SCENE_H
#define TESTS_UNIT_SQL_SCENE_H

#include "sql/print.h"
#include "sql/table.h"

#define MAX_HEAPS 2

/* Heaps that are asked. */
struct scene {
	struct heap heap[MAX_HEAPS];
	struct sql_heaps heaps;
	struct sql sql;
};

/* Seven objects of a module m: a cache of two nodes that have the same x, and
 * one that is lost. */
#define HELD \
	"m->m.d m.d->.cache .cache->['a'] .cache->['b'] ['a']->.x" \
	" ['b']->.x lost->lost; root m:m; type dict/dict m.d .cache;" \
	" type app.Node/heap ['a'] ['b']; type app.Lost/heap,del lost;" \
	" len .cache=2; size ['a']=1000 ['b']=24; refs .x=immortal;" \
	" gen ['a']=255"

/* Open the first `nr` heaps, which are built before and are the scene's. */
void scene_open(struct scene *s, uint32_t nr);
/* One heap, by graph_build(). */
void scene_init(struct scene *s, const char *text);
void scene_release(struct scene *s);

/* Run the query; what it writes goes to `*ret`, which the caller frees. */
struct error *scene_try(struct scene *s, const char *query,
			enum print_style style, char **ret) MUST_CHECK;
/* What the query writes as CSV, without the heads; the caller frees it. */
char *scene_ask(struct scene *s, const char *query);

/* End the test unless the query writes these rows as CSV; this text; or is
 * refused with these words. */
void expect(struct scene *s, const char *query, const char *rows);
void expect_style(struct scene *s, enum print_style style, const char *query,
		  const char *text);
void expect_refused(struct scene *s, const char *query, const char *words);

#endif
