/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "output/coverage.h"
#include "output/emit.h"
#include "output/watch/watch.h"

void watch_text(const struct watch_line *line, struct str *out)
{
	const struct sample *s = line->sample, *first = line->first;

	format_time(out, line->taken_at);
	if (line->names_process)
		str_addf(out, "  PID %" PRId64, line->heap->info.pid);
	str_add(out, "  rss ");
	format_bytes(out, s->resident);
	str_add(out, " (");
	format_bytes_growth(out, (int64_t)(s->resident - first->resident));
	str_add(out, ")  ");
	format_counted(out, s->objects, "object");
	str_add(out, " (");
	format_growth(out, (int64_t)(s->objects - first->objects));
	str_add_char(out, ')');
	for (unsigned int i = 0; i < line->nr_top; i++) {
		str_add(out, i ? ", " : "  ");
		format_fit(out, line->top[i]->name, 60, false);
		str_add_char(out, ' ');
		format_growth(out, (int64_t)(line->top[i]->last -
					     line->top[i]->first));
	}
	format_end_line(out);
	if (!line->file)
		return;
	str_addf(out, "%s: captured to ", line->condition);
	str_add(out, line->file);
	format_end_line(out);
}

static json_t *top_json(const struct watch_line *line)
{
	json_t *ret = json_array();

	for (unsigned int i = 0; i < line->nr_top; i++) {
		json_t *type = json_object();

		emit_put(type, "type", emit_text(line->top[i]->name));
		emit_put(type, "count", emit_count(line->top[i]->last));
		emit_put(type, "growth", emit_count(line->top[i]->last -
						    line->top[i]->first));
		emit_push(ret, type);
	}
	return ret;
}

json_t *watch_json(const struct watch_line *line)
{
	json_t *ret = json_object();

	emit_put(ret, "pid", json_integer(line->heap->info.pid));
	emit_put(ret, "taken_at", emit_count(line->taken_at));
	emit_put(ret, "time", emit_count(line->taken_at));
	emit_put(ret, "pause_ns", emit_count(line->pause_ns));
	emit_put(ret, "resident", emit_count(line->sample->resident));
	emit_put(ret, "objects", emit_count(line->sample->objects));
	emit_put(ret, "bytes", emit_count(line->sample->bytes));
	emit_put(ret, "size", emit_count(line->sample->size));
	emit_put(ret, "sizes_unknown",
		 emit_count(line->sample->sizes_unknown));
	emit_put(ret, "growing", top_json(line));
	emit_put(ret, "coverage", coverage_json(line->heap));
	emit_put(ret, "condition", emit_text(line->condition));
	emit_put(ret, "capture", emit_text(line->file));
	return ret;
}
