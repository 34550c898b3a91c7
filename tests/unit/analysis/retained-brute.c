/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What does each object of a capture retain?  Found by removing it and looking
 * at what can be reached then, 64 objects at a time; and held against
 * analysis/graph/dominators.h, object by object.
 *
 *	tests/unit/analysis/retained-brute CAPTURE
 *
 * Of what is told there only which object stands for a group of garbage is
 * believed: check_dominators.c tests that.  Exit status 1: they differ.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/dominators.h"
#include "heap/capture/capture.h"

static struct heap h;
static struct dominators d;

/* Of each object, in which of 64 graphs, each without one object, it is
 * reached. */
static uint64_t *reached;
static struct oid_vec queue = VEC_INIT;
static oid first;		/* the 64 that are removed begin with it */

static uint64_t without(oid o)
{
	return o - first < 64 ? ~(UINT64_C(1) << (o - first)) : UINT64_MAX;
}

static void reach(oid o, uint64_t graphs)
{
	graphs &= without(o) & ~reached[o];
	if (!graphs)
		return;
	reached[o] |= graphs;
	oid_vec_push(&queue, o);
}

static void spread(void)
{
	for (size_t i = 0; i < queue.nr; i++) {
		oid o = queue.v[i];

		/* Strings that are interned die although the dict has them. */
		for (uint32_t e = 0; e < h.edge_nr[o] &&
				     !(h.flags[o] & OBJECT_KEEPS_NOTHING); e++)
			reach(h.edges.v[h.edge_start[o] + e], reached[o]);
	}
	queue.nr = 0;
}

/* References that are known, as in analysis/graph/roots.h. */
static uint64_t *count_known(void)
{
	uint64_t *nr = xcalloc(h.nr_objects, sizeof(*nr));

	for (oid o = 0; o < h.nr_objects; o++) {
		nr[o] += heap_nobodys(&h, o) +
			 !strcmp(heap_type_of(&h, o)->name,
				 "functools._lru_list_elem");
		if (h.flags[o] & OBJECT_SCANNED)
			continue;
		for (uint32_t e = 0; e < h.edge_nr[o]; e++)
			nr[h.edges.v[h.edge_start[o] + e]] +=
				heap_owns(&h, o, e);
	}
	for (size_t i = 0; i < h.roots.nr; i++)
		nr[h.roots.v[i].object] += h.roots.v[i].counted;
	return nr;
}

static bool *find_roots(void)
{
	bool *roots = xcalloc(h.nr_objects, sizeof(*roots));
	CLEANUP(freep) uint64_t *known = count_known();

	first = OID_NONE;
	memset(reached, 0, h.nr_objects * sizeof(*reached));
	for (size_t i = 0; i < h.roots.nr; i++)
		roots[h.roots.v[i].object] = true;
	for (oid o = 0; o < h.nr_objects; o++) {
		bool is_str = !strcmp(heap_type_of(&h, o)->name, "str");

		roots[o] |= h.refcount[o] == REFCOUNT_IMMORTAL ||
			    (h.refcount[o] > known[o] && !is_str);
		if (roots[o])
			reach(o, UINT64_MAX);
	}
	spread();
	for (oid o = 0; o < h.nr_objects; o++)
		if (!reached[o])
			roots[o] = h.refcount[o] > known[o] ||
				   bits_get(d.roots, o);
	return roots;
}

static uint64_t nr_wrong, nr_deep;

static void wrong(oid o, const char *what)
{
	if (nr_wrong++ < 20)
		printf("0x%llx, a %s: %s\n", (unsigned long long)h.address[o],
		       heap_type_of(&h, o)->name, what);
}

/* Lumps that lose all their holders, by what is removed. */
static void add_lost_lumps(struct tally *sums, uint32_t nr)
{
	CLEANUP(freep) uint64_t *kept = xcalloc(h.lumps.nr, sizeof(*kept));

	for (size_t l = 0; l < h.lumps.nr; l++) {
		for (uint32_t k = 0; k < h.lumps.v[l].nr; k++) {
			const struct heap_lump_holder *holder =
				&h.lump_holders.v[h.lumps.v[l].first + k];

			kept[l] |= holder->object == OID_NONE ?
					   kept[holder->lump] :
					   reached[holder->object];
		}
		for (uint32_t i = 0; i < nr; i++)
			if (!(kept[l] >> i & 1))
				sums[i].bytes += h.lumps.v[l].bytes;
	}
}

static void compare(uint32_t nr)
{
	struct tally sums[64] = { { 0, 0 } };

	for (oid o = 0; o < h.nr_objects; o++) {
		uint64_t missing = ~reached[o];

		if (nr < 64)
			missing &= (UINT64_C(1) << nr) - 1;
		for (; missing; missing &= missing - 1) {
			uint32_t i = (uint32_t)__builtin_ctzll(missing);

			sums[i].nr++;
			sums[i].bytes += heap_bytes(&h, o);
			if (!dominators_retains(&d, first + i, o))
				wrong(o, "is retained");
		}
	}
	add_lost_lumps(sums, nr);
	for (uint32_t i = 0; i < nr; i++) {
		nr_deep += sums[i].nr > 1;
		if (sums[i].nr != d.objects[first + i] ||
		    sums[i].bytes != d.bytes[first + i])
			wrong(first + i, "retains other objects");
	}
}

static void remove_all(const bool *roots)
{
	for (first = 0; first < h.nr_objects; first += 64) {
		memset(reached, 0, h.nr_objects * sizeof(*reached));
		for (oid o = 0; o < h.nr_objects; o++)
			if (roots[o])
				reach(o, UINT64_MAX);
		spread();
		compare(MIN(64u, h.nr_objects - first));
	}
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	struct error *err;
	bool *roots;

	if (fd < 0)
		return 2;
	err = capture_open(fd, &h);
	close(fd);
	if (err) {
		error_free(err);
		return 3;
	}
	dominators_build(&h, &d);
	reached = xcalloc(h.nr_objects, sizeof(*reached));
	roots = find_roots();
	remove_all(roots);
	printf("%u objects, %llu of which retain others; %llu wrong\n",
	       h.nr_objects, (unsigned long long)nr_deep,
	       (unsigned long long)nr_wrong);
	free(roots);
	free(reached);
	oid_vec_release(&queue);
	dominators_release(&d);
	heap_release(&h);
	return nr_wrong != 0;
}
