/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open a capture, believing nothing of it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/log.h"
#include "heap/async/async.h"
#include "heap/capture/capture-memory.h"
#include "heap/capture/capture-read.h"
#include "heap/capture/capture-redact.h"
#include "heap/capture/version1.h"
#include "heap/pointed.h"

/*
 * What comes out of a file may be that many times its size, and so much more.
 * A heap of nothing but empty lists is 800 times as large as its capture.
 */
#define MAX_RATIO 8192
#define MAX_SLACK (16u << 20)

bool capture_is_one(const void *bytes, size_t len)
{
	return len >= CAPTURE_MAGIC_LEN &&
	       !memcmp(bytes, CAPTURE_MAGIC, CAPTURE_MAGIC_LEN);
}

/* --- sections and tables --- */

static struct error *check_header(struct capture *c)
{
	struct capture_header header;

	if (!c->size)
		return error_new(ERR_CORRUPT, "the file is empty");
	if (!capture_is_one(c->bytes, c->size))
		return error_new(ERR_CORRUPT, "not a capture");
	if (c->size < sizeof(header) + sizeof(struct capture_trailer))
		return error_new(ERR_CORRUPT, "the capture is truncated");
	memcpy(&header, c->bytes, sizeof(header));
	if (header.order != CAPTURE_ORDER)
		return error_new(ERR_UNSUPPORTED, "the capture comes from a"
				 " machine with another byte order, or is damaged");
	if (header.version > CAPTURE_VERSION)
		return error_new(ERR_UNSUPPORTED, "the capture has version"
				 " %u, made by a newer pyheld: this one reads"
				 " version %u", header.version,
				 CAPTURE_VERSION);
	if (header.version < 1)
		return capture_damaged("its version is 0");
	c->version = header.version;
	return NULL;
}

static bool is_known(const struct capture_section *s)
{
	for (int i = 0; i < NR_COLUMNS; i++)
		if (!memcmp(s->tag, column_formats[i].tag, 4))
			return true;
	for (int i = 0; i < NR_TABLES; i++)
		if (!memcmp(s->tag, table_tags[i], 4))
			return true;
	return false;
}

static struct error *check_section(const struct capture *c,
				   const struct capture_section *s)
{
	if (s->offset < sizeof(struct capture_header) || s->offset > c->size ||
	    s->stored > c->size - s->offset)
		return capture_damaged("a section lies outside of the file");
	if (s->zstd > 1 || s->packing >= NR_PACKINGS || !is_known(s)) {
		if (!(s->flags & SECTION_VITAL))
			return NULL;
		return error_new(ERR_UNSUPPORTED, "the capture has a section"
				 " that this pyheld does not know: it was made"
				 " by a newer one");
	}
	return NULL;
}

static struct error *read_sections(struct capture *c)
{
	struct capture_trailer trailer;
	size_t end = c->size - sizeof(trailer), len;

	memcpy(&trailer, c->bytes + end, sizeof(trailer));
	if (memcmp(trailer.magic, CAPTURE_END, sizeof(trailer.magic)))
		return error_new(ERR_CORRUPT, "the capture is truncated,"
				 " or something was added to its end");
	len = (size_t)trailer.nr_sections * sizeof(*c->sections);
	if (trailer.nr_sections > CAPTURE_MAX_SECTIONS ||
	    trailer.table > end || end - trailer.table != len)
		return capture_damaged("its table of sections is not where it"
				       " should be");
	if (!capture_checksum(c, c->bytes + trailer.table, len,
			    trailer.checksum))
		return capture_damaged("the checksum of its table of sections"
				       " is wrong");
	c->sections = xmalloc(len);
	c->nr_sections = trailer.nr_sections;
	memcpy(c->sections, c->bytes + trailer.table, len);
	for (uint32_t i = 0; i < c->nr_sections; i++) {
		struct error *err = check_section(c, &c->sections[i]);

		if (err)
			return err;
	}
	return NULL;
}

static struct error *read_table(struct heap *h, enum table table)
{
	struct capture *c = h->context;
	const struct capture_section *s = capture_find(c, table_tags[table]);
	CLEANUP(freep) uint8_t *owned = NULL;
	const uint8_t *bytes = NULL;
	struct error *err;

