/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/words.h - what roots and references are called in reports.
 *
 * A heap has facts: kinds, names and numbers.  Here, and nowhere else, words
 * are made of them.  No text that is made here is taken apart again.
 */
#ifndef OUTPUT_WORDS_H
#define OUTPUT_WORDS_H

#include "heap/heap.h"

/*
 * Add the whole name of a root, without its kind: "app", "thread 4242
 * 'MainThread', handler (/srv/app.py:12), local request", "dict.__bases__",
 * "codec search path".
 */
void words_root(const struct heap *h, const struct heap_root *root,
		struct str *out);

/*
 * Add the two parts of the name of a root of kind ROOT_FRAME, where it names a
 * frame: the frame, "thread 4242 'MainThread', handler (/srv/app.py:12)", and
 * what of it holds the object, "local request".
 */
void words_root_frame(const struct heap *h, const struct heap_root *root,
		      struct str *out);
void words_root_slot(const struct heap_root *root, struct str *out);

/* Add the name of a thread: "thread 4242 'MainThread'". */
void words_thread(const struct heap_thread *t, struct str *out);

/* Add the name of a local, SLOT_LOCAL: "request"; its number if it has none. */
void words_local(const struct heap_root *root, struct str *out);

/* Add the name of a reference: ".attr", "['key']", "[3]", "closure cell 0",
 * "__dict__", "key 'x'"; nothing if it is unknown. */
void words_edge(const struct edge_name *n, struct str *out);

/* Add the name of a type, and which interpreter's class it is, if that is not
 * the main one: "app.User (interpreter 2)". */
void words_type(const struct heap *h, uint32_t type, struct str *out);

#endif
