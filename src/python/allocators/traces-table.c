/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/log.h"
#include "python/allocators/traces-table.h"
#include "python/state/words.h"
#include "python/values/text.h"

/* CPython begins with so many buckets, and has as many entries at most. */
#define MIN_BUCKETS 16
/* Entries that are looked at to see what a table has. */
#define SAMPLES 64
/* Buckets that are looked at for that: at most so many of a table and in all,
 * as static data may be full of words that lead to tables. */
#define SAMPLE_BUCKETS (UINT64_C(1) << 16)
#define SEARCH_BUCKETS (UINT64_C(1) << 22)
/* Static data ends sooner; mappings of allocators may follow it. */
#define MAX_DATA (UINT64_C(16) << 20)
#define TRACE_SIZE 16
#define ENTRY_HEAD 16
/* With a domain: pointer_t of 3.8 is packed. */
#define KEY_WITH_DOMAIN 12

struct search {
	struct python *py;
	uint64_t buckets;	/* that may still be looked at */
	struct traces_tables *ret;
};

/* --- one table ---------------------------------------------------------- */

static bool embeds(const struct python *py)
{
	return py->minor < 9;
}

bool traces_table_read(struct python *py, raddr addr,
		       struct traces_table *ret)
{
	struct words w = words_at(py, addr, embeds(py) ? 72 : 80);

	if (!w.len)
		return false;
	*ret = (struct traces_table){
		.address = addr, .buckets = words_get(w, 16),
		.nr_buckets = words_get(w, embeds(py) ? 0 : 8),
		.nr = words_get(w, embeds(py) ? 8 : 0),
		.key_size = embeds(py) ? words_get(w, 24) : 8,
		.value_size = embeds(py) ? words_get(w, 32) : 8,
	};
	return ret->nr_buckets >= MIN_BUCKETS &&
	       ret->nr_buckets <= UINT32_MAX &&
	       !(ret->nr_buckets & (ret->nr_buckets - 1)) &&
	       ret->nr <= ret->nr_buckets &&
	       (ret->key_size == 8 || ret->key_size == KEY_WITH_DOMAIN) &&
	       (ret->value_size == 8 || ret->value_size == TRACE_SIZE) &&
	       words_get(w, w.len - 16) && words_get(w, w.len - 8) &&
	       memory_has_array(py->memory, ret->buckets, ret->nr_buckets, 8);
}

raddr traces_bucket(struct python *py, const struct traces_table *t,
		    uint64_t i)
{
	return word_at(py, t->buckets + 8 * i, 0);
}

bool traces_entry_read(struct python *py, const struct traces_table *t,
		       raddr at, struct traces_entry *ret)
{
	uint64_t value = ENTRY_HEAD + t->key_size;
	const uint8_t *p = memory_at(py->memory, at, value + t->value_size);

	if (!p)
		return false;
	ret->next = get_u64(p);
	ret->key = get_u64(p + ENTRY_HEAD);
	ret->value = embeds(py) ? at + value : get_u64(p + value);
	ret->domain = t->key_size == KEY_WITH_DOMAIN ?
			      get_u32(p + ENTRY_HEAD + 8) : 0;
	return true;
}

bool traces_traceback_read(struct python *py, raddr addr, uint32_t *nr,
			   uint32_t *total)
{
	const uint8_t *p = memory_at(py->memory, addr, TRACEBACK_FRAMES);

	if (!p)
		return false;
	if (embeds(py)) {
		*nr = *total = get_u32(p + TRACEBACK_NR);
	} else {
		*nr = get_u16(p + TRACEBACK_NR);
		*total = get_u16(p + TRACEBACK_NR + 2);
	}
	/* The traceback of what was allocated outside of Python's frames does
	 * not count its frame. */
	*total = MAX(*nr, *total);
	return *nr && memory_has_array(py->memory, addr + TRACEBACK_FRAMES,
				       *nr, TRACEBACK_FRAME_SIZE);
}

static bool has_str(struct python *py, raddr addr)
{
	return word_at(py, addr, py->layout.object_type) == py->known.str;
}

static bool has_string(struct python *py, raddr addr)
{
	return py->minor >= 15 &&
	       memory_string(py->memory, addr, 4 * TRACEBACK_MAX_NAME);
}

bool traces_name_read(struct python *py, raddr addr, struct str *ret)
{
	const char *s;

	if (py->minor < 15 || has_str(py, addr))
		return text_str(py, addr, TRACEBACK_MAX_NAME, ret, NULL);
	s = memory_string(py->memory, addr, 4 * TRACEBACK_MAX_NAME);
	if (s)
		str_add_safe(ret, s, strlen(s));
	return s;
}

