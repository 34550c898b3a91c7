/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/rlimit.h"
#include "target/live/forked.h"
#include "target/live/live-data.h"
#include "target/proc.h"

/* Field of /proc/PID/stat: where the main stack began, see proc(5). */
#define STAT_START_STACK 28

struct error *live_read_start_stack(const struct live *l, uint64_t *ret)
{
	CLEANUP(str_release) struct str stat = STR_INIT;

	if (!proc_read(l->dir, "stat", &stat))
		return proc_failed("stat");
	*ret = proc_stat_u64(&stat, STAT_START_STACK);
	return NULL;
}

struct error *live_check_program(const struct live *l)
{
	uint64_t start_stack;
	struct error *err = live_read_start_stack(l, &start_stack);

	if (err)
		return err;
	if (start_stack == l->start_stack)
		return NULL;
	/* 0: the process has no memory any more. */
	if (!start_stack)
		return &error_gone;
	return error_new(ERR_GONE, "process %d has executed another program "
			 "in the meantime: try again", (int)l->pid);
}

static char *read_root(int dir)
{
	char *root = proc_link(dir, "root");

	if (!strcmp(root, "/"))
		*root = '\0';
	return root;
}

static bool open_mem(struct live *l)
{
	if (l->mem < 0) {
		l->mem = openat(l->dir, "mem", O_RDONLY | O_CLOEXEC);
		if (l->mem < 0)
			rlimit_check(errno);
	}
	return l->mem >= 0;
}

struct live *live_new(int dir, pid_t pid, pid_t tid)
{
	struct live *l = xcalloc(1, sizeof(*l));

	l->pid = pid;
	l->tid = tid;
	l->dir = dir;
	l->mem = -1;
	l->maps = (struct str)STR_INIT;
	l->root = read_root(dir);
	return l;
}

struct live *live_new_remote(pid_t pid, char *root,
			     const struct live_access *access)
{
	struct live *l = xcalloc(1, sizeof(*l));

	l->pid = pid;
	l->access = access;
	l->dir = -1;
	l->mem = -1;
	l->maps = (struct str)STR_INIT;
	l->root = root;
	return l;
}

int live_file(struct live *l, const struct mapping *m)
{
	return l->access ? l->access->file(l, m) :
			   file_of(&l->files, l->dir, m);
}

void live_set_forked(struct live *l, const struct mapping_vec *maps)
{
	l->is_forked = forked_shares(l->dir, maps);
	l->use_mem = l->is_forked && open_mem(l);
}

void live_free(struct live *l)
{
	if (!l)
		return;
	file_close_all(&l->files);
	closep(&l->mem);
	closep(&l->dir);
	str_release(&l->maps);
	free(l->root);
	free(l);
}

/* live_readv() by way of /proc/PID/mem. */
static ssize_t readv_mem(struct live *l, const struct iovec *local,
			 const struct iovec *remote, unsigned long nr)
{
	size_t done = 0;

	if (!open_mem(l))
		return -1;
	for (unsigned long i = 0; i < nr; i++) {
		uint8_t *to = local[i].iov_base;
		size_t at = 0, len = local[i].iov_len;

		while (at < len) {
			off_t from = (uintptr_t)remote[i].iov_base + at;
			ssize_t n = pread(l->mem, to + at, len - at, from);

			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0) {
				/* 0: the process has no memory any more. */
				errno = !n ? ESRCH :
					errno == EIO ? EFAULT : errno;
				return done + at ? (ssize_t)(done + at) : -1;
			}
			at += n;
		}
		done += len;
	}
	return done;
}

ssize_t live_readv(struct live *l, const struct iovec *local,
		   const struct iovec *remote, unsigned long nr)
{
	ssize_t n;

	if (l->access)
		return l->access->readv(l, local, remote, nr);
	if (l->use_mem)
		return readv_mem(l, local, remote, nr);
	n = process_vm_readv(l->tid, local, nr, remote, nr, 0);
	/* Old seccomp profiles of containers refuse only this call. */
	if (n < 0 && (errno == ENOSYS || errno == EPERM)) {
		l->use_mem = true;
		return readv_mem(l, local, remote, nr);
	}
	return n;
}
