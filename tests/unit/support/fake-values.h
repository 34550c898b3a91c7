/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake-values.h - more objects for fake-python.h: unusual strings and numbers,
 * split dicts, code with every kind of names, and frames.
 *
 * All are made between fake_init() and fake_ready().
 */
#ifndef TESTS_UNIT_SUPPORT_FAKE_VALUES_H
#define TESTS_UNIT_SUPPORT_FAKE_VALUES_H

#include "fake-python.h"

/* A C string in a block of its own. */
raddr fake_c_string(struct fake *f, const char *text);

/* A str that is not compact: its data lie apart. */
raddr fake_loose_str(struct fake *f, const char *ascii);
raddr fake_bool(struct fake *f, bool value);
/* An int of `nr` digits of 30 bits, the lowest first. */
raddr fake_big_int(struct fake *f, bool negative, uint64_t nr,
		   const uint32_t *digits);

/*
 * A dict with the keys of `keys`, which fake_dict_keys() made, and `nr` values
 * of its own; value 0 is none.
 */
raddr fake_split_dict(struct fake *f, raddr keys, uint64_t nr,
		      const raddr *values);

struct fake_names {
	const char *locals[4], *cells[4], *frees[4]; /* up to the first NULL */
};
/*
 * A code object in "app.py" with these names, the first line `first` and the
 * `len` bytes of a line table.
 */
raddr fake_code_of(struct fake *f, const struct fake_names *names, int first,
		   const void *lines, uint64_t len);

/*
 * A frame of `code` with `nr` slots filled, of which the first `nr_locals` are
 * its variables: a frame object up to 3.10, an interpreter frame of a thread
 * from 3.11 on.  The instruction at `offset` bytes runs.  `slots` are what lies
 * in memory: from 3.14 on with the tags of stack references.
 */
raddr fake_frame(struct fake *f, raddr code, uint64_t nr_locals, uint64_t nr,
		 const raddr *slots, uint64_t offset);

#endif
