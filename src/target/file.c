/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/broker/task.h"
#include "base/log.h"
#include "base/rlimit.h"
#include "target/file.h"

/*
 * Btrfs and overlayfs show one device in maps and another one in stat.  If the
 * latter is anonymous (major 0), the inode alone decides.
 */
static bool is_same(const struct stat *st, const struct mapping *m)
{
	if ((uint64_t)st->st_ino != m->inode)
		return false;
	return (uint64_t)st->st_dev == m->device || !major(st->st_dev);
}

/*
 * O_PATH first: opening a device or a FIFO may have effects, and the file that
 * a path names may change between a check and its use.  `m` NULL: any file.
 */
static int open_checked(int dir, const char *path, const struct mapping *m)
{
	CLEANUP(closep) int probe = openat(dir, path, O_PATH | O_CLOEXEC);
	char name[48];
	struct stat st;
	int fd;

	if (probe < 0)
		rlimit_check(errno);
	if (probe < 0 || fstat(probe, &st) || !S_ISREG(st.st_mode) ||
	    (m && !is_same(&st, m)))
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", probe);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		rlimit_check(errno);
	return fd;
}

static int ask_below(const char *root, const char *path)
{
	struct packet request = PACKET_OF(TASK_BELOW);

	if (!task_takes_path(root) || !task_takes_path(path))
		return -1;
	packet_add_text(&request, root);
	packet_add_text(&request, path);
	return task_open_with(&request);
}

int file_open_regular(int dir, const char *path)
{
	if (task_is_worker())
		return dir == AT_FDCWD ? ask_below("", path) : -1;
	return open_checked(dir, path, NULL);
}

/* openat2() is there since Linux 5.6; before, a link may lead out of `root`. */
static int open_in_root(const char *root, const char *path)
{
	CLEANUP(closep) int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT };
	long fd;

	if (dir < 0) {
		rlimit_check(errno);
		return -1;
	}
	fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	if (fd < 0 && errno == ENOSYS)
		fd = openat(dir, path + 1, O_PATH | O_CLOEXEC);
	if (fd < 0)
		rlimit_check(errno);
	return (int)fd;
}

int file_open_below(const char *root, const char *path)
{
	CLEANUP(closep) int found = -1;
	char name[48];

	if (task_is_worker())
		return ask_below(root, path);
	if (!*root)
		return file_open_regular(AT_FDCWD, path);
	found = open_in_root(root, path);
	if (found < 0)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", found);
	return file_open_regular(AT_FDCWD, name);
}

static int open_file(int dir, const struct mapping *m)
{
	CLEANUP(freep) char *path = NULL;
	char name[64];
	int fd;

	/* Finds deleted files, too, but needs CAP_CHECKPOINT_RESTORE. */
	snprintf(name, sizeof(name), "map_files/%" PRIx64 "-%" PRIx64,
		 m->start, m->end);
	fd = open_checked(dir, name, m);
	if (fd < 0)
		fd = open_checked(dir, "exe", m);
	if (fd < 0 && m->path[0] == '/') {
		path = xasprintf("root%s", m->path);
		fd = open_checked(dir, path, m);
	}
	return fd;
}

const struct mapped_file *file_find(const struct file_vec *files,
				    const struct mapping *m)
{
	/* A target has a few hundred at most, and the newest is the likely
	 * one. */
	for (size_t i = files->nr; i-- > 0;)
		if (files->v[i].inode == m->inode &&
		    files->v[i].device == m->device)
			return &files->v[i];
	return NULL;
}

bool file_is_lost(const struct file_vec *files, const struct mapping *m)
{
	const struct mapped_file *f = file_find(files, m);

	return f && f->fd < 0;
}

int file_of(struct file_vec *files, int dir, const struct mapping *m)
{
	const struct mapped_file *known = file_find(files, m);
	struct mapped_file f = { m->device, m->inode, -1 };

	if (known)
		return known->fd;
	if (!m->inode)
		return -1;
	f.fd = open_file(dir, m);
	if (f.fd < 0)
		log_info("file %s can't be opened, or is not the one that is "
			 "mapped at 0x%" PRIx64, m->path, m->start);
	else
		log_detail("file %s is opened", m->path);
	file_vec_push(files, f);
	return f.fd;
}

void file_close_all(struct file_vec *files)
{
	for (size_t i = 0; i < files->nr; i++)
		closep(&files->v[i].fd);
	file_vec_release(files);
}

void file_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		log_info("the limit of open files can't be raised: %s",
			 strerror(errno));
}
