/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which type has which reader.
 */
#include <string.h>

#include "python/memory/raw-read.h"
#include "python/memory/raw.h"
#include "python/refs/refs.h"
#include "python/types/type-names.h"
#include "python/types/types.h"

#define MAX_BASES 1000		/* of a class; a chain of bases has no circle */

/* The rows that are no type's; those of `rows` follow. */
enum {
	ROW_NOT_CHOSEN,
	ROW_UNKNOWN,
	NR_ROWS_BEFORE,
};

static bool nothing(struct raw_reader *r)
{
	(void)r;
	return true;
}

static const struct row {
	const char *name;	/* tp_name */
	raw_read *read;
} rows[] = {
	{ "object", nothing },
	{ "NoneType", nothing },
	{ "bool", nothing },
	{ "bytearray", raw_read_bytearray },
	{ "bytes", nothing },
	{ "collections.OrderedDict", raw_read_odict },
	{ "collections.defaultdict", raw_read_dict },
	{ "collections.deque", raw_read_deque },
	{ "complex", nothing },
	{ "dict", raw_read_dict },
	{ "float", nothing },
	{ "frozendict", raw_read_dict },
	{ "frozenset", raw_read_set },
	{ "int", nothing },
	{ "list", raw_read_list },
	{ "numpy.ndarray", raw_read_ndarray },
	{ "range", nothing },
	{ "set", raw_read_set },
	{ "str", raw_read_str },
	{ "tuple", nothing },
};

/*
 * A class statement may take the name of a builtin type, but not one with a
 * dot.  Its class has a base that is looked at next.
 */
static uint16_t find_row(struct python *py, const struct pytype *t)
{
	const char *name = type_names_of(py, t->address);

	if (!name || (t->flags & TPFLAG_HEAPTYPE && !strchr(name, '.')))
		return ROW_UNKNOWN;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return (uint16_t)(i + NR_ROWS_BEFORE);
	return ROW_UNKNOWN;
}

/*
 * Is all that an instance of `t` has more than one of its base explained:
 * __slots__, __dict__ and __weakref__?  Else C code has added members.
 */
static bool adds_members(struct python *py, const struct pytype *t,
			 const struct pytype *base)
{
	int64_t more = t->basicsize - base->basicsize;

	for (uint32_t i = 0; i < t->member_nr; i++)
		if (py->members.v[t->member_first + i] >= base->basicsize)
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
	raw_read_values(&r);
	if (t->raw_row == ROW_UNKNOWN)
		return false;
	r.native = &py->types.v[t->raw_base];
	return rows[t->raw_row - NR_ROWS_BEFORE].read(&r) && !t->raw_partial;
}

bool raw_fields(struct python *py, oid o, raw_visit *visit, void *context)
{
	return raw_fields_at(py, py->heap->type[o], py->heap->address[o], visit,
			     context);
}
