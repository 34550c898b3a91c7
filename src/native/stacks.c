/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/str.h"
#include "native/stacks.h"
#include "target/maps.h"

/* Bytes of struct pthread in which stackblock is looked for.  It is 2,304 bytes
 * long in glibc 2.31 to 2.43, and the two words are near its end. */
#define PTHREAD_SIZE 0x900
/* The list's node in struct pthread lies at a multiple of this; at 0x2c0 in
 * glibc 2.31 to 2.43. */
#define PTHREAD_ALIGNMENT 64
#define NODE_MAX 0x400

/* Steps along all lists: a process can have 32,768 threads by default. */
#define MAX_STEPS 100000

/* Is there a struct pthread at `addr`? */
static bool is_pthread(const struct native *n, raddr addr)
{
	const uint8_t *p = memory_at(n->memory, addr, PTHREAD_SIZE);

	return addr && p && get_u64(p) == addr && get_u64(p + 16) == addr;
}

/* Can [start, end) be the stack that the struct pthread at `pthread` ends? */
static bool is_stack(const struct native *n, raddr start, raddr end,
		     raddr pthread)
{
	const struct mapping *m;

	if (start % MEMORY_PAGE || end % MEMORY_PAGE || start >= pthread ||
	    end < pthread + PTHREAD_SIZE ||
	    end - pthread > PTHREAD_SIZE + MEMORY_PAGE)
		return false;
	m = maps_find(&n->target->mappings, pthread);
	return m && m->end >= end && !m->inode;
}

/* The stack of a struct pthread; false: it has none of its own. */
static bool find_stack(const struct native *n, raddr pthread,
		       struct range *ret)
{
	const uint8_t *p = memory_at(n->memory, pthread, PTHREAD_SIZE);

	for (size_t i = 0; p && i + 16 <= PTHREAD_SIZE; i += 8) {
		raddr start = get_u64(p + i), end = start + get_u64(p + i + 8);

		if (start && is_stack(n, start, end, pthread)) {
			*ret = (struct range){ start, end };
			return true;
		}
	}
	return false;
}

static void claim_pthread(struct native *n, raddr pthread,
			  enum region_kind kind)
{
	struct range stack;

	if (is_pthread(n, pthread) && find_stack(n, pthread, &stack))
		native_claim(n, stack.start, stack.end, kind, 0);
}

/* --- glibc's lists --- */

/* The struct pthread that the list node at `node` is in; 0: none. */
static raddr pthread_of(const struct native *n, raddr node)
{
	raddr first = node - node % PTHREAD_ALIGNMENT;

	for (raddr i = 0; i <= NODE_MAX; i += PTHREAD_ALIGNMENT)
		if (i <= first && is_pthread(n, first - i))
			return first - i;
	return 0;
}

/* The node behind `node` in a ring; 0: there is none, or its links contradict
 * each other. */
static raddr next_node(const struct native *n, raddr node)
{
	raddr next, back;

	return memory_u64(n->memory, node, &next) && next % 8 == 0 &&
	       memory_u64(n->memory, next + 8, &back) && back == node ? next :
								      0;
}

/* Claim the stacks in the list whose head is at `head`, if one is there.  Takes
 * its steps off `*steps`. */
static void follow_list(struct native *n, raddr head, unsigned int *steps)
{
	raddr node = next_node(n, head);

	/* Most words are no heads; these are no nodes, either. */
	if (!node || node == head)
		return;
	for (; node && node != head && *steps; --*steps) {
		raddr pthread = pthread_of(n, node);

		if (!pthread)
			return;
		/* Threads that run have got theirs already. */
		claim_pthread(n, pthread, REGION_CACHED_STACK);
		node = next_node(n, node);
	}
}

static void search_lists(struct native *n, struct range file,
			 unsigned int *steps)
{
	struct range part = file;

	for (; range_narrow(&part, n->memory);
	     part = (struct range){ part.end, file.end })
		for (raddr at = part.start; at + 16 <= part.end; at += 8)
			follow_list(n, at, steps);
}

/* Does libc keep its lists in the data of this file? */
static bool has_lists(const char *path)
{
	const char *name = path_base(path);

	return native_is_linker(path) ||
	       !strncmp(name, "libpthread", 10) ||
	       !strncmp(name, "libc.so", 7) || !strncmp(name, "libc-", 5);
}

void stacks_claim(struct native *n)
{
	const struct thread_vec *threads = &n->target->threads;
	unsigned int steps = MAX_STEPS;

	for (size_t i = 0; i < threads->nr; i++)
		claim_pthread(n, threads->v[i].fs_base, REGION_STACK);
	for (size_t i = 0; i < n->regions.nr; i++) {
		struct region r = n->regions.v[i];

		if (r.kind != REGION_FILE ||
		    !has_lists(n->target->mappings.v[r.index].path))
			continue;
		search_lists(n, (struct range){ r.start, r.end }, &steps);
		/* Claims below it have moved it. */
		while (n->regions.v[i].start != r.start)
			i++;
	}
}

/* --- stack pointers --- */

/* The part of a mapping around `addr` that no region has. */
static struct range free_part(const struct native *n, const struct mapping *m,
			      raddr addr)
{
	const struct region *v = n->regions.v;
	size_t i = RANGE_BEHIND(&n->regions, addr);
	struct range part = { m->start, m->end };

	if (i > 0)
		part.start = MAX(part.start, v[i - 1].end);
	if (i < n->regions.nr)
		part.end = MIN(part.end, v[i].start);
	return part;
}

void stacks_claim_rest(struct native *n)
{
	const struct target *t = n->target;

	for (size_t i = 0; i < t->threads.nr; i++) {
		raddr sp = t->threads.v[i].sp;
		const struct mapping *m = maps_find(&t->mappings, sp);
		struct range part;

		if (!m || m->inode || native_region(n, sp))
			continue;
		part = free_part(n, m, sp);
		native_claim(n, part.start, part.end, REGION_STACK, 0);
	}
}
