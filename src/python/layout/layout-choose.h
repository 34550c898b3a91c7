/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/layout/layout-choose.h - the layout of this target.
 *
 * A layout comes from, first that fits:
 *   1. a table row that was generated from the very build (version and the
 *      size of _PyRuntime agree);
 *   2. DWARF of the target's binary or of its debug file;
 *   3. the table row that is nearest in version;
 * and then, from 3.13 on, what the target's own _Py_DebugOffsets say is put on
 * top (they win).
 */
#ifndef PYTHON_LAYOUT_LAYOUT_CHOOSE_H
#define PYTHON_LAYOUT_LAYOUT_CHOOSE_H

#include "python/layout/layout.h"
#include "target/elf/debuginfo.h"

/* What is known of a target when its layout is chosen. */
struct layout_query {
	uint32_t hexversion;	/* 0x030d00f0; 0: unknown */
	bool free_threaded, debug;
	uint64_t runtime_size;	/* st_size of _PyRuntime; 0: unknown */
	struct debuginfo *debuginfo; /* NULL: none (asked for lazily, below) */
	/* Called at most once, when 1. did not fit; may be NULL. */
	struct debuginfo *(*find_debuginfo)(void *context);
	void *context;
	/* The bytes of _Py_DebugOffsets, read from the target; NULL: none. */
	const uint8_t *debug_offsets;
	size_t debug_offsets_len;
};

/*
 * `*source` gets words for reports ("table 3.13.0", "DWARF", "table 3.14.10
 * with debug offsets", "table 3.15.2, the nearest to 3.16.0, with ..."), to be
 * freed.  ERR_UNSUPPORTED: older than 3.8, or nothing fits.
 */
struct error *layout_choose(const struct layout_query *q, struct layout *ret,
			    char **source) MUST_CHECK;

/* Every member that this DWARF has.  ERR_NOT_FOUND: not CPython's. */
struct error *layout_from_debuginfo(struct debuginfo *d, struct layout *ret)
	MUST_CHECK;

/* For reports and `doctor`: the fields' names, in the order of the struct. */
extern const char *const layout_field_names[];
extern const unsigned int nr_layout_fields;

#endif
