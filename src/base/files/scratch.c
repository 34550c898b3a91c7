/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "base/files/scratch.h"
#include "base/str.h"

#define KEEP_FREE (UINT64_C(256) << 20)
#define KEEP_PART 16

int scratch_file(void)
{
	const char *dir = getenv("TMPDIR");
	CLEANUP(freep) char *path = NULL;
	int fd;

	if (task_is_worker())
		return task_open(TASK_SCRATCH, NULL);
	dir = dir && *dir ? dir : "/var/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Not every file system can do without a name. */
	path = xasprintf("%s/pyheld-XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

uint64_t scratch_room(int fd, bool *in_memory)
{
	uint64_t left, keep;
	struct statfs fs;

	*in_memory = false;
	if (fstatfs(fd, &fs))
		return UINT64_MAX;
	*in_memory = fs.f_type == TMPFS_MAGIC;
	left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	keep = (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize / KEEP_PART;
	keep = MIN(keep, KEEP_FREE);
	return left > keep ? left - keep : 0;
}
