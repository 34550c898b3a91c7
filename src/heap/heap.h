/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/heap.h - the object graph: objects, types, references, roots.
 *
 * A heap knows neither Python nor targets.  python/ fills one from a target's
 * memory, heap/capture/ from a capture file; analysis/ and output/ read it.
 *
 * Objects have their ids in the order in which they were found.  What is known
 * of each lies in columns.  The references of `o` are heap_edges(h, o), each
 * an oid, repeated where the object refers twice.  First are those that the
 * type's tp_traverse visits, in its order: heap_visited(h, o).  Behind them are
 * those that it does not visit, which keep their referents alive all the same.
 * What imitates the collector uses the visited ones, all else uses all.  Edge
 * names and previews are made on demand (heap_ops): most are
 * never asked for.  All text here is valid UTF-8 without control bytes: who
 * fills a heap escapes what came from a target.
 */
#ifndef HEAP_HEAP_H
#define HEAP_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "heap/sites/allocation.h"
#include "heap/edge.h"
#include "heap/fact.h"
#include "heap/info.h"
#include "heap/lump.h"
#include "heap/memory.h"
#include "heap/object.h"
#include "heap/root.h"
#include "heap/type.h"

struct heap;
struct heap_details;

/*
 * How names and previews are made; who fills the heap gives them.  Callers
 * pass an `o` below nr_objects and ranges within its edges.
 */
struct heap_ops {
	/*
	 * Names of the edges first .. first + nr - 1 of `o`, into names[0 ..
	 * nr - 1], which are not initialised before; the caller releases each.
	 * Never fails: what is unknown is EDGE_UNKNOWN.
	 */
	void (*name_edges)(struct heap *h, oid o, uint32_t first, uint32_t nr,
			   struct edge_name *names);
	/* Add a short repr, safe to show, of at most about `max` bytes. */
	void (*preview)(struct heap *h, oid o, size_t max, struct str *ret);
	/* heap_text(); NULL: no object has one. */
	bool (*text)(struct heap *h, oid o, struct str *ret);
	/* len(o) of a container or string; -1: it has none. */
	int64_t (*length)(struct heap *h, oid o);
	/* heap_text_hash() of what is not in heap.text_hashes; NULL: it is not
	 * known. */
	bool (*text_hash)(struct heap *h, oid o, uint64_t *ret);
	/* The object at `address`; OID_NONE: none starts there. */
	oid (*find)(struct heap *h, uint64_t address);
	/* Free the context, and take away columns that are not the heap's. */
	void (*release)(struct heap *h);
	/*
	 * All that names and previews are made of, for a capture (see
	 * heap/naming.h); it stays the heap's own.  NULL where the heap was
	 * not read for that.
	 */
	struct error *(*details)(struct heap *h, struct heap_details *ret);
};

