/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/state.h - what the files of python/ share; nobody else includes it.
 *
 * One `struct python` is one CPython process being read.  It fills a heap, and
 * afterwards makes names and previews for it from the same memory.
 */
#ifndef PYTHON_STATE_H
#define PYTHON_STATE_H

#include <inttypes.h>

#include "heap/naming.h"
#include "python/emulator/emulator.h"
#include "python/layout/layout.h"
#include "target/target.h"

/* tp_flags: Include/object.h */
#define TPFLAG_STATIC_BUILTIN (1ul << 1)	/* 3.12 and later */
#define TPFLAG_INLINE_VALUES (1ul << 2)		/* 3.13 and later */
#define TPFLAG_MANAGED_WEAKREF (1ul << 3)	/* 3.12 and later */
#define TPFLAG_MANAGED_DICT (1ul << 4)		/* 3.11 and later */
#define TPFLAG_HEAPTYPE (1ul << 9)
#define TPFLAG_HAVE_GC (1ul << 14)
#define TPFLAG_LONG_SUBCLASS (1ul << 24)
#define TPFLAG_LIST_SUBCLASS (1ul << 25)
#define TPFLAG_TUPLE_SUBCLASS (1ul << 26)
#define TPFLAG_BYTES_SUBCLASS (1ul << 27)
#define TPFLAG_UNICODE_SUBCLASS (1ul << 28)
#define TPFLAG_DICT_SUBCLASS (1ul << 29)
#define TPFLAG_BASE_EXC_SUBCLASS (1ul << 30)
#define TPFLAG_TYPE_SUBCLASS (1ul << 31)

/* ob_gc_bits of free-threaded builds: Include/internal/pycore_gc.h */
#define GC_BIT_TRACKED 1
#define GC_BIT_FINALIZED 2
#define GC_BIT_FROZEN 8
#define GC_BIT_DEFERRED 64	/* counts one reference more than there are */

/* Who reads the references that a tp_traverse would visit. */
enum reader {
	READER_NONE,	 /* no tp_traverse and none known: no references */
	READER_SLOTS,	 /* fixed words: refs-simple.c */
	READER_DICT,
	READER_LIST,
	READER_TUPLE,
	READER_SET,
	READER_TYPE,
	READER_MODULE,	 /* without m_traverse */
	READER_GENERATOR,
	READER_FRAME,
	READER_CODE,	 /* no tp_traverse, but holds references */
	READER_DEQUE,
	READER_STRUCTSEQ,
	READER_HAMT_PAIRS,	/* nodes of a context's tree: refs-hamt.c */
	READER_HAMT_ARRAY,
	READER_EMULATE,
	NR_READERS,
};

/* How sys.getsizeof() of an instance is computed: size.c. */
enum sizer {
	SIZER_OBJECT,	 /* basicsize + itemsize * len */
	SIZER_INT, SIZER_STR, SIZER_DICT, SIZER_ODICT, SIZER_LIST, SIZER_SET,
	SIZER_TYPE, SIZER_CODE, SIZER_FRAME, SIZER_GENERATOR, SIZER_DEQUE,
	SIZER_BYTEARRAY,
	SIZER_LIBRARY,	 /* size-library.c */
};

#define READER_MAX_SLOTS 16

/* What is known of a class in the target; same index as heap.types. */
struct pytype {
	raddr address, metatype;
	raddr base;		/* tp_base; 0: none */
	raddr traverse, is_gc, members, cached_keys;
	uint64_t flags;
	int64_t basicsize, itemsize, dictoffset, weaklistoffset;
	int64_t var_size;	/* ob_size of the type: number of slots */
	bool is_subtype;	/* its traverse is subtype_traverse */
	bool mapped_static;	/* a static type */
	enum reader reader;	/* of the first base that is no subtype */
	enum sizer sizer;
	uint8_t size_row;	/* of SIZER_LIBRARY: see size-library.c */
	uint8_t repr_row;	/* see repr.c; 0: none */
	uint32_t native_base;	/* index of that base; itself if none */
	/* subtype_traverse, worked out once: */
	bool visits_type, visits_dict, visits_managed;
	uint8_t nr_slots;	/* of READER_SLOTS: fixed words to visit */
	uint16_t slots[READER_MAX_SLOTS];
	uint8_t fields[READER_MAX_SLOTS]; /* enum ref_field of each */
	uint32_t member_first, member_nr; /* __slots__: in python.members */
	raddr module_name;	/* str object of __module__; 0: by tp_name */
	raddr qualname;
	uint64_t nr_failed;	/* objects that could not be emulated */
	const char *failed;	/* why the first could not (static) */
	uint64_t nr_junk;	/* objects that visit what is no object */
	uint64_t nr_left_out;	/* objects: its traverse is not in the core */
};
VEC_DEFINE(pytype_vec, struct pytype);

