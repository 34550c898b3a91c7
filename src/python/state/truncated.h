/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/state/truncated.h - a core whose end is missing: a full disk, a limit.
 *
 * Kernel and gcore write the segments by ascending address: a program's data
 * and its [heap] first, then what was mapped (arenas, thread stacks), the
 * libraries, the stack.  So the end of that is missing.  Objects that
 * references and lists lead to, and that are missing, are counted here.
 *
 * Where the target is no truncated core, py->truncated is NULL, and all of
 * these do nothing.
 */
#ifndef PYTHON_STATE_TRUNCATED_H
#define PYTHON_STATE_TRUNCATED_H

#include "python/state/python.h"

struct truncated {
	struct raddr_vec away;	/* objects that are known to be missing */
	size_t nr_sorted;	/* length of its sorted and deduplicated
				   prefix */
	bool no_files;		/* the notes that list files are missing */
	bool broken;		/* a list of the collector leads to what is
				   missing */
	uint64_t tested;	/* words that could be a PyGC_Head's */
};

/* Sets py->truncated if the target is a truncated core. */
void truncated_init(struct python *py);
void truncated_release(struct python *py);

/* Is `addr` in what is missing? */
bool truncated_lacks(struct python *py, raddr addr);

/*
 * gcore writes its notes last.  Where they are missing: could a file have been
 * mapped at `addr`, which is in no segment?  False where they are there.
 */
bool truncated_may_be_file(struct python *py, raddr addr);

/*
 * A reference leads to the object at `obj`.  If the object is missing, or the
 * class that tells what it is, count it for truncated_nr_objects() and return
 * true.
 */
bool truncated_note_object(struct python *py, raddr obj);

/* A list of the collector leads to what is missing. */
void truncated_note_list(struct python *py);

/* The number of different objects that are known to be missing. */
uint64_t truncated_nr_objects(struct python *py);

#endif
