/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rlimit.h"
#include "target/live/live-data.h"
#include "target/live/live.h"
#include "target/live/process.h"
#include "target/live/snapshot/snapshot.h"
#include "target/proc.h"

/* The executable's path as the target sees it, without " (deleted)". */
static char *read_executable(const struct live *l)
{
	CLEANUP(freep) char *path = proc_link(l->dir, "exe");
	size_t root = strlen(l->root), len = strlen(path);
	const char *start = path;

	if (root && !strncmp(path, l->root, root) && path[root] == '/')
		start += root;
	if (len > 10 && !strcmp(path + len - 10, " (deleted)"))
		path[len - 10] = '\0';
	return xstrdup(start);
}

static struct error *live_peek(struct target *t, raddr addr, void *buf,
			       uint64_t len)
{
	struct iovec local = { buf, len };
	struct iovec remote = live_remote(addr, len);
	ssize_t n;

	if (!len)
		return NULL;
	if (len > SSIZE_MAX)
		return &error_fault;
	n = live_readv(t->live, &local, &remote, 1);
	if (n >= 0)
		return (uint64_t)n == len ? NULL : &error_fault;
	if (errno == ESRCH)
		return &error_gone;
	if (errno == EACCES || errno == EPERM)
		return process_refused(t->live->dir, t->pid);
	return &error_fault;
}

static int file_of_mapping(struct target *t, const struct mapping *m)
{
	return live_file(t->live, m);
}

static void live_close(struct target *t)
{
	live_free(t->live);
}

static const struct target_source live_source = {
	.peek = live_peek,
	.snapshot = snapshot_take,
	.file = file_of_mapping,
	.close = live_close,
};

static struct error *read_mappings(struct target *t)
{
	struct live *l = t->live;
	struct error *err = maps_text(l->dir, &l->maps);

	l->maps_ns = clock_ns(CLOCK_MONOTONIC);
	return err ? err : maps_parse(&l->maps, l->root, &t->mappings);
}

struct error *live_open(pid_t pid, struct target *t)
{
	CLEANUP(closep) int main = pid > 0 ? proc_open(pid) : -1;
	struct error *err = process_check(main, pid);
	pid_t tid = 0;
	int dir;

	if (err)
		return err;
	file_raise_limit();
	dir = proc_open_other(main, &tid);
	if (dir >= 0)
		log_info("process %d: its main thread has exited: it is reached"
			 " through thread %d", (int)pid, (int)tid);
	else
		dir = fcntl(main, F_DUPFD_CLOEXEC, 0);
	if (dir < 0)
		rlimit_check(errno);
	t->source = &live_source;
	t->live = live_new(dir, pid, tid ? tid : pid);
	err = live_read_start_stack(t->live, &t->live->start_stack);
	if (!err)
		err = read_mappings(t);
	if (err)
		return err;
	live_set_forked(t->live, &t->mappings);
	t->name = xasprintf("%d", (int)pid);
	t->pid = pid;
	t->executable = read_executable(t->live);
	process_describe(t, t->live->dir, main);
	log_info("process %d: %s, %zu mappings, root directory %s", (int)pid,
		 t->executable, t->mappings.nr,
		 *t->live->root ? t->live->root : "/");
	return NULL;
}
