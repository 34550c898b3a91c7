/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/emit.h"
#include "output/memory/memory.h"

static const char *basis_name(enum memory_basis basis)
{
	static const char *const names[] = {
		[MEMORY_PAGEMAP] = "pagemap",
		[MEMORY_SMAPS] = "smaps",
		[MEMORY_CORE] = "core",
	};

	return names[basis];
}

json_t *memory_line_json(const struct heap *h,
			 const struct heap_memory_line *line)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str part = STR_INIT;
	json_t *ret = json_object();

	memory_add_line(h, line, &name);
	memory_part_name(line->part, &part);
	emit_put(ret, "kind", emit_text(
		memory_kind_names[memory_part_kind(line->part)]));
	emit_put(ret, "name", emit_text(name.s));
	emit_put(ret, "bytes", emit_count(line->bytes));
	emit_put(ret, "count", emit_count(line->count));
	emit_put(ret, "part", emit_text(part.s));
	emit_put(ret, "type", line->type < h->types.nr ?
			      emit_text(h->types.v[line->type].name) :
			      json_null());
	return ret;
}

static json_t *lines_json(const struct heap *h, const struct ledger *l,
			  const struct memory_shown *shown)
{
	json_t *ret = json_array();
	uint64_t nr[NR_MEMORY_KINDS] = { 0 };

	for (size_t i = 0; i < l->order.nr; i++) {
		const struct heap_memory_line *line =
			&h->memory.lines.v[l->order.v[i]];
		enum memory_kind kind = memory_part_kind(line->part);

		if (shown->one_kind && kind != shown->kind)
			continue;
		if (shown->limit && nr[kind]++ >= shown->limit)
			continue;
		emit_push(ret, memory_line_json(h, line));
	}
	return ret;
}

static json_t *kinds_json(const struct ledger *l)
{
	json_t *ret = json_object();

	for (enum memory_kind k = 0; k < NR_MEMORY_KINDS; k++)
		emit_put(ret, memory_kind_names[k],
			 emit_count(l->kinds[k].bytes));
	return ret;
}

static json_t *findings_json(const struct heap *h, const struct ledger *l)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < l->findings.nr; i++) {
		CLEANUP(str_release) struct str text = STR_INIT;

		memory_add_finding(h, &l->findings.v[i], &text);
		emit_push(ret, emit_text(text.s));
	}
	return ret;
}

/* What helps against each finding, in the order of the findings. */
static json_t *causes_json(const struct heap *h, const struct ledger *l)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < l->findings.nr; i++) {
		CLEANUP(str_release) struct str advice = STR_INIT;
		const struct finding *f = &l->findings.v[i];
		json_t *to = json_object();

		memory_add_advice(h, f, &advice);
		emit_put(to, "kind", emit_text(finding_kind_names[f->kind]));
		emit_put(to, "bytes", emit_count(f->bytes));
		emit_put(to, "count", emit_count(f->count));
		emit_put(to, "advice", emit_text(advice.s));
		emit_push(ret, to);
	}
	return ret;
}

static json_t *mallocs_json(const struct heap_memory *m)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < m->mallocs.nr; i++) {
		const struct heap_memory_malloc *from = &m->mallocs.v[i];
		json_t *to = json_object();

		emit_put(to, "address", emit_address(from->address));
		emit_put(to, "system", emit_count(from->system));
		emit_put(to, "used", emit_count(from->used));
		emit_put(to, "free", emit_count(from->free));
		emit_put(to, "top", emit_count(from->top));
		emit_put(to, "nr_free", emit_count(from->nr_free));
		emit_put(to, "fast", emit_count(from->fast));
		emit_put(to, "nr_fast", emit_count(from->nr_fast));
		emit_put(to, "cached", emit_count(from->cached));
		emit_put(to, "nr_cached", emit_count(from->nr_cached));
		emit_put(to, "overhead", emit_count(from->overhead));
		emit_put(to, "whole", json_boolean(from->whole));
		emit_push(ret, to);
	}
	return ret;
}