struct gc_lists {
	raddr heads[4];		/* generations 0..2, permanent; 0: none */
	raddr thresholds[3];	/* address of the int; the count follows */
	raddr collecting, enabled, garbage, callbacks;
};

struct interpreter {
	raddr address;
	int64_t id;
	struct gc_lists gc;
};
VEC_DEFINE(interpreter_vec, struct interpreter);

/* Types that pyheld knows by name; looked up in dynsym, found by name. */
struct known_types {
	raddr type, object, str, int_, bool_, float_, bytes, tuple, list, dict,
	      set, frozenset, none_type, module, function, code, frame,
	      generator, coroutine, async_generator, cell, method,
	      builtin_function, weakref, property, mappingproxy, exception,
	      range, wrapper_descriptor, capsule;
	/* tp_traverse of these, shared by others: 0 unknown */
	raddr dict_traverse, list_traverse, tuple_traverse, set_traverse,
	      type_traverse, module_traverse, generator_traverse,
	      weakref_traverse, descr_traverse, deque_traverse;
	raddr none;		/* the object None */
	bool has_code;		/* the target's code is there to look at */
	raddr set_dummy;	/* the object that marks a deleted entry */
};

/* The evaluation stack of a frame that does not say how high it is. */
struct open_stack {
	raddr first;
	uint32_t nr;		/* words that it could have */
	int32_t frame;		/* index in heap.frames */
};
VEC_DEFINE(open_stack_vec, struct open_stack);

struct python {
	struct target *target;
	struct memory *memory;
	struct heap *heap;
	struct layout layout;
	char *layout_source;
	uint32_t hexversion;
	int minor;		/* 8 .. 15 */
	bool free_threaded, debug, trace_refs;
	raddr runtime;
	uint64_t runtime_size;
	raddr runtime_object_start, runtime_object_end; /* its ELF object */
	struct interpreter_vec interpreters;
	struct known_types known;
	bool by_search;		/* found without symbols: search.c */
	raddr subtype_traverse;
	raddr lookdict;		/* 3.8 to 3.10: dk_lookup of general dicts */
	/* 3.13 without the fix of gh-130327: embedded values are visited by
	 * their object, else by its materialised dict. */
	bool embedded_by_object;

	struct object_map *map;
	struct pytype_vec types;
	struct type_index *type_index;
	struct u32_vec members;	/* offsets of T_OBJECT_EX slots, runs */
	uint64_t claims, most_claims; /* see refs_claim() */
	uint64_t lookups;	/* entries that types_lookup() may still see */
	struct emulator *emulator;
	const char *no_emulator; /* why not */
	struct oid_vec pending;	/* waiting for the emulator */
	struct raddr_vec asked;	/* libraries that ifunc.c has asked */
	struct raddr_vec interned; /* dicts of interned strings: 3.14 on */
	struct open_stack_vec stacks; /* between roots_load() and _stacks() */
	struct type_names *type_names; /* type-names.c; NULL: not needed yet */
	struct details *details; /* details.c */
	struct cut *cut;	/* cut.c; NULL: no core that was cut short */

	/*
	 * Tells the first thing that can't be so from others, 0: there is
	 * none.  Most often a thread was stopped amid changing it: another
	 * snapshot has something else or nothing.  What is damaged for good
	 * stays.
	 */
	uint64_t torn;
	uint64_t torn_before;	/* in the snapshot before this one */
	bool may_retry;		/* another one may be taken */
};

/* Note that `what` can't be, of what is at `where`. */
static inline void state_torn(struct python *py, raddr where, uint64_t what)
{
	if (!py->torn)
		py->torn = where * 31 + what + 1;
}

static inline bool state_wants_another(const struct python *py)
{
	return py->may_retry && py->torn && py->torn != py->torn_before;
}

/* --- objects.c: the object map, adding objects ------------------------- */

struct error *objects_init(struct python *py) MUST_CHECK;
void objects_release(struct python *py);

/* The oid of the object at `addr` if it was added, else OID_NONE. */
oid objects_find(struct python *py, raddr addr);

/*
 * The oid of the object at `addr`; adds it to the heap if it looks like one
 * (aligned, mapped, its type is a type).  OID_NONE: it does not.
 */
