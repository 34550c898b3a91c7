/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "native/link-maps.h"
#include "python/claims/claims-fields.h"
#include "python/claims/claims-roots.h"
#include "python/claims/claims-words.h"
#include "python/objects/size.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/types/types.h"

#define RED_ZONE 128
/* struct pthread and the thread-local variables around it, where they are in no
 * stack: those of the main thread. */
#define TLS_BEFORE 16384
#define TLS_BEHIND 4096
/* Their lists may go round. */
#define MAX_THREADS 65536

static void hit_of_root(struct claims *c, raddr at, uint64_t word,
			uint32_t block, void *context)
{
	const struct owner *by = context;
	uint32_t node = claims_node(c, block);

	(void)at;
	if (node != NODE_NONE)
		owners_claim(&c->owners, *by, node,
			     owners_strength(claims_offset(c, block, word)));
}

/* --- libraries ---------------------------------------------------------- */

bool claims_is_python_s(const struct claims *c, const struct region *r)
{
	const struct native *n = c->native;
	const struct module *m;

	if (r->start < c->py->runtime_module_end &&
	    r->end > c->py->runtime_module_start)
		return true;
	/* Up to 3.8 _PyRuntime is in .bss, which no module's range has. */
	m = modules_at(n->target, c->py->known.type);
	return m && !strcmp(n->target->mappings.v[r->index].path, m->path);
}

static void claim_for(struct claims *c, struct owner by, raddr addr)
{
	uint32_t block = blocks_find(&c->native->blocks, addr);
	uint32_t node = claims_node(c, block);

	if (node != NODE_NONE)
		owners_claim(&c->owners, by, node, CLAIM_FIELD);
}

/*
 * If the region is the dynamic linker's: what it keeps of each library is its
 * own.  All of it hangs together, so that one stale pointer to a part would
 * give all to whoever has that.
 */
static void claim_link_maps(struct claims *c, const struct region *r,
			    struct owner by)
{
	CLEANUP(raddr_vec_release) struct raddr_vec maps = { 0 };

	link_maps_find(c->native, r, &maps);
	for (size_t i = 0; i < maps.nr; i++) {
		claim_for(c, by, maps.v[i]);
		claim_for(c, by, link_maps_name(c->native, maps.v[i]));
	}
}

/* Objects that lie in a library's data are smaller. */
#define MOST_STATIC 65536

/* Goes through the data of a library, by address. */
struct data_scan {
	struct owner by;
	const struct pytype *code; /* that of code; NULL: not known */
	raddr looked;		/* the first word that it has not looked at */
	raddr objects_end;	/* the end of the objects that begin before,
				   but for types */
	oid type;		/* the last type that begins before */
};

/* The size of the object that begins at `at`, but of types; 0: none does.  Code
 * that nobody refers to is none of the heap. */
static uint64_t static_size(struct claims *c, struct data_scan *s, raddr at)
{
	oid o = object_map_find(c->py, at);

	if (o != OID_NONE) {
		if (types_of(c->py, o)->flags & TPFLAG_TYPE_SUBCLASS) {
			s->type = o;
			return 0;
		}
		return MIN(c->py->heap->size[o], MOST_STATIC);
	}
	if (!s->code ||
	    word_at(c->py, at, c->py->layout.object_type) != s->code->address)
		return 0;
	return MIN(size_of(c->py, s->code, at), MOST_STATIC);
}

/*
 * Does the word at `at` belong to an object?  Then it is what that type's
 * reader says, if it is a pointer at all.  CPython 3.11 and 3.12 have code
 * there, whose instructions look like addresses of a heap below 4 GiB; so do
 * the flags of types.  Other words of a type are its library's.
 */
static bool is_object_s(struct claims *c, struct data_scan *s, raddr at)
{
	raddr a = at - MIN(at, MOST_STATIC);

	for (a = MAX(a, s->looked); a <= at; a += 8)
		s->objects_end = MAX(s->objects_end,
				     a + static_size(c, s, a));
	s->looked = a;
	return at < s->objects_end ||
	       (s->type != OID_NONE && claims_fields_number(c, s->type, at));
}

static void hit_of_data(struct claims *c, raddr at, uint64_t word,
			uint32_t block, void *context)
{
	struct data_scan *s = context;

	if (!is_object_s(c, s, at))
		hit_of_root(c, at, word, block, &s->by);
}

