/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/suspect.h - one suspect, and the list of them that is
 * being made: what suspects.h and the searches for suspects share.
 *
 * A search adds a suspect with suspect_add() and puts its objects into it.
 */
#ifndef ANALYSIS_SUSPECTS_SUSPECT_H
#define ANALYSIS_SUSPECTS_SUSPECT_H

#include "analysis/graph/fan.h"
#include "analysis/graph/garbage.h"
#include "analysis/graph/tally.h"
#include "analysis/suspects/own-modules.h"

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
	SUSPECT_GC_DISABLED,	/* garbage, and the collector does not run */
	SUSPECT_FROZEN,		/* garbage that gc.freeze() hides */
	SUSPECT_NATIVE,		/* only native code holds it */
	SUSPECT_ATEXIT,
	SUSPECT_DUPLICATES,	/* equal strings */
	SUSPECT_SPARSE,		/* containers nearly empty */
	SUSPECT_LARGE,		/* one object that takes much by itself */
	NR_SUSPECT_KINDS,
};
extern const char *const suspect_kind_names[NR_SUSPECT_KINDS];

struct suspects_options {
	uint64_t min_percent;	/* of the heap's bytes that it keeps alive */
	uint64_t min_objects;	/* objects that it keeps alive */
	uint64_t min_entries;	/* objects that hang on its holders */
	uint64_t min_large;	/* bytes that it keeps alive if it is one object
				   or has few entries */
	uint64_t many_percent;	/* instead of min_percent for a container with
				   min_entries, if lower; about so many */
	/* Without older heaps, one part in so many of min_objects and of
	 * min_entries, but not fewer than SUSPECTS_FEW, is enough for a
	 * container that only a running program fills.  0: all of them. */
	uint64_t runtime_part;
};
#define SUSPECTS_OPTIONS_DEFAULT { 5, 1000, 1000, UINT64_C(1) << 20, 1, 10 }

/* A holder on which so much of the heap hangs is a suspect even if it has few
 * entries, but not fewer than SUSPECTS_FEW. */
#define SUSPECTS_MUCH 3		/* times min_percent */
#define SUSPECTS_FEW 16
/* For many_percent, and for what is named as large, one part in so many of
 * min_large is enough. */
#define SUSPECTS_PART_LARGE 3
/* A container that can grow is one with a handful of large entries, too. */
#define SUSPECTS_HANDFUL 4
/* With older heaps thresholds are lower by this factor: growth is a better
 * sign. */
#define SUSPECTS_OLDER_LOWER 10

/* At most this many holders are suspects, however low the thresholds. */
#define SUSPECTS_MAX 200
/* And at most so many suspects, with those that are no holders. */
#define SUSPECTS_TOTAL (SUSPECTS_MAX + 100)
/* So many are named that are large and no suspects. */
#define SUSPECTS_MAX_LARGE 3

/* suspect.flags */
#define SUSPECT_HAS_DEL 1	/* a class of garbage has __del__ */
#define SUSPECT_OF_METHOD 2	/* the cached function is a class's: self is
				   kept */
#define SUSPECT_LEGACY_DEL 4	/* tp_del: never collected */
#define SUSPECT_TRACEBACKS 8	/* many exceptions, not one */
#define SUSPECT_LONG_TRACEBACK 16 /* one, whose traceback is a long chain */
#define SUSPECT_OWNS_EXCEPTIONS 32 /* many, in attributes of the entries */
#define SUSPECT_THREADS 128	/* locals of many threads; `object` is the
				   largest */
#define SUSPECT_GREENLETS 256	/* with SUSPECT_THREADS: of greenlets */
#define SUSPECT_CAUSES 64	/* many, each the __cause__ or __context__ of
				   the one before it */

struct suspect {
	enum suspect_kind kind;
	/* The object to blame; OID_NONE: there is no single one.  Of holders
	 * that are alike, the one on which most hangs; nr_alike is how many
	 * more there are. */
	oid object;
	uint32_t nr_alike;
	/* The object for which it is of its kind: the function of a closure,
	 * the class, the exception, the coroutine; OID_NONE: there is none. */
	oid via;
	uint32_t flags;
	uint64_t entries;	/* that hang on it and on those alike */
	/* The type of most entries, an index in heap.types; UINT32_MAX: it has
	 * none. */
	uint32_t entry_type;
	/* What would be freed with it.  The bytes of SUSPECT_SPARSE are those
	 * that the containers do not use. */
	uint64_t objects, bytes;
	struct tally_type_vec types;	/* of these objects, by bytes */
	/* Of these objects those that the heap lacks, as nothing leads to them:
	 * `members` does not have them.  And those that came. */
	struct tally lost, lost_came;
	const struct heap_fact *fact;	/* of `object`, or NULL */
	/* With older heaps: what it had in each, oldest first.  `entries` -1:
	 * unknown.  `bytes` are `bytes` of now without what it grew by since
	 * that heap. */
	int64_t *old_entries;
	uint64_t *old_bytes;
	int64_t entries_now;	/* as those of old_entries; -1: unknown */
	/* How many of `objects` are newer than the oldest heap; their bytes,
	 * and those by which the others grew.  Others may have gone, so this is
	 * no growth. */
	uint64_t came, came_bytes;
	uint64_t grown;		/* bytes since the oldest heap, net */
	/* Only for the search: */
	uint64_t *members;	/* the objects: a set as in bits.h */
	uint64_t member_bytes;	/* the sum of their heap_bytes() */
	uint64_t rank;		/* where sets overlap, the highest wins */
	bool bounded;		/* near to its bound: it is no suspect */
	uint32_t group;		/* in suspects.groups; UINT32_MAX: none */
};
VEC_DEFINE(suspect_vec, struct suspect);