	/* The first captures had no such tables. */
	if (!s && !table_is_vital(table))
		return NULL;
	if (!s)
		return error_new(ERR_CORRUPT, "the capture is damaged: it has"
				 " no section %s", table_tags[table]);
	if (!capture_table_fits(s))
		return capture_damaged("it is smaller than its own counts say");
	if (s->zstd) {
		err = capture_decompress(c, s, s->packed, &owned);
		bytes = owned;
	} else {
		err = capture_stored(c, s, &bytes);
	}
	if (err)
		return err;
	if ((!s->zstd && s->packed != s->stored) ||
	    !table_read(table, (const char *)bytes, s->packed, s->items, h,
			&c->names, &c->counts))
		return error_new(ERR_CORRUPT, "the capture is damaged: its"
				 " section %s is not well formed",
				 table_tags[table]);
	return NULL;
}

/* --- columns --- */

/* Before memory is taken for columns: that they can be as long. */
static struct error *check_counts(const struct capture *c)
{
	const struct capture_counts *n = &c->counts;
	uint64_t limit = (uint64_t)c->size * MAX_RATIO + MAX_SLACK;
	uint64_t most = limit / 64;	/* no sum overflows */
	uint64_t bytes = 0;

	if (n->nr_objects >= OID_NONE || n->nr_texts >= UINT32_MAX ||
	    !n->nr_texts || n->nr_collector_objects > n->nr_objects)
		return capture_damaged("impossible counts");
	if (n->nr_objects > most || n->nr_edges > most || n->nr_texts > most ||
	    n->nr_text_bytes > limit)
		return capture_damaged("it is smaller than its own counts say");
	for (int i = 0; i < NR_COLUMNS; i++)
		bytes += capture_column_nr(c, (enum column)i) *
			 column_formats[i].width;
	if (bytes > limit)
		return capture_damaged("it is smaller than its own counts say");
	return NULL;
}

static bool edges_fit(const struct capture *c, const struct heap *h)
{
	for (oid o = 0; o < h->nr_objects; o++)
		if (h->edge_start[o] > c->counts.nr_edges ||
		    h->edge_nr[o] > c->counts.nr_edges - h->edge_start[o])
			return false;
	return true;
}

/* In a plain capture they are a column; else they follow from the numbers. */
static struct error *load_edge_starts(struct heap *h)
{
	struct capture *c = h->context;
	uint64_t at = 0;

	if (capture_find(c, column_formats[COLUMN_EDGE_START].tag)) {
		struct error *err = capture_load(h, COLUMN_EDGE_START);

		if (err)
			return err;
		h->edge_start = unconst(
			c->columns[COLUMN_EDGE_START].items);
	} else {
		h->edge_start = xreallocarray(NULL, h->nr_objects,
					      sizeof(*h->edge_start));
		for (oid o = 0; o < h->nr_objects; o++) {
			h->edge_start[o] = at;
			at += h->edge_nr[o];
		}
		if (at != c->counts.nr_edges)
			return capture_damaged("references are missing");
	}
	if (!edges_fit(c, h))
		return capture_damaged("references out of range");
	capture_forget(c, h->edge_start,
		       h->nr_objects * sizeof(*h->edge_start));
	capture_forget(c, h->edge_nr, h->nr_objects * sizeof(*h->edge_nr));
	return NULL;
}

/* The column as the heap has it.  Nobody writes to it: see struct heap. */
static struct error *take_column(struct heap *h, enum column column,
				 void *place)
{
	struct capture *c = h->context;
	struct error *err = capture_load(h, column);
	void *items = unconst(c->columns[column].items);

	if (!err)
		memcpy(place, &items, sizeof(items));
	return err;
}

/* Without the column, all references are visited. */
static struct error *load_unvisited(struct heap *h)
{
	const char *tag = column_formats[COLUMN_UNVISITED].tag;
	struct error *err;

	if (!capture_find(h->context, tag))
		return NULL;
	err = take_column(h, COLUMN_UNVISITED, &h->unvisited);
	for (oid o = 0; !err && o < h->nr_objects; o++)
		if (h->unvisited[o] > h->edge_nr[o])
			err = capture_damaged("references out of range");
	return err;
}

static struct error *load_columns(struct heap *h)
{
	const struct {
		enum column column;
		void *place;
	} columns[] = {
		{ COLUMN_ADDRESS, &h->address },
		{ COLUMN_TYPE, &h->type },
		{ COLUMN_SIZE, &h->size },
		{ COLUMN_REFCOUNT, &h->refcount },
		{ COLUMN_GENERATION, &h->generation },
		{ COLUMN_FLAGS, &h->flags },
		{ COLUMN_EDGE_NR, &h->edge_nr },
	};
	struct capture *c = h->context;
	struct error *err;

