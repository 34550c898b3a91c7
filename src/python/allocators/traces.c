/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "python/allocators/traces-table.h"
#include "python/allocators/traces.h"
#include "python/state/words.h"

/* Bytes of all names. */
#define MAX_NAMES (UINT64_C(64) << 20)
/* Words of the target for each entry: it has so many at least. */
#define WORDS_PER_ENTRY 4
#define INDEX_NONE UINT32_MAX

/* What was read at an address, and which it became, INDEX_NONE: none. */
struct place {
	raddr address;
	uint32_t index;
};

static bool places_used(const void *c UNUSED, const struct place *p)
{
	return p->address;
}

static raddr places_key(const void *c UNUSED, const struct place *p)
{
	return p->address;
}

static uint64_t places_hash(const void *c UNUSED, raddr address, uint64_t salt)
{
	return hash_u64(address ^ salt);
}

static bool places_same(raddr a, raddr b)
{
	return a == b;
}
HASH_DEFINE(places, struct place, raddr, const void *);

/* A file's number, and 1. */
static bool names_used(const struct heap_allocations *a UNUSED,
		       const uint32_t *item)
{
	return *item;
}

static const char *names_key(const struct heap_allocations *a,
			     const uint32_t *item)
{
	return a->files.v[*item - 1];
}

static uint64_t names_hash(const struct heap_allocations *a UNUSED,
			   const char *name, uint64_t salt)
{
	return hash_text(salt, name);
}

static bool names_same(const char *a, const char *b)
{
	return !strcmp(a, b);
}
HASH_DEFINE(names, uint32_t, const char *, const struct heap_allocations *);

struct traces {
	struct python *py;
	struct heap_allocations *to;
	struct places tracebacks, files;
	struct names names;
	uint64_t entries, buckets, frames, bytes; /* that may still be read */
	/* That all blocks may still have together: those in use at one time
	 * fit into the address space. */
	uint64_t sizes;
	uint64_t lost;		/* traces that could not be read */
};

/* --- files and tracebacks ----------------------------------------------- */

static uint32_t read_file(struct traces *t, raddr name)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct str_vec *files = &t->to->files;
	uint32_t item = (uint32_t)files->nr + 1;

	if (!traces_name_read(t->py, name, &text) ||
	    text.len >= t->bytes || files->nr >= INDEX_NONE - 1)
		return INDEX_NONE;
	str_vec_push(files, str_take(&text));
	item = *names_put(&t->names, t->to, item);
	if (item == files->nr)
		t->bytes -= strlen(files->v[item - 1]);
	else
		free(files->v[--files->nr]);
	return item - 1;
}

static uint32_t file_at(struct traces *t, raddr name)
{
	struct place place = { name, INDEX_NONE };
	const struct place *found;

	if (!name)
		return INDEX_NONE;
	found = places_find(&t->files, NULL, name);
	if (found)
		return found->index;
	place.index = read_file(t, name);
	return places_put(&t->files, NULL, place)->index;
}

static uint32_t read_traceback(struct traces *t, raddr addr)
{
	struct heap_site_vec *sites = &t->to->sites;
	struct heap_traceback new = { .first = sites->nr };
	const uint8_t *p;

	if (!traces_traceback_read(t->py, addr, &new.nr, &new.total) ||
	    new.nr > t->frames || t->to->tracebacks.nr >= INDEX_NONE)
		return INDEX_NONE;
	t->frames -= new.nr;
	p = memory_at(t->py->memory, addr + TRACEBACK_FRAMES,
		      (uint64_t)new.nr * TRACEBACK_FRAME_SIZE);
	for (uint32_t i = 0; p && i < new.nr; i++) {
		const uint8_t *frame = p + (size_t)i * TRACEBACK_FRAME_SIZE;
		struct heap_site site = { .line = get_u32(frame + 8) };

		site.file = file_at(t, get_u64(frame));
		if (site.file == INDEX_NONE)
			break;
		heap_site_vec_push(sites, site);
	}
	if (sites->nr - new.first != new.nr) {
		sites->nr = new.first;
		return INDEX_NONE;
	}
	heap_traceback_vec_push(&t->to->tracebacks, new);
	return (uint32_t)t->to->tracebacks.nr - 1;
}

static uint32_t traceback_at(struct traces *t, raddr addr)
{
	struct place place = { addr, INDEX_NONE };
	const struct place *found;

	if (!addr)
		return INDEX_NONE;
	found = places_find(&t->tracebacks, NULL, addr);
	if (found)
		return found->index;
	place.index = read_traceback(t, addr);
	return places_put(&t->tracebacks, NULL, place)->index;
}

/* --- tables ------------------------------------------------------------- */

static void add_trace(struct traces *t, const struct traces_entry *e,
		      uint32_t domain)
{
	const uint8_t *p = memory_at(t->py->memory, e->value, 16);
	struct heap_allocation new = {
		.address = e->key, .domain = domain,
		.traceback = INDEX_NONE,
	};

	if (p) {
		new.size = get_u64(p);
		new.traceback = traceback_at(t, get_u64(p + 8));
	}
	if (new.traceback == INDEX_NONE || new.size >= t->sizes) {
		t->lost++;
		return;
	}
	t->sizes -= new.size;
	heap_allocation_vec_push(&t->to->v, new);
}

/*
 * All entries of a table.  `each` gets them.  A list that goes round ends when
 * the table can have no more.  CPython counts an entry before it is linked, and
 * unlinks it before it is no longer counted.
 */
static void walk(struct traces *t, const struct traces_table *table,
		 void (*each)(struct traces *t, const struct traces_entry *e,
			      uint32_t domain), uint32_t domain)
{
	uint64_t nr = 0;

	for (uint64_t i = 0; i < table->nr_buckets && t->buckets; i++) {
		raddr at = traces_bucket(t->py, table, i);
		struct traces_entry e;

		t->buckets--;
		while (at && nr < table->nr && t->entries &&
		       traces_entry_read(t->py, table, at, &e)) {
			t->entries--;
			nr++;
			each(t, &e, domain ? domain : e.domain);
			at = e.next;
		}
	}
	t->lost += table->nr - nr;
	if (table->nr != nr)
		python_torn(t->py, table->address, table->nr);
}

static void add_domain(struct traces *t, const struct traces_entry *e,
		       uint32_t domain UNUSED)
{
	struct traces_table table;

	if (!e->key || e->key > UINT32_MAX ||
	    !traces_table_read(t->py, e->value, &table))
		t->lost++;
	else
		walk(t, &table, add_trace, (uint32_t)e->key);
}

static void traces_release(struct traces *t)
{
	places_release(&t->tracebacks);
	places_release(&t->files);
	names_release(&t->names);
}

void traces_load(struct python *py)
{
	struct heap_allocations *to = &py->heap->allocations;
	CLEANUP(traces_release) struct traces t = {
		.py = py, .to = to,
		.entries = py->most_claims / WORDS_PER_ENTRY,
		.buckets = py->most_claims,
		.frames = py->most_claims, .bytes = MAX_NAMES,
		.sizes = MEMORY_ADDRESS_END,
	};
	struct traces_tables tables;

	to->known = true;
	traces_find(py, &tables);
	if (!tables.traces.address && !tables.domains.address)
		return;
	to->traced = true;
	if (tables.traces.address)
		walk(&t, &tables.traces, add_trace, 0);
	if (tables.domains.address)
		walk(&t, &tables.domains, add_domain, 0);
	t.lost += heap_allocations_sort(to);
	if (t.lost)
		heap_warn_partial(py->heap, "%" PRIu64 " of the blocks that"
				  " tracemalloc traces are not known", t.lost);
}
