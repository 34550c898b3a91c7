/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory without use: strings that are equal, tables that are nearly empty.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/suspects/find/suspects-waste.h"
#include "base/hash.h"
#include "heap/naming.h"

/* Nobody else has the unused bytes of a table: before all others. */
#define RANK_SPARSE (UINT64_C(1) << 50)
/* Behind all others: who holds equal strings may well be to blame for so many
 * of them. */
#define RANK_EQUAL 0
/* Fewer equal strings are no pattern (as in MAT). */
#define MIN_EQUAL 10
/* Of a table that counts texts by their hash: 16 MiB. */
#define MAX_COUNT_BITS 24

/* --- equal strings --- */

struct text {
	uint64_t hash;		/* of the length and of heap_text() */
	uint64_t whole;		/* of all bytes; 0: `hash` is */
	oid object;
};
VEC_DEFINE(text_vec, struct text);

static uint64_t hash_bytes(uint64_t hash, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)s[i]) *
		       UINT64_C(0x100000001b3);
	return hash;
}

/* Is it part of a code object: a constant, a line table?  A program can't
 * deduplicate these. */
static bool is_of_code(const struct suspects *s, oid o)
{
	oid holder = s->reach.parent[o];

	if (holder != OID_NONE &&
	    heap_kind_of(s->heap, holder) == TYPE_KIND_TUPLE)
		holder = s->reach.parent[holder];
	return holder != OID_NONE &&
	       heap_kind_of(s->heap, holder) == TYPE_KIND_CODE;
}

/* Only strings that would be freed with their last holder: no immortal ones. */
static void find_texts(struct suspects *s, struct text_vec *ret)
{
	struct heap *h = s->heap;
	CLEANUP(str_release) struct str text = STR_INIT;

	for (oid o = 0; o < h->nr_objects; o++) {
		uint64_t hash = hash_u64(h->size[o]);

		enum type_kind kind = heap_kind_of(h, o);

		if ((kind != TYPE_KIND_STR && kind != TYPE_KIND_BYTES) ||
		    bits_get(s->dominators.roots, o) || is_of_code(s, o))
			continue;
		str_cut(&text, 0);
		/* A redacted text is not known. */
		if (!heap_text(h, o, &text) || !text.len || *text.s == '<')
			continue;
		hash += (uint64_t)heap_length(h, o);
		text_vec_push(ret, (struct text){
			hash_bytes(hash, text.s, text.len), 0, o });
	}
}

static int compare_texts(const void *a, const void *b)
{
	const struct text *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->whole != y->whole)
		return x->whole < y->whole ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

/* The holder of most of the texts i .. end - 1. */
static oid holder_of_most_texts(const struct suspects *s, const struct text *v,
				size_t i, size_t end)
{
	oid candidate = OID_NONE;
	size_t votes = 0;

	/* Boyer and Moore's majority vote. */
	for (; i < end; i++) {
		oid holder = s->reach.parent[v[i].object];

		if (!votes)
			candidate = holder;
		if (holder == candidate)
			votes++;
		else
			votes--;
	}
	return votes ? candidate : OID_NONE;
}

/* The end of the texts from `i` on that have its length and its beginning; with
 * `whole`, of those that are equal to it. */
static size_t end_of_equal(const struct text_vec *texts, size_t i, bool whole)
{
	const struct text *first = &texts->v[i];
	size_t end = i + 1;

	while (end < texts->nr && texts->v[end].hash == first->hash &&
	       (!whole || texts->v[end].whole == first->whole))
		end++;
	return end;
}

/*
 * Of texts that have one length and begin alike, all bytes count.  They are
 * hashed only where there are enough such texts, which are few of a heap.  What
 * can't be hashed, as in captures of older versions, is dropped.
 */
static void compare_whole(struct heap *h, struct text_vec *texts)
{
	size_t kept = 0;

	for (size_t i = 0, end; i < texts->nr; i = end) {
		end = end_of_equal(texts, i, false);
		for (size_t j = i; end - i >= MIN_EQUAL && j < end; j++) {
			struct text t = texts->v[j];

			if (heap_length(h, t.object) > TEXT_MAX &&
			    !heap_text_hash(h, t.object, &t.whole))
				continue;
			texts->v[kept++] = t;
		}
	}
	texts->nr = kept;
	if (kept)
		qsort(texts->v, kept, sizeof(*texts->v), compare_texts);
}

static uint8_t *count_of(uint8_t *counts, unsigned int bits, uint64_t hash)
{
	return &counts[hash >> (64 - bits)];
}

/*
 * Forget texts of which there are fewer than MIN_EQUAL: mostly these are all,
 * and sorting would take longer than all else.  Where hashes collide in the
 * table, more are left.
 */
