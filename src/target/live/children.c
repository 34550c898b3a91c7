/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <dirent.h>
#include <stdlib.h>

#include "base/rlimit.h"
#include "target/live/children.h"
#include "target/proc.h"

#define STAT_PPID 4

struct pair {
	pid_t pid, parent;
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
		pair_vec_push(ret, (struct pair){ pid, parent });
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

void children_find(pid_t pid, size_t max, struct pid_vec *ret)
{
	CLEANUP(pair_vec_release) struct pair_vec pairs = VEC_INIT;
	size_t next = ret->nr;

	read_pairs(&pairs);
	for (;;) {
		for (size_t i = 0; i < pairs.nr && ret->nr < max; i++)
			if (pairs.v[i].parent == pid)
				pid_vec_push(ret, pairs.v[i].pid);
		if (next == ret->nr || ret->nr >= max)
			return;
		pid = ret->v[next++];
	}
}
