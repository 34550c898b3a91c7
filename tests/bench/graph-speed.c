/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the analyses take on a made-up heap; no part of `make check`.
 *
 *	make tests/bench/graph-speed && tests/bench/graph-speed [OBJECTS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "analysis/chain.h"
#include "analysis/cycles.h"
#include "analysis/limits/pattern.h"
#include "analysis/summary.h"
#include "service.h"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
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
	service_make(&h, (uint32_t)nr);
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
