/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small tables of a capture: types, roots, frames, what the process was.
 *
 * A row is its length in bytes, then its fields.  A number is a varint as in
 * PACK_VARINT, signed ones zigzag; a text its length and its bytes, where
 * length + 1 is written if there may be no text: 0.  A row that ends early was
 * written by an older pyheld: the fields that lack are 0.
 */
#include <string.h>

#include "heap/capture/capture-format.h"

/* --- fields --- */

static void put_number(struct str *row, uint64_t x)
{
	for (; x >= 0x80; x >>= 7)
		str_add_char(row, (char)(x | 0x80));
	str_add_char(row, (char)x);
}

static void put_signed(struct str *row, int64_t x)
{
	put_number(row, (uint64_t)x << 1 ^ (x < 0 ? UINT64_MAX : 0));
}

static void put_text(struct str *row, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	put_number(row, len);
	str_add_bytes(row, text ? text : "", len);
}

static void put_maybe(struct str *row, const char *text)
{
	if (!text) {
		put_number(row, 0);
		return;
	}
	put_number(row, strlen(text) + 1);
	str_add(row, text);
}

/* What is left of a row; `bad`: it is not well formed. */
struct row {
	const char *p, *end;
	bool bad;
};

static uint64_t get_number(struct row *r)
{
	uint64_t x = 0;

	if (r->p == r->end)
		return 0;
	for (unsigned int shift = 0; r->p < r->end && shift < 64; shift += 7) {
		uint8_t byte = (uint8_t)*r->p++;

		x |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return x;
	}
	r->bad = true;
	return 0;
}

static int64_t get_signed(struct row *r)
{
	uint64_t x = get_number(r);

	return (int64_t)(x >> 1 ^ -(x & 1));
}

/* For fields of 32 bits. */
static uint32_t get_u32(struct row *r)
{
	uint64_t x = get_number(r);

	if (x > UINT32_MAX)
		r->bad = true;
	return (uint32_t)x;
}

static int32_t get_i32(struct row *r)
{
	int64_t x = get_signed(r);

	if (x < INT32_MIN || x > INT32_MAX)
		r->bad = true;
	return (int32_t)x;
}

static bool get_bool(struct row *r)
{
	return get_number(r) != 0;
}

static char *get_bytes(struct row *r, uint64_t len)
{
	struct str safe = STR_INIT;

	if (len > (uint64_t)(r->end - r->p)) {
		r->bad = true;
		len = 0;
	}
	str_add_safe(&safe, r->p, len);
	r->p += len;
	return str_take(&safe);
}

static char *get_text(struct row *r)
{
	return get_bytes(r, get_number(r));
}

static char *get_maybe(struct row *r)
{
	uint64_t len = get_number(r);

	return len ? get_bytes(r, len - 1) : NULL;
}

/* OID_NONE is 0, so that other ids are short. */
static void put_oid(struct str *row, oid o)
{
	put_number(row, (oid)(o + 1));
}

static oid get_oid(struct row *r)
{
	return get_u32(r) - 1;
}

/* --- info --- */

static void write_info(const struct heap *h, const struct heap_details *d,
		       struct str *row)
{
	const struct heap_info *i = &h->info;

	put_number(row, h->nr_objects);
	put_number(row, h->nr_collector_objects);
	put_number(row, h->edges.nr);
	put_number(row, d->nr_texts);
	put_number(row, d->text_start[d->nr_texts]);
	put_signed(row, i->pid);
	put_text(row, i->source);
	put_text(row, i->executable);
	put_text(row, i->command);
	put_text(row, i->host);
	put_number(row, i->start_time);
	put_number(row, i->taken_at);
	put_number(row, i->resident);
	put_number(row, i->pause_ns);
	put_number(row, i->bytes_copied);
	put_text(row, i->version);
	put_text(row, i->build);
	put_number(row, i->hexversion);
	put_number(row, i->free_threaded);
	put_number(row, i->debug);
	put_number(row, i->trace_refs);
	put_text(row, i->allocator);
	put_text(row, i->layout);
	put_number(row, i->nr_native);
	put_number(row, i->nr_emulated);
	put_number(row, i->nr_scanned);
	put_number(row, i->nr_unread);
	put_number(row, i->nr_bad_pointers);
	put_number(row, i->emulator);
	put_number(row, i->redaction);
	put_number(row, i->nr_lost_bytes);
	put_number(row, i->partial);
	put_number(row, i->nr_missing_objects);
}

static void read_info(struct row *r, struct heap *h,
		      struct capture_counts *counts)
{
	struct heap_info *i = &h->info;

