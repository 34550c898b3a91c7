/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small tables of a capture: types, roots, frames, what the process was.
 * capture-row.h says what a row is.
 */
#include <string.h>

#include "heap/capture/capture-facts.h"
#include "heap/capture/capture-format.h"
#include "heap/capture/capture-memory.h"
#include "heap/capture/capture-row.h"
#include "heap/capture/capture-stacks.h"
#include "heap/labels.h"

/* --- info --- */

static void write_info(const struct heap *h, const struct heap_details *d,
		       struct str *row)
{
	const struct heap_info *i = &h->info;

	row_put_number(row, h->nr_objects);
	row_put_number(row, h->nr_collector_objects);
	row_put_number(row, h->edges.nr);
	row_put_number(row, d->nr_texts);
	row_put_number(row, d->text_start[d->nr_texts]);
	row_put_signed(row, i->pid);
	row_put_text(row, i->source);
	row_put_text(row, i->executable);
	row_put_text(row, i->command);
	row_put_text(row, i->host);
	row_put_number(row, i->start_time);
	row_put_number(row, i->taken_at);
	row_put_number(row, i->resident);
	row_put_number(row, i->pause_ns);
	row_put_number(row, i->bytes_copied);
	row_put_text(row, i->version);
	row_put_text(row, i->build);
	row_put_number(row, i->hexversion);
	row_put_number(row, i->free_threaded);
	row_put_number(row, i->debug);
	row_put_number(row, i->trace_refs);
	row_put_text(row, i->allocator);
	row_put_text(row, i->layout);
	row_put_number(row, i->nr_native);
	row_put_number(row, i->nr_emulated);
	row_put_number(row, i->nr_scanned);
	row_put_number(row, i->nr_unread);
	row_put_number(row, i->nr_bad_pointers);
	row_put_number(row, i->emulator);
	row_put_number(row, i->redaction);
	row_put_number(row, i->nr_lost_bytes);
	row_put_number(row, i->partial);
	row_put_number(row, i->nr_missing_objects);
	row_put_text(row, i->boot);
	row_put_number(row, i->start_ticks);
	row_put_number(row, i->pid_namespace);
	row_put_signed(row, i->inner_pid);
	row_put_number(row, i->labels.nr);
	for (size_t n = 0; n < i->labels.nr; n++)
		row_put_text(row, i->labels.v[n]);
	row_put_number(row, i->interned_known);
	for (size_t n = 0; n < ARRAY_SIZE(i->interned); n++) {
		row_put_number(row, i->interned[n].nr);
		row_put_number(row, i->interned[n].size);
		row_put_number(row, i->interned[n].bytes);
	}
	row_put_number(row, i->stopped);
	row_put_number(row, i->copy_ns);
}

/* Labels that a newer pyheld may allow are left out. */
static void read_labels(struct row *r, struct heap *h)
{
	uint64_t nr = row_get_number(r);

	for (uint64_t n = 0; n < nr && !r->bad && r->p < r->end; n++) {
		CLEANUP(freep) char *text = row_get_text(r);

		labels_set(&h->info.labels, text);
	}
}

static void read_info(struct row *r, struct heap *h,
		      struct capture_counts *counts)
{
	struct heap_info *i = &h->info;

	counts->nr_objects = row_get_number(r);
	counts->nr_collector_objects = row_get_number(r);
	counts->nr_edges = row_get_number(r);
	counts->nr_texts = row_get_number(r);
	counts->nr_text_bytes = row_get_number(r);
	i->pid = row_get_signed(r);
	i->source = row_get_text(r);
	i->executable = row_get_text(r);
	i->command = row_get_text(r);
	i->host = row_get_text(r);
	i->start_time = row_get_number(r);
	i->taken_at = row_get_number(r);
	i->resident = row_get_number(r);
	i->pause_ns = row_get_number(r);
	i->bytes_copied = row_get_number(r);
	i->version = row_get_text(r);
	i->build = row_get_text(r);
	i->hexversion = row_get_u32(r);
	i->free_threaded = row_get_bool(r);
	i->debug = row_get_bool(r);
	i->trace_refs = row_get_bool(r);
	i->allocator = row_get_text(r);
	i->layout = row_get_text(r);
	i->nr_native = row_get_number(r);
	i->nr_emulated = row_get_number(r);
	i->nr_scanned = row_get_number(r);
	i->nr_unread = row_get_number(r);
	i->nr_bad_pointers = row_get_number(r);
	i->emulator = row_get_bool(r);
	i->redaction = row_get_u32(r);
	i->nr_lost_bytes = row_get_number(r);
	i->partial = row_get_bool(r);
	i->nr_missing_objects = row_get_number(r);
	i->boot = row_get_text(r);
	i->start_ticks = row_get_number(r);
	i->pid_namespace = row_get_number(r);
	i->inner_pid = row_get_signed(r);
	read_labels(r, h);
	i->interned_known = row_get_bool(r);
	for (size_t n = 0; n < ARRAY_SIZE(i->interned); n++) {
		i->interned[n].nr = row_get_number(r);
		i->interned[n].size = row_get_number(r);
		i->interned[n].bytes = row_get_number(r);
	}
	i->stopped = row_get_u32(r);
	if (i->stopped >= NR_STOPPED)
		i->stopped = STOPPED_UNKNOWN;
	i->copy_ns = row_get_number(r);
}

