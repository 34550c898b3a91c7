/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/heap.h - the object graph: objects, types, references, roots.
 *
 * Knows neither Python nor targets.  python/ fills one from a target's
 * memory, a capture file is one on disk; analysis/ and output/ read it.
 *
 * An object is a dense 32-bit id (oid), 0 .. nr_objects - 1, in the order in
 * which the objects were found.  What is known of each lies in columns.  The
 * references of `o` are heap_edges(h, o), each an oid, repeated where the
 * object refers twice, in the order that the object gives them.  Edge names and previews are made on demand (heap_ops):
 * most are never asked for.  All text here is valid UTF-8 without control
 * bytes: who fills a heap escapes what came from a target.
 */
#ifndef HEAP_HEAP_H
#define HEAP_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

typedef uint32_t oid;
#define OID_NONE UINT32_MAX
VEC_DEFINE(oid_vec, oid);

#define REFCOUNT_IMMORTAL UINT32_MAX	/* also: more than fits */

/* heap.generation[] */
#define GENERATION_UNTRACKED 255
#define GENERATION_PERMANENT 3	/* gc.freeze() */

/* heap.flags[] */
#define OBJECT_FINALIZED 1	/* its finalizer has run already */
#define OBJECT_EMULATED 2	/* references by its emulated tp_traverse */
#define OBJECT_SCANNED 4	/* references by a scan for pointers: maybe */
#define OBJECT_UNREAD 8		/* its references could not be read */
#define OBJECT_WEAK_REFERENT 16	/* some weak reference points to it */
#define OBJECT_BORROWS 32	/* it does not own all references that it has:
				   see heap_owns() */
#define OBJECT_DEFERRED 64	/* only the collector frees it: one of the
				   references that it counts is nobody's */

/* heap_type.flags */
#define TYPE_HAS_DEL 1		/* __del__, own or inherited */
#define TYPE_IS_TYPE 2		/* its instances are classes */
#define TYPE_IS_HEAP 4		/* made at run time, not static */
#define TYPE_HAS_TRAVERSE 8
#define TYPE_LEGACY_DEL 16	/* tp_del: makes cycles uncollectable */
#define TYPE_IS_DICT 32		/* dict or a subclass */
#define TYPE_IS_DATA_DESCRIPTOR 128 /* its instances come before a dict */
#define TYPE_VISITED_ELSEWHERE 64 /* others visit its instances' class */

/* heap_type.shape: whose instances are shown by their items */
enum {
	SHAPE_NONE, SHAPE_LIST, SHAPE_TUPLE, SHAPE_DICT, SHAPE_SET,
	SHAPE_FROZENSET, NR_SHAPES
};

/* heap_type.subscript: Python for the item of an instance */
enum {
	SUBSCRIPT_NONE,		/* there is none */
	SUBSCRIPT_PLAIN,	/* instance[...] */
	SUBSCRIPT_LIST,		/* list.__getitem__(instance, ...) */
	SUBSCRIPT_TUPLE,
	NR_SUBSCRIPTS,
};

struct heap_type {
	char *name;		/* "collections.OrderedDict", "list" */
	uint64_t address;
	oid object;		/* the class itself as an object, or OID_NONE */
	uint32_t flags;
	uint8_t shape, subscript;
	uint32_t nr_objects;	/* kept by who fills the heap */
	uint64_t bytes;
};
VEC_DEFINE(heap_type_vec, struct heap_type);

/* How a person or a program gets from an object to what it refers to. */
struct edge_name {
	/* ".attr", "['key']", "[3]", "closure cell x", "__dict__", "key 'x'",
	 * "element", "local x", "field name", "" unknown */
	char *name;
	/* Python for the referent: prefix + Python for the object + suffix;
	 * both NULL where no expression can be. */
	char *prefix, *suffix;
	/*
	 * The expression gives a stand-in (the mappingproxy that a class shows
	 * for its dict): right for steps that go on from here, but it is not
	 * the referent itself.
	 */
	bool stand_in;
};
void edge_name_release(struct edge_name *n);

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
 * A place outside of the graph that refers to an object.  One place, one
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
	int32_t line;		/* 0 unknown */
	oid code;		/* or OID_NONE */
};
VEC_DEFINE(heap_frame_vec, struct heap_frame);

struct heap_thread {
	int64_t native_id;	/* 0 unknown (before 3.11) */
	int64_t interpreter;
	char *name;		/* threading's name, else comm; "" unknown */
	bool holds_gil;
};
VEC_DEFINE(heap_thread_vec, struct heap_thread);

struct heap_generation {
	int64_t threshold, count;
	uint64_t objects;
};