static void drop_rare(struct text_vec *texts)
{
	unsigned int bits = 10;
	CLEANUP(freep) uint8_t *counts = NULL;
	size_t kept = 0;

	while (bits < MAX_COUNT_BITS && (UINT64_C(1) << bits) < texts->nr * 2)
		bits++;
	counts = xcalloc(UINT64_C(1) << bits, sizeof(*counts));
	for (size_t i = 0; i < texts->nr; i++) {
		uint8_t *nr = count_of(counts, bits, texts->v[i].hash);

		*nr += *nr < MIN_EQUAL;
	}
	for (size_t i = 0; i < texts->nr; i++)
		if (*count_of(counts, bits, texts->v[i].hash) >= MIN_EQUAL)
			texts->v[kept++] = texts->v[i];
	texts->nr = kept;
}

static void put_equal(struct suspects *s, struct suspect *suspect,
		      const struct text_vec *texts, size_t i, size_t end,
		      uint64_t *most)
{
	oid first = texts->v[i].object;
	uint64_t bytes = (end - i) * heap_bytes(s->heap, first);

	/* One of them is needed. */
	for (size_t j = i + 1; j < end; j++)
		suspect_put(s, suspect, texts->v[j].object);
	if (bytes <= *most)
		return;
	*most = bytes;
	suspect->object = first;
	suspect->entries = end - i;
	suspect->via = holder_of_most_texts(s, texts->v, i, end);
}

static void add_equal_texts(struct suspects *s)
{
	CLEANUP(text_vec_release) struct text_vec texts = VEC_INIT;
	uint64_t most = 0;
	struct suspect *suspect;

	find_texts(s, &texts);
	drop_rare(&texts);
	if (texts.nr)
		qsort(texts.v, texts.nr, sizeof(*texts.v), compare_texts);
	compare_whole(s->heap, &texts);
	suspect = suspect_add(s, SUSPECT_DUPLICATES, RANK_EQUAL);
	for (size_t i = 0, end; i < texts.nr; i = end) {
		end = end_of_equal(&texts, i, true);
		if (end - i >= MIN_EQUAL)
			put_equal(s, suspect, &texts, i, end, &most);
	}
	/* Every program has some: older heaps do not lower it. */
	if (suspect->objects &&
	    suspect->bytes >= suspect_threshold_always(s, 1))
		return;
	suspect_drop_last(s);
}

/* --- tables --- */

/*
 * A dict grows to at most 3 times its entries rounded up to a power of two
 * (Objects/dictobject.c, GROWTH_RATE), of at most 24 bytes a slot with the
 * index; a set to 4 times (Objects/setobject.c), of 16 bytes, when it is filled
 * to 3/5.  Neither shrinks when entries are deleted.  So this many bytes an
 * entry are never reached by growing; a fourth is what it may need.
 */
#define SPARSE_BYTES 430
#define NEEDED_BYTES (SPARSE_BYTES / 4)
/* What an empty one may have. */
#define SPARSE_FREE UINT64_C(2048)

static uint64_t unused_bytes(struct heap *h, oid o)
{
	bool table = heap_type_of(h, o)->flags & TYPE_IS_DICT ||
		     heap_kind_of(h, o) == TYPE_KIND_SET;
	uint64_t bytes = heap_bytes(h, o);
	int64_t length;

	if (!table || bytes < 2 * SPARSE_FREE)
		return 0;
	length = heap_length(h, o);
	if (length < 0 || (uint64_t)length > bytes / SPARSE_BYTES ||
	    bytes - (uint64_t)length * SPARSE_BYTES < SPARSE_FREE)
		return 0;
	return bytes - (uint64_t)length * NEEDED_BYTES;
}

static void add_sparse_tables(struct suspects *s)
{
	struct heap *h = s->heap;
	struct suspect *suspect = suspect_add(s, SUSPECT_SPARSE, RANK_SPARSE);
	uint64_t most = 0, sum = 0;

	for (oid o = 0; o < h->nr_objects; o++) {
		uint64_t unused = unused_bytes(h, o);

		if (!unused)
			continue;
		suspect_put(s, suspect, o);
		sum += unused;
		if (unused > most) {
			most = unused;
			suspect->object = o;
		}
	}
	suspect->bytes = sum;
	suspect->entries = suspect->objects;
	if (suspect->objects)
		suspect->nr_alike = (uint32_t)suspect->objects - 1;
	/* A burst of load leaves some of it behind. */
	if (sum && sum >= suspect_threshold_always(s, 1))
		return;
	suspect_drop_last(s);
}

void suspects_waste_add(struct suspects *s)
{
	add_equal_texts(s);
	add_sparse_tables(s);
}
