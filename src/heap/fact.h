/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/fact.h - what neither references nor sizes say of an object.
 *
 * Each is in a table of struct heap, which owns it.
 */
#ifndef HEAP_FACT_H
#define HEAP_FACT_H

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

#endif
