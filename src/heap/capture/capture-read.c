/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sections and columns of a capture, each checked when it is first read.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xxhash.h>
#include <zstd.h>

#include "heap/capture/capture-read.h"

struct error *capture_damaged(const char *what)
{
	return error_new(ERR_CORRUPT, "the capture is damaged: %s", what);
}

/* --- sections --- */

const struct capture_section *capture_find(const struct capture *c,
						  const char *tag)
{
	for (uint32_t i = 0; i < c->nr_sections; i++)
		if (!memcmp(c->sections[i].tag, tag, 4))
			return &c->sections[i];
	return NULL;
}

void capture_forget(const struct capture *c, const void *start, size_t len)
{
	uintptr_t from = (uintptr_t)start, end = from + len;
	uintptr_t file = (uintptr_t)c->bytes;

	if (!c->mapped || from < file || end > file + c->size)
		return;
	from = round_up(from, CAPTURE_PAGE);
	end &= ~(uintptr_t)(CAPTURE_PAGE - 1);
	if (from < end)
		madvise((uint8_t *)unconst(c->bytes) + (from - file),
			end - from, MADV_DONTNEED);
}

/* So much of a file is in our memory at once. */
#define WINDOW (4u << 20)

bool capture_checksum(const struct capture *c, const void *bytes, size_t len,
		      uint64_t checksum)
{
	const uint8_t *p = bytes;
	XXH3_state_t *state;
	uint64_t found;

	if (c->trusting)
		return true;
	if (len <= WINDOW)
		return XXH3_64bits(bytes, len) == checksum;
	state = XXH3_createState();
	if (!state)
		out_of_memory();
	XXH3_64bits_reset(state);
	for (size_t nr; len; p += nr, len -= nr) {
		nr = MIN(len, WINDOW);
		XXH3_64bits_update(state, p, nr);
		capture_forget(c, p, nr);
	}
	found = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return found == checksum;
}

struct error *capture_stored(const struct capture *c,
			     const struct capture_section *s,
			     const uint8_t **ret)
{
	const uint8_t *bytes = c->bytes + s->offset;

	if (!capture_checksum(c, bytes, s->stored, s->checksum))
		return error_new(ERR_CORRUPT, "the capture is damaged: the"
				 " checksum of its section %.4s is wrong",
				 s->tag);
	*ret = bytes;
	return NULL;
}

/* To look for less would take longer than to unpack it. */
#define ROOM_MIN (UINT64_C(16) << 20)

/* Before memory is taken for a section: a small file may say that it is large,
 * and be so.  In MB, rounded so that the first figure is the larger one. */
static struct error *check_room(const struct capture *c,
				const struct capture_section *s, uint64_t need)
{
	uint64_t free;

	if (!c->room || need < ROOM_MIN)
		return NULL;
	free = c->room();
	return need <= free ? NULL :
		error_new(ERR_SYSTEM, "unpacking the capture (its section"
			  " %.4s) takes %" PRIu64 " MB, but only %" PRIu64
			  " MB of memory are free", s->tag, (need >> 20) + 1,
			  free >> 20);
}

/* What is compressed, if it is not larger than it may be. */
static struct error *compressed(const struct capture *c,
				const struct capture_section *s, uint64_t max,
				const uint8_t **ret)
{
	struct error *err = capture_stored(c, s, ret);

	if (err)
		return err;
	return s->packed > max ||
	       ZSTD_getFrameContentSize(*ret, s->stored) != s->packed ?
	       capture_damaged("a section is not as large as it says") :
	       check_room(c, s, s->packed);
}

static struct error *decompress(const struct capture_section *s,
				const uint8_t *in, uint8_t *out)
{
	return ZSTD_decompress(out, s->packed, in, s->stored) == s->packed ?
	       NULL : capture_damaged("a section can't be decompressed");
}

struct error *capture_decompress(const struct capture *c,
				 const struct capture_section *s, uint64_t max,
				 uint8_t **ret)
{
	CLEANUP(freep) uint8_t *out = NULL;
	const uint8_t *in = NULL;
	struct error *err = compressed(c, s, max, &in);

	if (err)
		return err;
	out = xmalloc(s->packed);
	err = decompress(s, in, out);
	if (err)
		return err;
	*ret = out;
	out = NULL;
	return NULL;
}

/* The same, to memory that the next call uses again: new pages would take
 * longer than the decompression. */
static struct error *decompress_again(struct capture *c,
				      const struct capture_section *s,
				      uint64_t max, const uint8_t **ret)
{
	const uint8_t *in = NULL;
	struct error *err = compressed(c, s, max, &in);

	if (err)
		return err;
	if (s->packed > c->scratch_room) {
		free(c->scratch);
		c->scratch = xmalloc(s->packed);
		c->scratch_room = s->packed;
	}
	*ret = c->scratch;
	return decompress(s, in, c->scratch);
}

