/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "native/link-maps.h"
#include "python/claims/claims-roots.h"
#include "python/claims/claims-words.h"
#include "python/state/words.h"

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
		claims_each_word(c, r->start, r->end, hit_of_root,
				 claims_is_python_s(c, r) ? &python : &by);
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