/* --- holders, and those that are alike --- */

/* Bit of the key of holders that may be alike; without it: an oid. */
#define HOLDER_ALIKE (UINT64_C(1) << 63)

struct holder {
	uint64_t key;		/* of its group */
	oid object;
	uint64_t entries;
	uint32_t objects;	/* as struct fan_sum has it */
	uint64_t bytes;		/* of the holder, and of what hangs on it */
};
VEC_DEFINE(holder_vec, struct holder);

struct holder_group {
	uint64_t key;
	uint64_t alike;		/* `key` if it has HOLDER_ALIKE, else 0 */
	uint32_t nr;		/* holders */
	oid largest;		/* the one that keeps most bytes */
	uint64_t largest_bytes;
	uint64_t entries, objects, bytes;
	uint64_t first;		/* in holders, after sorting */
	bool is_large;		/* one large object: it has no entries */
	/* With older heaps, see suspects-growth.h: */
	int64_t entries_now;	/* -1: unknown */
	uint64_t bytes_now;	/* of all that is below them */
	uint64_t grown;		/* bytes that came since the oldest heap */
	uint64_t inner_grown;	/* the same of the one group below that grew
				   most, 0: none; which one */
	uint32_t inner;
};
VEC_DEFINE(holder_group_vec, struct holder_group);

/* What a group had in an older heap. */
struct group_then {
	uint64_t bytes;		/* of all that was below its holders */
	int64_t entries;	/* -1: unknown */
	uint32_t found;		/* how many holders it had */
};

/* An object that came or grew since an older heap, and by how much. */
struct object_grown {
	oid object;
	uint64_t bytes;
};
VEC_DEFINE(object_grown_vec, struct object_grown);

/* What came since one older heap: see suspects-since.h. */
struct since {
	struct object_grown_vec grown;	/* by oid; empty for the oldest, see
					   suspects.grown */
	/* By type of `heap`: by how many bytes its objects grew.  NULL if the
	 * older heap was of another process. */
	int64_t *type_growth;
	/* By type of `heap`: the lost objects of the older heap; NULL if they
	 * are not known. */
	struct tally *lost;
};
VEC_DEFINE(since_vec, struct since);

struct suspects {
	struct suspect_vec v;	/* most bytes first */
	struct heap *heap;
	struct suspects_options options;
	struct reach reach;
	struct dominators dominators;
	struct fan fan;
	struct garbage garbage;
	struct own_modules modules;
	uint64_t all_bytes;
	size_t nr_older, nr_compared;
	/* By object: the bytes by which it grew since the oldest heap, all of
	 * them if it is newer.  NULL: not compared with a heap of the same
	 * process. */
	uint64_t *grown;
	struct since_vec since;	/* by older heap */
	uint64_t *came;		/* the objects that are newer: a set */
	int64_t heap_growth;	/* bytes of all objects since the oldest heap */
	/* What the search works on: */
	struct holder_vec holders;
	struct holder_group_vec groups;	/* candidates, most bytes first */
	struct group_then *then;	/* by older heap, then by group */
	/* Without older heaps: groups that are large, but no candidates. */
	struct holder_group_vec others;
	/* What is large, but no suspect: with older heaps, what would be one,
	 * but did not grow.  Its objects are not counted; most bytes first. */
	struct suspect_vec large;
};

/* Free what a suspect owns; the struct is the caller's. */
void suspect_release(struct suspect *suspect);

/*
 * Add a suspect without members.  The pointer is valid until the next one is
 * added.  Where the members of suspects overlap, the one of the higher `rank`
 * has them.
 */
struct suspect *suspect_add(struct suspects *s, enum suspect_kind kind,
			    uint64_t rank);
/* Take back the suspect that was added last: it is none. */
void suspect_drop_last(struct suspects *s);

/* Add `o` to the members, unless it is one. */
void suspect_put(struct suspects *s, struct suspect *suspect, oid o);
/* Add all that `o` retains, itself included. */
void suspect_put_retained(struct suspects *s, struct suspect *suspect, oid o);

/*
 * `times` options.min_percent of the heap, in bytes: what a suspect must keep
 * alive at least.  Less where older heaps show what has grown.
 */
uint64_t suspect_threshold(const struct suspects *s, uint64_t times);
/* The same of what comes and goes in a sound program, too: older heaps do not
 * lower it. */
uint64_t suspect_threshold_always(const struct suspects *s, uint64_t times);

/*
 * The bytes that a holder must keep alive: `times` options.min_percent of the
 * heap.  For one time, 80 % of options.many_percent are enough if that is a
 * third of options.min_large.  With older heaps: as much as it must have grown
 * by at least.
 */
uint64_t suspect_least(const struct suspects *s, uint64_t times);

/*
 * The bytes by which a holder must have grown since the oldest heap:
 * options.min_percent of what the heap grew by, and one part in 50 of
 * options.min_percent of the heap, and one part in 16 of options.min_large; but
 * of the last, 0.5 % of a small heap is enough.
 */
uint64_t suspect_least_growth(const struct suspects *s);

/* Does a class of this row of heap.types tell what its objects are for?  One
 * of a module does; builtins and containers are in everything. */
bool suspect_tells(const struct heap *h, uint32_t type);

/* The number of entries of a container or a functools.lru_cache; -1: it has
 * none, or `o` is OID_NONE. */
int64_t suspect_entries(struct heap *h, oid o);

#endif
