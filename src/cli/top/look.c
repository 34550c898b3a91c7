/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/suspects/suspects.h"
#include "analysis/summary.h"
#include "cli/sampling/wait.h"
#include "cli/save.h"
#include "cli/status.h"
#include "cli/top/look.h"
#include "output/emit.h"
#include "output/leaks/leaks.h"

#define LOOK_COMMAND_MAX 4096	/* bytes of other texts */

/* Holders with fewer entries, or that keep less, are not worth a row: the dicts
 * of builtin classes are among them. */
#define LEAST_ENTRIES 16
#define LEAST_BYTES (UINT64_C(16) << 10)

/* --- writing --- */

/* At most `max` bytes of `text`, up to the end of a character. */
static json_t *short_text(const char *text, size_t max)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	if (!text || strnlen(text, max + 1) <= max)
		return emit_text(text);
	while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	str_add_bytes(&s, text, max);
	return emit_text(s.s);
}

static json_t *item_json(const char *name, uint64_t count, uint64_t bytes)
{
	json_t *ret = json_array();

	emit_push(ret, short_text(name, LOOK_NAME_MAX));
	emit_push(ret, emit_count(count));
	emit_push(ret, emit_count(bytes));
	return ret;
}

/* Add the first rows of `sum` that are not `taken`, and take them. */
static void add_types(const struct heap *h, const struct summary *sum,
		      size_t max, bool *taken, json_t *ret)
{
	for (size_t i = 0; i < sum->rows.nr && i < max; i++) {
		const struct tally_type *row = &sum->rows.v[i];

		if (taken[row->type])
			continue;
		taken[row->type] = true;
		emit_push(ret, item_json(h->types.v[row->type].name,
					 row->sum.nr, row->sum.bytes));
	}
}

static void put_types(json_t *ret, const struct heap *h)
{
	CLEANUP(summary_release) struct summary by_count, by_bytes;
	CLEANUP(freep) bool *taken = xcalloc(h->types.nr + 1, sizeof(*taken));
	json_t *types = json_array();
	bool all;

	summary_build(h, NULL, SUMMARY_BY_COUNT, &by_count);
	summary_build(h, NULL, SUMMARY_BY_BYTES, &by_bytes);
	all = by_count.rows.nr <= LOOK_TYPES_MAX;
	add_types(h, &by_bytes, all ? LOOK_TYPES_MAX : LOOK_TYPES_MAX / 2,
		  taken, types);
	add_types(h, &by_count, LOOK_TYPES_MAX / 2, taken, types);
	emit_put(ret, "types", types);
	emit_put(ret, "all_types", json_boolean(all));
}

/* "app.SESSIONS (dict)": two suspects may be at one place. */
static void add_holder(const struct suspects *s, const struct suspect *suspect,
		       struct str *out)
{
	leaks_add_place(s, suspect->object, out);
	str_add(out, " (");
	leaks_add_type(s, s->heap->type[suspect->object], out);
	if (suspect->nr_alike)
		str_add(out, ", and those alike");
	str_add_char(out, ')');
}

/* What a leak report would look at, with thresholds that are low: growth from
 * sample to sample shows soon what matters. */
static json_t *holders_json(struct heap *h)
{
	static const struct suspects_options options = {
		.min_objects = LEAST_ENTRIES, .min_entries = LEAST_ENTRIES,
		.min_large = LEAST_BYTES,
	};
	CLEANUP(suspects_release) struct suspects suspects = { .heap = NULL };
	json_t *ret = json_array();

	suspects_build(h, &options, 0, &suspects);
	suspects_finish(&suspects);
	for (size_t i = 0; i < suspects.v.nr &&
			   json_array_size(ret) < LOOK_HOLDERS_MAX; i++) {
		const struct suspect *suspect = &suspects.v.v[i];
		CLEANUP(str_release) struct str name = STR_INIT;

		if (suspect->object == OID_NONE || !suspect->entries ||
		    suspect->bytes < LEAST_BYTES)
			continue;
		add_holder(&suspects, suspect, &name);
		emit_push(ret, item_json(name.s, suspect->entries,
					 suspect->bytes));
	}
	return ret;
}

