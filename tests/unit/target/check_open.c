/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that are opened, and those that can't be: who says no, and why.
 */
#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "suite.h"

START_TEST(symbols_are_where_they_are)
{
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	uint64_t size;
	raddr at;

	ck_assert_ptr_null(
		modules_symbol(t, NULL, "target_open_pid", &at, &size));
	ck_assert_uint_eq(at, (uintptr_t)target_open_pid);
	expect_error(modules_symbol(t, "libc.so", "target_open_pid", &at,
				    &size),
		     ERR_NOT_FOUND, "target_open_pid");
	target_close(t);
	child_finish(pid);
}
END_TEST

static void mapping_itself(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	/* Below and above where it runs, as data and as code. */
	for (int i = 0; i < 4; i++)
		mmap(i % 2 ? (void *)(uintptr_t)0x10000000 : NULL, 1 << 16,
		     i / 2 ? PROT_READ : PROT_READ | PROT_EXEC, MAP_PRIVATE, fd,
		     0);
	child_ready();
	for (;;)
		pause();
}

START_TEST(file_that_is_mapped_again_does_not_confuse)
{
	pid_t pid = child_start(mapping_itself);
	struct target *t = child_open(pid);
	uint64_t size;
	raddr at;

	ck_assert_ptr_null(
		modules_symbol(t, NULL, "target_open_pid", &at, &size));
	ck_assert_uint_eq(at, (uintptr_t)target_open_pid);
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(pid_of_nobody_is_refused)
{
	struct target *t;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	expect_error(target_open_pid(pid, &t), ERR_NOT_FOUND, "no process has");
	expect_error(target_open_pid(0, &t), ERR_NOT_FOUND, "no process has");
	expect_error(target_open_pid(-1, &t), ERR_NOT_FOUND, "no process has");
	expect_error(target_open_pid(getpid(), &t), ERR_UNSUPPORTED, "itself");
}
END_TEST

START_TEST(zombie_is_refused)
{
	struct target *t;
	siginfo_t info;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	expect_error(target_open_pid(pid, &t), ERR_GONE, "zombie");
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(thread_is_refused_and_its_process_named)
{
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	char text[64];
	pid_t tid;

	child_snapshot(t, NULL);
	tid = t->threads.v[1].host_tid;
	target_close(t);
	snprintf(text, sizeof(text), "use %d", (int)pid);
	expect_error(target_open_pid(tid, &t), ERR_NOT_FOUND, text);
	child_finish(pid);
}
END_TEST

START_TEST(traced_process_is_refused_and_its_tracer_named)
{
	pid_t pid = child_start(child_waiting);
	struct target *t;
	char text[64];

	ck_assert_int_eq(ptrace(PTRACE_SEIZE, pid, NULL, NULL), 0);
	snprintf(text, sizeof(text), "traced by process %d", (int)getpid());
	expect_error(target_open_pid(pid, &t), ERR_PERMISSION, text);
	child_finish(pid);
}
END_TEST

START_TEST(tracer_that_comes_later_is_named)
{
	pid_t pid = child_start(child_waiting);
	struct target *t = child_open(pid);
	int pipes[2];
	pid_t tracer;
	char c;

	ck_assert_int_eq(pipe(pipes), 0);
	tracer = fork();
	if (!tracer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ptrace(PTRACE_SEIZE, pid, NULL, NULL);
		close(pipes[0]);
		close(pipes[1]);
		for (;;)
			pause();
	}
	close(pipes[1]);
	ck_assert_int_eq(read(pipes[0], &c, 1), 0);
	close(pipes[0]);
	expect_error(target_snapshot(t, &child_stopped), ERR_PERMISSION,
		     "traced by process");
	target_close(t);
	child_finish(tracer);
	child_finish(pid);
}
END_TEST

static void executing(void)
{
	child_ready();
	sleep_ms(100);
	execl("/bin/sleep", "sleep", "100", NULL);
}

START_TEST(program_that_changed_is_told)
{
	pid_t pid = child_start(executing);
	struct target *t = child_open(pid);
	char name[64], path[64] = "";

	snprintf(name, sizeof(name), "/proc/%d/comm", (int)pid);
	for (int i = 0; i < 500 && strcmp(path, "sleep\n"); i++) {
		FILE *f = fopen(name, "r");

		ck_assert_ptr_nonnull(fgets(path, sizeof(path), f));
		fclose(f);
		sleep_ms(10);
	}
	expect_error(target_snapshot(t, NULL), ERR_GONE, "another program");
	target_close(t);
	child_finish(pid);
}
END_TEST

/* Run as uid 65534; only root can do that. */
static void as_nobody(void (*body)(void))
{
	int status;
	pid_t pid;

	if (geteuid())
		return;
	pid = fork();
	if (!pid) {
		if (syscall(SYS_setresgid, 65534, 65534, 65534) ||
		    syscall(SYS_setresuid, 65534, 65534, 65534))
			_exit(0);
		/* That made it undumpable, but the test is about others. */
		prctl(PR_SET_DUMPABLE, 1);
		body();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && !WEXITSTATUS(status));
}

static void expect_foreign(void)
{
	struct target *t;
	struct error *err = target_open_pid(getppid(), &t);

	if (!err || err->code != ERR_PERMISSION ||
	    !strstr(err->message, "another user (uid 0"))
		_exit(1);
	error_free(err);
}

START_TEST(process_of_another_user_is_refused)
{
	as_nobody(expect_foreign);
}
END_TEST

static void undumpable(void)
{
	prctl(PR_SET_DUMPABLE, 0);
	child_waiting();
}

static void expect_undumpable(void)
{
	pid_t pid = child_start(undumpable);
	struct target *t;
	struct error *err = target_open_pid(pid, &t);

	child_finish(pid);
	if (!err || err->code != ERR_PERMISSION ||
	    !strstr(err->message, "closed to its own user"))
		_exit(1);
	error_free(err);
}

START_TEST(process_that_is_closed_is_refused)
{
	as_nobody(expect_undumpable);
}
END_TEST

static void use_unprivileged(void)
{
	/* Without map_files files come by their paths, or from memory. */
	pid_t pid = child_start(child_waiting);
	struct target *t;
	uint64_t size;
	raddr at;

	/* Yama may forbid it: then that is what is said. */
	if (target_open_pid(pid, &t))
		_exit(0);
	if (target_snapshot(t, NULL) ||
	    modules_symbol(t, NULL, "target_open_pid", &at, &size) ||
	    at != (uintptr_t)target_open_pid ||
	    !memory_at(&t->memory, at, 16) ||
	    memcmp(memory_at(&t->memory, at, 16), (void *)target_open_pid, 16))
		_exit(1);
	target_close(t);
	child_finish(pid);
}

START_TEST(user_without_privileges_is_served)
{
	as_nobody(use_unprivileged);
}
END_TEST

const char suite_name[] = "open";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, symbols_are_where_they_are);
	tcase_add_test(tc, file_that_is_mapped_again_does_not_confuse);
	tcase_add_test(tc, pid_of_nobody_is_refused);
	tcase_add_test(tc, zombie_is_refused);
	tcase_add_test(tc, thread_is_refused_and_its_process_named);
	tcase_add_test(tc, traced_process_is_refused_and_its_tracer_named);
	tcase_add_test(tc, tracer_that_comes_later_is_named);
	tcase_add_test(tc, program_that_changed_is_told);
	tcase_add_test(tc, process_of_another_user_is_refused);
	tcase_add_test(tc, process_that_is_closed_is_refused);
	tcase_add_test(tc, user_without_privileges_is_served);
}
