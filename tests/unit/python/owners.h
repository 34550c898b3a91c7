/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owners.h - what objects of a fake CPython own outside of their own blocks,
 * with all of its memory and without some.
 *
 *	fake_init(&f, fake_rows[_i]);
 *	obj = instance("array.array");
 *	...
 *	expect(data, 80, RAW_DATA, RAW_LEAF);
 *	expect_of(obj, true);
 *	check_all();
 */
#ifndef TESTS_UNIT_PYTHON_OWNERS_H
#define TESTS_UNIT_PYTHON_OWNERS_H

#include "fake-values.h"
#include "python/raw/raw.h"

extern struct fake f;

/* Between fake_init() and check_all(): the next visit of raw_fields(). */
void expect(raddr address, uint64_t length, enum raw_field field,
	    unsigned int flags);
/* The visits since the last call are those of `obj`, and whether it needs no
 * scan. */
void expect_of(raddr obj, bool complete);

/*
 * All that is expected; then that without each word of the test's own blocks
 * nothing unmapped is visited.  Calls fake_ready() and fake_release(), and
 * forgets what is expected.
 */
void check_all(void);
/* The two halves of check_all(), with a bound on words for raw_begin(). */
void check_each(uint64_t claims);
void check_done(void);

#define SIZE 512		/* of the struct of each type here */

/* A static type with that tp_name, and an instance of one. */
raddr static_type(const char *name, raddr base);
raddr instance(const char *name);

/* Has this version the member? */
bool has(uint32_t offset);

#endif
