#include <errno.h>

#include "output/json.h"
#include "output/jsonl.h"

static struct error *write_line(json_t *line, FILE *out)
{
	int failed = json_dumpf(line, out, JSON_COMPACT) ||
		     fputc('\n', out) == EOF;
	int saved = errno;

	json_decref(line);
	return failed ? error_errno(ERR_SYSTEM, saved, "can't write") : NULL;
}

static json_t *header(const struct heap *h)
{
	json_t *ret = json_object();

	json_put(ret, "format", json_text("pyheld"));
	json_put(ret, "version", json_count(JSONL_VERSION));
	json_put(ret, "target", json_target(h));
	json_put(ret, "python", json_python(h));
	json_put(ret, "gc", h->interpreters.nr ?
			    json_gc(&h->interpreters.v[0]) : json_null());
	json_put(ret, "interpreters", json_interpreters(h));
	json_put(ret, "coverage", json_coverage(h));
	json_put(ret, "objects", json_count(h->nr_objects));
	json_put(ret, "warnings", json_warnings(h));
	return ret;
}

static json_t *references(struct heap *h, oid o)
{
	json_t *ret = json_array();
	uint32_t nr = h->edge_nr[o];
	struct edge_name names[64];

	for (uint32_t first = 0; first < nr; first += ARRAY_SIZE(names)) {
		uint32_t some = MIN(nr - first, ARRAY_SIZE(names));
		const oid *to = &h->edges.v[h->edge_start[o] + first];

		heap_name_edges(h, o, first, some, names);
		for (uint32_t i = 0; i < some; i++) {
			json_t *reference = json_object();

			json_put(reference, "to",
				 json_address(h->address[to[i]]));
			json_put(reference, "name", json_text(names[i].name));
			json_push(ret, reference);
			edge_name_release(&names[i]);
		}
	}
	return ret;
}

struct error *jsonl_write(struct heap *h, FILE *out)
{
	struct error *err = write_line(header(h), out);

	for (oid o = 0; !err && o < h->nr_objects; o++) {
		json_t *line = json_object_of(h, o);

		json_put(line, "references", references(h, o));
		err = write_line(line, out);
	}
	return err;
}
