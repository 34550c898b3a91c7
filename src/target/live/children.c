/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <dirent.h>
#include <stdlib.h>

#include "base/rlimit.h"
#include "base/search.h"
#include "target/live/children.h"
#include "target/proc.h"

#define STAT_PPID 4

struct pair {
	pid_t pid, parent;
	bool taken;		/* it is a descendant */
};
VEC_DEFINE(pair_vec, struct pair);

/* -1: there is no such process. */
static pid_t parent_of(pid_t pid)
{
	CLEANUP(str_release) struct str stat = STR_INIT;
	CLEANUP(closep) int dir = proc_open(pid);

	if (dir < 0 || !proc_read(dir, "stat", &stat))
		return -1;
	return (pid_t)proc_stat_u64(&stat, STAT_PPID);
}

pid_t children_parent(pid_t pid)
{
	return MAX(parent_of(pid), 0);
}

static void add_pair(pid_t pid, struct pair_vec *ret)
{
	pid_t parent = parent_of(pid);

	if (parent >= 0)
		pair_vec_push(ret, (struct pair){ pid, parent, false });
}

static void read_pairs(struct pair_vec *ret)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		rlimit_check(errno);
	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (pid > 0)
			add_pair(pid, ret);
	}
	if (proc)
		closedir(proc);
}

/* --- descendants --- */

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* The first one of that parent, in sorted pairs. */
static size_t find_first(const struct pair_vec *pairs, pid_t parent)
{
	return SEARCH_FIRST(pairs->nr, i, pairs->v[i].parent >= parent);
}

/*
 * Processes start and exit while they are read, and a PID may be used again: so
 * what they say may be a circle.  Each is taken once.
 */
static void add_children(struct pair_vec *pairs, pid_t parent, size_t max,
			 struct pid_vec *ret)
{
	for (size_t i = find_first(pairs, parent); i < pairs->nr &&
	     pairs->v[i].parent == parent && ret->nr < max; i++) {
		if (!pairs->v[i].taken)
			pid_vec_push(ret, pairs->v[i].pid);
		pairs->v[i].taken = true;
	}
}

void children_find(pid_t pid, size_t max, struct pid_vec *ret)
{
	CLEANUP(pair_vec_release) struct pair_vec pairs = VEC_INIT;
	size_t next = ret->nr;

	read_pairs(&pairs);
	if (pairs.nr)
		qsort(pairs.v, pairs.nr, sizeof(*pairs.v), compare_pairs);
	add_children(&pairs, pid, max, ret);
	while (next < ret->nr && ret->nr < max)
		add_children(&pairs, ret->v[next++], max, ret);
}
