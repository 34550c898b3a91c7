/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * library-core.h - cores of a process that had mapped a library, which is made
 * by hand (library.h), and the symbols that are found in them.
 */
#ifndef TESTS_UNIT_TARGET_LIBRARY_CORE_H
#define TESTS_UNIT_TARGET_LIBRARY_CORE_H

#include "forge.h"
#include "library.h"
#include "target/target.h"

/* Where it is mapped, and its build-id. */
#define BIAS UINT64_C(0x7f0000000000)
#define ID 0xb2

enum {
	HAS_FIRST_PAGE = 1,	/* as the kernel writes it by default */
	HAS_DATA = 2,
};

/*
 * Begin a core of a process that had mapped the library with that id from
 * `path`; `has` is a set of HAS_*.  Text is left out, and data is last, so that
 * truncating the core takes it away.
 */
void library_core_forge(struct forge *f, const char *path, uint8_t id,
			unsigned int has);

/*
 * Finish `f` unless that was done, open it as a target, which the caller
 * closes, and release `f`.  `options` may be NULL.  An error ends the test.
 */
struct target *library_core_open(struct forge *f,
				 const struct core_options *options);

/* End the test unless a symbol is found at that address and of that size. */
void library_core_has(struct target *t, const char *name, raddr expected,
		      uint64_t expected_size);

/* End the test unless it is not found. */
void library_core_lacks(struct target *t, const char *name);

#endif
