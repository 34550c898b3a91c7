/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "heap/pointed.h"
#include "output/coverage.h"
#include "output/emit.h"
#include "output/export/jsonl.h"
#include "output/words.h"

/* Dump a line to memory first: jansson would write it word by word. */
static struct error *write_line(json_t *line, struct str *buffer, FILE *out)
{
	size_t len = json_dumpb(line, buffer->s, buffer->room, JSON_COMPACT);

	if (len >= buffer->room) {
		buffer->s = xreallocarray(buffer->room ? buffer->s : NULL,
					  len + len / 2 + 1, 1);
		buffer->room = len + len / 2 + 1;
		len = json_dumpb(line, buffer->s, buffer->room, JSON_COMPACT);
	}
	json_decref(line);
	if (!len)
		out_of_memory();
	buffer->s[len++] = '\n';
	if (fwrite(buffer->s, 1, len, out) != len)
		return error_errno(ERR_SYSTEM, errno, "can't write");
	return NULL;
}

static json_t *header(const struct heap *h)
{
	json_t *ret = json_object();

	emit_put(ret, "format", emit_text("pyheld"));
	emit_put(ret, "version", emit_count(JSONL_VERSION));
	emit_put(ret, "target", emit_target(h));
	emit_put(ret, "python", emit_python(h));
	emit_put(ret, "gc", h->interpreters.nr ?
			    emit_gc(h, &h->interpreters.v[0]) : json_null());
	emit_put(ret, "interpreters", emit_interpreters(h));
	emit_put(ret, "interned", emit_interned(h));
	emit_put(ret, "coverage", coverage_json(h));
	emit_put(ret, "objects", emit_count(h->nr_collector_objects));
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}

/* The names of a batch of references; it grows as needed. */
struct names {
	struct edge_name *v;
	uint32_t room;
};

static void names_release(struct names *n)
{
	free(n->v);
}

static json_t *reference(const struct heap *h, oid to,
			 const struct edge_name *name)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *ret = json_object();

	words_edge(name, &text);
	emit_put(ret, "to", emit_address(h->address[to]));
	emit_put(ret, "name", emit_text(text.s));
	return ret;
}

static json_t *references(struct heap *h, oid o, struct names *names)
{
	json_t *ret = json_array();
	struct heap_edges edges = heap_edges(h, o);
	uint32_t nr = edges.nr, room = MIN(nr, HEAP_NAMES_AT_ONCE);

	if (room > names->room) {
		names->v = xreallocarray(names->v, room, sizeof(*names->v));
		names->room = room;
	}
	for (uint32_t first = 0; first < nr; first += HEAP_NAMES_AT_ONCE) {
		uint32_t some = MIN(nr - first, HEAP_NAMES_AT_ONCE);
		const oid *to = edges.to + first;

		heap_name_edges(h, o, first, some, names->v);
		for (uint32_t i = 0; i < some; i++) {
			emit_push(ret, reference(h, to[i], &names->v[i]));
			edge_name_release(&names->v[i]);
		}
	}
	return ret;
}

struct error *jsonl_write(struct heap *h, FILE *out)
{
	CLEANUP(names_release) struct names names = { NULL, 0 };
	CLEANUP(str_release) struct str buffer = STR_INIT;
	struct error *err = write_line(header(h), &buffer, out);

	for (oid o = 0; !err && o < h->nr_collector_objects; o++) {
		json_t *line = emit_object_of(h, o);

		emit_put(line, "references", references(h, o, &names));
		emit_put(line, "unvisited",
			 emit_count(h->edge_nr[o] - heap_nr_visited(h, o)));
		emit_put(line, "pointed",
			 emit_count(heap_pointed_nr(h, o)));
		err = write_line(line, &buffer, out);
	}
	return err;
}
