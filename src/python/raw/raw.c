/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which type has which reader.
 */
#include <string.h>

#include "python/raw/raw-read.h"
#include "python/raw/raw.h"
#include "python/refs/refs.h"
#include "python/types/type-names.h"
#include "python/types/types.h"

#define MAX_BASES 1000		/* of a class; a chain of bases has no circle */

/* Values of pytype.raw_row; then the rows of `rows`, and those of
 * raw-members.c. */
enum {
	ROW_NOT_CHOSEN,
	ROW_UNKNOWN,
	FIRST_ROW,
};

static bool raw_read_nothing(struct raw_reader *r)
{
	(void)r;
	return true;
}

static const struct row {
	const char *name;	/* tp_name */
	raw_read *read;
} rows[] = {
#define RAW_TYPE(name, reader) { name, raw_read_##reader },
#include "python/raw/raw-types.def"
#undef RAW_TYPE
};

/*
 * A class statement may take the name of a builtin type, but not one with a
 * dot.  Its class has a base that is looked at next.
 */
static uint16_t find_row(struct python *py, const struct pytype *t)
{
	const char *name = type_names_of(py, t->address);
	unsigned int member;

	if (!name || (t->flags & TPFLAG_HEAPTYPE && !strchr(name, '.')))
		return ROW_UNKNOWN;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return (uint16_t)(i + FIRST_ROW);
	member = raw_members_find(name);
	if (member == RAW_NO_MEMBERS)
		return ROW_UNKNOWN;
	return (uint16_t)(member + FIRST_ROW + ARRAY_SIZE(rows));
}

static bool read_row(struct raw_reader *r, unsigned int row)
{
	row -= FIRST_ROW;
	if (row < ARRAY_SIZE(rows))
		return rows[row].read(r);
	raw_members_read(r, row - ARRAY_SIZE(rows));
	return true;
}

/*
 * Has an instance of `t` more than one of its base, besides __slots__,
 * __dict__, __weakref__ and the fields of a struct sequence?  Then C code has
 * added members.
 */
static bool adds_members(struct python *py, const struct pytype *t,
			 const struct pytype *base)
{
	int64_t more = t->basicsize - base->basicsize;

	if (t->reader == READER_STRUCTSEQ)
		return false;
	for (uint32_t i = 0; i < t->member_nr; i++)
		if ((py->members.v[t->member_first + i] & ~MEMBER_BEHIND) >=
		    base->basicsize)
			more -= 8;
	if (t->dictoffset != base->dictoffset &&
	    !(t->flags & TPFLAG_MANAGED_DICT))
		more -= 8;
	if (t->weaklistoffset != base->weaklistoffset)
		more -= 8;
	return more > 0;
}

static void choose(struct python *py, struct pytype *t)
{
	const struct pytype *at = t;
	bool partial = false;
	uint16_t row = find_row(py, at);

	for (unsigned int i = 0; row == ROW_UNKNOWN && i < MAX_BASES; i++) {
		uint32_t base = types_load_known(py, at->base);

		if (base == UINT32_MAX)
			break;
		partial |= adds_members(py, at, &py->types.v[base]);
		at = &py->types.v[base];
		row = find_row(py, at);
	}
	t->raw_row = row;
	t->raw_base = (uint32_t)(at - py->types.v);
	t->raw_partial = partial;
}

void raw_begin(struct python *py)
{
	refs_begin(py);
}

bool raw_fields_at(struct python *py, uint32_t type, raddr obj,
		   raw_visit *visit, void *context)
{
	struct pytype *t = &py->types.v[type];
	struct raw_reader r = {
		.py = py, .type = t, .obj = obj, .visit = visit,
		.context = context,
	};

	if (t->raw_row == ROW_NOT_CHOSEN)
		choose(py, t);
	if (t->flags & TPFLAG_MANAGED_DICT)
		raw_read_values(&r);
	if (t->raw_row == ROW_UNKNOWN)
		return false;
	r.native = &py->types.v[t->raw_base];
	return read_row(&r, t->raw_row) && (!t->raw_partial || r.knows_class);
}

bool raw_fields(struct python *py, oid o, raw_visit *visit, void *context)
{
	return raw_fields_at(py, py->heap->type[o], py->heap->address[o], visit,
			     context);
}

bool raw_is_mapping(struct python *py, uint32_t type)
{
	struct pytype *t = &py->types.v[type];
	unsigned int row;

	if (t->raw_row == ROW_NOT_CHOSEN)
		choose(py, t);
	row = t->raw_row - FIRST_ROW;
	return t->raw_row >= FIRST_ROW && row < ARRAY_SIZE(rows) &&
	       rows[row].read == raw_read_mmap;
}

bool raw_has_nothing(struct python *py, uint32_t type)
{
	struct pytype *t = &py->types.v[type];
	unsigned int row;

	if (t->raw_row == ROW_NOT_CHOSEN)
		choose(py, t);
	row = t->raw_row - FIRST_ROW;
	return t->raw_row >= FIRST_ROW && row < ARRAY_SIZE(rows) &&
	       rows[row].read == raw_read_nothing && !t->raw_partial &&
	       !(t->flags & TPFLAG_MANAGED_DICT);
}
