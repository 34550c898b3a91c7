/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/load.h - read a CPython process into a heap.
 */
#ifndef PYTHON_LOAD_H
#define PYTHON_LOAD_H

#include "heap/heap.h"
#include "python/memory/memory-block.h"
#include "target/target.h"

struct load_options {
	bool no_emulator;	/* only pyheld's own readers, and scans */
	/* ... because it has made pyheld crash: the heap is partial. */
	bool crashed;
	/* The address of a function tp_traverse whose objects are scanned, as
	 * emulating it has made pyheld crash; 0: none. */
	raddr avoided;
	/* So many objects of each type are held against the emulator; 0: a
	 * few. */
	unsigned int sample;
	bool details;		/* for heap_ops.details */
	enum stop_when stop;	/* see struct snapshot_options */
	uint64_t patience_ms, max_pause_ms;
	bool announces;
	/* For tests: see memory_load().  NULL: none. */
	memory_block_visit *block;
	void *context;		/* for `block` */
};

/*
 * Find the CPython in `t`, take the snapshot, read everything.  The heap's
 * names and previews come from the snapshot: `t` must outlive `ret`.
 *
 * ERR_UNSUPPORTED: no CPython that pyheld can read (the message says what it
 * is and what to do).  ERR_CORRUPT: a self-check failed, named.  And the
 * errors of target_snapshot().
 */
struct error *load_python(struct target *t,
			       const struct load_options *options,
			       struct heap *ret) MUST_CHECK;

#endif
