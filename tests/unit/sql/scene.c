/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "graph.h"
#include "scene.h"

void scene_open(struct scene *s, uint32_t nr)
{
	sql_heaps_init(&s->heaps, nr);
	for (uint32_t i = 0; i < nr; i++) {
		s->heaps.v[i].h = &s->heap[i];
		s->heaps.v[i].name = i ? "second" : "first";
	}
	ck_assert_ptr_null(sql_open(&s->sql, &s->heaps));
}

void scene_release(struct scene *s)
{
	uint32_t nr = s->heaps.nr;

	sql_close(&s->sql);
	sql_heaps_release(&s->heaps);
	for (uint32_t i = 0; i < nr; i++)
		heap_release(&s->heap[i]);
}

void scene_init(struct scene *s, const char *text)
{
	graph_build(&s->heap[0], text);
	scene_open(s, 1);
}

struct error *scene_try(struct scene *s, const char *query,
			enum print_style style, char **ret)
{
	CLEANUP(print_release) struct print print;
	struct error *err;
	size_t len;

	print_init(&print, style);
	print.format.header = true;
	print.out = open_memstream(ret, &len);
	err = sql_run(&s->sql, query, &print.sink);
	fclose(print.out);
	return err;
}

char *scene_ask(struct scene *s, const char *query)
{
	char *text = NULL, *rows;
	struct error *err = scene_try(s, query, PRINT_CSV, &text);

	ck_assert_msg(!err, "%s: %s", query, err ? err->message : "");
	ck_assert_ptr_nonnull(strchr(text, '\n'));
	rows = xstrdup(strchr(text, '\n') + 1);
	free(text);
	return rows;
}

void expect(struct scene *s, const char *query, const char *rows)
{
	CLEANUP(freep) char *found = scene_ask(s, query);

	ck_assert_msg(!strcmp(found, rows), "%s\n%s\nnot\n%s", query, found,
		      rows);
}

void expect_style(struct scene *s, enum print_style style, const char *query,
		  const char *text)
{
	CLEANUP(freep) char *found = NULL;

	ck_assert_ptr_null(scene_try(s, query, style, &found));
	ck_assert_str_eq(found, text);
}

void expect_refused(struct scene *s, const char *query,
			   const char *words)
{
	CLEANUP(freep) char *text = NULL;
	CLEANUP(error_freep) struct error *err = scene_try(s, query,
							   PRINT_CSV, &text);

	ck_assert_msg(err && err->code == ERR_USAGE, "%s", query);
	ck_assert_msg(strstr(err->message, words), "%s: %s", query,
		      err->message);
}
