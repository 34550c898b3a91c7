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

/* python3, its options, -c and the program stand before them. */
#define WORDS_MAX (LIVE_WORDS + 5)

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

/* `words` is its argv. */
static struct live start(const char *const *words)
{
	struct live ret;
	int ready[2];
	char c;

	ck_assert_int_eq(pipe(ready), 0);
	ret.pid = fork();
	ck_assert_int_ge(ret.pid, 0);
	if (!ret.pid) {
		char *argv[WORDS_MAX + 1] = { NULL };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ready[1], 3);
		for (size_t i = 0; words[i] && i < WORDS_MAX; i++)
			argv[i] = xstrdup(words[i]);
		execv(PYTHON3, argv);
		_exit(127);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	close(ready[0]);
	ret.name = xasprintf("%d", (int)ret.pid);
	return ret;
}

struct live live_start(const char *script, const char *program)
{
	CLEANUP(freep) char *path = script ? write_script(script, program) :
					     NULL;

	return start((const char *const []){
		"python3", "-I", "-S", path ? path : "-c",
		path ? NULL : program, NULL });
}

struct live live_start_words(const char *program, const char *const *words)
{
	const char *all[WORDS_MAX + 1] = { "python3", "-I", "-S", "-c",
					   program };

	for (size_t i = 0; words[i]; i++) {
		ck_assert_uint_lt(i, LIVE_WORDS);
		all[i + 5] = words[i];
	}
	return start(all);
}

void live_end(struct live *l)
{
	child_finish(l->pid);
	free(l->name);
}
