/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What heap/naming.h makes names and reprs of: for one object when it is asked
 * for, or recorded of all while they are read, for a capture.
 *
 * Recording must not take longer than reading does, so what is costly (which
 * of a class's attributes are plain ones, say) is found out once for each class
 * and attribute.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "python/names/details.h"
#include "python/names/emulated-names.h"
#include "python/names/names.h"
#include "python/objects/preview.h"
#include "python/refs/refs.h"
#include "python/refs/reread.h"
#include "python/refs/unvisited.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/values/text.h"

VEC_DEFINE(i64_vec, int64_t);

/* --- tables --- */

/* A name by what it was made of. */
struct made {
	uint64_t arg;
	uint32_t type;		/* index, or ANY_TYPE */
	uint16_t kind;
	bool used;
	uint32_t name;
};
#define ANY_TYPE UINT32_MAX

static bool made_table_used(const void *none UNUSED, const struct made *m)
{
	return m->used;
}

static const struct made *made_table_key(const void *none UNUSED,
					 const struct made *m)
{
	return m;
}

static uint64_t made_table_hash(const void *none UNUSED, const struct made *m,
				uint64_t salt)
{
	uint64_t h = hash_u64(salt ^ m->arg);

	/* One after the other: a target that has chosen `arg` so that it makes
	 * up for `type` would find the same slot with any salt. */
	return hash_u64((h ^ h >> 32) + ((uint64_t)m->type << 16 | m->kind));
}

static bool made_table_same(const struct made *a, const struct made *b)
{
	return a->arg == b->arg && a->type == b->type && a->kind == b->kind;
}

HASH_DEFINE(made_table, struct made, const struct made *, const void *);

/* Finds a name by its contents.  An item is the number of the name + 1. */
static bool name_table_used(const struct heap_name_vec *names UNUSED,
			    const uint32_t *item)
{
	return *item != 0;
}

static const struct heap_name *name_table_key(const struct heap_name_vec *names,
					      const uint32_t *item)
{
	return &names->v[*item - 1];
}

static uint64_t name_table_hash(const struct heap_name_vec *names UNUSED,
				const struct heap_name *n, uint64_t salt)
{
	salt ^= n->number ^ (uint64_t)n->kind << 56 ^
		(uint64_t)n->flags << 48;
	return hash_text(hash_text(hash_text(salt, n->name), n->prefix),
			 n->suffix);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool name_table_same(const struct heap_name *a,
			    const struct heap_name *b)
{
	return a->flags == b->flags && a->kind == b->kind &&
	       a->number == b->number && same_text(a->name, b->name) &&
	       same_text(a->prefix, b->prefix) &&
	       same_text(a->suffix, b->suffix);
}

HASH_DEFINE(name_table, uint32_t, const struct heap_name *,
	    const struct heap_name_vec *);

/* A cache from the address of a str key to its text: keys often come again
 * soon. */
struct key_text {
	raddr key;
	uint32_t text;
};
#define KEY_TEXTS 32768		/* a power of two */

struct details {
	bool recorded;
	struct heap_name_vec names;
	struct name_table by_contents;
	struct made_table made;
	struct u64_vec text_start;
	struct str text_bytes;
	struct key_text *keys;
	struct naming naming;
	/* recorded: */
	struct u32_vec codes;	/* parallel to heap.edges */
	struct u32_vec text;	/* by oid */
	struct i64_vec length;
	struct naming_places places;
	/* not recorded: those of one object */
	oid object;
	struct u32_vec object_codes;
	uint32_t depth;		/* of questions in questions */
	/* Texts do not overlap.  So all of them have no more bytes than the
	 * memory, whatever lengths they claim: so many may still be read. */
	uint64_t hash_room;
};

/* Texts that were made on demand are dropped beyond so many bytes. */
#define TEXTS_MAX (16u << 20)

/* --- names -------------------------------------------------------------- */

/* The number of the name in d->names; takes ownership of it. */
static uint32_t intern_name(struct details *d, struct heap_name *n)
{
	const uint32_t *found = name_table_find(&d->by_contents, &d->names, n);

	if (found || d->names.nr > EDGE_ARG_MAX) {
		heap_name_release(n);
		return found ? *found - 1 : 0;
	}
	heap_name_vec_push(&d->names, *n);
	name_table_put(&d->by_contents, &d->names, (uint32_t)d->names.nr);
	return (uint32_t)d->names.nr - 1;
}

static bool goes_by_type(enum ref_kind kind)
{
	return kind == REF_ATTRIBUTE || kind == REF_FIELD ||
	       kind == REF_DICT || kind == REF_OFFSET;
}

static uint32_t named(struct python *py, uint32_t type,
		      const struct ref_name *ref)
{
	struct details *d = py->details;
	struct made key = {
		.arg = ref->arg,
		.type = goes_by_type(ref->kind) ? type : ANY_TYPE,
		.kind = (uint16_t)ref->kind,
		.used = true,
	};
	const struct made *m = made_table_find(&d->made, NULL, &key);
	struct heap_name name;

	if (likely(m))
		return edge_code(CODE_NAMED, m->name);
	names_make(py, py->types.v[type].address, ref, &name);
	key.name = intern_name(d, &name);
	made_table_put(&d->made, NULL, key);
	return edge_code(CODE_NAMED, key.name);
}

/* --- texts -------------------------------------------------------------- */

/* End the text that was added to text_bytes since the last one; returns its
 * number. */
static uint32_t end_text(struct details *d)
{
	uint32_t nr = (uint32_t)d->text_start.nr - 1;

	/* The highest number would be taken for none. */
	if (nr >= EDGE_ARG_MAX) {
		str_cut(&d->text_bytes, d->text_start.v[nr]);
		return 0;
	}
	u64_vec_push(&d->text_start, d->text_bytes.len);
	return nr;
}

static void reset_texts(struct details *d)
{
	str_cut(&d->text_bytes, 0);
	d->text_start.nr = 0;
	/* Number 0 is empty. */
	u64_vec_push(&d->text_start, 0);
	u64_vec_push(&d->text_start, 0);
	memset(d->keys, 0, KEY_TEXTS * sizeof(*d->keys));
}

/* The place of the key in the cache; another key may be there. */
static struct key_text *find_key_text(const struct details *d, raddr key)
{
	return &d->keys[hash_u64(key >> 4) >> 32 & (KEY_TEXTS - 1)];
}

/* The text of a dict's str key; 0: not readable. */
static uint32_t key_text(struct python *py, raddr key)
{
	struct details *d = py->details;
	struct key_text *k = find_key_text(d, key);

	if (k->key == key)
		return k->text;
	if (!text_constant(py, py->known.str, key, TEXT_KEY_MAX,
			   &d->text_bytes)) {
		str_cut(&d->text_bytes, d->text_start.v[d->text_start.nr - 1]);
		return 0;
	}
	*k = (struct key_text){ key, end_text(d) };
	return k->text;
}

/* --- codes -------------------------------------------------------------- */

struct edges {
	const struct refs *refs;
	const oid *kept;
	uint32_t type;		/* of the object that has them */
	bool placed;		/* values are in their dict's order */
};

static uint32_t object_code(struct python *py, enum code_kind kind, raddr key)
{
	oid o = object_map_find(py, key);

	return o < EDGE_ARG_MAX ? edge_code(kind, o)
				: edge_code(kind, EDGE_ARG_MAX);
}

static bool is_long(struct python *py, raddr key)
{
	return word_at(py, key, py->layout.str_length) > TEXT_MAX;
}

/*
 * dict_traverse() does not visit the keys of a table for str keys, so such a
 * key may not be in the heap.  In other tables the next reference leads to the
 * key.
 */
static uint32_t value_code(struct python *py, const struct edges *e, size_t i)
{
	const struct refs *r = e->refs;
	raddr key = r->names.v[i].arg;
	bool next = i + 1 < r->to.nr - r->unvisited &&
		    r->names.v[i + 1].kind == REF_KEY &&
		    r->to.v[i + 1] == key && e->kept[i + 1] != OID_NONE;
	const struct key_text *known = find_key_text(py->details, key);
	uint32_t text;
	bool is_str;

	if (!next && known->key == key && known->text)
		return edge_code(CODE_VALUE, known->text);
	is_str = word_at(py, key, py->layout.object_type) == py->known.str;
	if (next && e->placed && !(is_str && is_long(py, key)))
		return edge_code(CODE_VALUE_NEXT, 0);
	text = is_str ? key_text(py, key) : 0;
	if (text)
		return edge_code(CODE_VALUE, text);
	return object_code(py, e->placed ? CODE_VALUE_OF : CODE_VALUE_LOOSE,
			   key);
}

static uint32_t code_of(struct python *py, const struct edges *e, size_t i)
{
	const struct ref_name *name = &e->refs->names.v[i];

	switch (name->kind) {
	case REF_INDEX:
		return name->arg <= EDGE_ARG_MAX ?
			edge_code(CODE_INDEX, (uint32_t)name->arg) : 0;
	case REF_FLAT:
		return name->arg <= EDGE_ARG_MAX ?
			edge_code(CODE_FLAT, (uint32_t)name->arg) : 0;
	case REF_VALUE:
		return value_code(py, e, i);
	case REF_KEY:
		return edge_code(CODE_KEY, 0);
	case REF_CACHE_KEY:
		return edge_code(CODE_CACHE_KEY, 0);
	case REF_CACHE_RESULT:
		return object_code(py, CODE_CACHE_RESULT, name->arg);
	default:
		return named(py, e->type, name);
	}
}

/* The keys of a large dict are scattered in memory: prefetch them. */
#define AHEAD 8

static void fetch_key(struct python *py, const struct refs *r, size_t i)
{
	if (i < r->to.nr && r->names.v[i].kind == REF_VALUE)
		__builtin_prefetch(memory_at(py->memory, r->names.v[i].arg,
					     16));
}

static void add_codes(struct python *py, struct edges *e, struct u32_vec *ret)
{
	u32_vec_reserve(ret, e->refs->to.nr);
	for (size_t i = 0; i < e->refs->to.nr; i++) {
		fetch_key(py, e->refs, i + AHEAD);
		if (likely(e->kept[i] != OID_NONE))
			ret->v[ret->nr++] = code_of(py, e, i);
		else
			e->placed = false;
	}
}

/* --- recorded ----------------------------------------------------------- */

bool details_recorded(const struct python *py)
{
	return py->details->recorded;
}

struct u32_vec *details_codes(struct python *py)
{
	struct details *d = py->details;

	return d && d->recorded ? &d->codes : NULL;
}

void details_edges(struct python *py, oid o, const struct refs *refs,
		   const oid *kept, bool by_reader)
{
	struct edges e = { refs, kept, py->heap->type[o], by_reader };

	add_codes(py, &e, &py->details->codes);
}

/* Is it a str or bytes, of which the text shows only the beginning? */
static bool has_long_text(const struct pytype *t, int64_t length)
{
	return length > TEXT_MAX && t->flags & (TPFLAG_UNICODE_SUBCLASS |
						TPFLAG_BYTES_SUBCLASS);
}

static void record_hash(struct python *py, const struct pytype *t, oid o,
			int64_t length)
{
	struct heap *h = py->heap;
	uint64_t hash;

	if (has_long_text(t, length) &&
	    text_hash(py, h->address[o], &py->details->hash_room, &hash))
		heap_text_hash_vec_push(&h->text_hashes,
					(struct heap_text_hash){ o, hash });
}

void details_object(struct python *py, oid o)
{
	struct details *d = py->details;
	const struct pytype *t = types_of(py, o);
	raddr obj = py->heap->address[o];
	size_t len = d->text_bytes.len;
	uint32_t text = 0;

	if (preview_text(py, t, obj, &d->text_bytes))
		text = end_text(d);
	else
		str_cut(&d->text_bytes, len);
	u32_vec_push(&d->text, text);
	i64_vec_push(&d->length, preview_length(py, t, obj));
	record_hash(py, t, o, d->length.v[d->length.nr - 1]);
}

struct error *details_of(struct heap *h, struct heap_details *ret)
{
	struct python *py = h->context;
	const struct details *d = py->details;

	if (!d->recorded)
		return error_new(ERR_UNSUPPORTED, "the details of the objects"
				 " were not recorded");
	*ret = (struct heap_details){
		.codes = d->codes.v,
		.text = d->text.v,
		.length = d->length.v,
		.names = d->names.v,
		.nr_names = (uint32_t)d->names.nr,
		.nr_texts = (uint32_t)d->text_start.nr - 1,
		.text_start = d->text_start.v,
		.text_bytes = d->text_bytes.s,
	};
	return NULL;
}

/* --- on demand ---------------------------------------------------------- */

bool details_text(struct heap *h, oid o, struct str *ret)
{
	struct python *py = h->context;

	return preview_text(py, types_of(py, o), h->address[o], ret);
}

static bool naming_key(struct heap *h, uint32_t text, struct str *ret)
{
	struct python *py = h->context;
	const struct details *d = py->details;
	uint64_t start;

	if (!text || text + 1 >= d->text_start.nr)
		return false;
	start = d->text_start.v[text];
	str_add_bytes(ret, d->text_bytes.s + start,
		      d->text_start.v[text + 1] - start);
	return true;
}

/* All references of `o`, with names.  True: a reader found them. */
static bool read_named(struct python *py, oid o, struct refs *refs)
{
	const struct pytype t = *types_of(py, o);
	raddr obj = py->heap->address[o];
	bool by_reader;

	refs->named = true;
	by_reader = reread_refs(py, o, refs);
	if (!by_reader)
		emulated_names_find(py, &t, obj, refs->to.v, refs->to.nr,
				    &refs->names);
	if (!(py->heap->flags[o] & OBJECT_UNREAD))
		unvisited_add(py, &t, obj, refs);
	return by_reader;
}

static void set_names(struct details *d)
{
	d->naming.names = d->names.v;
	d->naming.nr_names = (uint32_t)d->names.nr;
}

static const uint32_t *naming_codes(struct heap *h, oid o, uint32_t nr)
{
	struct python *py = h->context;
	struct details *d = py->details;
	CLEANUP(refs_release) struct refs refs = { .named = true };
	CLEANUP(oid_vec_release) struct oid_vec kept = VEC_INIT;
	struct edges e = { &refs, NULL, h->type[o], false };

	if (d->recorded)
		return d->codes.v + h->edge_start[o];
	if (d->object == o && d->object_codes.nr >= nr)
		return d->object_codes.v;
	e.placed = read_named(py, o, &refs);
	for (size_t i = 0; i < refs.to.nr; i++)
		oid_vec_push(&kept, object_map_find(py, refs.to.v[i]));
	e.kept = kept.v;
	d->object = o;
	d->object_codes.nr = 0;
	add_codes(py, &e, &d->object_codes);
	while (d->object_codes.nr < nr)
		u32_vec_push(&d->object_codes, 0);
	set_names(d);
	return d->object_codes.v;
}

static void enter(struct details *d)
{
	if (d->depth++ || d->recorded || d->text_bytes.len < TEXTS_MAX)
		return;
	reset_texts(d);
	d->object = OID_NONE;
}

void details_name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
			struct edge_name *names)
{
	struct python *py = h->context;
	struct details *d = py->details;

	enter(d);
	set_names(d);
	naming_edges(h, &d->naming, o, first, nr, names);
	d->depth--;
}

void details_preview(struct heap *h, oid o, size_t max, struct str *ret)
{
	struct python *py = h->context;

	enter(py->details);
	naming_preview(h, &py->details->naming, o, max, ret);
	py->details->depth--;
}

bool details_text_hash(struct heap *h, oid o, uint64_t *ret)
{
	struct python *py = h->context;

	return text_hash(py, h->address[o], &py->details->hash_room, ret);
}

/* --- all of it ---------------------------------------------------------- */

void details_init(struct python *py, bool record)
{
	struct details *d = xcalloc(1, sizeof(*d));
	struct heap_name unknown = { .name = xstrdup("") };

	d->recorded = record;
	d->text_bytes = (struct str)STR_INIT;
	d->keys = xcalloc(KEY_TEXTS, sizeof(*d->keys));
	d->object = OID_NONE;
	for (unsigned int i = 0; i < py->memory->nr_segments; i++)
		d->hash_room += py->memory->segments[i].end -
				py->memory->segments[i].start;
	d->naming = (struct naming){ .text = details_text, .key = naming_key,
				     .codes = naming_codes,
				     .places = record ? &d->places : NULL };
	reset_texts(d);
	intern_name(d, &unknown);
	py->details = d;
}

void details_release(struct python *py)
{
	struct details *d = py->details;

	if (!d)
		return;
	heap_names_release(&d->names);
	made_table_release(&d->made);
	name_table_release(&d->by_contents);
	u64_vec_release(&d->text_start);
	str_release(&d->text_bytes);
	free(d->keys);
	u32_vec_release(&d->codes);
	u32_vec_release(&d->text);
	i64_vec_release(&d->length);
	u32_vec_release(&d->object_codes);
	naming_places_release(&d->places);
	free(d);
	py->details = NULL;
}