struct heap_interpreter {
	int64_t id;
	bool gc_enabled;
	bool gc_collecting;	/* the picture was taken within a collection */
	struct heap_generation generations[3];
	uint64_t frozen;	/* objects in the permanent generation */
	int64_t garbage;	/* len(gc.garbage); -1 could not be read */
	oid garbage_list;	/* gc.garbage, or OID_NONE */
	uint32_t nr_threads;
};
VEC_DEFINE(heap_interpreter_vec, struct heap_interpreter);

/* A weak reference: it keeps nothing alive, so it is no edge. */
struct heap_weak {
	oid reference, referent;
	oid callback;		/* called when the referent goes; OID_NONE */
};
VEC_DEFINE(heap_weak_vec, struct heap_weak);
/*
 * What neither references nor sizes tell of an object: the bound of a deque
 * or a functools.lru_cache, and how often the latter helped.
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

/* Edges of an object, one after the other, that are not counted. */
struct heap_borrowed {
	oid object;
	uint32_t first, nr;
};
VEC_DEFINE(heap_borrowed_vec, struct heap_borrowed);

/* A part of the target's address space. */
struct heap_mapping {
	uint64_t start, end;
	uint32_t flags;		/* MAPPING_* */
	uint64_t offset;	/* in the file */
	char *path;		/* as the target sees it; "" none; "[heap]" */
};
VEC_DEFINE(heap_mapping_vec, struct heap_mapping);

/* heap_mapping.flags */
#define MAPPING_READ 1
#define MAPPING_WRITE 2
#define MAPPING_EXECUTE 4
#define MAPPING_SHARED 8
#define MAPPING_DELETED 16	/* the file has no name any more */

/* A self-check, for `pyheld doctor`; not in captures. */
struct heap_check {
	char *name;		/* what should be: "type(type) is type" */
	char *detail;		/* figures, or what is there instead */
	bool passed;
};
VEC_DEFINE(heap_check_vec, struct heap_check);

/* Objects of a type, read natively and emulated. */
struct heap_sample {
	uint32_t type;
	uint32_t tried, compared, differing;
};
VEC_DEFINE(heap_sample_vec, struct heap_sample);

/* What has been left out of a capture. */
enum heap_redaction {
	REDACT_NOTHING,
	REDACT_CONTENTS,	/* what strings and numbers are, but for names
				   of attributes, globals, types, modules */
	REDACT_ALL,		/* those too */
};

/* What the target is, for reports and captures. */
struct heap_info {
	/* target */
	int64_t pid;		/* 0 unknown (of a core) */
	char *source;		/* what the user typed */
	char *executable, *command, *host;
	uint64_t start_time, taken_at;	/* seconds since the epoch */
	uint64_t resident;	/* bytes */
	uint64_t pause_ns;
	uint64_t bytes_copied;
	/* python */
	char *version;		/* "3.13.0", "3.15.0rc2" */
	char *build;		/* sys.version's rest, "" unknown */
	uint32_t hexversion;
	bool free_threaded, debug, trace_refs;
	char *allocator;	/* "pymalloc", "malloc", "mimalloc", "" */
	char *layout;		/* "debug offsets and table 3.13", "DWARF" */
	/* how complete */
	uint64_t nr_native, nr_emulated, nr_scanned, nr_unread;
	uint64_t nr_bad_pointers; /* references to what is no object */
	uint64_t nr_lost_bytes;	/* of memory that could not be copied */
	uint64_t nr_missing_objects; /* that lay there, as far as is known */
	bool partial;		/* something could not be read, as the warnings
				   say: see heap_is_partial() */
	bool emulator;		/* built with it and could be used */
	struct str_vec warnings; /* a line each */
	struct heap_mapping_vec mappings; /* by address */
	uint32_t redaction;	/* enum heap_redaction */
	struct heap_check_vec checks;
	struct heap_sample_vec samples;
};

struct heap;
struct heap_details;

/* Made by who fills the heap; `o` and the ranges are valid. */
struct heap_ops {
	/* Names of the edges first .. first + nr - 1 of `o`, into names[0 ..
	 * nr - 1]; each is to be released.  Never fails: unknown is "". */
	void (*name_edges)(struct heap *h, oid o, uint32_t first, uint32_t nr,
			   struct edge_name *names);
	/* Add a short safe repr, at most about `max` bytes. */
	void (*preview)(struct heap *h, oid o, size_t max, struct str *ret);
	/* len(o) of a container or string; -1: it has none. */
	int64_t (*length)(struct heap *h, oid o);
	/* The object at `address`, OID_NONE: none starts there. */
	oid (*find)(struct heap *h, uint64_t address);
	void (*release)(struct heap *h);
	/*
	 * All that names and previews are made of, for a capture (see
	 * heap/naming.h); the heap's own.  NULL where the heap was not read
	 * for that.
	 */
	struct error *(*details)(struct heap *h, struct heap_details *ret);
};

