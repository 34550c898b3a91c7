/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "base/alloc.h"
#include "child.h"
#include "live.h"

/* Its path, which the caller frees. */
static char *write_script(const char *script, const char *program)
{
	char *path = xasprintf("scripts/%s", script);
	FILE *f;

	if (mkdir("scripts", 0700))
		ck_assert_int_eq(errno, EEXIST);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	fputs(program, f);
	ck_assert_int_eq(fclose(f), 0);
	return path;
}

struct live live_start(const char *script, const char *program)
{
	CLEANUP(freep) char *path = script ? write_script(script, program) :
					     NULL;
	struct live ret;
	int ready[2];
	char c;

	ck_assert_int_eq(pipe(ready), 0);
	ret.pid = fork();
	ck_assert_int_ge(ret.pid, 0);
	if (!ret.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ready[1], 3);
		execl(PYTHON3, "python3", "-I", "-S", path ? path : "-c",
		      path ? NULL : program, NULL);
		_exit(127);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	close(ready[0]);
	ret.name = xasprintf("%d", (int)ret.pid);
	return ret;
}

void live_end(struct live *l)
{
	child_finish(l->pid);
	free(l->name);
}