	counts->nr_objects = get_number(r);
	counts->nr_collector_objects = get_number(r);
	counts->nr_edges = get_number(r);
	counts->nr_texts = get_number(r);
	counts->nr_text_bytes = get_number(r);
	i->pid = get_signed(r);
	i->source = get_text(r);
	i->executable = get_text(r);
	i->command = get_text(r);
	i->host = get_text(r);
	i->start_time = get_number(r);
	i->taken_at = get_number(r);
	i->resident = get_number(r);
	i->pause_ns = get_number(r);
	i->bytes_copied = get_number(r);
	i->version = get_text(r);
	i->build = get_text(r);
	i->hexversion = get_u32(r);
	i->free_threaded = get_bool(r);
	i->debug = get_bool(r);
	i->trace_refs = get_bool(r);
	i->allocator = get_text(r);
	i->layout = get_text(r);
	i->nr_native = get_number(r);
	i->nr_emulated = get_number(r);
	i->nr_scanned = get_number(r);
	i->nr_unread = get_number(r);
	i->nr_bad_pointers = get_number(r);
	i->emulator = get_bool(r);
	i->redaction = get_u32(r);
	i->nr_lost_bytes = get_number(r);
	i->partial = get_bool(r);
	i->nr_missing_objects = get_number(r);
}

/* --- the others --- */

static void write_mapping(const struct heap_mapping *m, struct str *row)
{
	put_number(row, m->start);
	put_number(row, m->end - m->start);
	put_number(row, m->flags);
	put_number(row, m->offset);
	put_text(row, m->path);
}

static void read_mapping(struct row *r, struct heap *h)
{
	struct heap_mapping m = { .start = get_number(r) };

	m.end = m.start + get_number(r);
	m.flags = get_u32(r);
	m.offset = get_number(r);
	m.path = get_text(r);
	heap_mapping_vec_push(&h->info.mappings, m);
}

static void write_type(const struct heap_type *t, struct str *row)
{
	put_text(row, t->name);
	put_number(row, t->address);
	put_oid(row, t->object);
	put_number(row, t->flags);
	put_number(row, t->shape);
	put_number(row, t->subscript);
	put_number(row, t->bytes);
}

static void read_type(struct row *r, struct heap *h)
{
	struct heap_type t = { .name = get_text(r) };
	uint32_t shape, subscript;

	t.kind = type_kinds_find(t.name);
	t.address = get_number(r);
	t.object = get_oid(r);
	t.flags = get_u32(r);
	shape = get_u32(r);
	subscript = get_u32(r);
	/* What a newer one has is shown as what has neither. */
	t.shape = shape < NR_SHAPES ? (uint8_t)shape : SHAPE_NONE;
	t.subscript = subscript < NR_SUBSCRIPTS ? (uint8_t)subscript
						: SUBSCRIPT_NONE;
	t.bytes = get_number(r);
	heap_type_vec_push(&h->types, t);
}

static void write_root(const struct heap_root *root, struct str *row)
{
	put_oid(row, root->object);
	put_number(row, root->kind);
	put_text(row, root->name);
	put_maybe(row, root->expression);
	put_number(row, root->counted);
	put_signed(row, root->frame);
	put_number(row, root->slot);
	put_number(row, root->number);
	put_number(row, root->thread);
	put_number(row, root->likely);
}

static void read_root(struct row *r, struct heap *h)
{
	struct heap_root root = { .object = get_oid(r) };
	uint32_t kind = get_u32(r), slot;

	root.kind = kind < NR_ROOT_KINDS ? (enum root_kind)kind
					 : ROOT_INTERPRETER;
	root.name = get_text(r);
	root.expression = get_maybe(r);
	root.counted = get_bool(r);
	root.frame = get_i32(r);
	slot = get_u32(r);
	root.slot = slot < NR_ROOT_SLOTS ? (enum root_slot)slot : SLOT_NAMED;
	root.number = get_u32(r);
	root.thread = get_u32(r);
	root.likely = get_bool(r);
	heap_root_vec_push(&h->roots, root);
}

static void write_frame(const struct heap_frame *f, struct str *row)
{
	put_number(row, f->thread);
	put_text(row, f->function);
	put_text(row, f->file);
	put_signed(row, f->line);
	put_oid(row, f->code);
}

static void read_frame(struct row *r, struct heap *h)
{
	struct heap_frame f = { .thread = get_u32(r) };

	f.function = get_text(r);
	f.file = get_text(r);
	f.line = get_i32(r);
	f.code = get_oid(r);
	heap_frame_vec_push(&h->frames, f);
}

static void write_thread(const struct heap_thread *t, struct str *row)
{
	put_signed(row, t->native_id);
	put_signed(row, t->interpreter);
	put_text(row, t->name);
	put_number(row, t->holds_gil);
}

static void read_thread(struct row *r, struct heap *h)
{
	struct heap_thread t = { .native_id = get_signed(r) };

	t.interpreter = get_signed(r);
	t.name = get_text(r);
	t.holds_gil = get_bool(r);
	heap_thread_vec_push(&h->threads, t);
}