oid objects_add(struct python *py, raddr addr);
/* The reference count of the object whose bytes `p` is at, as heap.refcount
 * has it; 0: it is dead. */
uint32_t objects_refcount(const struct python *py, const uint8_t *p);

/* --- types.c ------------------------------------------------------------ */

/* Index of the class at `addr` (read once); UINT32_MAX: it is no class. */
uint32_t types_load(struct python *py, raddr addr);
void types_release(struct python *py);
/* The class at `addr`, as far as it tells without its bases; nothing is
 * loaded.  false: it is no class. */
bool types_peek(struct python *py, raddr addr, struct pytype *ret);
/* The index of a class that was loaded already, else UINT32_MAX. */
uint32_t types_load_known(struct python *py, raddr addr);
static inline struct pytype *types_of(struct python *py, oid o)
{
	return &py->types.v[py->heap->type[o]];
}
/* Is an instance of `t` at `obj` one for the collector (has a PyGC_Head)? */
bool types_is_gc(struct python *py, const struct pytype *t, raddr obj);
/* The class's tp_dict, also of 3.12's static builtin types; 0: none. */
raddr types_dict(struct python *py, raddr type);
/* Its tp_mro (a tuple object); 0: none. */
raddr types_mro(struct python *py, raddr type);
/* Is `type` `base` or a subclass of it?  Follows tp_base, bounded. */
bool types_is_subclass(struct python *py, raddr type, raddr base);
/* The state that 3.12 and later have of a static builtin type in the main
 * interpreter; 0: none. */
raddr types_static_state(struct python *py, raddr type);
/* Could there be code at `addr`?  It may be left out of a core. */
bool types_is_code(struct python *py, raddr addr);
/* There is no code at `addr` of a core: it is in a file that can't be had. */
bool types_code_is_missing(struct python *py, raddr addr);
/* Is its tp_name in a file that can't be had? */
bool types_name_is_left_out(struct python *py, raddr type);
/* The tp_name of `type` in place, or what type_names_find() says; or NULL. */
const char *types_c_name(struct python *py, raddr type);
/* Is its tp_name this one? */
bool types_is_named(struct python *py, raddr type, const char *name);
/* First class in the MRO with `name` in its dict: *value; false: none. */
bool types_lookup(struct python *py, raddr type, const char *name,
		  raddr *value, raddr *owner);

/* --- type-names.c: where a core leaves tp_name out ------------------------ */

/*
 * What `type` is called, if its tp_name can't be read: where nothing tells, by
 * its address.  NULL: it is no such type.  Valid as long as `py`.
 */
const char *type_names_find(struct python *py, raddr type);
/* The type that is called so, of those; 0: none. */
raddr type_names_address(struct python *py, const char *name);
void type_names_release(struct python *py);

/* --- gc.c ---------------------------------------------------------------- */

/* Fill interpreters[i].gc from the layout and check it; before the stop. */
struct error *gc_locate(struct python *py, struct interpreter *interp)
	MUST_CHECK;
/* snapshot_check: is a collection running? */
struct error *gc_check_idle(struct target *t, void *py, bool *again);
/* The same, asked while it runs. */
bool gc_is_busy(struct target *t, void *py);
/* Add all objects of all lists, with generations; heap.interpreters. */
struct error *gc_load(struct python *py) MUST_CHECK;
/* gc-heaps.c: the same of a free-threaded build; all interpreters' objects,
 * counted for `hi`. */
struct error *gc_load_heaps(struct python *py, struct heap_interpreter *hi)
	MUST_CHECK;

/* --- cut.c: of a core that was cut short ----------------------------------- */

void cut_init(struct python *py);	/* sets py->cut if it was */
void cut_release(struct python *py);
/* Is `addr` in what is missing?  False where nothing is. */
bool cut_away(struct python *py, raddr addr);
/* gcore writes its notes last: without them, could a file have been mapped at
 * `addr`, which is in no segment?  False where the notes are there. */
bool cut_may_be_file(struct python *py, raddr addr);
/* There is an object at `obj`: is it, or the class that tells what it is,
 * missing?  Then it counts for cut_missing(). */
bool cut_note(struct python *py, raddr obj);
/* A list of the collector leads to what is missing. */
void cut_list(struct python *py);
/* Then: add the containers that are there all the same. */
void cut_scan(struct python *py);
/* How many objects are known to be missing. */
uint64_t cut_missing(struct python *py);
/* subtype_traverse, by what most classes have; 0: no class is there. */
raddr cut_class_traverse(struct python *py);

