/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/sites/commonest.h"
#include "analysis/suspects/suspects-since.h"
#include "output/emit.h"
#include "output/memory/explained.h"
#include "output/memory/growth.h"
#include "output/leaks/leaks.h"
#include "output/path.h"
#include "output/site.h"

static json_t *object_json(const struct heap *h, oid o)
{
	return o == OID_NONE ? json_null() : emit_object_of(h, o);
}

static json_t *place_json(const struct suspects *s, oid o)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (o == OID_NONE)
		return json_null();
	leaks_add_place(s, o, &text);
	return emit_text(text.s);
}

static json_t *chain_json(const struct suspects *s, oid o)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail trail = { 0 };
	const struct root *root;

	if (o == OID_NONE || !reach_has(&s->reach, o))
		return json_null();
	root = reach_path(&s->reach, o, &path);
	trail_init(&trail, s->heap, root, &path);
	return trail_json(&trail);
}

static json_t *leaks_types_json(const struct suspects *s,
				const struct suspect *suspect)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < suspect->types.nr; i++) {
		const struct tally_type *row = &suspect->types.v[i];
		json_t *type = json_object();

		emit_put(type, "type",
			 emit_text(s->heap->types.v[row->type].name));
		emit_put(type, "count", emit_count(row->sum.nr));
		emit_put(type, "bytes", emit_count(row->sum.bytes));
		emit_push(ret, type);
	}
	return ret;
}

static json_t *samples_json(const struct suspects *s,
			    const struct suspect *suspect)
{
	CLEANUP(samples_clear) struct samples samples;
	json_t *ret = json_array();

	leaks_find_samples(s, suspect, &samples);
	for (unsigned int i = 0; i < samples.nr; i++)
		emit_push(ret, emit_text(samples.text[i].s));
	return ret;
}

static json_t *number_or_null(int64_t x)
{
	return x < 0 ? json_null() : emit_count((uint64_t)x);
}

static json_t *fact_json(const struct heap_fact *fact)
{
	json_t *ret;

	if (!fact || fact->kind != FACT_LRU_CACHE)
		return json_null();
	ret = json_object();
	emit_put(ret, "maxsize", number_or_null(fact->bound));
	emit_put(ret, "currsize", number_or_null(fact->length));
	emit_put(ret, "hits", emit_count(fact->hits));
	emit_put(ret, "misses", emit_count(fact->misses));
	return ret;
}

static json_t *suspect_growth_json(const struct suspects *s,
				   const struct suspect *suspect)
{
	json_t *ret, *entries, *bytes;
	bool known;

	if (!s->nr_compared)
		return json_null();
	ret = json_object();
	entries = json_array();
	bytes = json_array();
	for (size_t i = 0; i < s->nr_compared; i++) {
		emit_push(entries, number_or_null(suspect->old_entries[i]));
		emit_push(bytes, suspects_since_is_known(s, suspect, i) ?
			  emit_count(suspect->old_bytes[i]) : json_null());
	}
	emit_put(ret, "old_entries", entries);
	emit_put(ret, "entries", number_or_null(suspect->entries_now));
	emit_put(ret, "old_bytes", bytes);
	emit_put(ret, "bytes", emit_count(suspect->bytes));
	known = suspects_since_is_known(s, suspect, 0);
	emit_put(ret, "objects_came", known ? emit_count(suspect->came) :
					      json_null());
	emit_put(ret, "bytes_came", known ? emit_count(suspect->came_bytes) :
					    json_null());
	return ret;
}

/* What is large, and did not grow. */
static json_t *large_json(const struct suspects *s)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < s->large.nr; i++) {
		const struct suspect *large = &s->large.v[i];
		CLEANUP(str_release) struct str place = STR_INIT;
		CLEANUP(str_release) struct str title = STR_INIT;
		json_t *value = json_object();

		leaks_add_place(s, large->object, &place);
		leaks_add_title(s, large, place.s, &title);
		emit_put(value, "title", emit_text(title.s));
		emit_put(value, "object",
			 emit_object_of(s->heap, large->object));
		emit_put(value, "place", emit_text(place.s));
		emit_put(value, "entries", emit_count(large->entries));
		emit_put(value, "objects", emit_count(large->objects));
		emit_put(value, "bytes", emit_count(large->bytes));
		emit_push(ret, value);
	}
	return ret;
}

/* {"pid", "entries", "objects", "bytes"} */
static json_t *worker_json(const struct suspects *s,
			   const struct suspect *suspect)
{
	json_t *ret = json_object();

	emit_put(ret, "pid", s->heap->info.pid ?
			     json_integer(s->heap->info.pid) : json_null());
	emit_put(ret, "entries", emit_count(suspect->entries));
	emit_put(ret, "objects", emit_count(suspect->objects));
	emit_put(ret, "bytes", emit_count(suspect->bytes));
	return ret;
}

