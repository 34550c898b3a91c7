/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/coverage.h"
#include "output/json.h"
#include "output/reports/watch.h"

void watch_text(const struct watch_line *line, struct str *out)
{
	const struct sample *s = line->sample, *first = line->first;

	format_time(out, line->taken_at);
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

		json_put(type, "type", json_text(line->top[i]->name));
		json_put(type, "count", json_count(line->top[i]->last));
		json_put(type, "growth", json_count(line->top[i]->last -
						    line->top[i]->first));
		json_push(ret, type);
	}
	return ret;
}

json_t *watch_json(const struct watch_line *line)
{
	json_t *ret = json_object();

	json_put(ret, "time", json_count(line->taken_at));
	json_put(ret, "pause_ns", json_count(line->pause_ns));
	json_put(ret, "resident", json_count(line->sample->resident));
	json_put(ret, "objects", json_count(line->sample->objects));
	json_put(ret, "bytes", json_count(line->sample->bytes));
	json_put(ret, "growing", top_json(line));
	json_put(ret, "coverage", coverage_json(line->heap));
	json_put(ret, "condition", json_text(line->condition));
	json_put(ret, "capture", json_text(line->file));
	return ret;
}