/* --- refs.c: what an object refers to ------------------------------------ */

/* How an object holds a referent; `arg` by kind. */
enum ref_kind {
	REF_NONE,
	REF_INDEX,	/* arg: index */
	REF_VALUE,	/* arg: raddr of the key object */
	REF_KEY,	/* the referent is a key of a dict */
	REF_ELEMENT,	/* of a set */
	REF_ATTRIBUTE,	/* arg: raddr of the name, a str object */
	REF_FIELD,	/* arg: index of ref_field_names */
	REF_DICT,	/* __dict__ */
	REF_TYPE,	/* __class__ */
	REF_LOCAL,	/* arg: raddr of the name, a str object */
	REF_STACK,	/* arg: depth on a frame's evaluation stack */
	REF_CELL,	/* arg: index in __closure__ */
	REF_OFFSET,	/* arg: offset of the word in the object */
	REF_CACHE_KEY,	/* of functools.lru_cache */
	REF_CACHE_RESULT, /* likewise; arg: raddr of its key */
};

struct ref_name {
	enum ref_kind kind;
	uint64_t arg;
};
VEC_DEFINE(ref_name_vec, struct ref_name);

struct refs {
	struct raddr_vec to;
	struct ref_name_vec names; /* only when `named` */
	bool named;
	struct u32_vec borrowed; /* indices in `to`: their holder does not own
				    these, ascending */
};

static inline void refs_add(struct refs *r, raddr to, enum ref_kind kind,
			    uint64_t arg)
{
	if (!to)
		return;
	raddr_vec_push(&r->to, to);
	if (unlikely(r->named))
		ref_name_vec_push(&r->names, (struct ref_name){ kind, arg });
}

/* As that; `owned`: the referent counts it. */
static inline void refs_add_owned(struct refs *r, raddr to, bool owned,
				  enum ref_kind kind, uint64_t arg)
{
	if (to && unlikely(!owned))
		u32_vec_push(&r->borrowed, (uint32_t)r->to.nr);
	refs_add(r, to, kind, arg);
}

void refs_release(struct refs *r);

static inline void refs_clear(struct refs *r)
{
	r->to.nr = 0;
	r->names.nr = 0;
	r->borrowed.nr = 0;
}

/*
 * A container is about to be read that says it has `words` words.  Each word
 * of a sane target is in one container; a corrupt one's many lists may all
 * claim the same array.  False: more was claimed, since refs_begin(), than
 * there is memory.
 */
static inline bool refs_claim(struct python *py, uint64_t words)
{
	if (unlikely(words > py->claims || words > UINT32_MAX))
		return false;
	py->claims -= words;
	return true;
}

/* A pass over all objects begins: it may look at each word once. */
static inline void refs_begin(struct python *py)
{
	py->claims = py->most_claims;
}

enum refs_result { REFS_OK, REFS_UNREADABLE, REFS_EMULATE };

/*
 * Append what the object refers to, by pyheld's own readers, in the order of
 * its tp_traverse.  REFS_EMULATE: no reader for it (nothing was appended).
 */
enum refs_result refs_read(struct python *py, const struct pytype *t,
			   raddr obj, struct refs *ret);
/* As t->reader does, without what subtype_traverse() does itself. */
enum refs_result refs_read_as(struct python *py, const struct pytype *t,
			      raddr obj, struct refs *ret);
/* Append what an object seems to refer to, without its traverse. */
void refs_scan(struct python *py, const struct pytype *t, raddr obj,
	       struct refs *ret);
/* PyObject_VisitManagedDict() */
enum refs_result refs_managed(struct python *py, const struct pytype *t,
			      raddr obj, struct refs *ret);
/* Work out t->reader and what goes with it; called once a class. */
void refs_choose_reader(struct python *py, struct pytype *t);

bool refs_is_hamt_pairs(struct python *py, raddr type);
bool refs_is_hamt_array(struct python *py, raddr type);
enum refs_result refs_hamt_pairs(struct python *py, raddr obj,
				 struct refs *ret);
enum refs_result refs_hamt_array(struct python *py, raddr obj,
				 struct refs *ret);
enum refs_result refs_dict(struct python *py, raddr obj, struct refs *ret);
enum refs_result refs_set(struct python *py, raddr obj, struct refs *ret);
enum refs_result refs_instance(struct python *py, const struct pytype *t,
			       raddr obj, struct refs *ret);
