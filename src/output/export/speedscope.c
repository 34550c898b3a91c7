/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "output/emit.h"
#include "output/export/speedscope.h"
#include "output/format.h"

#define SCHEMA "https://www.speedscope.app/file-format-schema.json"

/* Write `value`, and release it. */
static void put_json(json_t *value, FILE *out)
{
	/* Errors stay with the stream: see speedscope_write(). */
	json_dumpf(value, out, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(value);
}

static json_t *frame_json(const struct stacks *s, const struct heap *h,
			  uint32_t name)
{
	int32_t function = s->names.v[name].function;
	json_t *ret = json_object();

	emit_put(ret, "name", emit_text(stacks_text(s, name)));
	if (function >= 0) {
		const struct heap_frame *f = &h->frames.v[function];

		emit_put(ret, "file", emit_text(f->file));
		if (f->line > 0)
			emit_put(ret, "line", emit_count((uint64_t)f->line));
	}
	return ret;
}

static void put_frames(const struct stacks *s, const struct heap *h, FILE *out)
{
	for (uint32_t i = 0; i < s->names.nr; i++) {
		fputs(i ? ",\n" : "", out);
		put_json(frame_json(s, h, i), out);
	}
}

static void put_samples(const struct stacks *s, enum stacks_value value,
			FILE *out)
{
	CLEANUP(freep) uint32_t *way = xreallocarray(NULL, s->deepest,
						     sizeof(*way));
	const char *between = "";

	for (uint32_t f = 0; f < s->v.nr; f++) {
		if (!stacks_value(&s->v.v[f].self, value))
			continue;
		fprintf(out, "%s[", between);
		for (uint32_t i = stacks_way(s, f, way); i--;)
			fprintf(out, "%" PRIu32 "%s", s->v.v[way[i]].name,
				i ? "," : "");
		fputc(']', out);
		between = ",\n";
	}
}

static void put_weights(const struct stacks *s, enum stacks_value value,
			FILE *out)
{
	const char *between = "";

	for (uint32_t f = 0; f < s->v.nr; f++) {
		uint64_t weight = stacks_value(&s->v.v[f].self, value);

		if (weight)
			fprintf(out, "%s%" PRIu64, between, weight);
		between = weight ? "," : between;
	}
}

static void put_profile(const struct stacks *s, enum stacks_value value,
			FILE *out)
{
	static const char *const names[NR_STACKS_VALUES] = {
		[STACKS_BYTES] = "bytes", [STACKS_OBJECTS] = "objects",
	};

	fprintf(out, "{\"type\":\"sampled\",\"name\":\"%s\",\"unit\":\"%s\","
		"\"startValue\":0,\"endValue\":%" PRIu64 ",\n\"samples\":[",
		names[value], value == STACKS_BYTES ? "bytes" : "none",
		stacks_value(&s->all, value));
	put_samples(s, value, out);
	fputs("],\n\"weights\":[", out);
	put_weights(s, value, out);
	fputs("]}", out);
}

static json_t *title(const struct stacks *s, const struct heap *h)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (h->info.pid)
		str_addf(&text, "PID %" PRId64 ", ", h->info.pid);
	str_addf(&text, "Python %s, ", h->info.version ? h->info.version : "?");
	format_time(&text, h->info.taken_at);
	if (s->nr_cut)
		str_add(&text, "; ");
	stacks_add_cut(s, &text);
	return emit_text(text.s);
}

struct error *speedscope_write(const struct stacks *s, const struct heap *h,
			       FILE *out)
{
	fputs("{\"$schema\":\"" SCHEMA "\",\"exporter\":\"pyheld "
	      PACKAGE_VERSION "\",\"name\":", out);
	put_json(title(s, h), out);
	fputs(",\"activeProfileIndex\":0,\"shared\":{\"frames\":[\n", out);
	put_frames(s, h, out);
	fputs("]},\"profiles\":[\n", out);
	put_profile(s, STACKS_BYTES, out);
	fputs(",\n", out);
	put_profile(s, STACKS_OBJECTS, out);
	fputs("]}\n", out);
	if (ferror(out))
		return error_errno(ERR_SYSTEM, errno, "can't write");
	return NULL;
}
