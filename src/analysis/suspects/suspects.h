/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/suspects.h - what looks like a leak, and of which kind.
 *
 * Most leaks are accumulation points (the idea is Eclipse MAT's): a holder on
 * which many objects hang, none of which makes up most of it, and that keeps a
 * good part of the heap.  What it is called and what usually fixes it depends
 * on the way that leads to it: a class's attribute, a closure's cell, a
 * thread's local.  Holders that are alike (alike.h), each the `log` of a
 * Session, are one.  The rest are sets of objects that show in another way:
 * garbage, what is frozen, what only native code holds, equal strings,
 * containers that are nearly empty, chains.
 *
 * Each suspect is a set of objects.  Where sets overlap, what has most hanging
 * on each holder is the suspect; others stay that keep much else.
 *
 * A heap without older ones shows no growth.  So static data of libraries is
 * told from leaks by thresholds alone; what has a bound (a deque's maxlen, a
 * cache's maxsize) is no suspect while it is near to that.  With older heaps
 * only what grew in every step is a suspect, and may be smaller.
 */
#ifndef ANALYSIS_SUSPECTS_SUSPECTS_H
#define ANALYSIS_SUSPECTS_SUSPECTS_H

#include "analysis/graph/fan.h"
#include "analysis/garbage.h"
#include "analysis/summary.h"

enum suspect_kind {
	SUSPECT_CONTAINER,	/* held by a module's global */
	SUSPECT_ATTRIBUTE,	/* of an instance */
	SUSPECT_CLASS,		/* a class's attribute */
	SUSPECT_CACHE,		/* one of these, called a cache */
	SUSPECT_LRU_CACHE,	/* functools', with no bound */
	SUSPECT_CALLBACKS,
	SUSPECT_LOGGING,	/* its handlers, filters, loggers */
	SUSPECT_QUEUE,		/* a deque without maxlen, a queue */
	SUSPECT_THREAD_LOCAL,
	SUSPECT_CLOSURE,
	SUSPECT_DEFAULT,	/* a default argument */
	SUSPECT_COROUTINE,	/* suspended, or never awaited */
	SUSPECT_GENERATOR,
	SUSPECT_TASKS,
	SUSPECT_EXCEPTION,	/* kept with its traceback and frames */
	SUSPECT_WEAK,		/* weak references themselves */
	SUSPECT_CLASSES,	/* made at run time */
	SUSPECT_FRAME,		/* a local of a function that runs */
	SUSPECT_CHAIN,		/* each holds the next one */
	SUSPECT_GC_GARBAGE,	/* the list gc.garbage */
	SUSPECT_GARBAGE,	/* waits for the collector */
	SUSPECT_GC_DISABLED,	/* likewise, for ever */
	SUSPECT_FROZEN,		/* likewise, as gc.freeze() hides it */
	SUSPECT_NATIVE,
	SUSPECT_ATEXIT,
	SUSPECT_DUPLICATES,	/* equal strings */
	SUSPECT_SPARSE,		/* containers nearly empty */
	NR_SUSPECT_KINDS,
};
extern const char *const suspect_kind_names[NR_SUSPECT_KINDS];

struct suspects_options {
	uint64_t min_percent;	/* of the heap's bytes */
	uint64_t min_objects;	/* retained */
	uint64_t min_entries;	/* that hang on holders */
};
#define SUSPECTS_OPTIONS_DEFAULT { 5, 10000, 1000 }

/* What so much of the heap hangs on is a suspect however few entries ... */
#define SUSPECTS_MUCH 3		/* times min_percent */
/* ... from these on. */
#define SUSPECTS_FEW 16

/* More holders are not looked at, however low the thresholds. */
#define SUSPECTS_MAX 200

/* suspect.flags */
#define SUSPECT_HAS_DEL 1	/* a class of garbage has __del__ */
#define SUSPECT_OF_METHOD 2	/* the cached function is a class's: self is
				   kept */
#define SUSPECT_LEGACY_DEL 4	/* tp_del: never collected */
#define SUSPECT_TRACEBACKS 8	/* many exceptions, not one */

struct suspect {
	enum suspect_kind kind;
	/* What is to blame; OID_NONE: no one object.  Of those that are alike
	 * the one on which most hangs, and how many more there are. */
	oid object;
	uint32_t nr_alike;
	/* What makes it of its kind: the function of a closure, the class, the
	 * exception, the coroutine; OID_NONE: nothing. */
	oid via;
	uint32_t flags;
	uint64_t entries;	/* that hang on it, and on those alike */
	uint32_t entry_type;	/* of most of these; UINT32_MAX none */
	/* What would be freed; of SUSPECT_SPARSE the bytes are the unused. */
	uint64_t objects, bytes;
	struct summary_row_vec types;	/* these, by bytes */
	const struct heap_fact *fact;	/* of `object`, or NULL */
	/* With older heaps: entries then, oldest first, -1 unknown; and how
	 * many of `objects` came since the oldest. */
	int64_t *old_entries;
	uint64_t came, came_bytes;
	/* The rest is suspects.c's: */
	uint64_t *members;
	uint64_t rank;		/* more: is taken first where sets overlap */
	bool bounded;
};
VEC_DEFINE(suspect_vec, struct suspect);

struct suspects {
	struct suspect_vec v;	/* most bytes first */
	struct heap *heap;
	struct suspects_options options;
	struct reach reach;
	struct dominators dominators;
	struct fan fan;
	struct garbage garbage;
	uint64_t all_bytes;
	size_t nr_older, nr_compared;
};

/*
 * `nr_older`: so many older heaps will be compared before suspects_finish(),
 * oldest first.  `h` must outlive *ret.
 */
void suspects_build(struct heap *h, const struct suspects_options *options,
		    size_t nr_older, struct suspects *ret);
void suspects_compare(struct suspects *s, struct heap *older);
/* Drop what did not grow, if anything was compared, and sort. */
void suspects_finish(struct suspects *s);
void suspects_release(struct suspects *s);

/* The entries of a container or a functools.lru_cache; -1: it has none, and
 * of OID_NONE. */
int64_t suspects_entries(struct heap *h, oid o);

/* --- for suspects*.c --- */

/* A new one with no members. */
struct suspect *suspects_add(struct suspects *s, enum suspect_kind kind,
			     uint64_t rank);
/* Add `o`, or all that it retains, to the members. */
void suspects_put(struct suspects *s, struct suspect *suspect, oid o);
void suspects_put_retained(struct suspects *s, struct suspect *suspect, oid o);
/* `times` min_percent of the heap, in bytes; less where older heaps tell what
 * has grown ... */
uint64_t suspects_bytes(const struct suspects *s, uint64_t times);
/* ... and what is needed of what comes and goes in a sound program, too. */
uint64_t suspects_bytes_in_any_case(const struct suspects *s, uint64_t times);

/* suspects-holders.c: accumulation points. */
void suspects_add_holders(struct suspects *s);
/* suspects-kind.c: what it is, by the way to `object` and what hangs on it. */
void suspects_classify(struct suspects *s, struct suspect *suspect);
/* Has it a bound that it is near to? */
bool suspects_is_bounded(struct suspects *s, oid holder);
/* suspects-sets.c: what shows in another way. */
void suspects_add_sets(struct suspects *s);
/* suspects-waste.c: equal strings, containers nearly empty. */
void suspects_add_waste(struct suspects *s);

#endif