static json_t *mmapped_json(const struct heap_memory *m)
{
	json_t *ret = json_object();

	emit_put(ret, "bytes", emit_count(m->mmapped));
	emit_put(ret, "count", emit_count(m->nr_mmapped));
	return ret;
}

static json_t *forked_json(const struct heap_memory *m)
{
	json_t *ret = json_object();

	emit_put(ret, "shared", emit_count(m->forked_shared));
	emit_put(ret, "copied", emit_count(m->forked_copied));
	return ret;
}

static json_t *arenas_json(const struct heap *h)
{
	const struct heap_memory *m = &h->memory;
	json_t *ret = json_array();

	for (size_t i = 0; i < m->arenas.nr; i++) {
		const struct heap_memory_arena *from = &m->arenas.v[i];
		json_t *to = json_object();

		emit_put(to, "address", emit_address(from->address));
		emit_put(to, "size", emit_count(from->size));
		emit_put(to, "blocks", emit_count(from->blocks));
		emit_put(to, "used", emit_count(from->used));
		emit_put(to, "resident", emit_count(from->bytes));
		emit_put(to, "keeper", from->object < h->nr_objects ?
				       emit_object_of(h, from->object) :
				       json_null());
		emit_push(ret, to);
	}
	return ret;
}

static json_t *unowned_json(const struct heap_memory *m)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < m->unowned.nr; i++) {
		const struct heap_memory_unowned *from = &m->unowned.v[i];
		json_t *to = json_object(), *samples = json_array();

		for (size_t j = 0; j < MEMORY_SAMPLES && from->samples[j]; j++)
			emit_push(samples, emit_address(from->samples[j]));
		emit_put(to, "allocator", emit_text(
			memory_allocator_names[from->allocator]));
		emit_put(to, "size", emit_count(from->size));
		emit_put(to, "count", emit_count(from->count));
		emit_put(to, "bytes", emit_count(from->bytes));
		emit_put(to, "samples", samples);
		emit_push(ret, to);
	}
	return ret;
}

json_t *memory_brief_json(const struct heap *h, const struct ledger *l)
{
	json_t *ret = json_object();

	emit_put(ret, "resident", emit_count(h->memory.resident));
	emit_put(ret, "kinds", kinds_json(l));
	emit_put(ret, "unexplained", json_integer(h->memory.unexplained));
	emit_put(ret, "findings", findings_json(h, l));
	return ret;
}

json_t *memory_json(const struct heap *h, const struct ledger *l,
		    const struct memory_shown *shown)
{
	const struct heap_memory *m = &h->memory;
	json_t *ret = json_object();

	emit_put(ret, "target", emit_target(h));
	emit_put(ret, "python", emit_python(h));
	emit_put(ret, "resident", emit_count(m->resident));
	emit_put(ret, "lines", lines_json(h, l, shown));
	emit_put(ret, "unexplained", json_integer(m->unexplained));
	emit_put(ret, "findings", findings_json(h, l));
	emit_put(ret, "causes", causes_json(h, l));
	emit_put(ret, "kinds", kinds_json(l));
	emit_put(ret, "basis", emit_text(basis_name(m->basis)));
	emit_put(ret, "swapped", emit_count(m->swapped));
	emit_put(ret, "page_tables", emit_count(m->page_tables));
	emit_put(ret, "forked", forked_json(m));
	emit_put(ret, "guessed", emit_count(m->guessed));
	emit_put(ret, "damaged", emit_count(m->nr_damaged));
	emit_put(ret, "malloc", mallocs_json(m));
	emit_put(ret, "mmapped", mmapped_json(m));
	emit_put(ret, "arenas", arenas_json(h));
	emit_put(ret, "unowned", unowned_json(m));
	emit_put(ret, "older", json_null());
	emit_put(ret, "growth", json_array());
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}