/* --- what a table has --------------------------------------------------- */

/* Is the value of an entry a trace, whose first frame has a file's name? */
static bool is_trace(struct python *py, const struct traces_entry *e)
{
	const uint8_t *p = memory_at(py->memory, e->value, TRACE_SIZE);
	raddr traceback, name;
	uint32_t nr, total;

	if (!p || get_u64(p) >= MEMORY_ADDRESS_END)
		return false;
	traceback = get_u64(p + 8);
	name = word_at(py, traceback, TRACEBACK_FRAMES);
	return traces_traceback_read(py, traceback, &nr, &total) &&
	       (has_str(py, name) || has_string(py, name));
}

typedef bool (*is_entry)(struct search *s, const struct traces_entry *e);

/* Are most of the entries such ones?  A thread may be amid a change. */
static bool has(struct search *s, const struct traces_table *t, is_entry is)
{
	uint64_t buckets = MIN(t->nr_buckets, SAMPLE_BUCKETS);
	unsigned int nr = 0, right = 0;
	struct traces_entry e;

	for (uint64_t i = 0; i < buckets && nr < SAMPLES && s->buckets; i++) {
		raddr at = traces_bucket(s->py, t, i);

		s->buckets--;
		if (!at)
			continue;
		nr++;
		right += traces_entry_read(s->py, t, at, &e) && is(s, &e);
	}
	return nr && right >= nr - nr / 10;
}

static bool entry_is_trace(struct search *s, const struct traces_entry *e)
{
	return is_trace(s->py, e);
}

static bool has_traces(struct search *s, const struct traces_table *t)
{
	return t->nr && t->value_size == (embeds(s->py) ? TRACE_SIZE : 8) &&
	       has(s, t, entry_is_trace);
}

static bool entry_is_domain(struct search *s, const struct traces_entry *e)
{
	struct traces_table t;

	return e->key && e->key <= UINT32_MAX &&
	       traces_table_read(s->py, e->value, &t) &&
	       (!t.nr || has_traces(s, &t));
}

/* --- where the tables are ----------------------------------------------- */

static void look_at(struct search *s, raddr word)
{
	struct traces_tables *to = s->ret;
	struct traces_table t;

	/* malloc() gives multiples of 16. */
	if (!word || word & 15 || word >= MEMORY_ADDRESS_END ||
	    !traces_table_read(s->py, word, &t) || !t.nr)
		return;
	if (t.nr > to->traces.nr && has_traces(s, &t))
		to->traces = t;
	else if (!embeds(s->py) && t.nr > to->domains.nr &&
		 has(s, &t, entry_is_domain))
		to->domains = t;
}

static void search_range(struct search *s, raddr start, raddr end)
{
	for (raddr at = (start + 7) & ~UINT64_C(7); at < end && s->buckets;
	     at += 8)
		look_at(s, word_at(s->py, at, 0));
}

/* The writable mappings that follow one another and one of which has one of
 * CPython's types: .data and .bss. */
static void search_file(struct search *s)
{
	const struct mapping_vec *maps = &s->py->target->mappings;
	raddr end = 0, left = 0;

	for (size_t i = 0; i < maps->nr; i++) {
		const struct mapping *m = &maps->v[i];
		bool is_data = (s->py->known.type >= m->start &&
				s->py->known.type < m->end) ||
			       (s->py->runtime >= m->start &&
				s->py->runtime < m->end);

		if (!(m->prot & SEGMENT_WRITE))
			continue;
		if (is_data)
			left = MAX_DATA;
		else if (m->start != end || (m->path && *m->path == '['))
			left = 0;
		end = m->end;
		search_range(s, m->start, m->start +
					  MIN(m->end - m->start, left));
		left -= MIN(m->end - m->start, left);
	}
}

void traces_find(struct python *py, struct traces_tables *ret)
{
	struct search s = { .py = py, .buckets = SEARCH_BUCKETS, .ret = ret };

	memset(ret, 0, sizeof(*ret));
	if (py->minor >= 12 && py->runtime_size)
		search_range(&s, py->runtime, py->runtime + py->runtime_size);
	else
		search_file(&s);
	if (ret->traces.address)
		log_info("tracemalloc: %" PRIu64 " traces at 0x%" PRIx64
			 ", %" PRIu64 " other domains at 0x%" PRIx64,
			 ret->traces.nr, ret->traces.address, ret->domains.nr,
			 ret->domains.address);
}