enum refs_result refs_frame(struct python *py, raddr obj, struct refs *ret);
enum refs_result refs_generator(struct python *py, raddr obj,
				struct refs *ret);
enum refs_result refs_code(struct python *py, raddr obj, struct refs *ret);
enum refs_result refs_type(struct python *py, raddr obj, struct refs *ret);
enum refs_result refs_module(struct python *py, raddr obj, struct refs *ret);
enum refs_result refs_deque(struct python *py, const struct pytype *t,
			    raddr obj, struct refs *ret);

/* --- dict.c: reading dicts as data --------------------------------------- */

struct dict_iter {
	struct python *py;
	raddr dict;
	uint64_t nr, i;
	const uint8_t *entries;
	const uint8_t *values;	/* split table; NULL: in the entries */
	unsigned int entry_size, key_at, value_at;
	bool general;		/* its traverse visits the keys too */
	bool embedded;		/* values are inside of the owner */
	raddr keys;
};
/* False: it can't be read as a dict. */
bool dict_iter_init(struct python *py, raddr dict, struct dict_iter *it);
/* The keys object of an instance's type with the instance's own values. */
bool dict_iter_init_split(struct python *py, raddr keys, raddr values,
			  uint64_t max, struct dict_iter *it);
/* A table of keys, whoever has the values: dict_iter_next_key() only. */
bool dict_iter_init_keys(struct python *py, raddr keys, struct dict_iter *it);
/* Next key, also of an entry without value; false: no more. */
bool dict_iter_next_key(struct dict_iter *it, raddr *key);
/* Next live entry; false: no more. */
bool dict_iter_next(struct dict_iter *it, raddr *key, raddr *value);
/* The value of a str key; 0: not there or not readable. */
raddr dict_get(struct python *py, raddr dict, const char *key);
int64_t dict_length(struct python *py, raddr dict);

/* --- text.c: strings and previews ---------------------------------------- */

/* True where the object is an exact or subclass str; adds its safe text, cut
 * at `max` code points (then *cut, may be NULL). */
bool text_str(struct python *py, raddr obj, size_t max, struct str *ret,
	      bool *cut);
/* The UTF-8 of a str compared with `s`, without making a copy. */
bool text_equals(struct python *py, raddr obj, const char *s);
/* Python source for a constant (str, int, bytes, float, None, bool, tuples of
 * them): false where it can't be written so that eval() gives an equal. */
bool text_literal(struct python *py, raddr obj, struct str *ret);
/* As that for a preview: no tuples, cut after `max` with "..." behind. */
bool text_scalar(struct python *py, raddr obj, size_t max, struct str *ret);
/* b'...' of `len` bytes, likewise; false: they are not there. */
bool text_bytes(struct python *py, raddr data, uint64_t len, size_t max,
		struct str *ret);
/* Is it an identifier and no keyword? */
bool text_is_identifier(const char *s);
/* As that for heap/naming.h, a float by its bits; `type` is the object's, of any
 * other than a constant false. */
bool text_constant(struct python *py, raddr type, raddr obj, size_t max,
		   struct str *ret);

/* --- preview.c ------------------------------------------------------------ */

/* Add the text of an object, as heap/naming.h has it; false: none. */
bool preview_text(struct python *py, const struct pytype *t, raddr obj,
		  struct str *ret);
int64_t preview_length(struct python *py, const struct pytype *t, raddr obj);

/* --- repr.c --------------------------------------------------------------- */

/* The row for a static type of that tp_name; 0: none. */
uint8_t repr_find(const char *name);
/* Add what the object shows, as heap/naming.h has it; false: nothing. */
bool repr_text(struct python *py, const struct pytype *t, raddr obj,
	       struct str *ret);

/* --- describe.c: what reports say, when all is read -------------------------- */

/* facts.c: heap.facts, when all objects are there */
void facts_load(struct python *py);
bool facts_is_lru_cache(struct python *py, const struct pytype *t);

void describe_types(struct python *py);
void describe_info(struct python *py);	/* heap.info */
void describe_weak(struct python *py);	/* heap.weak */

static inline bool raddr_vec_has(const struct raddr_vec *v, raddr addr)
{
	for (size_t i = 0; i < v->nr; i++)
		if (v->v[i] == addr)
			return true;
	return false;
}

/* --- checks.c: self-checks, noted in heap.info.checks ---------------------- */

/* Choose between what readers could do, and compare `of_type` objects of each
 * type with the emulator (0: a few); before references are read. */