static void put_look(json_t *ret, struct session *s,
		     const struct sampling *last)
{
	struct sample sample = sampling_measure(&s->heap);

	emit_put(ret, "start_time", emit_count(last->start_time));
	emit_put(ret, "start_ticks", emit_count(last->start_ticks));
	emit_put(ret, "taken_at", emit_count(last->taken_at));
	emit_put(ret, "resident", emit_count(sample.resident));
	emit_put(ret, "objects", emit_count(sample.objects));
	emit_put(ret, "bytes", emit_count(sample.bytes));
	emit_put(ret, "partial", json_boolean(heap_is_partial(&s->heap)));
	emit_put(ret, "command", short_text(s->heap.info.command,
					    LOOK_COMMAND_MAX));
	put_types(ret, &s->heap);
	emit_put(ret, "holders", holders_json(&s->heap));
}

/* Write `ret`, or `err`, and free both. */
static int answer(json_t *ret, struct error *err, const struct session *s)
{
	bool failed = err != NULL;

	if (err) {
		emit_put(ret, "trouble", short_text(err->message,
						    LOOK_COMMAND_MAX));
		emit_put(ret, "gone", json_boolean(err->code == ERR_GONE));
	}
	if (s->target)
		emit_put(ret, "pause_ns", emit_count(s->target->pause_ns));
	emit_put(ret, "ended_ms", emit_count(wait_now_ms()));
	if (json_dumpf(ret, stdout, JSON_COMPACT) || fflush(stdout))
		failed = true;
	json_decref(ret);
	/* Its message is in the answer. */
	error_free(err);
	return failed ? STATUS_FAILED : STATUS_OK;
}

int look_write(const char *process, struct sampling *last)
{
	CLEANUP(session_close) struct session s = SESSION_INIT;
	struct error *err = sampling_read(last, process, false, &s);
	json_t *ret = json_object();

	if (!err)
		put_look(ret, &s, last);
	return answer(ret, err, &s);
}

int look_capture(const char *process, struct sampling *last, const char *file)
{
	CLEANUP(session_close) struct session s = SESSION_INIT;
	const struct capture_options how = { 0 };
	struct error *err = sampling_read(last, process, true, &s);

	if (!err)
		err = save_capture(&s.heap, file, &how);
	return answer(json_object(), err, &s);
}

/* --- reading --- */

static uint64_t number(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

/* LOOK_UNKNOWN if it is missing. */
static uint64_t pause_of(const json_t *object)
{
	const json_t *pause = json_object_get(object, "pause_ns");

	return json_is_integer(pause) ? (uint64_t)json_integer_value(pause) :
					LOOK_UNKNOWN;
}

static char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return xstrdup(text ? text : "");
}

static void read_items(const json_t *array, struct live_item_vec *ret)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);
		const char *name = json_string_value(json_array_get(item, 0));
		const json_t *count = json_array_get(item, 1);
		const json_t *bytes = json_array_get(item, 2);

		if (name)
			live_item_vec_push(ret, (struct live_item){
				.name = xstrdup(name),
				.count = (uint64_t)json_integer_value(count),
				.bytes = (uint64_t)json_integer_value(bytes),
			});
	}
}

struct error *look_read(const char *text, size_t len, struct look *ret)
{
	json_t *value = json_loadb(text, len, 0, NULL);
	const char *trouble;

	if (!json_is_object(value)) {
		json_decref(value);
		return error_new(ERR_CORRUPT, "the sample can't be read");
	}
	trouble = json_string_value(json_object_get(value, "trouble"));
	*ret = (struct look){
		.trouble = trouble ? xstrdup(trouble) : NULL,
		.gone = json_is_true(json_object_get(value, "gone")),
		.ended_ms = number(value, "ended_ms"),
		.sampling = { .start_time = number(value, "start_time"),
			      .start_ticks = number(value, "start_ticks"),
			      .taken_at = number(value, "taken_at") },
		.point = { .resident = number(value, "resident"),
			   .objects = number(value, "objects"),
			   .bytes = number(value, "bytes"),
			   .pause_ns = pause_of(value) },
		.command = text_of(value, "command"),
		.partial = json_is_true(json_object_get(value, "partial")),
		.all_types = json_is_true(json_object_get(value, "all_types")),
	};
	read_items(json_object_get(value, "types"), &ret->types);
	read_items(json_object_get(value, "holders"), &ret->holders);
	json_decref(value);
	return NULL;
}

void look_release(struct look *l)
{
	free(l->trouble);
	live_items_release(&l->types);
	live_items_release(&l->holders);
	free(l->command);
}