	h->nr_objects = h->room = (uint32_t)c->counts.nr_objects;
	h->nr_collector_objects = (uint32_t)c->counts.nr_collector_objects;
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		err = take_column(h, columns[i].column, columns[i].place);
		if (err)
			return err;
	}
	if (capture_find(c, column_formats[COLUMN_BYTES].tag)) {
		err = take_column(h, COLUMN_BYTES, &h->bytes);
		if (err)
			return err;
		h->info.bytes_known = true;
	}
	err = load_edge_starts(h);
	if (!err)
		err = load_unvisited(h);
	if (!err)
		err = take_column(h, COLUMN_EDGES, &h->edges.v);
	h->edges.nr = h->edges.room = c->counts.nr_edges;
	return err;
}

/* --- what refers to what --- */

static bool is_oid(const struct heap *h, oid o)
{
	return o < h->nr_objects;
}

static bool is_oid_or_none(const struct heap *h, oid o)
{
	return o == OID_NONE || is_oid(h, o);
}

static bool generation_is_one(uint8_t generation)
{
	return generation <= GENERATION_PERMANENT ||
	       generation == GENERATION_UNTRACKED;
}

/* Counts the types' objects on the way. */
static bool objects_fit(struct heap *h)
{
	for (oid o = 0; o < h->nr_objects; o++) {
		if (h->type[o] >= h->types.nr ||
		    !generation_is_one(h->generation[o]))
			return false;
		h->types.v[h->type[o]].nr_objects++;
	}
	return true;
}

static bool edges_lead_to_objects(const struct heap *h)
{
	const struct capture *c = h->context;
	oid most = 0;

	for (size_t i = 0; i < h->edges.nr;) {
		const oid *v = h->edges.v + i;
		size_t nr = MIN(h->edges.nr - i, (size_t)1 << 20);

		for (size_t j = 0; j < nr; j++)
			most = MAX(most, v[j]);
		capture_forget(c, v, nr * sizeof(*v));
		i += nr;
	}
	return !h->edges.nr || is_oid(h, most);
}

static bool borrowed_fit(const struct heap *h)
{
	for (size_t i = 0; i < h->borrowed.nr; i++) {
		const struct heap_borrowed *b = &h->borrowed.v[i];

		if (!is_oid(h, b->object) ||
		    b->first > h->edge_nr[b->object] ||
		    b->nr > h->edge_nr[b->object] - b->first)
			return false;
		if (i && (b[-1].object > b->object ||
			  (b[-1].object == b->object &&
			   b[-1].first + b[-1].nr > b->first)))
			return false;
	}
	return true;
}

static bool lumps_fit(const struct heap *h)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < h->lumps.nr; i++) {
		if (__builtin_add_overflow(bytes, h->lumps.v[i].bytes, &bytes))
			return false;
		for (uint32_t k = 0; k < h->lumps.v[i].nr; k++) {
			const struct heap_lump_holder *holder =
				&h->lump_holders.v[h->lumps.v[i].first + k];

			if (holder->object == OID_NONE ?
				    holder->lump >= i :
				    !is_oid(h, holder->object))
				return false;
		}
	}
	return true;
}

static bool interpreter_fits(const struct heap *h,
			     const struct heap_interpreter *hi)
{
	for (size_t i = 0; i < ARRAY_SIZE(hi->generations); i++)
		if (!heap_collections_can_be(&hi->generations[i].done))
			return false;
	return is_oid_or_none(h, hi->garbage_list) &&
	       is_oid_or_none(h, hi->callbacks);
}

static bool interned_fit(const struct heap *h)
{
	uint64_t left = h->nr_objects;

	for (size_t i = 0; i < ARRAY_SIZE(h->info.interned); i++) {
		if (h->info.interned[i].nr > left)
			return false;
		left -= h->info.interned[i].nr;
	}
	return true;
}

