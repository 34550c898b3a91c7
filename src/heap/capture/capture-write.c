/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write a capture: make the sections, on as many processors as there are, then
 * put them into the file one after the other.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#include "base/rlimit.h"
#include "heap/capture/capture-format.h"
#include "heap/capture/capture-redact.h"

#define ZSTD_LEVEL 1
#define MAX_THREADS 8
#define NR_SECTIONS (NR_TABLES + NR_COLUMNS)
#define WRITE_AT_ONCE (4u << 20)

struct part {
	struct capture_section entry;
	const void *bytes;
	void *owned;		/* freed when it is written */
};

struct writer {
	struct heap *h;
	struct heap_details details;
	const struct capture_options *options;
	int fd;
	uint64_t at, total;
	struct part parts[NR_SECTIONS];
	unsigned int nr;
	atomic_uint next;	/* the job that nobody does yet */
};

/* What each thread needs again and again: new memory costs more than the work
 * on small columns does. */
struct worker {
	struct writer *w;
	ZSTD_CCtx *zstd;
	struct packed packed;
};

static void worker_release(struct worker *k)
{
	ZSTD_freeCCtx(k->zstd);
	packed_release(&k->packed);
}

/* --- making sections --- */

static const void *column_items(const struct writer *w, enum column c,
				uint64_t *nr)
{
	const struct heap *h = w->h;
	const struct heap_details *d = &w->details;

	*nr = h->nr_objects;
	switch (c) {
	case COLUMN_ADDRESS:
		return h->address;
	case COLUMN_TYPE:
		return h->type;
	case COLUMN_SIZE:
		return h->size;
	case COLUMN_REFCOUNT:
		return h->refcount;
	case COLUMN_GENERATION:
		return h->generation;
	case COLUMN_FLAGS:
		return h->flags;
	case COLUMN_EDGE_START:
		return h->edge_start;
	case COLUMN_EDGE_NR:
		return h->edge_nr;
	case COLUMN_UNVISITED:
		return h->unvisited;
	case COLUMN_EDGES:
		*nr = h->edges.nr;
		return h->edges.v;
	case COLUMN_CODES:
		*nr = h->edges.nr;
		return d->codes;
	case COLUMN_TEXT:
		return d->text;
	case COLUMN_LENGTH:
		return d->length;
	case COLUMN_TEXT_START:
		*nr = (uint64_t)d->nr_texts + 1;
		return d->text_start;
	case COLUMN_TEXT_BYTES:
		*nr = d->text_start[d->nr_texts];
		return d->text_bytes;
	case COLUMN_BYTES:
		return h->bytes;
	case NR_COLUMNS:
		break;
	}
	return NULL;
}

/* The values as `f` has them packed, and how many bytes that is. */
static const void *pack(struct worker *k, const struct column_format *f,
			const void *items, uint64_t nr, uint64_t *len)
{
	const struct writer *w = k->w;
	const struct heap *h = w->h;
	struct pack_edges e = {
		.nr_objects = h->nr_objects,
		.start = h->edge_start,
		.nr = h->edge_nr,
		.edges = h->edges.v,
		.codes = unconst(w->details.codes),
		.nr_edges = h->edges.nr,
	};

	if (f->packing == PACK_NONE)
		return items;
	if (f->packing == PACK_CODES)
		pack_codes(&e, &k->packed);
	else if (f->packing == PACK_EDGES)
		pack_edges(&e, &k->packed);
	else
		pack_column(f->packing, f->width, items, nr, &k->packed);
	*len = k->packed.len;
	return k->packed.bytes;
}

static void compress(struct worker *k, struct part *p, const void *bytes,
		     size_t len)
{
	size_t room = ZSTD_compressBound(len), size;

	p->owned = xmalloc(room);
	size = ZSTD_compressCCtx(k->zstd, p->owned, room, bytes, len,
				 ZSTD_LEVEL);
	/* Nothing but lack of memory makes it fail. */
	if (ZSTD_isError(size))
		out_of_memory();
	p->bytes = p->owned;
	p->entry.zstd = 1;
	p->entry.stored = size;
}

static void make_column(struct worker *k, struct part *p, enum column c)
{
	const struct column_format *f = &column_formats[c];
	uint64_t nr;
	const void *items = column_items(k->w, c, &nr);

	memcpy(p->entry.tag, f->tag, sizeof(p->entry.tag));
	p->entry.flags = column_is_vital(c) ? SECTION_VITAL : 0;
	p->entry.items = nr;
	p->bytes = items;
	p->entry.packed = p->entry.stored = nr * f->width;
	if (k->w->options->plain)
		return;
	p->entry.packing = f->packing;
	items = pack(k, f, items, nr, &p->entry.packed);
	compress(k, p, items, p->entry.packed);
}

static void make_table(struct worker *k, struct part *p, enum table t)
{
	CLEANUP(str_release) struct str rows = STR_INIT;
	const struct writer *w = k->w;

	memcpy(p->entry.tag, table_tags[t], sizeof(p->entry.tag));
	p->entry.flags = table_is_vital(t) ? SECTION_VITAL : 0;
	table_write(t, w->h, &w->details, &rows, &p->entry.items);
	p->entry.packed = p->entry.stored = rows.len;
	if (!w->options->plain) {
		compress(k, p, rows.s, rows.len);
		if (capture_table_fits(&p->entry))
			return;
		/* The frames of a deep recursion are all the same. */
		free(p->owned);
		p->entry.zstd = 0;
		p->entry.stored = rows.len;
	}
	p->owned = str_take(&rows);
	p->bytes = p->owned;
}

