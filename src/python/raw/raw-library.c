/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What objects of the standard library's types own, where it takes more than a
 * row of raw-members.c.
 */
#include <stddef.h>

#include "python/raw/raw-read.h"
#include "python/objects/size-library.h"
#include "python/refs/refs.h"
#include "python/state/words.h"

/* What __sizeof__ adds to the object's struct: the bytes of what it owns. */
static uint64_t more_size(struct raw_reader *r)
{
	uint64_t own = (uint64_t)r->native->basicsize;

	return size_library_of(r->py, r->native, r->obj) - own;
}

/* Modules/arraymodule.c */
bool raw_read_array(struct raw_reader *r)
{
	raw_add_sized(r, r->py->layout.array_item, more_size(r), RAW_DATA,
		      RAW_LEAF);
	return true;
}

/* Modules/_struct.c; s_codes ends with an entry without a format. */
bool raw_read_struct(struct raw_reader *r)
{
	raw_add_sized(r, r->py->layout.struct_codes, more_size(r), RAW_CODES,
		      RAW_LEAF);
	return true;
}

/* Modules/_decimal/_decimal.c; few digits are inside of the object. */
bool raw_read_decimal(struct raw_reader *r)
{
	uint64_t size = more_size(r);

	if (size)
		raw_add_sized(r, r->py->layout.decimal_data, size, RAW_DATA,
			      RAW_LEAF);
	return true;
}

/* Modules/_io/bytesio.c: a bytes object, which getvalue() shares. */
bool raw_read_bytesio(struct raw_reader *r)
{
	raddr buffer = raw_word(r, r->py->layout.bytesio_buf);

	if (buffer)
		raw_add(r, buffer, size_library_bytes(r->py, buffer),
			RAW_BUFFER, RAW_LEAF | RAW_OBJECT);
	return true;
}

/*
 * Modules/_io/stringio.c: a buffer of UCS-4, or what was written so far: two
 * lists until 3.11, then a _PyUnicodeWriter, which begins with a str; from 3.14
 * on it is a block of its own.
 */
bool raw_read_stringio(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	uint64_t nr = raw_word(r, l->stringio_buf_size);
	raddr writer;

	raw_add_sized(r, l->stringio_buf, nr < UINT64_MAX / 4 ? nr * 4 : 0,
		      RAW_BUFFER, RAW_LEAF);
	raw_add_word(r, l->stringio_accu_small, RAW_BUFFER, RAW_OBJECT);
	raw_add_word(r, l->stringio_accu_large, RAW_BUFFER, RAW_OBJECT);
	raw_add_word(r, l->stringio_writer_buffer, RAW_BUFFER,
		     RAW_LEAF | RAW_OBJECT);
	if (l->stringio_writer_buffer != LAYOUT_NONE)
		return true;
	writer = raw_word(r, l->stringio_writer);
	if (writer) {
		raw_add(r, writer, 0, RAW_STATE, RAW_REFERENCES);
		raw_add(r, word_at(r->py, writer, 0), 0, RAW_BUFFER,
			RAW_LEAF | RAW_OBJECT);
	}
	return true;
}

/* Modules/_elementtree.c: attributes and children; up to 4 children are in the
 * same block. */
bool raw_read_element(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	raddr extra = raw_word(r, l->element_extra), children;
	uint64_t nr;

	if (!extra)
		return true;
	raw_add(r, extra, l->elementextra_size, RAW_EXTRA, RAW_REFERENCES);
	children = word_at(r->py, extra, l->elementextra_children);
	nr = word_at(r->py, extra, l->elementextra_allocated);
	if (children != extra + l->elementextra_inline)
		raw_add(r, children, nr < UINT64_MAX / 8 ? nr * 8 : 0,
			RAW_ITEMS, RAW_REFERENCES);
	return true;
}

