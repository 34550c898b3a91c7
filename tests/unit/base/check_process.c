/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No core of this process, and what it can still open: base/process.h. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/process.h"
#include "suite.h"

const char suite_name[] = "process";

#define NOBODY 65534

static void allow_cores(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_CORE, &limit), 0);
}

static int status_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(process_is_not_dumped)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		int status;
		pid_t pid = fork();

		if (!pid) {
			allow_cores();
			process_forbid_cores();
			signal(signals[i], SIG_DFL);
			raise(signals[i]);
		}
		status = status_of(pid);
		ck_assert(WIFSIGNALED(status));
		ck_assert_int_eq(WTERMSIG(status), signals[i]);
		ck_assert(!WCOREDUMP(status));
	}
}
END_TEST

static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* 0: all is as the header says; else the number of what is not. */
static int look_as_nobody(int file)
{
	static const char adjust[] = "/proc/self/oom_score_adj";
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	if (!opened(name, O_RDONLY))
		return 1;
	if (!opened("/proc/self/status", O_RDONLY) ||
	    !opened("/proc/self/cgroup", O_RDONLY))
		return 2;
	if (opened(adjust, O_WRONLY))
		return 3;
	fd = process_open_own(adjust);
	if (fd < 0 || write(fd, "1000", 4) != 4)
		return 4;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 5;
	return process_open_own("/proc/self/no-such") < 0 ? 0 : 6;
}

START_TEST(process_of_another_user_opens_its_files)
{
	int file = open("/proc/version", O_PATH | O_CLOEXEC), status;
	pid_t pid = fork();

	if (!pid) {
		/* Without root, it is another user already. */
		if (!geteuid() && (setgid(NOBODY) || setuid(NOBODY)))
			_exit(100);
		process_forbid_cores();
		_exit(look_as_nobody(file));
	}
	status = status_of(pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	close(file);
}
END_TEST

START_TEST(process_stays_as_it_was)
{
	int fd = process_open_own("/proc/self/oom_score_adj");

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, process_is_not_dumped);
	tcase_add_test(tc, process_of_another_user_opens_its_files);
	tcase_add_test(tc, process_stays_as_it_was);
}
