/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/broker/task.h"
#include "base/process.h"
#include "target/proc.h"
#include "target/room.h"

/*
 * Besides the copy the graph takes memory: 0.6 bytes for each byte of objects,
 * and next to nothing for a byte of an array.  A quarter is assumed.
 */
#define SHARE_OF_GRAPH 4

/* A memory limit of control groups, and the files that tell it. */
struct memory_limit {
	const char *controller;	/* as /proc/self/cgroup has it */
	const char *mount, *max, *used;
	const char *inactive, *active; /* files' pages: given back if needed */
};

static const struct memory_limit limits[] = {
	{ "", "/sys/fs/cgroup", "memory.max", "memory.current",
	  "inactive_file", "active_file" },
	/* Above this limit the kernel slows the whole group down. */
	{ "", "/sys/fs/cgroup", "memory.high", "memory.current",
	  "inactive_file", "active_file" },
	{ "memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes",
	  "memory.usage_in_bytes", "total_inactive_file",
	  "total_active_file" },
};

void room_yield(void)
{
	CLEANUP(closep) int fd = -1;

	if (task_is_worker())
		return;
	fd = process_open_own("/proc/self/oom_score_adj");
	/* The highest there is; raising it needs no permission. */
	if (fd >= 0 && write(fd, "1000", 4) < 0)
		return;
}

/* Read the number in a file, or the one behind `key` there; false: none. */
static bool read_number(const char *folder, const char *file, const char *key,
			uint64_t *ret)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", folder, file);
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *at;
	char *end;

	if (!proc_read(AT_FDCWD, path, &text))
		return false;
	for (at = text.s; key; at++) {
		size_t len = strlen(key);

		if (!strncmp(at, key, len) && strchr(" :", at[len])) {
			at += len + 1;
			break;
		}
		at = strchr(at, '\n');
		if (!at)
			return false;
	}
	*ret = strtoull(at, &end, 10);
	/* "max": there is no limit. */
	return end != at;
}

/* Bytes left below the limit of one group; UINT64_MAX: it has no limit. */
static uint64_t left_in(const struct memory_limit *l, const char *folder)
{
	uint64_t max, used, files = 0, n;

	if (!read_number(folder, l->max, NULL, &max) ||
	    !read_number(folder, l->used, NULL, &used))
		return UINT64_MAX;
	if (read_number(folder, "memory.stat", l->inactive, &n))
		files += n;
	if (read_number(folder, "memory.stat", l->active, &n))
		files += n;
	used -= MIN(files, used);
	return max > used ? max - used : 0;
}

static bool has_controller(const char *list, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	for (const char *p = list; p <= list + len;) {
		size_t part = strcspn(p, ",:");

		if (part == name_len && !strncmp(p, name, part))
			return true;
		p += part + 1;
	}
	return false;
}

/* Our group in a hierarchy ("/a/b"), to be freed; NULL: none. */
static char *own_group(const struct str *text, const char *controller)
{
	/* "4:memory,cpu:/a/b", and "0::/a/b" of version 2 */
	for (const char *line = text->s; line && *line;) {
		const char *list = strchr(line, ':');
		const char *path = list ? strchr(list + 1, ':') : NULL;

		if (!path)
			return NULL;
		if (has_controller(list + 1, path - list - 1, controller))
			return xstrndup(path + 1, strcspn(path + 1, "\n"));
		line = strchr(line, '\n');
		line += line ? 1 : 0;
	}
	return NULL;
}

/*
 * The minimum of what is left in our group and in its parents.  In a container
 * the path may be that of the host: folders that do not exist are skipped, and
 * the root of the mount is the group of the container.
 */
static uint64_t left_below(const struct memory_limit *l,
			   const struct str *groups)
{
	CLEANUP(freep) char *group = own_group(groups, l->controller);
	uint64_t left = UINT64_MAX;
	char *slash;

	if (!group)
		return left;
	do {
		CLEANUP(freep) char *folder = xasprintf("%s%s", l->mount,
							group);

		left = MIN(left, left_in(l, folder));
		slash = strrchr(group, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return left;
}

static uint64_t left_in_groups(void)
{
	CLEANUP(str_release) struct str groups = STR_INIT;
	uint64_t left = UINT64_MAX;

	if (proc_read(AT_FDCWD, "/proc/self/cgroup", &groups))
		for (unsigned int i = 0; i < ARRAY_SIZE(limits); i++)
			left = MIN(left, left_below(&limits[i], &groups));
	return left;
}

static uint64_t left_on_machine(void)
{
	uint64_t kb;

	if (!read_number("/proc", "meminfo", "MemAvailable", &kb))
		return UINT64_MAX;
	return kb * 1024;
}

struct error *room_check(pid_t pid, uint64_t bytes, uint64_t taken)
{
	uint64_t need = bytes + bytes / SHARE_OF_GRAPH;
	uint64_t machine = left_on_machine(), groups = left_in_groups();

	need -= MIN(taken, need);
	if (need <= machine && need <= groups)
		return NULL;
	return error_new(ERR_SYSTEM, "reading process %d takes %" PRIu64
			 " MB, but only %" PRIu64 " MB %s", (int)pid,
			 (need >> 20) + 1, MIN(machine, groups) >> 20,
			 groups < machine ?
			 "are free below the memory limit of this control group"
			 ": run pyheld outside of it (of the container)" :
			 "of memory are free on this machine");
}

static uint64_t left_here(void)
{
	uint64_t machine = left_on_machine(), groups = left_in_groups();

	return MIN(machine, groups);
}

uint64_t room_left(void)
{
	return task_is_worker() ? task_number(TASK_ROOM, NULL) : left_here();
}