/* Modules/_pickle.c */
bool raw_read_pickler(struct raw_reader *r)
{
	const struct layout *l = size_library_layout(
		r->py, r->native, offsetof(struct layout, pickler_size));
	raddr memo = raw_word(r, l->pickler_memo);
	raddr output = raw_word(r, l->pickler_output);
	uint64_t nr;

	if (memo) {
		nr = word_at(r->py, memo, l->memotable_allocated);
		raw_add(r, memo, l->memotable_size, RAW_STATE, RAW_REFERENCES);
		raw_add(r, word_at(r->py, memo, l->memotable_table),
			nr < UINT32_MAX ? nr * l->memoentry_size : 0,
			RAW_TABLE, RAW_REFERENCES);
	}
	if (output)
		raw_add(r, output, size_library_bytes(r->py, output),
			RAW_BUFFER, RAW_LEAF | RAW_OBJECT);
	return true;
}

bool raw_read_unpickler(struct raw_reader *r)
{
	const struct layout *l = size_library_layout(
		r->py, r->native, offsetof(struct layout, unpickler_size));
	uint64_t nr = raw_word(r, l->unpickler_memo_size);

	raw_add_sized(r, l->unpickler_memo, nr < UINT32_MAX ? nr * 8 : 0,
		      RAW_TABLE, RAW_REFERENCES);
	nr = raw_word(r, l->unpickler_marks_size);
	raw_add_sized(r, l->unpickler_marks, nr < UINT32_MAX ? nr * 8 : 0,
		      RAW_ITEMS, RAW_LEAF);
	raw_add_word(r, l->unpickler_input_line, RAW_BUFFER, RAW_LEAF);
	raw_add_word(r, l->unpickler_encoding, RAW_NAME, RAW_LEAF);
	raw_add_word(r, l->unpickler_errors, RAW_NAME, RAW_LEAF);
	return true;
}

/* Modules/_functoolsmodule.c: the results are in a ring of objects that the
 * collector does not know. */
bool raw_read_lru_cache(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	const raddr root = r->obj + l->lru_cache_root;
	raddr link = word_at(r->py, root, l->lru_link_next);

	while (link && link != root &&
	       refs_claim(r->py, l->lru_link_next / 8 + 1)) {
		raw_add(r, link, 0, RAW_NODE, RAW_OBJECT | RAW_REFERENCES);
		link = word_at(r->py, link, l->lru_link_next);
	}
	return link == root || !link;
}

/* Modules/mmapmodule.c.  The memory of a shared mapping is not in the
 * snapshot. */
bool raw_read_mmap(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;

	raw_add_mapping(r, raw_word(r, l->mmap_data),
			raw_word(r, l->mmap_length));
	return true;
}

/* Objects/capsule.c.  A capsule without a destructor can't free anything. */
bool raw_read_capsule(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	unsigned int flags = raw_word(r, l->capsule_destructor) ? 0 :
								  RAW_SHARED;

	raw_add_word(r, l->capsule_pointer, RAW_DATA, flags);
	raw_add_word(r, l->capsule_context, RAW_STATE, flags);
	raw_add_word(r, l->capsule_name, RAW_NAME, RAW_LEAF | RAW_SHARED);
	return true;
}

/* Modules/_zoneinfo.c: times of transitions, and what holds from each on. */
bool raw_read_zoneinfo(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;

	raw_add_word(r, l->zoneinfo_utc, RAW_TABLE, RAW_LEAF);
	if (l->zoneinfo_wall != LAYOUT_NONE) {
		raw_add_word(r, l->zoneinfo_wall, RAW_TABLE, RAW_LEAF);
		raw_add_word(r, l->zoneinfo_wall + 8, RAW_TABLE, RAW_LEAF);
	}
	raw_add_word(r, l->zoneinfo_transitions, RAW_TABLE, RAW_LEAF);
	raw_add_word(r, l->zoneinfo_infos, RAW_TABLE, RAW_REFERENCES);
	return true;
}
