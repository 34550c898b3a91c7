/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/root.h - what holds objects from outside of the graph: GC roots, and
 * the threads and frames that many of them belong to.
 *
 * Threads, frames and roots stand in heap.threads, heap.frames and heap.roots.
 * All text is owned by the heap; it is valid UTF-8 without control bytes.
 */
#ifndef HEAP_ROOT_H
#define HEAP_ROOT_H

#include <stdbool.h>

#include "heap/object.h"

enum root_kind {
	ROOT_MODULE,		/* an entry of sys.modules */
	ROOT_FRAME,		/* a local or the stack of a thread's frame */
	ROOT_BUILTINS,		/* the builtins of an interpreter */
	ROOT_TYPE,		/* a static type's state */
	ROOT_INTERPRETER,	/* interpreter, thread and runtime state */
	ROOT_NATIVE,		/* somebody unknown holds references */
	NR_ROOT_KINDS,
};
/* "module", "frame", "builtins", "type", "interpreter", "native code" */
extern const char *const root_kind_names[NR_ROOT_KINDS];

/*
 * A place outside of the graph that refers to an object.  One place is one
 * root: an object can have many, and each that is `counted` owns one of the
 * object's references.
 */
struct heap_root {
	oid object;
	enum root_kind kind;
	/*
	 * module: its name.  frame: "thread 4242 'MainThread', handler
	 * (/srv/app.py:12), local request".  interpreter: "sys",
	 * "codec search path", "atexit callback 3".  type: "dict.__dict__".
	 */
	char *name;
	char *expression;	/* Python for the object, or NULL */
	bool counted;
	int32_t frame;		/* ROOT_FRAME: index in heap.frames, else -1 */
};
VEC_DEFINE(heap_root_vec, struct heap_root);

struct heap_frame {
	uint32_t thread;	/* index in heap.threads */
	char *function;		/* qualified where the version has it */
	char *file;
	int32_t line;		/* from 1; 0: unknown */
	oid code;		/* its code object, or OID_NONE */
};
VEC_DEFINE(heap_frame_vec, struct heap_frame);

struct heap_thread {
	int64_t native_id;	/* Linux's; 0: unknown (before 3.11) */
	int64_t interpreter;	/* heap_interpreter.id */
	char *name;		/* threading's name, else comm; "": unknown */
	bool holds_gil;
};
VEC_DEFINE(heap_thread_vec, struct heap_thread);

#endif
