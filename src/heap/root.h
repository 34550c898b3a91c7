/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/root.h - what holds objects from outside of the graph: GC roots, and
 * the threads, stacks and frames that many of them belong to.
 *
 * These stand in heap.roots, heap.threads, heap.stacks and heap.frames.
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
 * What of a frame, a thread, a type or an interpreter holds the object.  Text
 * for people is made of it in output/words.h.
 */
enum root_slot {
	/* `name` says all: of ROOT_MODULE, ROOT_BUILTINS and most of
	 * ROOT_INTERPRETER. */
	SLOT_NAMED,
	/* ROOT_FRAME */
	SLOT_LOCAL,		/* a local, cell or free variable: `name`, or
				   `number` where that is "" */
	SLOT_STACK,		/* the evaluation stack: `number`, from 0 at
				   its bottom */
	SLOT_FUNCTION,		/* the function that the frame runs */
	SLOT_CODE,		/* its code object */
	SLOT_F_LOCALS,		/* the mapping of locals of a class body */
	SLOT_FRAME_OBJECT,	/* the frame as an object */
	/* ROOT_TYPE: members of the static type `name` */
	SLOT_TYPE,		/* the type itself */
	SLOT_BASE,		/* __base__ */
	SLOT_BASES,		/* __bases__ */
	SLOT_MRO,		/* __mro__ */
	SLOT_DICT,		/* __dict__ */
	SLOT_CACHE,		/* tp_cache */
	SLOT_SUBCLASSES,	/* of the type `name`, static or not */
	/* ROOT_INTERPRETER */
	SLOT_THREAD,		/* `name` of the state of thread `thread` */
	SLOT_ATEXIT,		/* a callback of atexit; `name` says which */
	/* ROOT_FRAME: the C stack that the frame runs on */
	SLOT_C_STACK,
	NR_ROOT_SLOTS,
};

/* heap_root.number of a stack's slot that a redacted capture does not know. */
#define ROOT_NO_NUMBER UINT32_MAX

/*
 * A place outside of the graph that refers to an object.  One place is one
 * root: an object can have many, and each that is `counted` owns one of the
 * object's references.
 */
struct heap_root {
	oid object;
	enum root_kind kind;
	/*
	 * By slot: "app" (a module), "request" (a local), "dict" (a type),
	 * "codec search path"; never NULL, "" where the slot has no name.
	 */
	char *name;
	char *expression;	/* Python for the object, or NULL */
	bool counted;
	int32_t frame;		/* ROOT_FRAME: index in heap.frames, else -1 */
	enum root_slot slot;
	uint32_t number;	/* of SLOT_LOCAL and SLOT_STACK */
	uint32_t thread;	/* of SLOT_THREAD: index in heap.threads */
	/* SLOT_STACK: the height of the stack is not known, so that the object
	 * may be none of it any more. */
	bool likely;
};
VEC_DEFINE(heap_root_vec, struct heap_root);

#define NO_THREAD UINT32_MAX	/* no index in heap.threads */

enum heap_stack_kind {
	STACK_THREAD,
	STACK_OTHER,		/* of a newer pyheld's capture */
	STACK_GREENLET,
	NR_STACK_KINDS,
};
/* "thread", "stack", "greenlet" */
extern const char *const heap_stack_kind_names[NR_STACK_KINDS];

/* What runs, or waits to run on: frames belong to it. */
struct heap_stack {
	enum heap_stack_kind kind;
	/* Index in heap.threads: of what is no thread, the one that it runs
	 * on; NO_THREAD: not known. */
	uint32_t thread;
	oid object;		/* the greenlet; OID_NONE of a thread */
};
VEC_DEFINE(heap_stack_vec, struct heap_stack);

/* Frames of one stack lie together, the innermost first. */
struct heap_frame {
	uint32_t stack;		/* index in heap.stacks */
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

struct heap;

/* Add a thread, with its stack; the heap owns its name.  Returns the index of
 * both.  There must be no stack of others yet. */
uint32_t heap_add_thread(struct heap *h, struct heap_thread thread);

/* heap.stacks has those of others alone: put those of the threads first. */
void heap_put_thread_stacks(struct heap *h);

/* The stack that the frame belongs to; the heap owns it. */
const struct heap_stack *heap_stack_of(const struct heap *h,
				       const struct heap_frame *frame);

#endif
