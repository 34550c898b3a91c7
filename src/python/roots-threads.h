/*
 * python/roots-threads.h - between the files that read threads.
 */
#ifndef PYTHON_ROOTS_THREADS_H
#define PYTHON_ROOTS_THREADS_H

#include "python/roots.h"

struct thread_label {
	uint32_t index;		/* in heap.threads */
	bool holds_gil;
	char *text;		/* "thread 4242 'MainThread'" */
};

/* Frames of the thread state at `thread`, newest first. */
void roots_frames(struct roots *r, raddr thread,
		  const struct thread_label *label);

#endif