static json_t *process_json(const struct leaks_found *found)
{
	const struct heap_info *info = &found->suspects->heap->info;
	json_t *ret = json_object(), *targets = json_array();

	for (size_t i = 0; i < found->nr_targets; i++)
		emit_push(targets, emit_text(found->targets[i]));
	emit_put(ret, "pid", info->pid ? json_integer(info->pid) : json_null());
	emit_put(ret, "host", emit_text(info->host));
	emit_put(ret, "start_time", info->start_time ?
				    emit_count(info->start_time) : json_null());
	emit_put(ret, "taken_at", emit_count(info->taken_at));
	emit_put(ret, "targets", targets);
	return ret;
}

static json_t *suspect_json(const struct suspects *s,
			    const struct suspect *suspect)
{
	CLEANUP(str_release) struct str place = STR_INIT, title = STR_INIT;
	struct commonest allocated = commonest_find(s->heap,
						    suspect->members);
	json_t *ret = json_object(), *workers = json_array();

	if (suspect->object != OID_NONE)
		leaks_add_place(s, suspect->object, &place);
	leaks_add_title(s, suspect, place.s, &title);
	emit_push(workers, worker_json(s, suspect));
	emit_put(ret, "kind", emit_text(suspect_kind_names[suspect->kind]));
	emit_put(ret, "title", emit_text(title.s));
	emit_put(ret, "fix", emit_text(leaks_fix(s, suspect)));
	emit_put(ret, "object", object_json(s->heap, suspect->object));
	emit_put(ret, "place", place_json(s, suspect->object));
	emit_put(ret, "alike", emit_count(suspect->nr_alike));
	emit_put(ret, "via", object_json(s->heap, suspect->via));
	emit_put(ret, "via_place", place_json(s, suspect->via));
	emit_put(ret, "entries", emit_count(suspect->entries));
	emit_put(ret, "entry_type", suspect->entry_type == UINT32_MAX ?
		 json_null() :
		 emit_text(s->heap->types.v[suspect->entry_type].name));
	emit_put(ret, "samples", samples_json(s, suspect));
	emit_put(ret, "objects", emit_count(suspect->objects));
	emit_put(ret, "bytes", emit_count(suspect->bytes));
	emit_put(ret, "types", leaks_types_json(s, suspect));
	emit_put(ret, "has_del", json_boolean(suspect->flags &
					      (SUSPECT_HAS_DEL |
					       SUSPECT_LEGACY_DEL)));
	emit_put(ret, "lru_cache", fact_json(suspect->fact));
	emit_put(ret, "growth", suspect_growth_json(s, suspect));
	emit_put(ret, "chain", chain_json(s, suspect->object));
	emit_put(ret, "allocated", allocated.nr ?
		 site_json(s->heap, allocated.site) : json_null());
	emit_put(ret, "workers", workers);
	return ret;
}

static json_t *tasks_json(const struct tasks *t)
{
	json_t *ret = json_object(), *waits = json_array();

	for (size_t i = 0; i < t->waits.nr; i++) {
		const struct task_wait *w = &t->waits.v[i];
		json_t *wait = json_object();

		emit_put(wait, "coroutine", emit_text(w->coroutine));
		emit_put(wait, "awaits", *w->awaits ? emit_text(w->awaits) :
						      json_null());
		emit_put(wait, "count", emit_count(w->nr));
		emit_push(waits, wait);
	}
	emit_put(ret, "count", emit_count(t->nr));
	emit_put(ret, "waiting", emit_count(t->waiting));
	emit_put(ret, "ready", emit_count(t->ready));
	emit_put(ret, "done", emit_count(t->done));
	emit_put(ret, "waits", waits);
	return ret;
}

json_t *leaks_json(const struct leaks_found *found)
{
	const struct suspects *s = found->suspects;
	json_t *ret = json_object(), *suspects = json_array();
	json_t *heap = json_object(), *processes = json_array();

	emit_push(processes, process_json(found));
	emit_put(heap, "objects", emit_count(s->heap->nr_objects));
	emit_put(heap, "bytes", emit_count(s->dominators.all_bytes));
	for (size_t i = 0; i < s->v.nr; i++)
		if (!found->limit || i < found->limit)
			emit_push(suspects, suspect_json(s, &s->v.v[i]));
	emit_put(ret, "processes", processes);
	emit_put(ret, "reordered", json_boolean(found->reordered));
	emit_put(ret, "heap", heap);
	emit_put(ret, "nr_suspects", emit_count(s->v.nr));
	emit_put(ret, "suspects", suspects);
	emit_put(ret, "large", large_json(s));
	emit_put(ret, "asyncio", tasks_json(found->tasks));
	emit_put(ret, "memory", found->ledger ?
				memory_brief_json(s->heap, found->ledger) :
				json_null());
	emit_put(ret, "memory_growth", found->growth ?
				       growth_kinds_json(found->growth) :
				       json_null());
	explained_json(&found->explained, ret);
	explained_guessed_json(s->heap, ret);
	emit_put(ret, "warnings", emit_warnings(s->heap));
	return ret;
}