/* --- the others --- */

static void write_mapping(const struct heap_mapping *m, struct str *row)
{
	row_put_number(row, m->start);
	row_put_number(row, m->end - m->start);
	row_put_number(row, m->flags);
	row_put_number(row, m->offset);
	row_put_text(row, m->path);
}

static void read_mapping(struct row *r, struct heap *h)
{
	struct heap_mapping m = { .start = row_get_number(r) };

	m.end = m.start + row_get_number(r);
	m.flags = row_get_u32(r);
	m.offset = row_get_number(r);
	m.path = row_get_text(r);
	heap_mapping_vec_push(&h->info.mappings, m);
}

static void write_type(const struct heap_type *t, struct str *row)
{
	row_put_text(row, t->name);
	row_put_number(row, t->address);
	row_put_oid(row, t->object);
	row_put_number(row, t->flags);
	row_put_number(row, t->shape);
	row_put_number(row, t->subscript);
	row_put_number(row, t->size);
}

static void read_type(struct row *r, struct heap *h)
{
	struct heap_type t = { .name = row_get_text(r) };
	uint32_t shape, subscript;

	t.kind = type_kinds_find(t.name);
	t.address = row_get_number(r);
	t.object = row_get_oid(r);
	t.flags = row_get_u32(r);
	shape = row_get_u32(r);
	subscript = row_get_u32(r);
	/* What a newer one has is shown as what has neither. */
	t.shape = shape < NR_SHAPES ? (uint8_t)shape : SHAPE_NONE;
	t.subscript = subscript < NR_SUBSCRIPTS ? (uint8_t)subscript
						: SUBSCRIPT_NONE;
	t.size = row_get_number(r);
	heap_type_vec_push(&h->types, t);
}

static void write_root(const struct heap_root *root, struct str *row)
{
	row_put_oid(row, root->object);
	row_put_number(row, root->kind);
	row_put_text(row, root->name);
	row_put_maybe(row, root->expression);
	row_put_number(row, root->counted);
	row_put_signed(row, root->frame);
	row_put_number(row, root->slot);
	row_put_number(row, root->number);
	row_put_number(row, root->thread);
	row_put_number(row, root->likely);
}

static void read_root(struct row *r, struct heap *h)
{
	struct heap_root root = { .object = row_get_oid(r) };
	uint32_t kind = row_get_u32(r), slot;

	root.kind = kind < NR_ROOT_KINDS ? (enum root_kind)kind
					 : ROOT_INTERPRETER;
	root.name = row_get_text(r);
	root.expression = row_get_maybe(r);
	root.counted = row_get_bool(r);
	root.frame = row_get_i32(r);
	slot = row_get_u32(r);
	root.slot = slot < NR_ROOT_SLOTS ? (enum root_slot)slot : SLOT_NAMED;
	root.number = row_get_u32(r);
	root.thread = row_get_u32(r);
	root.likely = row_get_bool(r);
	heap_root_vec_push(&h->roots, root);
}

static void write_interpreter(const struct heap_interpreter *i,
			      struct str *row)
{
	row_put_signed(row, i->id);
	row_put_number(row, i->gc_enabled);
	row_put_number(row, i->gc_collecting);
	for (size_t g = 0; g < ARRAY_SIZE(i->generations); g++) {
		row_put_signed(row, i->generations[g].threshold);
		row_put_signed(row, i->generations[g].count);
		row_put_number(row, i->generations[g].objects);
	}
	row_put_number(row, i->frozen);
	row_put_signed(row, i->garbage);
	row_put_oid(row, i->garbage_list);
	row_put_number(row, i->nr_threads);
	row_put_oid(row, i->callbacks);
	row_put_number(row, i->collections_known);
	row_put_number(row, i->durations_known);
	for (size_t g = 0; g < ARRAY_SIZE(i->generations); g++) {
		const struct heap_collections *done = &i->generations[g].done;

		row_put_signed(row, done->nr);
		row_put_signed(row, done->collected);
		row_put_signed(row, done->uncollectable);
		row_put_signed(row, done->candidates);
		row_put_signed(row, done->nanoseconds);
	}
}

