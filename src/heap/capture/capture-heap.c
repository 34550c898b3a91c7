/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A heap over the columns of a capture.  What is wrong with a column that
 * nobody had looked at is heap.failed, and zeros are read instead.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "heap/capture/capture-read.h"

static const void *need_column(struct heap *h, enum column column)
{
	struct capture *c = h->context;
	struct column_data *data = &c->columns[column];
	struct error *err;

	if (likely(data->items))
		return data->items;
	err = capture_load(h, column);
	if (!err)
		return data->items;
	heap_fail(h, err);
	data->items = data->owned = xcalloc(capture_column_nr(c, column),
					    column_formats[column].width);
	return data->items;
}

static bool text_of(struct heap *h, uint64_t text, struct str *ret)
{
	struct capture *c = h->context;
	const uint64_t *start = need_column(h, COLUMN_TEXT_START);
	const char *bytes = need_column(h, COLUMN_TEXT_BYTES);

	if (!text)
		return false;
	if (text >= c->counts.nr_texts || start[text] > start[text + 1] ||
	    start[text + 1] > c->counts.nr_text_bytes) {
		heap_fail(h, capture_damaged("a text that is not there"));
		return false;
	}
	str_add_bytes(ret, bytes + start[text], start[text + 1] - start[text]);
	return true;
}

static bool naming_text(struct heap *h, oid o, struct str *ret)
{
	const uint32_t *text = need_column(h, COLUMN_TEXT);

	return text[o] && text_of(h, text[o], ret);
}

static bool naming_key(struct heap *h, uint32_t text, struct str *ret)
{
	return text_of(h, text, ret);
}

static const uint32_t *naming_codes(struct heap *h, oid o, uint32_t nr)
{
	const uint32_t *codes = need_column(h, COLUMN_CODES);

	(void)nr;
	return codes + h->edge_start[o];
}

static struct naming naming_of(struct capture *c)
{
	return (struct naming){ .names = c->names.v,
				.nr_names = (uint32_t)c->names.nr,
				.text = naming_text,
				.key = naming_key,
				.codes = naming_codes,
				.places = &c->places };
}

static void name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		       struct edge_name *names)
{
	struct capture *c = h->context;
	struct naming naming = naming_of(c);

	naming_edges(h, &naming, o, first, nr, names);
}

static void preview(struct heap *h, oid o, size_t max, struct str *ret)
{
	struct capture *c = h->context;
	struct naming naming = naming_of(c);

	naming_preview(h, &naming, o, max, ret);
}

static int64_t length(struct heap *h, oid o)
{
	const int64_t *lengths = need_column(h, COLUMN_LENGTH);

	return lengths[o];
}

/* For few questions it would take longer to make an index. */
#define FINDS_WITHOUT_INDEX 4

static oid find(struct heap *h, uint64_t address)
{
	struct capture *c = h->context;

	if (!c->index && c->nr_finds++ >= FINDS_WITHOUT_INDEX)
		c->index = addresses_new(h);
	if (c->index)
		return addresses_find(c->index, address);
	for (oid o = 0; o < h->nr_objects; o++)
		if (h->address[o] == address)
			return o;
	return OID_NONE;
}

static struct error *details(struct heap *h, struct heap_details *ret)
{
	struct capture *c = h->context;
	const uint64_t *start;

	for (int column = 0; column < NR_COLUMNS; column++) {
		struct error *err;

		if (column == COLUMN_EDGE_START ||
		    (column == COLUMN_BYTES && !h->bytes) ||
		    (column == COLUMN_UNVISITED && !h->unvisited))
			continue;
		err = capture_load(h, (enum column)column);
		if (err)
			return err;
	}
	start = c->columns[COLUMN_TEXT_START].items;
	for (uint64_t i = 0; i < c->counts.nr_texts; i++)
		if (start[i] > start[i + 1])
			return capture_damaged("a text that is not there");
	if (start[c->counts.nr_texts] != c->counts.nr_text_bytes || start[0])
		return capture_damaged("a text that is not there");
	*ret = (struct heap_details){
		.codes = c->columns[COLUMN_CODES].items,
		.text = c->columns[COLUMN_TEXT].items,
		.length = c->columns[COLUMN_LENGTH].items,
		.names = c->names.v,
		.nr_names = (uint32_t)c->names.nr,
		.nr_texts = (uint32_t)c->counts.nr_texts,
		.text_start = start,
		.text_bytes = c->columns[COLUMN_TEXT_BYTES].items,
	};
	return NULL;
}

static void release(struct heap *h)
{
	struct capture *c = h->context;

	/* They are the capture's, not the heap's. */
	h->address = h->size = h->bytes = NULL;
	h->type = h->refcount = NULL;
	h->generation = h->flags = NULL;
	if (c->columns[COLUMN_EDGE_START].items)
		h->edge_start = NULL;
	h->edge_nr = h->unvisited = NULL;
	h->edges = (struct oid_vec)VEC_INIT;
	for (int i = 0; i < NR_COLUMNS; i++)
		free(c->columns[i].owned);
	heap_names_release(&c->names);
	addresses_free(c->index);
	naming_places_release(&c->places);
	free(c->sections);
	capture_drop_scratch(c);
	if (c->mapped)
		munmap(unconst(c->bytes), c->size);
	free(c);
}

const struct heap_ops capture_ops = {
	.name_edges = name_edges,
	.preview = preview,
	.text = naming_text,
	.length = length,
	.find = find,
	.release = release,
	.details = details,
};
