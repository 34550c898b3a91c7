/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process without privileges, and its limits: base/broker/sandbox.h. */
#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/broker/sandbox.h"
#include "base/compiler.h"
#include "base/rlimit.h"
#include "child.h"
#include "confined.h"
#include "suite.h"

const char suite_name[] = "sandbox";

#define MB (UINT64_C(1) << 20)

/* Say so, and wait until the test closes its end. */
static void wait_for_test(void)
{
	char c;

	if (write(confined_ends[1], "x", 1) != 1 ||
	    read(confined_ends[1], &c, 1) < 0)
		_exit(1);
}

static void enter_and_wait(void)
{
	struct rlimit limit;

	confined_enter();
	confined->value = getrlimit(RLIMIT_CORE, &limit) ? -1 :
							   !!limit.rlim_max;
	wait_for_test();
}

/* Start `body`, which calls wait_for_test(); returns when it waits. */
static pid_t start_waiting(void (*body)(void))
{
	pid_t pid = confined_start(body);
	char c;

	ck_assert_int_eq(read(confined_ends[0], &c, 1), 1);
	return pid;
}

static void end_waiting(pid_t pid)
{
	close(confined_ends[0]);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static void expect_field(pid_t pid, const char *key, const char *value)
{
	const char *is = child_status(pid, key);

	ck_assert_msg(!strncmp(is, value, strlen(value)) &&
		      is[strlen(value)] == '\n', "%s: %s", key, is);
}

/* Only root can empty the bounding set. */
static void expect_no_capabilities(pid_t pid)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff",
					    "CapAmb", "CapBnd" };

	for (size_t i = 0; i < ARRAY_SIZE(sets) - (geteuid() != 0); i++)
		expect_field(pid, sets[i], "0000000000000000");
	ck_assert(confined->sandbox.no_capabilities);
}

static void expect_filter(pid_t pid)
{
#ifdef __SANITIZE_ADDRESS__
	(void)pid;
	ck_assert(!confined->sandbox.filter);
	ck_assert_str_eq(confined->sandbox.missing, "no filter of system calls"
			 " (AddressSanitizer needs more of them)");
#else
	expect_field(pid, "Seccomp", "2");
	ck_assert(confined->sandbox.filter);
	ck_assert_str_eq(confined->sandbox.missing, "");
#endif
}

START_TEST(sandbox_leaves_no_privilege)
{
	static const char nobody[] = "65534\t65534\t65534\t65534";
	pid_t pid = start_waiting(enter_and_wait);

	expect_no_capabilities(pid);
	expect_field(pid, "NoNewPrivs", "1");
	ck_assert(confined->sandbox.no_new_privileges);
	ck_assert_int_eq(confined->sandbox.other_user, !geteuid());
	if (!geteuid()) {
		expect_field(pid, "Uid", nobody);
		expect_field(pid, "Gid", nobody);
		expect_field(pid, "Groups", "");
	}
	ck_assert(!confined->sandbox.limits);
	expect_filter(pid);
	end_waiting(pid);
}
END_TEST

/* The files of what may be dumped belong to its user, else to root. */
START_TEST(sandbox_is_not_dumped)
{
	pid_t pid = start_waiting(enter_and_wait);
	char name[64];
	struct stat st;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	ck_assert_int_eq(stat(name, &st), 0);
	ck_assert_int_eq(st.st_uid, 0);
	ck_assert_int_eq(confined->value, 0);
	end_waiting(pid);
}
END_TEST

/* The worker's parent: it makes the socket, and ends when it is told to. */
static void be_parent(void)
{
	int pair[2];
	char c;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		_exit(1);
	if (!fork()) {
		sandbox_enter(pair[1], &confined->sandbox);
		c = 'w';
		if (write(confined_ends[1], &c, 1) != 1)
			_exit(1);
		for (;;)
			poll(NULL, 0, -1);
	}
	/* The worker is to have the only copy. */
	close(confined_ends[1]);
	c = (char)read(pair[0], &c, 1);
}