static void write_interpreter(const struct heap_interpreter *i,
			      struct str *row)
{
	put_signed(row, i->id);
	put_number(row, i->gc_enabled);
	put_number(row, i->gc_collecting);
	for (size_t g = 0; g < ARRAY_SIZE(i->generations); g++) {
		put_signed(row, i->generations[g].threshold);
		put_signed(row, i->generations[g].count);
		put_number(row, i->generations[g].objects);
	}
	put_number(row, i->frozen);
	put_signed(row, i->garbage);
	put_oid(row, i->garbage_list);
	put_number(row, i->nr_threads);
}

static void read_interpreter(struct row *r, struct heap *h)
{
	struct heap_interpreter i = { .id = get_signed(r) };

	i.gc_enabled = get_bool(r);
	i.gc_collecting = get_bool(r);
	for (size_t g = 0; g < ARRAY_SIZE(i.generations); g++) {
		i.generations[g].threshold = get_signed(r);
		i.generations[g].count = get_signed(r);
		i.generations[g].objects = get_number(r);
	}
	i.frozen = get_number(r);
	i.garbage = get_signed(r);
	i.garbage_list = get_oid(r);
	i.nr_threads = get_u32(r);
	heap_interpreter_vec_push(&h->interpreters, i);
}

static void write_name(const struct heap_name *n, struct str *row)
{
	put_number(row, n->flags);
	put_text(row, n->name);
	put_maybe(row, n->prefix);
	put_maybe(row, n->suffix);
	put_number(row, n->kind);
	put_number(row, n->number);
}

static void read_name(struct row *r, struct heap_name_vec *names)
{
	struct heap_name n = { .flags = get_u32(r) };
	uint32_t kind;

	n.name = get_text(r);
	n.prefix = get_maybe(r);
	n.suffix = get_maybe(r);
	kind = get_u32(r);
	/* The others are made of codes, not of names. */
	n.kind = kind <= EDGE_ELEMENT ? (enum edge_kind)kind : EDGE_UNKNOWN;
	n.number = get_number(r);
	heap_name_vec_push(names, n);
}

static void write_weak(const struct heap_weak *w, struct str *row)
{
	put_oid(row, w->reference);
	put_oid(row, w->referent);
	put_oid(row, w->callback);
}

static void read_weak(struct row *r, struct heap *h)
{
	struct heap_weak w = { .reference = get_oid(r) };

	w.referent = get_oid(r);
	w.callback = get_oid(r);
	heap_weak_vec_push(&h->weak, w);
}

static void write_borrowed(const struct heap_borrowed *b, struct str *row)
{
	put_oid(row, b->object);
	put_number(row, b->first);
	put_number(row, b->nr);
}

static void read_borrowed(struct row *r, struct heap *h)
{
	struct heap_borrowed b = { .object = get_oid(r) };

	b.first = get_u32(r);
	b.nr = get_u32(r);
	heap_borrowed_vec_push(&h->borrowed, b);
}

static void write_fact(const struct heap_fact *f, struct str *row)
{
	put_oid(row, f->object);
	put_number(row, f->kind);
	put_signed(row, f->bound);
	put_signed(row, f->length);
	put_number(row, f->hits);
	put_number(row, f->misses);
}

static void read_fact(struct row *r, struct heap *h)
{
	struct heap_fact f = { .object = get_oid(r) };
	uint32_t kind = get_u32(r);

	f.kind = (enum fact_kind)kind;
	f.bound = get_signed(r);
	f.length = get_signed(r);
	f.hits = get_number(r);
	f.misses = get_number(r);
	/* Those of a newer one say nothing to us. */
	if (kind < NR_FACT_KINDS)
		heap_fact_vec_push(&h->facts, f);
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
		return h->frames.nr;
	case TABLE_THREADS:
		return h->threads.nr;
	case TABLE_INTERPRETERS:
		return h->interpreters.nr;
	case TABLE_NAMES:
		return d->nr_names;
	case TABLE_WEAK:
		return h->weak.nr;
	case TABLE_BORROWED:
		return h->borrowed.nr;
	case TABLE_FACTS:
		return h->facts.nr;
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
		put_text(row, h->info.warnings.v[i]);
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
		write_frame(&h->frames.v[i], row);
		break;
	case TABLE_THREADS:
		write_thread(&h->threads.v[i], row);
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
		write_fact(&h->facts.v[i], row);
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
		put_number(ret, row.len);
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
		str_vec_push(&h->info.warnings, get_text(r));
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
		read_frame(r, h);
		break;
	case TABLE_THREADS:
		read_thread(r, h);
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
		read_fact(r, h);
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
		uint64_t nr = get_number(&all);
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
