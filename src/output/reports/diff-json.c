/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/coverage.h"
#include "output/reports/diff.h"
#include "output/json.h"
#include "output/path.h"

static json_t *known(const struct diff_found *d, uint64_t n)
{
	return d->match->same_process ? json_count(n) : json_null();
}

static json_t *target_json(const struct diff_found *d, size_t i)
{
	/* json.h describes heaps, of which here only the info is left. */
	struct heap h = { .info = *d->infos[i] };
	json_t *ret = json_object();

	json_put(ret, "name", json_text(d->names[i]));
	json_put(ret, "target", json_target(&h));
	json_put(ret, "python", json_python(&h));
	json_put(ret, "coverage", coverage_json(&h));
	json_put(ret, "objects", json_count(d->series->all[i].nr));
	json_put(ret, "bytes", json_count(d->series->all[i].bytes));
	return ret;
}

static json_t *targets_json(const struct diff_found *d)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < d->series->nr; i++)
		json_push(ret, target_json(d, i));
	return ret;
}

static json_t *tally_json(const struct diff_found *d, const struct tally *t)
{
	json_t *ret = json_object();

	json_put(ret, "count", known(d, t->nr));
	json_put(ret, "bytes", known(d, t->bytes));
	return ret;
}

static json_t *type_json(const struct diff_found *d, size_t row)
{
	const struct diff_row *r = &d->diff->rows.v[row];
	const struct series *s = d->series;
	json_t *ret = json_object(), *counts = json_array();
	json_t *bytes = json_array();

	for (size_t i = 0; i < s->nr; i++) {
		json_push(counts, json_count(s->types[row * s->nr + i].nr));
		json_push(bytes, json_count(s->types[row * s->nr + i].bytes));
	}
	json_put(ret, "type", json_text(r->name));
	json_put(ret, "counts", counts);
	json_put(ret, "bytes", bytes);
	json_put(ret, "came", tally_json(d, &r->came));
	json_put(ret, "went", tally_json(d, &r->went));
	json_put(ret, "stayed", known(d, r->new.nr - r->came.nr));
	json_put(ret, "grew_in_every_step",
		 json_boolean(series_type_grew(s, row)));
	return ret;
}

static json_t *types_json(const struct diff_found *d)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < d->diff->rows.nr; i++)
		if (!d->limit || i < d->limit)
			json_push(ret, type_json(d, i));
	return ret;
}

static json_t *entries_json(const struct diff_found *d, size_t row)
{
	const struct series *s = d->series;
	json_t *ret = json_array();

	for (size_t i = 0; i < s->nr; i++) {
		int64_t n = s->entries[row * s->nr + i];

		json_push(ret, n < 0 ? json_null() : json_integer(n));
	}
	return ret;
}

static json_t *chain_of(const struct diff_found *d, oid o)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail trail = { 0 };
	const struct root *root;

	if (!diff_has_name(d, o))
		return json_null();
	root = reach_path(&d->grow->reach, o, &path);
	trail_init(&trail, d->new, root, &path);
	return trail_json(&trail);
}

static json_t *holder_json(const struct diff_found *d, size_t row)
{
	const struct growth *r = &d->grow->v.v[row];
	CLEANUP(str_release) struct str name = STR_INIT;
	json_t *ret = json_object();

	diff_add_name(d, r->object, &name);
	json_put(ret, "name", json_text(name.s));
	json_put(ret, "type",
		 json_text(heap_type_of(d->new, r->object)->name));
	json_put(ret, "address", json_address(d->new->address[r->object]));
	json_put(ret, "old_address", r->old == OID_NONE ? json_null() :
				     json_address(d->old->address[r->old]));
	json_put(ret, "alike", json_count(r->nr_alike));
	json_put(ret, "entries", entries_json(d, row));
	json_put(ret, "objects", json_integer(r->objects));
	json_put(ret, "bytes", json_integer(r->bytes));
	json_put(ret, "came", tally_json(d, &r->came));
	json_put(ret, "went", tally_json(d, &r->went));
	json_put(ret, "grew_in_every_step",
		 json_boolean(series_holder_grew(d->series, row)));
	json_put(ret, "chain", chain_of(d, r->object));
	return ret;
}

static json_t *holders_json(const struct diff_found *d)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < d->grow->v.nr; i++)
		if (!d->holders || i < d->holders)
			json_push(ret, holder_json(d, i));
	return ret;
}

static json_t *warnings_json(const struct diff_found *d)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < d->series->nr; i++)
		for (size_t w = 0; w < d->infos[i]->warnings.nr; w++)
			json_push(ret, json_text(d->infos[i]->warnings.v[w]));
	return ret;
}

json_t *diff_json(const struct diff_found *d)
{
	const struct diff_row *all = &d->diff->all;
	json_t *ret = json_object();

	json_put(ret, "targets", targets_json(d));
	json_put(ret, "same_process", json_boolean(d->match->same_process));
	json_put(ret, "same_python",
		 json_boolean(match_same_version(&d->old->info,
						 &d->new->info)));
	json_put(ret, "came", tally_json(d, &all->came));
	json_put(ret, "went", tally_json(d, &all->went));
	json_put(ret, "stayed", known(d, d->match->nr_stayed));
	json_put(ret, "replaced", known(d, d->match->nr_replaced));
	json_put(ret, "garbage_that_came",
		 tally_json(d, &d->grow->unreached));
	json_put(ret, "types", types_json(d));
	json_put(ret, "holders", holders_json(d));
	json_put(ret, "warnings", warnings_json(d));
	return ret;
}
