/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/json.h"
#include "output/reports/leaks.h"
#include "output/path.h"

static json_t *object_json(const struct heap *h, oid o)
{
	return o == OID_NONE ? json_null() : json_object_of(h, o);
}

static json_t *place_json(const struct suspects *s, oid o)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (o == OID_NONE)
		return json_null();
	leaks_add_place(s, o, &text);
	return json_text(text.s);
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

static json_t *types_json(const struct suspects *s,
			  const struct suspect *suspect)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < suspect->types.nr; i++) {
		const struct summary_row *row = &suspect->types.v[i];
		json_t *type = json_object();

		json_put(type, "type",
			 json_text(s->heap->types.v[row->type].name));
		json_put(type, "count", json_count(row->nr));
		json_put(type, "bytes", json_count(row->bytes));
		json_push(ret, type);
	}
	return ret;
}

static json_t *number_or_null(int64_t x)
{
	return x < 0 ? json_null() : json_count((uint64_t)x);
}

static json_t *fact_json(const struct heap_fact *fact)
{
	json_t *ret;

	if (!fact || fact->kind != FACT_LRU_CACHE)
		return json_null();
	ret = json_object();
	json_put(ret, "maxsize", number_or_null(fact->bound));
	json_put(ret, "currsize", number_or_null(fact->length));
	json_put(ret, "hits", json_count(fact->hits));
	json_put(ret, "misses", json_count(fact->misses));
	return ret;
}

static json_t *growth_json(const struct suspects *s,
			   const struct suspect *suspect)
{
	json_t *ret, *entries;

	if (!s->nr_compared)
		return json_null();
	ret = json_object();
	entries = json_array();
	for (size_t i = 0; i < s->nr_compared; i++)
		json_push(entries, number_or_null(suspect->old_entries[i]));
	json_put(ret, "old_entries", entries);
	json_put(ret, "entries", number_or_null(
		suspects_entries(s->heap, suspect->object)));
	json_put(ret, "objects_came", json_count(suspect->came));
	json_put(ret, "bytes_came", json_count(suspect->came_bytes));
	return ret;
}

static json_t *suspect_json(const struct suspects *s,
			    const struct suspect *suspect)
{
	CLEANUP(str_release) struct str place = STR_INIT, title = STR_INIT;
	json_t *ret = json_object();

	if (suspect->object != OID_NONE)
		leaks_add_place(s, suspect->object, &place);
	leaks_add_title(s, suspect, place.s, &title);
	json_put(ret, "kind", json_text(suspect_kind_names[suspect->kind]));
	json_put(ret, "title", json_text(title.s));
	json_put(ret, "fix", json_text(leaks_fix(s, suspect)));
	json_put(ret, "object", object_json(s->heap, suspect->object));
	json_put(ret, "place", place_json(s, suspect->object));
	json_put(ret, "alike", json_count(suspect->nr_alike));
	json_put(ret, "via", object_json(s->heap, suspect->via));
	json_put(ret, "via_place", place_json(s, suspect->via));
	json_put(ret, "entries", json_count(suspect->entries));
	json_put(ret, "entry_type", suspect->entry_type == UINT32_MAX ?
		 json_null() :
		 json_text(s->heap->types.v[suspect->entry_type].name));
	json_put(ret, "objects", json_count(suspect->objects));
	json_put(ret, "bytes", json_count(suspect->bytes));
	json_put(ret, "types", types_json(s, suspect));
	json_put(ret, "has_del", json_boolean(suspect->flags &
					      (SUSPECT_HAS_DEL |
					       SUSPECT_LEGACY_DEL)));
	json_put(ret, "lru_cache", fact_json(suspect->fact));
	json_put(ret, "growth", growth_json(s, suspect));
	json_put(ret, "chain", chain_json(s, suspect->object));
	return ret;
}

static json_t *tasks_json(const struct tasks *t)
{
	json_t *ret = json_object(), *waits = json_array();

	for (size_t i = 0; i < t->waits.nr; i++) {
		const struct task_wait *w = &t->waits.v[i];
		json_t *wait = json_object();

		json_put(wait, "coroutine", json_text(w->coroutine));
		json_put(wait, "awaits", *w->awaits ? json_text(w->awaits) :
						      json_null());
		json_put(wait, "count", json_count(w->nr));
		json_push(waits, wait);
	}
	json_put(ret, "count", json_count(t->nr));
	json_put(ret, "waiting", json_count(t->waiting));
	json_put(ret, "ready", json_count(t->ready));
	json_put(ret, "done", json_count(t->done));
	json_put(ret, "waits", waits);
	return ret;
}

json_t *leaks_json(const struct leaks_found *found)
{
	const struct suspects *s = found->suspects;
	json_t *ret = json_object(), *suspects = json_array();
	json_t *heap = json_object();

	json_put(heap, "objects", json_count(s->heap->nr_objects));
	json_put(heap, "bytes", json_count(s->dominators.all_bytes));
	for (size_t i = 0; i < s->v.nr; i++)
		if (!found->limit || i < found->limit)
			json_push(suspects, suspect_json(s, &s->v.v[i]));
	json_put(ret, "heap", heap);
	json_put(ret, "nr_suspects", json_count(s->v.nr));
	json_put(ret, "suspects", suspects);
	json_put(ret, "asyncio", tasks_json(found->tasks));
	json_put(ret, "warnings", json_warnings(s->heap));
	return ret;
}