/* What takes longest comes first, so that no thread is left alone with it. */
static const uint8_t column_order[NR_COLUMNS] = {
	COLUMN_EDGES, COLUMN_ADDRESS, COLUMN_CODES, COLUMN_TEXT_BYTES,
	COLUMN_SIZE, COLUMN_TYPE, COLUMN_TEXT, COLUMN_TEXT_START,
	COLUMN_REFCOUNT, COLUMN_LENGTH, COLUMN_EDGE_NR, COLUMN_GENERATION,
	COLUMN_FLAGS, COLUMN_UNVISITED, COLUMN_EDGE_START, COLUMN_BYTES,
};

static bool is_written(const struct writer *w, unsigned int job)
{
	if (job >= NR_COLUMNS)
		return true;
	if (column_order[job] == COLUMN_BYTES)
		return w->h->bytes;
	if (column_order[job] == COLUMN_UNVISITED)
		return w->h->unvisited;
	return w->options->plain || column_order[job] != COLUMN_EDGE_START;
}

static void make_section(struct worker *k, unsigned int job)
{
	struct part *p = &k->w->parts[job];

	if (!is_written(k->w, job))
		return;
	if (job < NR_COLUMNS)
		make_column(k, p, column_order[job]);
	else
		make_table(k, p, (enum table)(job - NR_COLUMNS));
	p->entry.checksum = XXH3_64bits(p->bytes, p->entry.stored);
}

static void *make_sections(void *writer)
{
	CLEANUP(worker_release) struct worker k = {
		writer, ZSTD_createCCtx(), PACKED_INIT };
	unsigned int job;

	if (!k.zstd)
		out_of_memory();
	while ((job = atomic_fetch_add(&k.w->next, 1)) < NR_SECTIONS)
		make_section(&k, job);
	return NULL;
}

static void make_all(struct writer *w)
{
	pthread_t threads[MAX_THREADS];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	long nr = 0;

	for (; nr < processors - 1 && nr < MAX_THREADS; nr++)
		if (rlimit_thread(&threads[nr], make_sections, w))
			break;
	make_sections(w);
	while (nr)
		pthread_join(threads[--nr], NULL);
}

/* --- writing --- */

static struct error *put(struct writer *w, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len) {
		ssize_t nr = write(w->fd, p, MIN(len, WRITE_AT_ONCE));

		if (nr < 0 && errno == EINTR)
			continue;
		if (nr <= 0)
			return error_errno(ERR_SYSTEM, nr ? errno : EIO,
					   "can't write");
		p += nr;
		len -= (size_t)nr;
		w->at += (uint64_t)nr;
		if (w->options->progress)
			w->options->progress(w->options->context, w->at,
					     w->total);
	}
	return NULL;
}

static struct error *align(struct writer *w)
{
	static const char zeros[CAPTURE_PAGE];
	uint64_t unit = w->options->plain ? CAPTURE_PAGE : 8;

	return put(w, zeros, -w->at & (unit - 1));
}

static struct error *put_header(struct writer *w)
{
	struct capture_header header = {
		.order = CAPTURE_ORDER,
		.version = CAPTURE_VERSION,
	};

	memcpy(header.magic, CAPTURE_MAGIC, sizeof(header.magic));
	return put(w, &header, sizeof(header));
}

static struct error *put_sections(struct writer *w)
{
	for (unsigned int i = 0; i < NR_SECTIONS; i++) {
		struct part *p = &w->parts[i];
		struct error *err;

		if (!is_written(w, i))
			continue;
		err = align(w);
		p->entry.offset = w->at;
		if (!err)
			err = put(w, p->bytes, p->entry.stored);
		if (err)
			return err;
		free(p->owned);
		p->owned = NULL;
		w->nr++;
	}
	return align(w);
}

static struct error *put_table(struct writer *w)
{
	struct capture_section table[NR_SECTIONS];
	struct capture_trailer trailer = { .table = w->at };
	struct error *err;

	memset(table, 0, sizeof(table));
	for (unsigned int i = 0; i < NR_SECTIONS; i++)
		if (is_written(w, i))
			table[trailer.nr_sections++] = w->parts[i].entry;
	trailer.checksum = XXH3_64bits(table, trailer.nr_sections *
						      sizeof(*table));
	memcpy(trailer.magic, CAPTURE_END, sizeof(trailer.magic));
	err = put(w, table, trailer.nr_sections * sizeof(*table));
	return err ? err : put(w, &trailer, sizeof(trailer));
}

static struct error *write_all(struct writer *w)
{
	struct error *err;

	make_all(w);
	for (unsigned int i = 0; i < NR_SECTIONS; i++)
		w->total += w->parts[i].entry.stored;
	err = put_header(w);
	if (!err)
		err = put_sections(w);
	return err ? err : put_table(w);
}

static void parts_release(struct writer *w)
{
	for (unsigned int i = 0; i < NR_SECTIONS; i++)
		free(w->parts[i].owned);
}

struct error *capture_write(struct heap *h, const struct capture_options *o,
			    int fd)
{
	CLEANUP(redacted_release) struct redacted redacted = { 0 };
	CLEANUP(parts_release) struct writer w = { .options = o, .fd = fd };
	struct error *err;

	if (!h->ops->details)
		return error_new(ERR_UNSUPPORTED, "this heap has no details");
	err = h->ops->details(h, &w.details);
	if (err)
		return err;
	w.h = h;
	if (o->redaction > h->info.redaction) {
		redact(h, &w.details, o->redaction, &redacted);
		w.h = &redacted.heap;
		w.details = redacted.details;
	}
	return write_all(&w);
}
