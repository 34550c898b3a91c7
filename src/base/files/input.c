/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/broker/task.h"
#include "base/compiler.h"
#include "base/files/input.h"

#define READING (O_RDONLY | O_NONBLOCK | O_NOCTTY)

int input_open(const char *path)
{
	if (task_is_worker())
		return task_open(TASK_INPUT, path);
	return open(path, READING | O_CLOEXEC);
}

int input_open_below(const char *folder, const char *path)
{
	CLEANUP(closep) int dir = open(folder, O_PATH | O_DIRECTORY |
						       O_CLOEXEC);
	struct open_how how = { .flags = READING | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH };
	long fd;

	if (dir < 0)
		return -1;
	fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	if (fd < 0 && errno == ENOSYS)
		fd = openat(dir, path, READING | O_NOFOLLOW | O_CLOEXEC);
	return (int)fd;
}

enum input_kind input_kind(const char *path)
{
	struct stat st;

	if (task_is_worker())
		return (enum input_kind)task_number(TASK_KIND, path);
	if (stat(path, &st) && lstat(path, &st))
		return INPUT_MISSING;
	if (S_ISDIR(st.st_mode))
		return INPUT_FOLDER;
	return S_ISREG(st.st_mode) || S_ISLNK(st.st_mode) ? INPUT_FILE :
							    INPUT_SPECIAL;
}