static bool tables_fit(const struct heap *h)
{
	for (size_t i = 0; i < h->types.nr; i++)
		if (!is_oid_or_none(h, h->types.v[i].object))
			return false;
	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *root = &h->roots.v[i];

		if (!is_oid(h, root->object) || root->frame < -1 ||
		    root->frame >= (int64_t)h->frames.nr ||
		    (root->slot == SLOT_THREAD &&
		     root->thread >= h->threads.nr))
			return false;
	}
	for (size_t i = 0; i < h->stacks.nr; i++) {
		const struct heap_stack *s = &h->stacks.v[i];

		if ((s->thread != NO_THREAD && s->thread >= h->threads.nr) ||
		    !is_oid_or_none(h, s->object) ||
		    (s->kind == STACK_GREENLET && s->object == OID_NONE))
			return false;
	}
	for (size_t i = 0; i < h->frames.nr; i++)
		if (h->frames.v[i].stack >= h->stacks.nr ||
		    !is_oid_or_none(h, h->frames.v[i].code))
			return false;
	for (size_t i = 0; i < h->interpreters.nr; i++)
		if (!interpreter_fits(h, &h->interpreters.v[i]))
			return false;
	for (size_t i = 0; i < h->weak.nr; i++)
		if (!is_oid(h, h->weak.v[i].reference) ||
		    !is_oid(h, h->weak.v[i].referent) ||
		    !is_oid_or_none(h, h->weak.v[i].callback))
			return false;
	for (size_t i = 0; i < h->facts.nr; i++)
		if (!is_oid(h, h->facts.v[i].object) ||
		    (i && h->facts.v[i].object <= h->facts.v[i - 1].object))
			return false;
	for (size_t i = 0; i < h->text_hashes.nr; i++)
		if (!is_oid(h, h->text_hashes.v[i].object) ||
		    (i && h->text_hashes.v[i].object <=
				  h->text_hashes.v[i - 1].object))
			return false;
	return borrowed_fit(h) && heap_pointed_fit(h) && lumps_fit(h) &&
	       heap_allocations_fit(&h->allocations) && async_fit(h) &&
	       interned_fit(h);
}

static struct error *read_all(struct heap *h)
{
	struct capture *c = h->context;
	struct error *err = check_header(c);

	if (!err)
		err = read_sections(c);
	for (int i = 0; !err && i < NR_TABLES; i++)
		err = read_table(h, (enum table)i);
	heap_put_thread_stacks(h);
	if (!err && c->version == 1) {
		version1_roots(h);
		version1_names(&c->names);
	}
	if (!err)
		err = check_counts(c);
	if (!err)
		err = load_columns(h);
	capture_drop_scratch(c);
	if (err)
		return err;
	if (!objects_fit(h) || !edges_lead_to_objects(h) || !tables_fit(h) ||
	    !memory_settle(h))
		return capture_damaged("a reference to what is not there");
	redact_rename(h);
	return NULL;
}

static struct error *open_capture(struct capture *c, struct heap *ret)
{
	CLEANUP(heap_release) struct heap h = { 0 };
	struct error *err;

	h.context = c;
	h.ops = &capture_ops;
	err = read_all(&h);
	if (err)
		return err;
	log_info("capture: %zu bytes, %" PRIu32 " sections, taken of PID %"
		 PRId64 " at %" PRIu64, c->size, c->nr_sections, h.info.pid,
		 h.info.taken_at);
	*ret = h;
	memset(&h, 0, sizeof(h));
	return NULL;
}

struct error *capture_open_memory(const void *bytes, size_t size,
				  bool trusting, struct heap *ret)
{
	struct capture *c = xcalloc(1, sizeof(*c));

	c->bytes = bytes;
	c->size = size;
	c->trusting = trusting;
	return open_capture(c, ret);
}

struct error *capture_open(int fd, struct heap *ret)
{
	return capture_open_within(fd, NULL, ret);
}

struct error *capture_open_within(int fd, uint64_t (*room)(void),
				  struct heap *ret)
{
	struct capture *c;
	struct stat st;
	void *p;

	if (fstat(fd, &st))
		return error_errno(ERR_SYSTEM, errno, "can't read it");
	if (!S_ISREG(st.st_mode))
		return error_new(ERR_CORRUPT, "not a file");
	if (!st.st_size)
		return error_new(ERR_CORRUPT, "the file is empty");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return error_errno(ERR_SYSTEM, errno, "can't map it");
	c = xcalloc(1, sizeof(*c));
	c->bytes = p;
	c->size = (size_t)st.st_size;
	c->mapped = true;
	c->room = room;
	return open_capture(c, ret);
}
