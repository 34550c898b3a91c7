/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/fact.h - what neither references nor sizes say of an object.
 *
 * Each is in a table of struct heap, which owns it.
 */
#ifndef HEAP_FACT_H
#define HEAP_FACT_H

#include <stdbool.h>

#include "heap/object.h"

/* A weak reference: it keeps nothing alive, so it is no edge. */
struct heap_weak {
	oid reference, referent;
	oid callback;		/* called when the referent goes, or OID_NONE */
};
VEC_DEFINE(heap_weak_vec, struct heap_weak);

/*
 * What neither references nor sizes say of an object: the bound of a deque or
 * a functools.lru_cache, and how often the latter helped.
 */
enum fact_kind { FACT_DEQUE, FACT_LRU_CACHE, NR_FACT_KINDS };

struct heap_fact {
	oid object;
	enum fact_kind kind;
	int64_t bound;		/* maxlen, maxsize; -1: None */
	int64_t length;		/* entries now */
	uint64_t hits, misses;	/* of a lru_cache */
};
VEC_DEFINE(heap_fact_vec, struct heap_fact);

/*
 * A hash of a text that is too long to be kept: of all bytes of a str or bytes
 * of more than TEXT_MAX code points (heap/naming.h).  XXH3, 64 bits, with the
 * bytes of a code point as its seed (1, 2 or 4; 0: of a bytes object).  Texts
 * of the same length with equal hashes are equal, but for one pair in 2^64.  A
 * text of more than TEXT_HASH_MAX bytes has none: a core may have gigabytes of
 * them that nothing else reads.
 */
#define TEXT_HASH_MAX (UINT64_C(1) << 20)

struct heap_text_hash {
	oid object;
	uint64_t hash;
};
VEC_DEFINE(heap_text_hash_vec, struct heap_text_hash);

/* The code of some generators: heap.codes, in no order. */
struct heap_code {
	oid object;		/* the code object, or OID_NONE */
	char *function;		/* qualified where the version has it */
	char *file;
};
VEC_DEFINE(heap_code_vec, struct heap_code);

enum generator_state {
	GENERATOR_CREATED,	/* it has not begun */
	GENERATOR_SUSPENDED,
	GENERATOR_RUNNING,
	NR_GENERATOR_STATES,
};

/*
 * A generator, coroutine or async generator that has a frame: one that has
 * ended has no row.  Its locals are edges of it (up to CPython 3.10 of its
 * frame object), EDGE_LOCAL.
 */
struct heap_generator {
	oid object;
	enum generator_state state;
	uint32_t code;		/* index in heap.codes */
	int32_t line;		/* from 1; 0: unknown */
	/* cr_await, gi_yieldfrom, ag_await: what it waits for; OID_NONE: for
	 * nothing, or it runs. */
	oid awaits;
	int32_t frame;		/* of one that runs: index in heap.frames; -1:
				   none there is its */
};
VEC_DEFINE(heap_generator_vec, struct heap_generator);

/* Modules/_asynciomodule.c, Lib/asyncio/futures.py */
enum future_state {
	FUTURE_PENDING,
	FUTURE_FINISHED,	/* it has a result or an exception */
	FUTURE_CANCELLED,
	FUTURE_UNKNOWN,
	NR_FUTURE_STATES,
};

/* An asyncio.Future or asyncio.Task, of C or of Python, or of a subclass.  What
 * is not there is OID_NONE. */
struct heap_future {
	oid object;
	bool is_task;
	enum future_state state;
	/* What is called when it is done; the second one is a list of more, or
	 * of pairs of a callback and its context. */
	oid callback, callbacks;
	/* 3.14 and later: the task that awaits it, or a set of them. */
	oid awaited_by;
	/* Of a task: */
	oid coroutine;
	oid waits_for;		/* the future that will wake it */
	char *name;		/* never NULL; "": a future, or unknown */
};
VEC_DEFINE(heap_future_vec, struct heap_future);

#endif
