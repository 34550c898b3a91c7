/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long and how much memory the dominator tree takes, by itself: part of
 * `make bench`.
 *
 *	tests/bench/dominators-speed [MILLIONS...]
 *
 * Each heap is made and measured in a process of its own, on one core, so
 * that the peak is that heap's.  The shapes: a service's (service.h); a list
 * of linked nodes, as deep as there are objects; and references at random,
 * which is as bad as it gets for the caches of the CPU.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analysis/graph/dominators.h"
#include "service.h"

/* What is promised at a million objects. */
#define MOST_SECONDS 1.5
#define MOST_BYTES 120

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void start(struct heap *h, uint32_t nr)
{
	heap_init(h);
	heap_type_vec_push(&h->types, (struct heap_type){
					      .name = xstrdup("app.Node"),
					      .object = OID_NONE });
	for (oid o = 0; o < nr; o++) {
		heap_add_object(h, 16 * (uint64_t)o, 0);
		h->size[o] = 48;
	}
	heap_root_vec_push(&h->roots, (struct heap_root){
					      .object = 0, .kind = ROOT_MODULE,
					      .name = xstrdup("app"),
					      .frame = -1 });
}

static void set_edges(struct heap *h, uint32_t each)
{
	oid_vec_resize(&h->edges, (size_t)each * h->nr_objects);
	for (oid o = 0; o < h->nr_objects; o++) {
		h->edge_start[o] = (uint64_t)each * o;
		h->edge_nr[o] = each;
	}
}

static void linked_make(struct heap *h, uint32_t nr)
{
	start(h, nr);
	set_edges(h, 1);
	for (oid o = 0; o < nr; o++)
		h->edges.v[o] = (o + 1) % nr;
}

static void random_make(struct heap *h, uint32_t nr)
{
	uint64_t state = 1;

	start(h, nr);
	set_edges(h, 4);
	for (size_t i = 0; i < h->edges.nr; i++) {
		state = state * UINT64_C(6364136223846793005) +
			UINT64_C(1442695040888963407);
		h->edges.v[i] = (oid)(state >> 33) % nr;
	}
}

static const struct shape {
	const char *name;
	void (*make)(struct heap *h, uint32_t nr);
} shapes[] = {
	{ "service", service_make },
	{ "linked", linked_make },
	{ "random", random_make },
};

/* In a process of its own; the exit status says whether promises hold. */
static int measure(const struct shape *shape, double millions)
{
	struct dominators d;
	double seconds, bytes;
	uint64_t edges = 0;
	struct heap h;
	long before;

	shape->make(&h, (uint32_t)(millions * 1e6));
	for (oid o = 0; o < h.nr_objects; o++)
		edges += h.edge_nr[o];
	before = peak_kib();
	seconds = now();
	dominators_build(&h, &d);
	seconds = now() - seconds;
	bytes = (double)(peak_kib() - before) * 1024 / h.nr_objects;
	printf("%-8s %11u %11llu %9.3f s %10.1f %9.1f\n", shape->name,
	       h.nr_objects, (unsigned long long)edges, seconds,
	       seconds * 1e9 / (double)(h.nr_objects + edges), bytes);
	if (millions != 1)
		return 0;
	return seconds > MOST_SECONDS || bytes > MOST_BYTES;
}

static int run(const struct shape *shape, double millions)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid)
		exit(measure(shape, millions));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return status != 0;
}

int main(int argc, char **argv)
{
	static const double sizes[] = { 0.25, 1, 5, 20 };
	size_t nr = argc > 1 ? (size_t)argc - 1 : ARRAY_SIZE(sizes);
	cpu_set_t one;
	int failed = 0;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	printf("\nThe dominator tree, on one core\n\n"
	       "%-8s %11s %11s %11s %10s %9s\n", "shape", "objects",
	       "references", "CPU time", "ns of each", "bytes of");
	printf("%45s %11s %9s\n", "", "of both", "an object");
	for (size_t s = 0; s < ARRAY_SIZE(shapes); s++)
		for (size_t i = 0; i < nr; i++) {
			double millions = argc > 1 ? atof(argv[i + 1]) :
						     sizes[i];

			if (millions < 0.001 || millions > 200)
				return 2;
			failed |= run(&shapes[s], millions);
		}
	printf("\nAt 1 M: at most %g s and %d bytes an object %s\n",
	       MOST_SECONDS, MOST_BYTES, failed ? "DO NOT HOLD" : "hold");
	return 0;
}
