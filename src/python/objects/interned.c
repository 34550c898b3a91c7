/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/objects/interned.h"
#include "python/state/words.h"
#include "python/values/dict.h"
#include "python/values/text.h"
#include "target/modules.h"

/* So many entries are looked at; any interpreter has interned thousands. */
#define SAMPLE 64
#define LEAST 8

/* Entries that may be looked at, for a dict, and for all words that may be a
 * dict's address: hostile data may have a dict of empty entries in each. */
#define MAX_ENTRIES 4096
#define MAX_ALL_ENTRIES (1u << 24)

/* The .bss of a library is in the anonymous mapping behind its file.  It is
 * smaller than this: 200 KiB in 3.8 to 3.11. */
#define MAX_BSS (4u << 20)

static bool is_interned(struct python *py, raddr str)
{
	const uint8_t *p = memory_at(py->memory, str, py->layout.ascii_size);

	return p && get_u64(p + py->layout.object_type) == py->known.str &&
	       text_interned(py, p) != TEXT_NOT_INTERNED;
}

struct search {
	struct python *py;
	uint64_t left;		/* entries that may still be looked at */
};

static bool is_dict_of_interned(struct search *s, raddr dict)
{
	struct python *py = s->py;
	struct dict_iter it;
	raddr key, value;
	unsigned int nr = 0;

	if (word_at(py, dict, py->layout.object_type) != py->known.dict ||
	    dict_length(py, dict) < LEAST ||
	    !dict_iter_init(py, dict, &it) || it.values)
		return false;
	it.nr = MIN(it.nr, MIN(s->left, MAX_ENTRIES));
	s->left -= it.nr;
	for (; nr < SAMPLE && dict_iter_next(&it, &key, &value); nr++)
		if (key != value || !is_interned(py, key))
			return false;
	return nr >= LEAST;
}

/* Look for it in the words from `start` to `end`, which are in one segment. */
static raddr search(struct search *s, raddr start, raddr end)
{
	const uint8_t *p = memory_at(s->py->memory, start, end - start);

	for (uint64_t at = 0; p && at + 8 <= end - start; at += 8) {
		raddr dict = get_u64(p + at);

		if (dict && dict % 8 == 0 && is_dict_of_interned(s, dict))
			return dict;
	}
	return 0;
}

static raddr search_runtime(struct python *py)
{
	struct search state = { py, MAX_ALL_ENTRIES };
	const struct memory *m = py->memory;
	/* _PyRuntime may be in .bss, the types are not. */
	const struct module *file = modules_at(py->target, py->known.type);
	raddr found = 0;

	if (!file)
		return 0;

	for (unsigned int i = 0; i < m->nr_segments && !found; i++) {
		const struct segment *s = &m->segments[i];
		raddr start = MAX(s->start, file->start);
		raddr end = MIN(s->end, file->end + MAX_BSS);

		start = (start + 7) & ~7ull;
		if (s->prot & SEGMENT_WRITE && start < end)
			found = search(&state, start, end);
	}
	return found;
}

void interned_find(struct python *py)
{
	uint32_t at = py->layout.interp_cached_interned_strings;
	raddr dict;

	if (py->minor <= 11) {
		dict = search_runtime(py);
		if (dict)
			raddr_vec_push(&py->interned, dict);
		return;
	}
	for (size_t i = 0; i < py->interpreters.nr; i++) {
		dict = word_at(py, py->interpreters.v[i].address, at);
		if (dict)
			raddr_vec_push(&py->interned, dict);
	}
}