struct heap {
	uint32_t nr_objects, room;	/* room: of the columns */
	/*
	 * Objects 0 .. nr_collector_objects - 1 are the collector's, those in
	 * threads' frames, and what can be reached from there by references;
	 * the rest is held by other roots alone (the tuple of a static class's
	 * bases, for example).
	 */
	uint32_t nr_collector_objects;
	uint64_t *address;		/* in the target */
	uint32_t *type;			/* index in types */
	/* Shallow: bytes, as sys.getsizeof(); see heap_size_is_known(). */
	uint64_t *size;
	/*
	 * What it takes: the bytes of its allocator's block and of the raw
	 * blocks that it alone owns, with the 8 or 16 bytes that malloc puts
	 * before each.  NULL: not known, or the heap is not yet complete.
	 */
	uint64_t *bytes;
	uint32_t *refcount;
	uint8_t *generation;		/* GENERATION_* or 0 .. 2 */
	uint8_t *flags;			/* OBJECT_* */
	uint64_t *edge_start;
	uint32_t *edge_nr;
	/*
	 * By object: so many of its edges, the last ones, are visited by no
	 * tp_traverse.  NULL: none of any object.
	 */
	uint32_t *unvisited;
	struct oid_vec edges;
	struct heap_type_vec types;
	struct heap_root_vec roots;
	struct heap_frame_vec frames;
	struct heap_thread_vec threads;
	struct heap_stack_vec stacks;	/* of each thread, then others' */
	struct heap_interpreter_vec interpreters;
	struct heap_weak_vec weak;
	struct heap_borrowed_vec borrowed; /* ascending: heap_sort() */
	struct heap_pointed_vec pointed; /* ascending */
	struct heap_lump_vec lumps;
	struct heap_lump_holder_vec lump_holders;
	struct heap_code_vec codes;
	struct heap_fact_vec facts;	/* these: by object, ascending */
	struct heap_text_hash_vec text_hashes;
	struct heap_generator_vec generators;
	struct heap_future_vec futures;
	struct heap_allocations allocations;
	struct heap_info info;
	struct heap_memory memory; /* see heap_memory_is_known() */
	const struct heap_ops *ops;
	void *context;			/* of ops */
	/* NULL, or the first failure of an operation that can't return one: a
	 * capture is damaged in a column that nobody had read before.  What
	 * was made since may be wrong: look here before you show it. */
	struct error *failed;
};

/* An empty heap: all zeros. */
void heap_init(struct heap *h);

/* Call ops->release if there is one, then free all that the heap owns. */
void heap_release(struct heap *h);

/* Make room for `nr` objects.  What is not used takes addresses, no memory. */
void heap_reserve(struct heap *h, uint64_t nr);

/* The heap has all its objects and edges: give back the room for more. */
void heap_trim(struct heap *h);

/*
 * Add an object without references; size 0, refcount 0, untracked.  Returns
 * its id, or OID_NONE if the heap has 2^32 - 1 objects already.
 */
oid heap_add_object(struct heap *h, uint64_t address, uint32_t type);

/* The fact that is known of `o`, or NULL; the heap owns it. */
const struct heap_fact *heap_fact_of(const struct heap *h, oid o);

/* Set heap.failed to `err`, or free `err` if heap.failed is set already. */
void heap_fail(struct heap *h, struct error *err);

/* Add a line to info.warnings; what it shows is escaped. */
void heap_warn(struct heap *h, const char *format, ...) PRINTF(2, 3);

/* The same for something that could not be read: it also sets info.partial. */
void heap_warn_partial(struct heap *h, const char *format, ...) PRINTF(2, 3);

/* Add a self-check to info.checks; the detail is escaped. */
void heap_note(struct heap *h, bool passed, const char *name,
	       const char *format, ...) PRINTF(4, 5);

/* Could some of the target not be read?  Then there may be more objects. */
static inline bool heap_is_partial(const struct heap *h)
{
	return h->info.nr_unread || h->info.nr_lost_bytes || h->info.partial;
}

/* What `o` takes: its bytes where they are known, else its size. */
static inline uint64_t heap_bytes(const struct heap *h, oid o)
{
	return h->bytes ? h->bytes[o] : h->size[o];
}

/* How many of the references that `o` counts nobody holds: 0 or 1. */
static inline uint32_t heap_nobodys(const struct heap *h, oid o)
{
	return h->flags[o] & OBJECT_DEFERRED ? 1 : 0;
}

/* The type of `o`; the heap owns it. */
static inline const struct heap_type *heap_type_of(const struct heap *h, oid o)
{
	return &h->types.v[h->type[o]];
}

/*
 * All references of `o`.  The span is the heap's own: it is valid until an
 * edge is added to the heap or the heap is released.  Edge number `i` of `o`
 * is `to[i]`.
 */
static inline struct heap_edges heap_edges(const struct heap *h, oid o)
{
	return (struct heap_edges){ h->edges.v + h->edge_start[o],
				    h->edge_nr[o] };
}

