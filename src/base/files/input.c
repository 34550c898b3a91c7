/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/broker/task.h"
#include "base/files/input.h"

int input_open(const char *path)
{
	if (task_is_worker())
		return task_open(TASK_INPUT, path);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
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
