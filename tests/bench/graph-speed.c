/*
 * How long the analyses take on a made-up heap; no part of `make check`.
 *
 *	make tests/bench/graph-speed && tests/bench/graph-speed [OBJECTS]
 *
 * The heap has the shape of a service's: modules with names, a list that
 * grows, instances that each have a dict, strings and a class, pairs that
 * refer to each other, and some garbage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "analysis/chain.h"
#include "analysis/cycles.h"
#include "analysis/pattern.h"
#include "analysis/summary.h"

enum { T_MODULE, T_DICT, T_CLASS, T_USER, T_STR, T_LIST, NR_TYPES };

static uint64_t state = 1;

static uint32_t rnd(uint32_t limit)
{
	state = state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33) % limit;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void add_types(struct heap *h)
{
	static const char *const names[] = { "module",	 "dict", "type",
					     "app.User", "str",	 "list" };

	for (uint32_t i = 0; i < NR_TYPES; i++)
		heap_type_vec_push(&h->types,
				   (struct heap_type){
					   .name = xstrdup(names[i]),
					   .object = OID_NONE,
					   .flags = i == T_CLASS ? TYPE_IS_TYPE
							         : 0 });
}

static oid add(struct heap *h, uint32_t type)
{
	oid o = heap_add_object(h, 0x1000 + 16 * (uint64_t)h->nr_objects, type);

	h->size[o] = 64;
	h->generation[o] = type == T_STR ? GENERATION_UNTRACKED : 2;
	return o;
}

static void link_to(struct heap *h, oid from, oid to)
{
	if (!h->edge_nr[from]++)
		h->edge_start[from] = h->edges.nr;
	oid_vec_push(&h->edges, to);
	h->refcount[to]++;
}

/*
 * 0 module, 1 its dict, 2 a class, 3 the list; then four objects each: user,
 * its dict, two strings.  Every tenth user is not in the list but in a pair
 * with the next, which is garbage.
 */
static void make_heap(struct heap *h, uint32_t nr)
{
	uint32_t users = (nr - 4) / 4;

	heap_init(h);
	add_types(h);
	add(h, T_MODULE);
	add(h, T_DICT);
	add(h, T_CLASS);
	add(h, T_LIST);
	link_to(h, 0, 1);
	link_to(h, 1, 2);
	link_to(h, 1, 3);
	link_to(h, 2, 1);
	for (uint32_t i = 0; i < users * 4; i++)
		add(h, (const uint32_t[]){ T_USER, T_DICT, T_STR,
					   T_STR }[i % 4]);
	for (uint32_t i = 0; i < users; i++)
		if (i % 10 > 1)
			link_to(h, 3, 4 + 4 * i);
	for (uint32_t i = 0; i < users; i++) {
		oid user = 4 + 4 * i;

		link_to(h, user, user + 1);
		link_to(h, user, 2);
		link_to(h, user + 1, user + 2);
		link_to(h, user + 1, user + 3);
		link_to(h, user + 1, 4 + 4 * rnd(users) + 2);
		if (i % 10 < 2 && (i ^ 1) < users)
			link_to(h, user + 1, 4 + 4 * (i ^ 1));
	}
	heap_root_vec_push(&h->roots, (struct heap_root){
					      .object = 0, .kind = ROOT_MODULE,
					      .name = xstrdup("app"),
					      .counted = true,
					      .frame = -1 });
	h->refcount[0]++;
}

static double last;

static void lap(const struct heap *h, const char *what)
{
	double t = now();

	printf("%-12s %7.3f s  %6.1f M objects/s\n", what, t - last,
	       h->nr_objects / (t - last) / 1e6);
	last = now();
}

static void run(struct heap *h)
{
	struct chain_options options = { .count = 10, .holders = 10 };
	struct oid_vec users = VEC_INIT;
	struct summary summary;
	struct garbage garbage;
	struct cycles cycles;
	struct chains chains;
	struct path loop;
	struct reach reach;
	bool *types;
	uint32_t nr;

	summary_build(h, NULL, SUMMARY_BY_BYTES, &summary);
	lap(h, "summary");
	reach_build(h, NULL, &reach);
	lap(h, "reach");
	garbage_build(h, &garbage);
	lap(h, "garbage");
	cycles_build(h, &reach, &garbage, &cycles);
	lap(h, "cycles");
	if (cycles.all.nr)
		cycles_loop(h, &cycles, &cycles.all.v[0], &loop);
	lap(h, "  loop");
	types = pattern_types(h, "User", &nr);
	pattern_objects(h, types, &users);
	chain_find(h, users.v, users.nr, &options, &chains);
	lap(h, "chain");
	printf("%zu cycles, %zu objects of garbage, %zu chains\n",
	       cycles.all.nr, garbage.objects.nr, chains.v.nr);
	path_release(&loop);
	free(types);
	oid_vec_release(&users);
	chain_release(&chains);
	cycles_release(&cycles);
	garbage_release(&garbage);
	reach_release(&reach);
	summary_release(&summary);
}

int main(int argc, char **argv)
{
	long nr = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
	struct rusage usage;
	struct heap h;

	if (nr < 100 || nr > 100000000)
		return 2;
	make_heap(&h, (uint32_t)nr);
	getrusage(RUSAGE_SELF, &usage);
	printf("%u objects, %zu edges; heap %ld MB\n", h.nr_objects, h.edges.nr,
	       usage.ru_maxrss / 1024);
	last = now();
	run(&h);
	getrusage(RUSAGE_SELF, &usage);
	printf("peak %ld MB\n", usage.ru_maxrss / 1024);
	heap_release(&h);
	return 0;
}
