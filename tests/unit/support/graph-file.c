/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "graph-file.h"
#include "heap/naming.h"

#define NR_OBJECTS_MAX 4096

/* What capture_write() asks for; there is one heap at a time. */
static struct {
	uint32_t *codes;
	uint32_t text[NR_OBJECTS_MAX];
	int64_t length[NR_OBJECTS_MAX];
	struct heap_name names[NR_OBJECTS_MAX + 1];	/* of an edge to it */
	uint64_t text_start[NR_OBJECTS_MAX + 2];
	struct str text_bytes;
} facts;

static struct error *details(struct heap *h, struct heap_details *ret)
{
	*ret = (struct heap_details){
		.codes = facts.codes,
		.text = facts.text,
		.length = facts.length,
		.names = facts.names,
		.nr_names = h->nr_objects + 1,
		.nr_texts = h->nr_objects + 1,
		.text_start = facts.text_start,
		.text_bytes = facts.text_bytes.s,
	};
	return NULL;
}

static struct heap_name attribute(const char *object)
{
	size_t len = strlen(object);
	bool is_dict = len > 2 && strcmp(object + len - 2, ".d") == 0;

	return (struct heap_name){
		.kind = is_dict ? EDGE_DICT : EDGE_ATTRIBUTE,
		.name = xstrdup(is_dict ? "" : object),
		.prefix = xstrdup(""),
		.suffix = xasprintf(".%s", is_dict ? "__dict__" : object) };
}

static int64_t length(const struct heap *h, oid o)
{
	static const char *const containers[] = { "list", "dict", "set",
						  "tuple" };

	for (size_t i = 0; i < ARRAY_SIZE(containers); i++)
		if (strcmp(heap_type_of(h, o)->name, containers[i]) == 0)
			return h->edge_nr[o];
	return -1;
}

/* Name 0 and text 0 are those of nothing; those of `o` are o + 1. */
static void facts_build(const struct heap *h)
{
	ck_assert_uint_le(h->nr_objects, NR_OBJECTS_MAX);
	facts.codes = xcalloc(h->edges.nr, sizeof(*facts.codes));
	for (size_t i = 0; i < h->edges.nr; i++)
		facts.codes[i] = edge_code(CODE_NAMED, h->edges.v[i] + 1);
	facts.text_bytes = (struct str)STR_INIT;
	facts.names[0] = (struct heap_name){ .name = xstrdup("") };
	for (oid o = 0; o < h->nr_objects; o++) {
		facts.names[o + 1] = attribute(graph_name(h, o));
		facts.text[o] = o + 1;
		facts.length[o] = length(h, o);
		facts.text_start[o + 1] = facts.text_bytes.len;
		str_addf(&facts.text_bytes, "<%s>", graph_name(h, o));
	}
	facts.text_start[h->nr_objects + 1] = facts.text_bytes.len;
}

static void facts_release(const struct heap *h)
{
	for (oid o = 0; o <= h->nr_objects; o++)
		heap_name_release(&facts.names[o]);
	str_release(&facts.text_bytes);
	free(facts.codes);
}

static void count_types(struct heap *h)
{
	for (oid o = 0; o < h->nr_objects; o++) {
		h->types.v[h->type[o]].nr_objects++;
		h->types.v[h->type[o]].size += h->size[o];
	}
}

void graph_build_process(struct heap *h, const char *text)
{
	struct heap_info *i = &h->info;

	graph_build(h, text);
	h->nr_collector_objects = h->nr_objects;
	count_types(h);
	i->pid = 4242;
	i->source = xstrdup("4242");
	i->executable = xstrdup("/usr/bin/python3");
	i->command = xstrdup("python3 app.py");
	i->host = xstrdup("host");
	i->start_time = 1700000000;
	i->taken_at = 1700000100;
	i->version = xstrdup("3.13.0");
	i->build = xstrdup("");
	i->hexversion = 0x030d00f0;
	i->allocator = xstrdup("pymalloc");
	i->layout = xstrdup("table 3.13");
	i->nr_native = h->nr_objects;
}

void graph_write(struct heap *h, const char *path,
		 const struct capture_options *how)
{
	struct heap_ops with_details = *h->ops;
	const struct heap_ops *before = h->ops;
	CLEANUP(closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC |
					    O_CLOEXEC, 0600);
	struct error *err;

	ck_assert_int_ge(fd, 0);
	with_details.details = details;
	h->ops = &with_details;
	facts_build(h);
	err = capture_write(h, how, fd);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	facts_release(h);
	h->ops = before;
}

void graph_file(const char *path, const char *text)
{
	const struct capture_options plain = { .plain = true };
	CLEANUP(heap_release) struct heap h;

	graph_build_process(&h, text);
	graph_write(&h, path, &plain);
}