/* How many edges of `o` its tp_traverse visits: the first ones. */
static inline uint32_t heap_nr_visited(const struct heap *h, oid o)
{
	return h->edge_nr[o] - (h->unvisited ? h->unvisited[o] : 0);
}

/*
 * The references of `o` that its tp_traverse visits, in its order: those that
 * the collector knows, and that gc.get_referents() gives.  They are the first
 * of heap_edges(h, o) and have the same numbers; the span is valid as long.
 */
static inline struct heap_edges heap_visited(const struct heap *h, oid o)
{
	return (struct heap_edges){ h->edges.v + h->edge_start[o],
				    heap_nr_visited(h, o) };
}

/*
 * The references of `o` that keep their referents alive: all, or none.  The
 * interpreter's dict of interned strings has none: a string leaves it when
 * nobody else holds the string (Objects/unicodeobject.c).
 */
static inline struct heap_edges heap_keeps(const struct heap *h, oid o)
{
	struct heap_edges kept = heap_edges(h, o);

	if (unlikely(h->flags[o] & OBJECT_KEEPS_NOTHING))
		kept.nr = 0;
	return kept;
}

/*
 * Does a scan for pointers say that `o` has edge number `i`?  The references
 * that no tp_traverse visits are sure.
 */
static inline bool heap_is_guess(const struct heap *h, oid o, uint32_t i)
{
	return unlikely(h->flags[o] & OBJECT_SCANNED) &&
	       i < heap_nr_visited(h, o);
}

/* Is heap.size of `o` what sys.getsizeof() says?  If not, reports show none. */
static inline bool heap_size_is_known(const struct heap *h, oid o)
{
	return !(heap_type_of(h, o)->flags & TYPE_SIZE_UNKNOWN);
}

static inline enum type_kind heap_kind_of(const struct heap *h, oid o)
{
	return heap_type_of(h, o)->kind;
}

/*
 * Is edge `i` of `from` one of the references that its referent counts?  The
 * edges of a frame that borrows from a local (CPython 3.14) and those of the
 * dict of interned strings, for example, are not.
 */
bool heap_owns_some(const struct heap *h, oid from, uint32_t i);
static inline bool heap_owns(const struct heap *h, oid from, uint32_t i)
{
	return likely(!(h->flags[from] & OBJECT_BORROWS)) ||
	       heap_owns_some(h, from, i);
}

/* For who fills a heap, when all is in it: sort heap.borrowed. */
void heap_sort(struct heap *h);

/*
 * The edges turned around: from[start[o]] .. from[start[o + 1] - 1] refer to
 * `o`, each as often as it does.
 */
struct heap_inbound {
	uint64_t *start;	/* nr_objects + 1 of them */
	oid *from;
};
/* The caller releases *ret. */
void heap_inbound_build(const struct heap *h, struct heap_inbound *ret);
void heap_inbound_release(struct heap_inbound *in);

/* The operations of heap.ops, which must not be NULL; see struct heap_ops. */
void heap_name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		     struct edge_name *names);
/* To name a few references of an object, all of them may have to be read: who
 * names all of them asks for so many at a time. */
#define HEAP_NAMES_AT_ONCE (UINT32_C(1) << 18)
void heap_preview(struct heap *h, oid o, size_t max, struct str *ret);
/*
 * Add the text of `o`, as heap/naming.h describes it.  Where an object has one,
 * its repr is made of that alone: of equal texts, reprs are equal.  Cheaper
 * than a repr.  False, and nothing is added: it has none.
 */
bool heap_text(struct heap *h, oid o, struct str *ret);
int64_t heap_length(struct heap *h, oid o);
/*
 * A hash of all bytes of the str or bytes `o`, which is longer than what
 * heap_preview() can show: see struct heap_text_hash.  False, and `*ret` is as
 * before: it is not known.
 */
bool heap_text_hash(struct heap *h, oid o, uint64_t *ret);
oid heap_find(struct heap *h, uint64_t address);

#endif