void checks_readers(struct python *py, unsigned int of_type);
void checks_graph(struct python *py);	/* when all is read */

/* --- hidden.c: heap.hidden, when all is read ------------------------------- */

void hidden_load(struct python *py);

/* --- size.c --------------------------------------------------------------- */

void size_choose(struct python *py, struct pytype *t);
uint64_t size_of(struct python *py, const struct pytype *t, raddr obj);
uint64_t size_dict(struct python *py, const struct pytype *t, raddr obj);
/* size-library.c: the row of a tp_name; 0: it has none.  Without what lies
 * before the object. */
uint8_t size_library_find(const char *name);
uint64_t size_library_of(struct python *py, const struct pytype *t, raddr obj);

/* --- names.c -------------------------------------------------------------- */

/* The name of a reference from an instance of `type`; not of those kinds that
 * are of enum edge_kind. */
void names_make(struct python *py, raddr type, const struct ref_name *ref,
		struct heap_name *n);
/* heap_type.subscript */
uint8_t names_subscript(struct python *py, const struct pytype *t);
/* "module.Class" as the class says it at run time. */
char *names_of_type(struct python *py, const struct pytype *t);

/* --- found.c -------------------------------------------------------------- */

/* How the object holds what the emulator found, to[0 .. nr - 1]. */
void found_names(struct python *py, const struct pytype *t, raddr obj,
		 const raddr *to, size_t nr, struct ref_name_vec *ret);

/* --- details.c: what heap/naming.h makes names of -------------------------- */

void details_init(struct python *py, bool record);
void details_release(struct python *py);
/* Are details to be recorded of all objects?  Then the next two are called for
 * each, in the order of oids and of edges. */
bool details_recorded(const struct python *py);
void details_object(struct python *py, oid o);
/*
 * The references of `o` that were just added to the heap's edges; kept[i] is
 * what refs->to.v[i] leads to, or OID_NONE.  `by_reader`: refs->names come
 * from a reader, in its order.
 */
void details_edges(struct python *py, oid o, const struct refs *refs,
		   const oid *kept, bool by_reader);

/* heap_ops */
void details_name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
			struct edge_name *names);
void details_preview(struct heap *h, oid o, size_t max, struct str *ret);
struct error *details_of(struct heap *h, struct heap_details *ret) MUST_CHECK;

/* --- roots.c -------------------------------------------------------------- */

/*
 * Fill heap.roots, heap.frames and heap.threads from the interpreters' and
 * threads' state; objects that only they hold are added to the heap.
 */
void roots_load(struct python *py);
/* Those of the threads and their frames; comes first. */
void roots_load_threads(struct python *py);
/*
 * The roots of the static types among the objects from `from` on; roots_load()
 * did those that were there.  Call it for objects that were found since, until
 * it adds none.
 */
void roots_load_types(struct python *py, oid from);
/*
 * With all references known: the objects that are in such a stack and have a
 * reference which nobody else accounts for.
 */
void roots_load_stacks(struct python *py);

/* --- words of the target ---------------------------------------------------- */

/* A word at `addr` + a layout offset; 0 where unmapped or LAYOUT_NONE. */
static inline uint64_t word_at(struct python *py, raddr addr, uint32_t offset)
{
	uint64_t x = 0;

	if (offset != LAYOUT_NONE)
		memory_u64(py->memory, addr + offset, &x);
	return x;
}

/* From 3.11 on: where the managed dict of an object is, before its PyGC_Head,
 * which free-threaded builds do not have. */
static inline raddr managed_dict_place(const struct python *py, raddr obj)
{
	return obj - (py->free_threaded ? 8 : 24);
}

/* The state word of a str, its bits where builds with a GIL have them: without
 * one, 3.14 and later have the two bits for interned strings in a byte of
 * their own. */
static inline uint32_t str_state(const struct python *py, const uint8_t *p)
{
	uint32_t state = get_u32(p + py->layout.str_state);

	return py->free_threaded && py->minor >= 14 ? state >> 6 : state;
}

static inline int32_t int_at(struct python *py, raddr addr, uint32_t offset)
{
	uint32_t x = 0;

	if (offset != LAYOUT_NONE)
		memory_u32(py->memory, addr + offset, &x);
	return (int32_t)x;
}

static inline uint8_t byte_at(struct python *py, raddr addr, uint32_t offset)
{
	const uint8_t *p = NULL;

	if (offset != LAYOUT_NONE)
		p = memory_at(py->memory, addr + offset, 1);
	return p ? *p : 0;
}

#endif
