/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/raw/raw-read.h - what the readers of raw.h share.
 *
 * A reader visits what an instance of one native type owns.  It returns whether
 * that is all that the struct of this type can own.  To add one: a function
 * here, a row in raw.c, and an object in tests/targets/raw_zoo.py.
 */
#ifndef PYTHON_RAW_RAW_READ_H
#define PYTHON_RAW_RAW_READ_H

#include "python/raw/raw-visit.h"
#include "python/state/python.h"

struct raw_reader {
	struct python *py;
	const struct pytype *type; /* the object's class */
	const struct pytype *native; /* of its bases the one that the reader is
					for */
	raddr obj;
	raw_visit *visit;
	void *context;
	bool knows_class;	/* the reader has read what C subclasses add,
				   too; it sets this */
};

/*
 * Visit `address` if it is mapped; else do nothing.  A `length` that is not all
 * mapped is visited as unknown.
 */
void raw_add(struct raw_reader *r, raddr address, uint64_t length,
	     enum raw_field field, unsigned int flags);

/* Visit `address` if it is in a mapping; the snapshot need not have the bytes
 * of that. */
void raw_add_mapping(struct raw_reader *r, raddr address, uint64_t length);

/* Visit what the word of the object at `offset` points to; LAYOUT_NONE or NULL:
 * nothing.  Its length is unknown. */
void raw_add_word(struct raw_reader *r, uint32_t offset, enum raw_field field,
		  unsigned int flags);

/* Visit what the word of the object at `offset` points to, `length` bytes. */
void raw_add_sized(struct raw_reader *r, uint32_t offset, uint64_t length,
		   enum raw_field field, unsigned int flags);

/* The word of the object at `offset`; 0 if there is none. */
uint64_t raw_word(struct raw_reader *r, uint32_t offset);

typedef bool raw_read(struct raw_reader *r);

/* raw-core.c: builtin types */
raw_read raw_read_str, raw_read_list, raw_read_dict, raw_read_odict,
	raw_read_set, raw_read_bytearray, raw_read_deque;

/* raw-code.c: classes, modules, code */
raw_read raw_read_type, raw_read_module, raw_read_code;

/* raw-library.c: the standard library */
raw_read raw_read_array, raw_read_struct, raw_read_decimal, raw_read_bytesio,
	raw_read_stringio, raw_read_element, raw_read_pickler,
	raw_read_unpickler, raw_read_lru_cache, raw_read_mmap,
	raw_read_capsule, raw_read_zoneinfo;

/* raw-compress.c */
raw_read raw_read_zlib_compress, raw_read_zlib_decompress,
	raw_read_zlib_reader, raw_read_bz2_compressor,
	raw_read_bz2_decompressor;

/* raw-ctypes.c */
raw_read raw_read_cdata, raw_read_stgdict, raw_read_ctype;

/* raw-expat.c */
raw_read raw_read_xmlparser, raw_read_etree_parser;

/* raw-lzma.c */
raw_read raw_read_lzma_compressor, raw_read_lzma_decompressor;

/* raw-numpy.c */
raw_read raw_read_ndarray, raw_read_dtype, raw_read_numpy_void,
	raw_read_numpy_str;

/* raw-openssl.c */
raw_read raw_read_hash;

/* raw-pillow.c */
raw_read raw_read_image;

/* raw-members.c: types of which a table tells what they own */
#define RAW_NO_MEMBERS UINT32_MAX

/* The first member of the type with that tp_name, or RAW_NO_MEMBERS. */
unsigned int raw_members_find(const char *type);
/* Visit what the members of that type point to, from its first one on. */
void raw_members_read(struct raw_reader *r, unsigned int first);

/* Attribute values that an instance has in a block of their own: 3.11 and
 * 3.12. */
void raw_read_values(struct raw_reader *r);

#endif