START_TEST(sandbox_ends_with_its_parent)
{
	pid_t pid = confined_start(be_parent);
	char c;

	ck_assert_int_eq(read(confined_ends[0], &c, 1), 1);
	ck_assert_int_eq(c, 'w');
	kill(pid, SIGKILL);
	ck_assert_int_eq(read(confined_ends[0], &c, 1), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

static void leave_a_child(void)
{
	pid_t self = getpid();

	if (fork())
		_exit(0);
	while (getppid() == self)
		sleep_ms(1);
	confined_enter();
	if (write(confined_ends[1], "w", 1) != 1)
		_exit(1);
}

/* It came too late for the signal. */
START_TEST(sandbox_ends_without_its_parent)
{
	char c;

	confined_expect_exit(leave_a_child, 0);
	ck_assert_int_eq(read(confined_ends[0], &c, 1), 0);
}
END_TEST

static void use_no_more_data(void)
{
	void *p;

	sandbox_limit(64 * MB, 0);
	confined_enter();
	p = mmap(NULL, 32 * MB, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		_exit(1);
	errno = 0;
	p = mmap(NULL, 64 * MB, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED || errno != ENOMEM)
		_exit(2);
	if (!confined->sandbox.limits)
		_exit(3);
}

START_TEST(sandbox_limit_bounds_memory)
{
	confined_expect_exit(use_no_more_data, 0);
}
END_TEST

static bool has_hint(void)
{
	char why[RLIMIT_HINT_MAX];

	rlimit_hint(ENOMEM, why);
	return *why;
}

static void ask_for_hints(void)
{
	struct rlimit data = { .rlim_max = RLIM_INFINITY };

	data.rlim_cur = rlimit_data_used() + 5000 * MB;
	if (setrlimit(RLIMIT_DATA, &data) || !has_hint())
		_exit(1);
	sandbox_limit(9000 * MB, 0);
	if (!has_hint())
		_exit(2);
	sandbox_limit(400 * MB, 0);
	if (has_hint())
		_exit(3);
}

/* The user, who has not set it, is not told to raise it. */
START_TEST(sandbox_limit_is_no_ulimit)
{
	confined_expect_exit(ask_for_hints, 0);
}
END_TEST

static void burn(void)
{
	sandbox_limit(UINT64_MAX, 1);
	confined_enter();
	for (volatile unsigned int i = 0;; i++)
		;
}

START_TEST(sandbox_limit_bounds_cpu_time)
{
	int status = confined_run(burn);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGXCPU);
	ck_assert(confined->sandbox.limits);
}
END_TEST

static void get(__rlimit_resource_t which, rlim_t soft, rlim_t hard)
{
	struct rlimit limit;

	if (getrlimit(which, &limit) || limit.rlim_cur != soft ||
	    limit.rlim_max != hard)
		_exit(1 + (int)which);
}

static void limit_twice(void)
{
	struct rlimit data = { 5000 * MB, 6000 * MB }, cpu = { 9, 99 };

	if (setrlimit(RLIMIT_DATA, &data) || setrlimit(RLIMIT_CPU, &cpu))
		_exit(99);
	sandbox_limit(UINT64_MAX, 0);
	get(RLIMIT_DATA, 5000 * MB, 6000 * MB);
	get(RLIMIT_CPU, 9, 99);
	sandbox_limit(UINT64_C(1) << 50, 20);
	get(RLIMIT_DATA, 5000 * MB, 6000 * MB);
	get(RLIMIT_CPU, 9, 25);
	sandbox_limit(UINT64_MAX - 1, 8);
	get(RLIMIT_CPU, 8, 13);
}

START_TEST(sandbox_limit_raises_nothing)
{
	confined_expect_exit(limit_twice, 0);
}
END_TEST

/* A system call that the kernel seems to refuse. */
struct lack {
	int call, errnum;
};

static void lack(const struct lack *calls, size_t nr)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	for (size_t i = 0; i < nr; i++)
		seccomp_rule_add(filter,
				 SCMP_ACT_ERRNO((uint32_t)calls[i].errnum),
				 calls[i].call, 0);
	if (seccomp_load(filter))
		_exit(1);
	seccomp_release(filter);
}

static void enter_without_kernel(void)
{
	static const struct lack calls[] = {
		{ SCMP_SYS(setgroups), EPERM },
		{ SCMP_SYS(setresuid), EINVAL },
		{ SCMP_SYS(capset), EPERM },
		{ SCMP_SYS(seccomp), ENOSYS },
	};

	lack(calls, ARRAY_SIZE(calls));
	confined_enter();
#ifndef __SANITIZE_ADDRESS__
	/* A build that measures coverage writes its figures now. */
	exit(0);
#endif
}

START_TEST(sandbox_says_what_is_missing)
{
	char expected[256];

	confined_expect_exit(enter_without_kernel, 0);
	ck_assert(!confined->sandbox.other_user);
	ck_assert(!confined->sandbox.no_capabilities);
	ck_assert(confined->sandbox.no_new_privileges);
	ck_assert(!confined->sandbox.filter);
	snprintf(expected, sizeof(expected), "%s%s%s",
		 geteuid() ? "" : "it keeps its groups (Operation not"
		 " permitted), it is still root's (Invalid argument), ",
		 "it keeps its capabilities (Operation not permitted), ",
#ifdef __SANITIZE_ADDRESS__
		 "no filter of system calls (AddressSanitizer needs more of"
		 " them)");
#else
		 "no filter of system calls (the kernel refuses it)");
#endif
	expected[sizeof(confined->sandbox.missing) - 1] = '\0';
	ck_assert_str_eq(confined->sandbox.missing, expected);
}
END_TEST

static void enter_without_nobody(void)
{
	static const struct lack calls[] = { { SCMP_SYS(setresuid), EINVAL } };

	lack(calls, ARRAY_SIZE(calls));
	enter_and_wait();
}

/* As in a user namespace that has root alone: it has no capability either. */
START_TEST(sandbox_goes_on_as_root)
{
	pid_t pid = start_waiting(enter_without_nobody);

	expect_no_capabilities(pid);
	ck_assert(!confined->sandbox.other_user);
	end_waiting(pid);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, sandbox_leaves_no_privilege);
	tcase_add_test(tc, sandbox_is_not_dumped);
	tcase_add_test(tc, sandbox_ends_with_its_parent);
	tcase_add_test(tc, sandbox_ends_without_its_parent);
	tcase_add_test(tc, sandbox_limit_bounds_memory);
	tcase_add_test(tc, sandbox_limit_is_no_ulimit);
	tcase_add_test(tc, sandbox_limit_bounds_cpu_time);
	tcase_add_test(tc, sandbox_limit_raises_nothing);
	tcase_add_test(tc, sandbox_says_what_is_missing);
	tcase_add_test(tc, sandbox_goes_on_as_root);
}