void capture_drop_scratch(struct capture *c)
{
	free(c->scratch);
	c->scratch = NULL;
	c->scratch_room = 0;
}

/* --- columns --- */

uint64_t capture_column_nr(const struct capture *c, enum column column)
{
	switch (column) {
	case COLUMN_EDGES:
	case COLUMN_CODES:
		return c->counts.nr_edges;
	case COLUMN_TEXT_START:
		return c->counts.nr_texts + 1;
	case COLUMN_TEXT_BYTES:
		return c->counts.nr_text_bytes;
	default:
		return c->counts.nr_objects;
	}
}

/* Edges and their codes are packed by object; codes are loaded before edges. */
static struct error *unpack_by_object(struct heap *h, enum column column,
				      const uint8_t *bytes, size_t len,
				      void *items)
{
	struct capture *c = h->context;
	struct pack_edges e = {
		.nr_objects = h->nr_objects,
		.start = h->edge_start,
		.nr = h->edge_nr,
		.nr_edges = c->counts.nr_edges,
	};

	if (column == COLUMN_CODES) {
		e.codes = items;
		return unpack_codes(&e, bytes, len) ? NULL :
						      capture_damaged("codes");
	}
	e.codes = unconst(c->columns[COLUMN_CODES].items);
	e.edges = items;
	return unpack_edges(&e, bytes, len) ? NULL :
					      capture_damaged("references");
}

static struct error *unpack(struct heap *h, enum column column,
			    const struct capture_section *s,
			    const uint8_t *bytes, void *items)
{
	const struct column_format *f = &column_formats[column];

	if (s->packing == PACK_CODES || s->packing == PACK_EDGES) {
		if (s->packing != f->packing)
			return capture_damaged("a packing that does not fit");
		return unpack_by_object(h, column, bytes, s->packed, items);
	}
	/* Those of 64 bits would write beyond the others. */
	if (s->packing != PACK_NONE && s->packing != f->packing)
		return capture_damaged("a packing that does not fit");
	if (!unpack_column(s->packing, f->width, bytes, s->packed, items,
			   s->items))
		return capture_damaged("a column is cut");
	return NULL;
}

static struct error *load_packed(struct heap *h, enum column column,
				 const struct capture_section *s)
{
	struct capture *c = h->context;
	const struct column_format *f = &column_formats[column];
	bool as_it_is = f->width == 1 && s->packing == PACK_NONE;
	/* No packing takes more than 10 bytes a value. */
	uint64_t max = s->items * 10;
	CLEANUP(freep) uint8_t *items = NULL;
	const uint8_t *bytes = NULL;
	struct error *err = as_it_is ? capture_decompress(c, s, max, &items) :
				       decompress_again(c, s, max, &bytes);

	if (!err && as_it_is && s->packed != s->items)
		err = capture_damaged("a column is cut");
	if (!err && !as_it_is)
		err = check_room(c, s, s->items * f->width);
	if (!err && !as_it_is) {
		items = xreallocarray(NULL, s->items, f->width);
		err = unpack(h, column, s, bytes, items);
	}
	if (err)
		return err;
	c->columns[column].items = c->columns[column].owned = items;
	items = NULL;
	return NULL;
}

static struct error *load_plain(struct capture *c, enum column column,
				const struct capture_section *s)
{
	const struct column_format *f = &column_formats[column];
	const uint8_t *bytes = NULL;
	struct error *err;

	if (s->packing != PACK_NONE || s->stored != s->items * f->width)
		return capture_damaged("a column is cut");
	err = capture_stored(c, s, &bytes);
	if (err)
		return err;
	if ((uintptr_t)bytes % f->width)
		return capture_damaged("a column is not aligned");
	c->columns[column].items = bytes;
	return NULL;
}

static struct error *load_column(struct heap *h, enum column column)
{
	struct capture *c = h->context;
	const struct column_format *f = &column_formats[column];
	const struct capture_section *s = capture_find(c, f->tag);

	if (c->columns[column].items)
		return NULL;
	if (!s)
		return error_new(ERR_CORRUPT, "the capture is damaged: it has"
				 " no section %s", f->tag);
	if (s->items != capture_column_nr(c, column))
		return capture_damaged("a column has the wrong length");
	return s->zstd ? load_packed(h, column, s) : load_plain(c, column, s);
}

struct error *capture_load(struct heap *h, enum column column)
{
	struct capture *c = h->context;
	const struct capture_section *s =
		capture_find(c, column_formats[column].tag);

	/* Only edges may be packed so, and where the edges of each object begin
	 * is known only when they are loaded: do not believe other columns. */
	if (column == COLUMN_EDGES && s && s->packing == PACK_EDGES) {
		struct error *err = load_column(h, COLUMN_CODES);

		if (err)
			return err;
	}
	return load_column(h, column);
}