struct heap {
	uint32_t nr_objects, room;	/* room: of the columns */
	/*
	 * Those before this are the collector's, those in threads' frames, and
	 * what can be reached from there by references; the rest is held by
	 * other roots alone (the tuple of a static class's bases, say).
	 */
	uint32_t nr_collector_objects;
	uint64_t *address;
	uint32_t *type;			/* index in types */
	uint64_t *size;			/* bytes, as sys.getsizeof() */
	uint32_t *refcount;
	uint8_t *generation, *flags;
	uint64_t *edge_start;
	uint32_t *edge_nr;
	struct oid_vec edges;
	struct heap_type_vec types;
	struct heap_root_vec roots;
	struct heap_frame_vec frames;
	struct heap_thread_vec threads;
	struct heap_interpreter_vec interpreters;
	struct heap_weak_vec weak;
	struct heap_borrowed_vec borrowed; /* ascending: heap_sort() */
	/*
	 * References to each object that are owned and no edges, as no
	 * tp_traverse visits them (the str keys of dicts, say); NULL: nobody
	 * has counted them.
	 */
	uint32_t *hidden;
	struct heap_fact_vec facts;	/* by object, ascending */
	struct heap_info info;
	const struct heap_ops *ops;
	void *context;			/* of ops */
	/*
	 * NULL, or the first failure of an operation that can't return one: a
	 * capture is damaged where nobody had looked.  What was made since may
	 * be wrong; ask before you show it.
	 */
	struct error *failed;
};

void heap_init(struct heap *h);
void heap_release(struct heap *h);	/* calls ops->release if there is one */

/*
 * Add an object without references yet; size 0, refcount 0, untracked.
 * OID_NONE: 2^32 - 1 objects already.
 */
oid heap_add_object(struct heap *h, uint64_t address, uint32_t type);

/* What is known of `o`; NULL: nothing. */
const struct heap_fact *heap_fact_of(const struct heap *h, oid o);

/* Set heap.failed, or free `err` if that is set. */
void heap_fail(struct heap *h, struct error *err);

void heap_warn(struct heap *h, const char *format, ...) PRINTF(2, 3);
/* Of what could not be read: sets info.partial, too. */
void heap_warn_partial(struct heap *h, const char *format, ...) PRINTF(2, 3);

/* Add to info.checks. */
void heap_note(struct heap *h, bool passed, const char *name,
	       const char *format, ...) PRINTF(4, 5);

/* Some of the target could not be read: there may be more than is here. */
static inline bool heap_is_partial(const struct heap *h)
{
	return h->info.nr_unread || h->info.nr_lost_bytes || h->info.partial;
}

/* Those of its references that nobody holds. */
static inline uint32_t heap_nobodys(const struct heap *h, oid o)
{
	return h->flags[o] & OBJECT_DEFERRED ? 1 : 0;
}

static inline const struct heap_type *heap_type_of(const struct heap *h, oid o)
{
	return &h->types.v[h->type[o]];
}

/* The references of one object: to[0] .. to[nr - 1]. */
struct heap_edges {
	const oid *to;
	uint32_t nr;
};

/*
 * The references of `o`, in the order that the object gives them.  The span is
 * the heap's own: it is valid until an edge is added to the heap or the heap
 * is released.  Edge number `i` of `o` is `to[i]`.
 */
static inline struct heap_edges heap_edges(const struct heap *h, oid o)
{
	return (struct heap_edges){ h->edges.v + h->edge_start[o],
				    h->edge_nr[o] };
}

/*
 * Is edge `i` of `from` one of the references that its referent counts?  Not,
 * for example, that of a frame which borrows from a local (CPython 3.14), or
 * of the dict of interned strings.
 */
bool heap_owns_some(const struct heap *h, oid from, uint32_t i);
static inline bool heap_owns(const struct heap *h, oid from, uint32_t i)
{
	return likely(!(h->flags[from] & OBJECT_BORROWS)) ||
	       heap_owns_some(h, from, i);
}

/* For who fills a heap: bring heap.borrowed in order. */
void heap_sort(struct heap *h);

/* The edges turned around: who refers to `o`, each as often as it does. */
struct heap_inbound {
	uint64_t *start;	/* nr_objects + 1 of them */
	oid *from;
};
void heap_inbound_build(const struct heap *h, struct heap_inbound *ret);
void heap_inbound_release(struct heap_inbound *in);

/* Thin wraps of ops. */
void heap_name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		     struct edge_name *names);
void heap_preview(struct heap *h, oid o, size_t max, struct str *ret);
int64_t heap_length(struct heap *h, oid o);
oid heap_find(struct heap *h, uint64_t address);

#endif