static void read_interpreter(struct row *r, struct heap *h)
{
	struct heap_interpreter i = { .id = row_get_signed(r) };

	i.gc_enabled = row_get_bool(r);
	i.gc_collecting = row_get_bool(r);
	for (size_t g = 0; g < ARRAY_SIZE(i.generations); g++) {
		i.generations[g].threshold = row_get_signed(r);
		i.generations[g].count = row_get_signed(r);
		i.generations[g].objects = row_get_number(r);
	}
	i.frozen = row_get_number(r);
	i.garbage = row_get_signed(r);
	i.garbage_list = row_get_oid(r);
	i.nr_threads = row_get_u32(r);
	i.callbacks = row_get_oid(r);
	i.collections_known = row_get_bool(r);
	i.durations_known = row_get_bool(r);
	for (size_t g = 0; g < ARRAY_SIZE(i.generations); g++) {
		struct heap_collections *done = &i.generations[g].done;

		done->nr = row_get_signed(r);
		done->collected = row_get_signed(r);
		done->uncollectable = row_get_signed(r);
		done->candidates = row_get_signed(r);
		done->nanoseconds = row_get_signed(r);
	}
	heap_interpreter_vec_push(&h->interpreters, i);
}

static void write_name(const struct heap_name *n, struct str *row)
{
	row_put_number(row, n->flags);
	row_put_text(row, n->name);
	row_put_maybe(row, n->prefix);
	row_put_maybe(row, n->suffix);
	row_put_number(row, n->kind);
	row_put_number(row, n->number);
}

static void read_name(struct row *r, struct heap_name_vec *names)
{
	struct heap_name n = { .flags = row_get_u32(r) };
	uint32_t kind;

	n.name = row_get_text(r);
	n.prefix = row_get_maybe(r);
	n.suffix = row_get_maybe(r);
	kind = row_get_u32(r);
	/* The others are made of codes, not of names. */
	n.kind = kind <= EDGE_ELEMENT ? (enum edge_kind)kind : EDGE_UNKNOWN;
	n.number = row_get_number(r);
	heap_name_vec_push(names, n);
}

static void write_weak(const struct heap_weak *w, struct str *row)
{
	row_put_oid(row, w->reference);
	row_put_oid(row, w->referent);
	row_put_oid(row, w->callback);
}

static void read_weak(struct row *r, struct heap *h)
{
	struct heap_weak w = { .reference = row_get_oid(r) };

	w.referent = row_get_oid(r);
	w.callback = row_get_oid(r);
	heap_weak_vec_push(&h->weak, w);
}

static void write_borrowed(const struct heap_borrowed *b, struct str *row)
{
	row_put_oid(row, b->object);
	row_put_number(row, b->first);
	row_put_number(row, b->nr);
}

static void read_borrowed(struct row *r, struct heap *h)
{
	struct heap_borrowed b = { .object = row_get_oid(r) };

	b.first = row_get_u32(r);
	b.nr = row_get_u32(r);
	heap_borrowed_vec_push(&h->borrowed, b);
}

/* --- tables --- */

static uint64_t nr_rows(enum table table, const struct heap *h,
			const struct heap_details *d)
{
	switch (table) {
	case TABLE_INFO:
		return 1;
	case TABLE_WARNINGS:
		return h->info.warnings.nr;
	case TABLE_MAPPINGS:
		return h->info.mappings.nr;
	case TABLE_TYPES:
		return h->types.nr;
	case TABLE_ROOTS:
		return h->roots.nr;
	case TABLE_FRAMES:
	case TABLE_THREADS:
	case TABLE_STACKS:
		return stacks_rows(table, h);
	case TABLE_INTERPRETERS:
		return h->interpreters.nr;
	case TABLE_NAMES:
		return d->nr_names;
	case TABLE_WEAK:
		return h->weak.nr;
	case TABLE_BORROWED:
		return h->borrowed.nr;
	case TABLE_FACTS:
	case TABLE_TEXT_HASHES:
	case TABLE_CODES:
	case TABLE_GENERATORS:
	case TABLE_FUTURES:
	case TABLE_POINTED:
	case TABLE_LUMPS:
		return facts_rows(table, h);
	case TABLE_MEMORY:
	case TABLE_LINES:
	case TABLE_UNOWNED:
	case TABLE_ARENAS:
	case TABLE_MALLOCS:
		return memory_rows(table, &h->memory);
	case TABLE_TRACING:
	case TABLE_SOURCES:
	case TABLE_TRACEBACKS:
	case TABLE_ALLOCATIONS:
		return allocations_rows(table, &h->allocations);
	case NR_TABLES:
		break;
	}
	return 0;
}

