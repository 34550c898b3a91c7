/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/coverage.h"
#include "output/emit.h"
#include "output/memory/explained.h"
#include "output/memory/growth.h"
#include "output/reports/diff.h"
#include "output/path.h"

static json_t *known(const struct diff_found *d, uint64_t n)
{
	return d->match->same_process ? emit_count(n) : json_null();
}

static json_t *target_json(const struct diff_found *d, size_t i)
{
	/* emit.h takes heaps; of this one, only the info is left. */
	struct heap h = { .info = *d->infos[i] };
	json_t *ret = json_object();

	emit_put(ret, "name", emit_text(d->names[i]));
	emit_put(ret, "target", emit_target(&h));
	emit_put(ret, "python", emit_python(&h));
	emit_put(ret, "coverage", coverage_json(&h));
	emit_put(ret, "objects", emit_count(d->series->all[i].nr));
	emit_put(ret, "bytes", emit_count(d->series->all[i].bytes));
	return ret;
}

static json_t *targets_json(const struct diff_found *d)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < d->series->nr; i++)
		emit_push(ret, target_json(d, i));
	return ret;
}

static json_t *tally_json(const struct diff_found *d, const struct tally *t)
{
	json_t *ret = json_object();

	emit_put(ret, "count", known(d, t->nr));
	emit_put(ret, "bytes", known(d, t->bytes));
	return ret;
}

static json_t *type_json(const struct diff_found *d, size_t row)
{
	const struct diff_row *r = &d->diff->rows.v[row];
	const struct series *s = d->series;
	json_t *ret = json_object(), *counts = json_array();
	json_t *bytes = json_array();

	for (size_t i = 0; i < s->nr; i++) {
		emit_push(counts, emit_count(s->types[row * s->nr + i].nr));
		emit_push(bytes, emit_count(s->types[row * s->nr + i].bytes));
	}
	emit_put(ret, "type", emit_text(r->name));
	emit_put(ret, "counts", counts);
	emit_put(ret, "bytes", bytes);
	emit_put(ret, "came", tally_json(d, &r->came));
	emit_put(ret, "went", tally_json(d, &r->went));
	emit_put(ret, "stayed", known(d, r->new.nr - r->came.nr));
	emit_put(ret, "grew_in_every_step",
		 json_boolean(series_type_grew(s, row)));
	return ret;
}

static json_t *diff_types_json(const struct diff_found *d)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < d->diff->rows.nr; i++)
		if (!d->limit || i < d->limit)
			emit_push(ret, type_json(d, i));
	return ret;
}

static json_t *entries_json(const struct diff_found *d, size_t row)
{
	const struct series *s = d->series;
	json_t *ret = json_array();

	for (size_t i = 0; i < s->nr; i++) {
		int64_t n = s->entries[row * s->nr + i];

		emit_push(ret, n < 0 ? json_null() : json_integer(n));
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

static json_t *sum_json(const struct tally *t)
{
	json_t *ret = json_object();

	emit_put(ret, "objects", emit_count(t->nr));
	emit_put(ret, "bytes", emit_count(t->bytes));
	return ret;
}

/* Then and now; of holders that are alike, it is not known. */
static json_t *retained_json_of(const struct growth *row)
{
	json_t *ret;

	if (row->nr_alike)
		return json_null();
	ret = json_array();
	emit_push(ret, row->old == OID_NONE ? json_null() :
					      sum_json(&row->old_retained));
	emit_push(ret, sum_json(&row->retained));
	return ret;
}

static json_t *holder_json(const struct diff_found *d, size_t row)
{
	const struct growth *r = &d->grow->v.v[row];
	CLEANUP(str_release) struct str name = STR_INIT;
	json_t *ret = json_object();

	diff_add_name(d, r->object, &name);
	emit_put(ret, "place", emit_text(name.s));
	emit_put(ret, "name", emit_text(name.s));
	emit_put(ret, "type",
		 emit_text(heap_type_of(d->new, r->object)->name));
	emit_put(ret, "address", emit_address(d->new->address[r->object]));
	emit_put(ret, "old_address", r->old == OID_NONE ? json_null() :
				     emit_address(d->old->address[r->old]));
	emit_put(ret, "alike", emit_count(r->nr_alike));
	emit_put(ret, "entries", entries_json(d, row));
	emit_put(ret, "objects", json_integer(r->objects));
	emit_put(ret, "bytes", json_integer(r->bytes));
	emit_put(ret, "retained", retained_json_of(r));
	emit_put(ret, "came", tally_json(d, &r->came));
	emit_put(ret, "went", tally_json(d, &r->went));
	emit_put(ret, "grew_in_every_step",
		 json_boolean(series_holder_grew(d->series, row)));
	emit_put(ret, "chain", chain_of(d, r->object));
	return ret;
}

static json_t *holders_json(const struct diff_found *d)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < d->grow->v.nr; i++)
		if (!d->holders || i < d->holders)
			emit_push(ret, holder_json(d, i));
	return ret;
}

static json_t *warnings_json(const struct diff_found *d)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < d->series->nr; i++)
		for (size_t w = 0; w < d->infos[i]->warnings.nr; w++)
			emit_push(ret, emit_text(d->infos[i]->warnings.v[w]));
	return ret;
}

json_t *diff_json(const struct diff_found *d)
{
	struct explained e = diff_explained(d);
	const struct diff_row *all = &d->diff->all;
	json_t *ret = json_object();

	emit_put(ret, "targets", targets_json(d));
	emit_put(ret, "reordered", json_boolean(d->reordered));
	emit_put(ret, "same_process", json_boolean(d->match->same_process));
	emit_put(ret, "same_python",
		 json_boolean(match_same_version(&d->old->info,
						 &d->new->info)));
	emit_put(ret, "came", tally_json(d, &all->came));
	emit_put(ret, "went", tally_json(d, &all->went));
	emit_put(ret, "stayed", known(d, d->match->nr_stayed));
	emit_put(ret, "replaced", known(d, d->match->nr_replaced));
	emit_put(ret, "garbage_that_came",
		 tally_json(d, &d->grow->unreached));
	emit_put(ret, "memory", d->ledger ? growth_kinds_json(d->ledger) :
					    json_null());
	explained_json(&e, ret);
	explained_guessed_json(d->new, ret);
	emit_put(ret, "types", diff_types_json(d));
	emit_put(ret, "holders", holders_json(d));
	emit_put(ret, "warnings", warnings_json(d));
	return ret;
}