/* All words of a library's data but those of main_arena: they point to headers
 * of chunks, which lie in the block before. */
static void scan_data(struct claims *c, const struct region *r, struct owner by)
{
	const struct range *arena = &c->native->main_arena;
	raddr from = MIN(MAX(arena->start, r->start), r->end);
	raddr to = MIN(MAX(arena->end, r->start), r->end);
	uint32_t code = types_load_known(c->py, c->py->known.code);
	struct data_scan s = {
		by, code == UINT32_MAX ? NULL : &c->py->types.v[code],
		r->start, r->start, OID_NONE
	};

	claims_each_word(c, r->start, from, hit_of_data, &s);
	claims_each_word(c, to, r->end, hit_of_data, &s);
}

static void scan_libraries(struct claims *c)
{
	const struct region_vec *regions = &c->native->regions;
	const struct mapping *maps = c->native->target->mappings.v;
	struct owner by = { OWNER_LIBRARY, 0 };
	bool first = true;

	for (size_t i = 0; i < regions->nr; i++) {
		const struct region *r = &regions->v[i];
		struct owner python = { OWNER_PYTHON, 0 };

		if (r->kind != REGION_FILE)
			continue;
		/* The data of a file may be several mappings. */
		if (first || strcmp(maps[by.id].path, maps[r->index].path))
			by.id = r->index;
		first = false;
		scan_data(c, r, claims_is_python_s(c, r) ? python : by);
		claim_link_maps(c, r, by);
	}
}

/* --- CPython ------------------------------------------------------------ */

static void claim_for_python(struct claims *c, raddr addr)
{
	claim_for(c, (struct owner){ OWNER_PYTHON, 0 }, addr);
}

static void claim_states(struct claims *c, const struct raddr_vec *own)
{
	struct python *py = c->py;

	for (size_t i = 0; i < own->nr; i++)
		claim_for_python(c, own->v[i]);
	for (size_t i = 0; i < py->interpreters.nr; i++) {
		raddr interp = py->interpreters.v[i].address;
		raddr thread = word_at(py, interp, py->layout.interp_threads);

		claim_for_python(c, interp);
		for (unsigned int k = 0; thread && k < MAX_THREADS; k++) {
			claim_for_python(c, thread);
			thread = word_at(py, thread, py->layout.thread_next);
		}
	}
}

/* --- threads ------------------------------------------------------------ */

static const struct mapping *mapping_of(const struct claims *c, raddr addr)
{
	const struct mapping_vec *maps = &c->native->target->mappings;

	for (size_t i = 0; i < maps->nr; i++)
		if (addr >= maps->v[i].start && addr < maps->v[i].end)
			return &maps->v[i];
	return NULL;
}

/* glibc's thread-local variables lie below the thread pointer. */
static void scan_thread_variables(struct claims *c, raddr pointer,
				  struct owner *by)
{
	const struct mapping *m = mapping_of(c, pointer);

	if (!pointer || !m || native_region(c->native, pointer))
		return;
	claims_each_word(c, MAX(m->start, pointer - TLS_BEFORE),
			 MIN(m->end, pointer + TLS_BEHIND), hit_of_root, by);
}

static void scan_threads(struct claims *c)
{
	const struct thread_vec *threads = &c->native->target->threads;

	for (size_t i = 0; i < threads->nr; i++) {
		const struct thread *t = &threads->v[i];
		/* Where it is on its stack is not known if it ran: then all
		 * of the stack is meant, above which glibc has the TLS. */
		raddr at = t->sp ? t->sp - RED_ZONE : t->fs_base;
		const struct region *r = native_region(c->native,
						       t->sp ? t->sp : at);
		struct owner by = { OWNER_STACK, (uint32_t)i };

		if (r && r->kind == REGION_STACK)
			claims_each_word(c, t->sp ? MAX(r->start, at) :
					 r->start, r->end, hit_of_root, &by);
		scan_thread_variables(c, t->fs_base, &by);
	}
}

void claims_of_roots(struct claims *c, const struct raddr_vec *own)
{
	claim_states(c, own);
	scan_libraries(c);
	scan_threads(c);
}