static void write_row(enum table table, const struct heap *h,
		      const struct heap_details *d, uint64_t i,
		      struct str *row)
{
	switch (table) {
	case TABLE_INFO:
		write_info(h, d, row);
		break;
	case TABLE_WARNINGS:
		row_put_text(row, h->info.warnings.v[i]);
		break;
	case TABLE_MAPPINGS:
		write_mapping(&h->info.mappings.v[i], row);
		break;
	case TABLE_TYPES:
		write_type(&h->types.v[i], row);
		break;
	case TABLE_ROOTS:
		write_root(&h->roots.v[i], row);
		break;
	case TABLE_FRAMES:
	case TABLE_THREADS:
	case TABLE_STACKS:
		stacks_write_row(table, h, i, row);
		break;
	case TABLE_INTERPRETERS:
		write_interpreter(&h->interpreters.v[i], row);
		break;
	case TABLE_NAMES:
		write_name(&d->names[i], row);
		break;
	case TABLE_WEAK:
		write_weak(&h->weak.v[i], row);
		break;
	case TABLE_BORROWED:
		write_borrowed(&h->borrowed.v[i], row);
		break;
	case TABLE_FACTS:
	case TABLE_TEXT_HASHES:
	case TABLE_CODES:
	case TABLE_GENERATORS:
	case TABLE_FUTURES:
	case TABLE_POINTED:
	case TABLE_LUMPS:
		facts_write_row(table, h, i, row);
		break;
	case TABLE_MEMORY:
	case TABLE_LINES:
	case TABLE_UNOWNED:
	case TABLE_ARENAS:
	case TABLE_MALLOCS:
		memory_write_row(table, &h->memory, i, row);
		break;
	case TABLE_TRACING:
	case TABLE_SOURCES:
	case TABLE_TRACEBACKS:
	case TABLE_ALLOCATIONS:
		allocations_write_row(table, &h->allocations, i, row);
		break;
	case NR_TABLES:
		break;
	}
}

void table_write(enum table table, const struct heap *h,
		 const struct heap_details *d, struct str *ret,
		 uint64_t *items)
{
	CLEANUP(str_release) struct str row = STR_INIT;

	*items = nr_rows(table, h, d);
	for (uint64_t i = 0; i < *items; i++) {
		str_cut(&row, 0);
		write_row(table, h, d, i, &row);
		row_put_number(ret, row.len);
		str_add_bytes(ret, row.s, row.len);
	}
}

static void read_row(enum table table, struct row *r, struct heap *h,
		     struct heap_name_vec *names,
		     struct capture_counts *counts)
{
	switch (table) {
	case TABLE_INFO:
		read_info(r, h, counts);
		break;
	case TABLE_WARNINGS:
		str_vec_push(&h->info.warnings, row_get_text(r));
		break;
	case TABLE_MAPPINGS:
		read_mapping(r, h);
		break;
	case TABLE_TYPES:
		read_type(r, h);
		break;
	case TABLE_ROOTS:
		read_root(r, h);
		break;
	case TABLE_FRAMES:
	case TABLE_THREADS:
	case TABLE_STACKS:
		stacks_read_row(table, r, h);
		break;
	case TABLE_INTERPRETERS:
		read_interpreter(r, h);
		break;
	case TABLE_NAMES:
		read_name(r, names);
		break;
	case TABLE_WEAK:
		read_weak(r, h);
		break;
	case TABLE_BORROWED:
		read_borrowed(r, h);
		break;
	case TABLE_FACTS:
	case TABLE_TEXT_HASHES:
	case TABLE_CODES:
	case TABLE_GENERATORS:
	case TABLE_FUTURES:
	case TABLE_POINTED:
	case TABLE_LUMPS:
		facts_read_row(table, r, h);
		break;
	case TABLE_MEMORY:
	case TABLE_LINES:
	case TABLE_UNOWNED:
	case TABLE_ARENAS:
	case TABLE_MALLOCS:
		memory_read_row(table, r, h);
		break;
	case TABLE_TRACING:
	case TABLE_SOURCES:
	case TABLE_TRACEBACKS:
	case TABLE_ALLOCATIONS:
		allocations_read_row(table, r, &h->allocations);
		break;
	case NR_TABLES:
		break;
	}
}

bool table_read(enum table table, const char *bytes, size_t len,
		uint64_t items, struct heap *h, struct heap_name_vec *names,
		struct capture_counts *counts)
{
	struct row all = { bytes, bytes + len, false };

	if (table == TABLE_INFO && items != 1)
		return false;
	/* A row has at least its length: no more rows than bytes. */
	for (uint64_t i = 0; i < items; i++) {
		uint64_t nr = row_get_number(&all);
		struct row row = { .p = all.p };

		if (all.bad || nr > (uint64_t)(all.end - all.p) || !nr)
			return false;
		row.end = all.p += nr;
		read_row(table, &row, h, names, counts);
		if (row.bad)
			return false;
	}
	return all.p == all.end;
}
