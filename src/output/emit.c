/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "output/emit.h"
#include "output/words.h"

static json_t *made(json_t *value)
{
	if (!value)
		out_of_memory();
	return value;
}

json_t *emit_text(const char *text)
{
	CLEANUP(str_release) struct str safe = STR_INIT;
	json_t *value;

	if (!text)
		return json_null();
	value = json_string(text);
	if (value)
		return value;
	/* It is no UTF-8, though text in a heap should be. */
	str_add_safe(&safe, text, strlen(text));
	return made(json_string(safe.s));
}

json_t *emit_address(uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	return made(json_string_nocheck(text));
}

/* JSON's integers are signed, but no count here gets near to the limit. */
json_t *emit_count(uint64_t n)
{
	return made(json_integer((json_int_t)MIN(n, (uint64_t)INT64_MAX)));
}

void emit_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, made(value)))
		out_of_memory();
}

void emit_push(json_t *array, json_t *value)
{
	if (json_array_append_new(array, made(value)))
		out_of_memory();
}

/* In struct heap_info, 0 and "" mean that it is not known. */
static json_t *count_or_null(uint64_t n)
{
	return n ? emit_count(n) : json_null();
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? emit_text(text) : json_null();
}

static const char *stopped_word(uint32_t stopped)
{
	static const char *const words[NR_STOPPED] = {
		[STOPPED_ALL] = "all",
		[STOPPED_NONE] = "none",
		[STOPPED_HOLDER] = "holder",
	};

	return stopped < NR_STOPPED ? words[stopped] : NULL;
}

json_t *emit_target(const struct heap *h)
{
	const struct heap_info *info = &h->info;
	json_t *ret = made(json_object());

	emit_put(ret, "source", text_or_null(info->source));
	emit_put(ret, "pid", count_or_null((uint64_t)info->pid));
	emit_put(ret, "executable", text_or_null(info->executable));
	emit_put(ret, "command", text_or_null(info->command));
	emit_put(ret, "host", text_or_null(info->host));
	emit_put(ret, "start_time", count_or_null(info->start_time));
	emit_put(ret, "taken_at", count_or_null(info->taken_at));
	emit_put(ret, "resident", count_or_null(info->resident));
	emit_put(ret, "stopped", text_or_null(stopped_word(info->stopped)));
	emit_put(ret, "pause_ns", emit_count(info->pause_ns));
	emit_put(ret, "copy_ns", count_or_null(info->copy_ns));
	emit_put(ret, "bytes_copied", emit_count(info->bytes_copied));
	return ret;
}

json_t *emit_python(const struct heap *h)
{
	const struct heap_info *info = &h->info;
	json_t *ret = made(json_object());

	emit_put(ret, "version", text_or_null(info->version));
	emit_put(ret, "build", text_or_null(info->build));
	emit_put(ret, "hexversion", count_or_null(info->hexversion));
	emit_put(ret, "free_threaded", json_boolean(info->free_threaded));
	emit_put(ret, "debug", json_boolean(info->debug));
	emit_put(ret, "trace_refs", json_boolean(info->trace_refs));
	emit_put(ret, "allocator", text_or_null(info->allocator));
	emit_put(ret, "layout", text_or_null(info->layout));
	return ret;
}

static json_t *emit_collections(const struct heap_interpreter *i)
{
	json_t *ret = made(json_array());

	for (size_t g = 0; g < ARRAY_SIZE(i->generations); g++) {
		const struct heap_collections *c = &i->generations[g].done;
		json_t *to = made(json_object());

		emit_put(to, "collections", json_integer(c->nr));
		emit_put(to, "collected", json_integer(c->collected));
		emit_put(to, "uncollectable", json_integer(c->uncollectable));
		emit_put(to, "candidates", i->durations_known ?
			 json_integer(c->candidates) : json_null());
		emit_put(to, "duration_ns", i->durations_known ?
			 json_integer(c->nanoseconds) : json_null());
		emit_push(ret, to);
	}
	return ret;
}

static json_t *emit_callbacks(const struct heap *h,
			      const struct heap_interpreter *i)
{
	json_t *ret;

	if (i->callbacks == OID_NONE)
		return json_null();
	ret = made(json_object());
	emit_put(ret, "address", emit_address(h->address[i->callbacks]));
	emit_put(ret, "count", emit_count(h->edge_nr[i->callbacks]));
	return ret;
}

json_t *emit_gc(const struct heap *h, const struct heap_interpreter *i)
{
	json_t *ret = made(json_object());
	json_t *thresholds = made(json_array()), *counts = made(json_array());
	json_t *objects = made(json_array());

	for (size_t g = 0; g < ARRAY_SIZE(i->generations); g++) {
		emit_push(thresholds,
			  json_integer(i->generations[g].threshold));
		emit_push(counts, json_integer(i->generations[g].count));
		emit_push(objects, emit_count(i->generations[g].objects));
	}
	emit_put(ret, "enabled", json_boolean(i->gc_enabled));
	emit_put(ret, "collecting", json_boolean(i->gc_collecting));
	emit_put(ret, "thresholds", thresholds);
	emit_put(ret, "counts", counts);
	emit_put(ret, "objects", objects);
	emit_put(ret, "stats", i->collections_known ? emit_collections(i) :
						      json_null());
	emit_put(ret, "frozen", emit_count(i->frozen));
	emit_put(ret, "garbage", i->garbage < 0 ? json_null() :
				 json_integer(i->garbage));
	emit_put(ret, "callbacks", emit_callbacks(h, i));
	return ret;
}

