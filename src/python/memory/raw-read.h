/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/raw-read.h - what the readers of raw.h share.
 *
 * A reader visits what an instance of one native type owns.  It returns whether
 * that is all that the struct of this type can own.  To add one: a function
 * here, a row in raw.c, and an object in tests/targets/raw_zoo.py.
 */
#ifndef PYTHON_MEMORY_RAW_READ_H
#define PYTHON_MEMORY_RAW_READ_H

#include "python/memory/raw-visit.h"
#include "python/state/python.h"

struct raw_reader {
	struct python *py;
	const struct pytype *type; /* the object's class */
	const struct pytype *native; /* of its bases the one that the reader is
					for */
	raddr obj;
	raw_visit *visit;
	void *context;
};

/*
 * Visit `address` if it is mapped; else do nothing.  A `length` that is not all
 * mapped is visited as unknown.
 */
void raw_add(struct raw_reader *r, raddr address, uint64_t length,
	     enum raw_field field, unsigned int flags);

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

/* raw-numpy.c */
raw_read raw_read_ndarray;

/* Attribute values that an instance has in a block of their own: 3.11 and
 * 3.12. */
void raw_read_values(struct raw_reader *r);

#endif
