/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - run pyheld within a test, and look at what it says.
 *
 *	struct run r;
 *
 *	RUN(&r, "summary", "a.pyheld", "--json");
 *	run_expect(&r, STATUS_OK);
 *	... r.out ...
 *	run_release(&r);
 *
 * commands_main() is called in a child of the test, so that it may exit(), be
 * killed by a signal and change what belongs to the process.
 */
#ifndef TESTS_UNIT_CLI_RUN_H
#define TESTS_UNIT_CLI_RUN_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/status.h"

struct run {
	int status;		/* its exit status; 128 + the signal */
	char *out, *err;	/* what it wrote to stdout and stderr */
	/* Until it is finished. */
	pid_t pid;
	int out_fd, err_fd;
};

/*
 * Run `pyheld` with these arguments; the last is NULL.  Its stdin is
 * /dev/null.  *r is the caller's to release.
 */
void run(struct run *r, const char *const *arguments);
#define RUN(r, ...) run(r, (const char *const[]){ __VA_ARGS__, NULL })

/* The same, with `fd` as its stdout; r->out is "". */
void run_to(struct run *r, int fd, const char *const *arguments);
#define RUN_TO(r, fd, ...) \
	run_to(r, fd, (const char *const[]){ __VA_ARGS__, NULL })

/*
 * run() in two halves: run_start() returns at once, run_finish() waits for the
 * end.  Between them r->pid may be sent signals, and run_says() waits until
 * `text` is on stdout (r->out is what is there); false: not within 30 seconds,
 * or the process has ended before.
 */
void run_start(struct run *r, const char *const *arguments);
#define RUN_START(r, ...) \
	run_start(r, (const char *const[]){ __VA_ARGS__, NULL })
bool run_says(struct run *r, const char *text);
void run_finish(struct run *r);

void run_release(struct run *r);

/* Fail the test, with all that the run said, if its status is another. */
void run_expect(const struct run *r, int status);

/*
 * The status is `status`, nothing is on stdout, and stderr is one line or more
 * with `word` in it, the first of which begins with "pyheld".
 */
void run_expect_error(const struct run *r, int status, const char *word);

/* stdout has `text` in it. */
void run_expect_out(const struct run *r, const char *text);

/*
 * stdout is JSON with this value at `path`: the keys and indices that lead to
 * it, as "types.0.name".  run_expect_size(): it is an array of `size`.
 */
void run_expect_int(const struct run *r, const char *path, int64_t value);
void run_expect_text(const struct run *r, const char *path, const char *value);
void run_expect_true(const struct run *r, const char *path);
void run_expect_null(const struct run *r, const char *path);
void run_expect_size(const struct run *r, const char *path, size_t size);

/*
 * The tests of `tc` run in a new, empty folder, which is removed when the last
 * of them has ended.
 */
void run_in_folder(TCase *tc);

#endif