json_t *emit_interpreters(const struct heap *h)
{
	json_t *ret = made(json_array());

	for (size_t i = 0; i < h->interpreters.nr; i++) {
		const struct heap_interpreter *from = &h->interpreters.v[i];
		json_t *to = made(json_object());

		emit_put(to, "id", json_integer(from->id));
		emit_put(to, "threads", emit_count(from->nr_threads));
		emit_put(to, "gc", emit_gc(h, from));
		emit_push(ret, to);
	}
	return ret;
}

json_t *emit_interpreter_of(const struct heap *h, uint32_t type)
{
	const struct heap_interpreter *i = heap_owner(h, type);

	return i ? json_integer(i->id) : json_null();
}

/* The innermost frame of a stack comes first. */
static json_t *frames_of(const struct heap *h, size_t stack)
{
	json_t *ret = made(json_array());

	for (size_t i = 0; i < h->frames.nr; i++) {
		const struct heap_frame *from = &h->frames.v[i];
		json_t *to;

		if (from->stack != stack)
			continue;
		to = made(json_object());
		emit_put(to, "function", text_or_null(from->function));
		emit_put(to, "file", text_or_null(from->file));
		emit_put(to, "line", from->line > 0 ?
				     json_integer(from->line) : json_null());
		emit_push(ret, to);
	}
	return ret;
}

json_t *emit_threads(const struct heap *h)
{
	json_t *ret = made(json_array());

	for (size_t i = 0; i < h->threads.nr; i++) {
		const struct heap_thread *from = &h->threads.v[i];
		json_t *to = made(json_object());

		emit_put(to, "id", count_or_null((uint64_t)from->native_id));
		emit_put(to, "name", text_or_null(from->name));
		emit_put(to, "interpreter", json_integer(from->interpreter));
		emit_put(to, "holds_gil", json_boolean(from->holds_gil));
		emit_put(to, "frames", frames_of(h, i));
		emit_push(ret, to);
	}
	return ret;
}

json_t *emit_root(const struct heap *h, const struct heap_root *root)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	json_t *ret = made(json_object());

	words_root(h, root, &name);
	emit_put(ret, "kind", emit_text(root_kind_names[root->kind]));
	emit_put(ret, "name", emit_text(name.s));
	emit_put(ret, "expression", emit_text(root->expression));
	return ret;
}

json_t *emit_interned(const struct heap *h)
{
	static const char *const names[NR_INTERNINGS] = {
		[INTERNED_MORTAL] = "mortal",
		[INTERNED_IMMORTAL] = "immortal",
	};
	json_t *ret;

	if (!h->info.interned_known)
		return json_null();
	ret = made(json_object());
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct heap_interned *from = &h->info.interned[i];
		json_t *to = made(json_object());

		emit_put(to, "count", emit_count(from->nr));
		emit_put(to, "size", emit_count(from->size));
		emit_put(to, "bytes", emit_count(from->bytes));
		emit_put(ret, names[i], to);
	}
	return ret;
}

json_t *emit_warnings(const struct heap *h)
{
	json_t *ret = made(json_array());

	for (size_t i = 0; i < h->info.warnings.nr; i++)
		emit_push(ret, emit_text(h->info.warnings.v[i]));
	return ret;
}

json_t *emit_size(const struct heap *h, oid o)
{
	return heap_size_is_known(h, o) ? emit_count(h->size[o]) : json_null();
}

json_t *emit_object_of(const struct heap *h, oid o)
{
	json_t *ret = made(json_object());

	emit_put(ret, "address", emit_address(h->address[o]));
	emit_put(ret, "type", emit_text(heap_type_of(h, o)->name));
	emit_put(ret, "size", emit_size(h, o));
	emit_put(ret, "bytes", h->bytes ? emit_count(h->bytes[o]) :
					  json_null());
	emit_put(ret, "refcount", h->refcount[o] == REFCOUNT_IMMORTAL ?
				  json_null() : emit_count(h->refcount[o]));
	emit_put(ret, "generation",
		 h->generation[o] == GENERATION_UNTRACKED ?
		 json_null() : json_integer(h->generation[o]));
	return ret;
}

struct error *emit_write(const json_t *value, FILE *out)
{
	if (json_dumpf(value, out, JSON_INDENT(2)) || fputc('\n', out) == EOF)
		return error_errno(ERR_SYSTEM, errno, "can't write");
	return NULL;
}
