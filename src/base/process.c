/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/process.h"

void process_forbid_cores(void)
{
	static const struct rlimit none = { 0, 0 };

	/* Neither fails: limits can be lowered, and 0 is a valid value. */
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int process_open_own(const char *path)
{
	int before = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), fd, saved;

	/* Whose the file is depends on this when it is opened. */
	if (before == 0)
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	saved = errno;
	if (before == 0)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	errno = saved;
	return fd;
}
