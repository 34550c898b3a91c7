/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/stopped.h - what of a process stood still while its memory was copied.
 */
#ifndef BASE_STOPPED_H
#define BASE_STOPPED_H

enum stopped {		/* the numbers are in captures */
	STOPPED_UNKNOWN, /* of a core, and of older captures */
	STOPPED_ALL,	/* all its threads, by ptrace */
	STOPPED_NONE,	/* nothing: no thread ran meanwhile, by itself */
	STOPPED_HOLDER,	/* the thread that alone may change Python's objects,
			   as it holds the GIL */
	NR_STOPPED,
};

#endif
