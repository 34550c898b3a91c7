/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ctypes' objects and classes own: Modules/_ctypes/ctypes.h.
 */
#include <string.h>

#include "python/raw/raw-read.h"
#include "python/objects/size-library.h"
#include "python/state/words.h"
#include "python/types/types.h"

/* A format of PEP 3118 as ctypes writes it.  Longer ones are not looked at. */
#define MAX_FORMAT 4096
/* Pointers, strings, objects, functions. */
#define POINTERS "PzZO&X"

/* The bytes that an instance has are numbers and characters alone. */
static bool is_leaf(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	raddr info = size_library_stginfo(r->py, r->type->address);
	raddr at = info ? word_at(r->py, info, l->stginfo_format) : 0;
	const char *format = at ? memory_string(r->py->memory, at,
						MAX_FORMAT) : NULL;

	return format && *format && !strpbrk(format, POINTERS);
}

/* Up to 16 bytes are in the object; else it has a block for them, if they are
 * not somebody else's. */
bool raw_read_cdata(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	raddr data = raw_word(r, l->cdata_pointer);

	if (int_at(r->py, r->obj, l->cdata_needs_free) &&
	    data != r->obj + l->cdata_value)
		raw_add(r, data, raw_word(r, l->cdata_size), RAW_DATA,
			is_leaf(r) ? RAW_LEAF : 0);
	return true;
}

static void add_stginfo(struct raw_reader *r, raddr info)
{
	const struct layout *l = &r->py->layout;
	uint32_t nr = (uint32_t)int_at(r->py, info, l->stginfo_ndim);

	raw_add(r, word_at(r->py, info, l->stginfo_elements), 0, RAW_ITEMS,
		RAW_REFERENCES);
	raw_add(r, word_at(r->py, info, l->stginfo_format), 0, RAW_CODES,
		RAW_LEAF);
	raw_add(r, word_at(r->py, info, l->stginfo_shape), nr * 8ull,
		RAW_DIMENSIONS, RAW_LEAF);
}

/* Until 3.12: the dict of a class is a subclass of dict. */
bool raw_read_stgdict(struct raw_reader *r)
{
	raw_read_dict(r);
	add_stginfo(r, r->obj);
	return true;
}

/* From 3.13 on: a metaclass that has more room behind the class. */
bool raw_read_ctype(struct raw_reader *r)
{
	raddr info = size_library_stginfo(r->py, r->obj);

	raw_read_type(r);
	if (info)
		add_stginfo(r, info);
	return true;
}
