/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <string.h>

#include "python/layout/fields.h"
#include "python/objects/size-library.h"
#include "python/refs/unvisited-library.h"
#include "python/state/words.h"
#include "python/types/type-names.h"

/* PatternObject and MatchObject of Modules/_sre.h, as they are in 3.8 and 3.9.
 * From 3.10 on these types have a tp_traverse. */
#define PATTERN_GROUPINDEX 32
#define PATTERN_INDEXGROUP 40
#define PATTERN_PATTERN 48
#define MATCH_STRING 24
#define MATCH_REGS 32
#define MATCH_PATTERN 40

/* PyMemoEntry of Modules/_pickle.c is {key, value}; the key is an object. */
#define MEMO_KEY 0

void unvisited_add_word(const struct unvisited_object *o, uint32_t offset,
			enum ref_kind kind, uint64_t arg)
{
	if (offset != LAYOUT_NONE)
		refs_add(o->refs, word_at(o->py, o->obj, offset), kind, arg);
}

static void add_field(const struct unvisited_object *o, uint32_t offset,
		      enum ref_field field)
{
	unvisited_add_word(o, offset, REF_FIELD, field);
}

/*
 * What was written so far, until it is read or the position is moved: two
 * lists until 3.11, then a _PyUnicodeWriter, which begins with a str.  From
 * 3.14 on the writer is a block of its own: Modules/_io/stringio.c.
 */
static void read_stringio(const struct unvisited_object *o)
{
	const struct layout *l = &o->py->layout;
	raddr writer;

	add_field(o, l->stringio_accu_small, FIELD_BUFFER);
	add_field(o, l->stringio_accu_large, FIELD_BUFFER);
	add_field(o, l->stringio_writer_buffer, FIELD_BUFFER);
	if (l->stringio_writer_buffer != LAYOUT_NONE)
		return;
	writer = word_at(o->py, o->obj, l->stringio_writer);
	if (writer)
		refs_add(o->refs, word_at(o->py, writer, 0), REF_FIELD,
			 FIELD_BUFFER);
}

static bool has(const struct refs *r, size_t nr, raddr to)
{
	for (size_t i = 0; i < nr; i++)
		if (r->to.v[i] == to)
			return true;
	return false;
}

/*
 * Append the objects of a memo: the first word of each of `nr` entries of
 * `size` bytes.  From 3.11 on the tp_traverse visits them; then they are there
 * already.
 */
static void add_memo(const struct unvisited_object *o, raddr entries,
		     uint64_t nr, uint32_t size)
{
	size_t visited = o->refs->to.nr;
	bool is_first = true;
	const uint8_t *p;

	if (!entries || size < 8 ||
	    !memory_has_array(o->py->memory, entries, nr, size) ||
	    !refs_claim(o->py, nr * (size / 8)))
		return;
	p = memory_at(o->py->memory, entries, nr * size);
	for (uint64_t i = 0; p && i < nr; i++) {
		raddr to = get_u64(p + i * size + MEMO_KEY);

		if (!to)
			continue;
		if (is_first && has(o->refs, visited, to))
			return;
		is_first = false;
		refs_add(o->refs, to, REF_FIELD, FIELD_MEMO);
	}
}

static void read_pickler(const struct unvisited_object *o)
{
	const struct layout *l = size_library_layout(
		o->py, o->native, offsetof(struct layout, pickler_size));
	raddr memo = word_at(o->py, o->obj, l->pickler_memo);

	if (memo)
		add_memo(o, word_at(o->py, memo, l->memotable_table),
			 word_at(o->py, memo, l->memotable_allocated),
			 l->memoentry_size);
}

static void read_unpickler(const struct unvisited_object *o)
{
	const struct layout *l = size_library_layout(
		o->py, o->native, offsetof(struct layout, unpickler_size));

	add_memo(o, word_at(o->py, o->obj, l->unpickler_memo),
		 word_at(o->py, o->obj, l->unpickler_memo_size), 8);
}

/* The stack of an Unpickler. */
static void read_pdata(const struct unvisited_object *o)
{
	const struct layout *l = &o->py->layout;
	raddr data = word_at(o->py, o->obj, l->pdata_data);
	uint64_t nr = word_at(o->py, o->obj, l->var_size);
	const uint8_t *p;

	if (!nr || l->pdata_data == LAYOUT_NONE ||
	    !memory_has_array(o->py->memory, data, nr, 8) ||
	    !refs_claim(o->py, nr))
		return;
	p = memory_at(o->py->memory, data, nr * 8);
	for (uint64_t i = 0; p && i < nr; i++)
		refs_add(o->refs, get_u64(p + i * 8), REF_INDEX, i);
}

static void read_pattern(const struct unvisited_object *o)
{
	if (o->py->minor >= 10)
		return;
	add_field(o, PATTERN_GROUPINDEX, FIELD_GROUPINDEX);
	add_field(o, PATTERN_INDEXGROUP, FIELD_INDEXGROUP);
	add_field(o, PATTERN_PATTERN, FIELD_PATTERN);
}

static void read_match(const struct unvisited_object *o)
{
	if (o->py->minor >= 10)
		return;
	add_field(o, MATCH_STRING, FIELD_STRING);
	add_field(o, MATCH_REGS, FIELD_REGS);
	add_field(o, MATCH_PATTERN, FIELD_RE);
}

/* The member is there only if there is a time zone. */
static void read_datetime(const struct unvisited_object *o)
{
	const struct layout *l = &o->py->layout;

	if (byte_at(o->py, o->obj, l->datetime_hastzinfo))
		add_field(o, l->datetime_tzinfo, FIELD_TZINFO);
}

static void read_time(const struct unvisited_object *o)
{
	const struct layout *l = &o->py->layout;

	if (byte_at(o->py, o->obj, l->datetime_hastzinfo))
		add_field(o, l->time_tzinfo, FIELD_TZINFO);
}

static void read_timezone(const struct unvisited_object *o)
{
	const struct layout *l = &o->py->layout;

	add_field(o, l->timezone_offset, FIELD_UTCOFFSET);
	add_field(o, l->timezone_name, FIELD_TZNAME);
}

static const struct {
	const char *name;	/* tp_name */
	unvisited_read *read;
} rows[] = {
	{ NULL, NULL },
	{ "_io.StringIO", read_stringio },
	{ "_pickle.Pdata", read_pdata },
	{ "_pickle.Pickler", read_pickler },
	{ "_pickle.Unpickler", read_unpickler },
	{ "datetime.datetime", read_datetime },
	{ "datetime.time", read_time },
	{ "datetime.timezone", read_timezone },
	{ "numpy.dtype", unvisited_numpy_dtype },
	{ "numpy.void", unvisited_numpy_void },
	{ "re.Match", read_match },
	{ "re.Pattern", read_pattern },
};

uint8_t unvisited_library_find(struct python *py, const struct pytype *t)
{
	const char *name = type_names_of(py, t->address);

	for (unsigned int i = 1; name && i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return (uint8_t)i;
	return 0;
}

void unvisited_library_add(struct python *py, uint8_t row,
			   const struct pytype *t, const struct pytype *native,
			   raddr obj, struct refs *ret)
{
	struct unvisited_object o = { py, t, native, obj, ret };

	rows[row].read(&o);
}
