/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limits of a process and the lines that name them: base/rlimit.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/die.h"
#include "base/error.h"
#include "base/rlimit.h"
#include "suite.h"

const char suite_name[] = "rlimit";

#define MB (1UL << 20)

/* `value` becomes the limit, soft and hard. */
static void set(__rlimit_resource_t which, rlim_t value)
{
	struct rlimit limit = { value, value };

	if (setrlimit(which, &limit))
		_exit(99);
}

/* What `body` and the end of it print on stderr in a child, and its status. */
static int run(void (*body)(void), char *said, size_t size)
{
	int ends[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDERR_FILENO);
		body();
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void expect(void (*body)(void), int status, const char *text)
{
	char said[512];

	ck_assert_int_eq(run(body, said, sizeof(said)), status);
	ck_assert_str_eq(said, text);
}

static void say_hints(void)
{
	static const int errnums[] = { EMFILE, EFBIG, EIO, EAGAIN };
	char why[RLIMIT_HINT_MAX];

	set(RLIMIT_NOFILE, 10);
	set(RLIMIT_FSIZE, 4096);
	set(RLIMIT_NPROC, 7);
	errno = EXDEV;
	for (size_t i = 0; i < ARRAY_SIZE(errnums); i++) {
		rlimit_hint(errnums[i], why);
		dprintf(2, "%s;", why);
	}
	rlimit_task_hint(EAGAIN, why);
	dprintf(2, "%s;%d", why, errno == EXDEV);
}

START_TEST(rlimit_hint_names_the_limit)
{
	expect(say_hints, 0, " (ulimit -n allows 10: raise it);"
	       " (ulimit -f allows 4096 bytes: raise it);;;"
	       " (ulimit -u allows 7 processes and threads: raise it);1");
}
END_TEST

static void say_no_hint(void)
{
	char why[RLIMIT_HINT_MAX];

	rlimit_hint(ENOMEM, why);
	dprintf(2, "%s;", why);
	rlimit_check(EIO);
	rlimit_check(0);
}

START_TEST(rlimit_hint_is_empty_without_limit)
{
	expect(say_no_hint, 0, ";");
}
END_TEST

/* AddressSanitizer takes terabytes of addresses, so that there is no limit of
 * them to try. */
#ifndef __SANITIZE_ADDRESS__

/* The one that is nearer is named. */
static void say_memory(void)
{
	char why[RLIMIT_HINT_MAX];

	set(RLIMIT_AS, 100000 * MB);
	set(RLIMIT_DATA, 900 * MB);
	rlimit_hint(ENOMEM, why);
	dprintf(2, "%s", why);
	set(RLIMIT_AS, 800 * MB);
	set(RLIMIT_DATA, 860 * MB);
	rlimit_hint(ENOMEM, why);
	dprintf(2, "%s", why);
}

START_TEST(rlimit_hint_names_the_nearer_one)
{
	expect(say_memory, 0, " (ulimit -d allows 943718400 bytes: raise it)"
	       " (ulimit -v allows 838860800 bytes: raise it)");
}
END_TEST

static void run_out_of_memory(void)
{
	set(RLIMIT_AS, 64 * MB);
	xmalloc(65 * MB);
}

/* No room for a stack: that is memory, not the number of threads. */
static void make_thread_without_memory(void)
{
	pthread_t thread;

	set(RLIMIT_AS, MB);
	if (rlimit_thread(&thread, NULL, NULL) == ENOMEM)
		dprintf(2, "ENOMEM");
}

START_TEST(rlimit_of_memory_is_named)
{
	expect(run_out_of_memory, 3, "pyheld: out of memory"
	       " (ulimit -v allows 67108864 bytes: raise it)\n");
	expect(make_thread_without_memory, 0, "ENOMEM");
}
END_TEST

#endif

static void run_out_of_files(void)
{
	set(RLIMIT_NOFILE, 3);
	if (open("/", O_RDONLY | O_CLOEXEC) < 0)
		rlimit_check(errno);
}

static void hook_terminal(void)
{
	dprintf(2, "1");
}

static void hook_file(void)
{
	dprintf(2, "2");
}

static void die_with_hooks(void)
{
	die_file_hook = hook_file;
	die_terminal_hook = hook_terminal;
	rlimit_check(ENFILE);
}

START_TEST(rlimit_check_ends_with_one_line)
{
	expect(run_out_of_files, 3, "pyheld: too many open files"
	       " (ulimit -n allows 3: raise it)\n");
	expect(die_with_hooks, 3, "12pyheld: too many open files in the"
	       " system\n");
}
END_TEST

static void write_too_much(void)
{
	char name[] = "/tmp/pyheld-check-XXXXXX";
	int fd = mkstemp(name);
	struct error *err;

	unlink(name);
	set(RLIMIT_FSIZE, 2);
	rlimit_prepare();
	if (write(fd, "abcd", 4) != 2 || write(fd, "cd", 2) != -1)
		_exit(98);
	err = error_errno(ERR_SYSTEM, errno, "x");
	dprintf(2, "%s", err->message);
	error_free(err);
}

START_TEST(rlimit_prepare_lets_writes_fail)
{
	expect(write_too_much, 0, "x: File too large (ulimit -f allows 2"
	       " bytes: raise it)");
}
END_TEST

static void have_no_stack(void)
{
	set(RLIMIT_STACK, 65536);
	rlimit_prepare();
}

static void raise_stack(void)
{
	struct rlimit limit = { 65536, 16 * MB };

	setrlimit(RLIMIT_STACK, &limit);
	rlimit_prepare();
	getrlimit(RLIMIT_STACK, &limit);
	dprintf(2, "%lu", (unsigned long)limit.rlim_cur);
}

START_TEST(rlimit_prepare_wants_a_stack)
{
	expect(have_no_stack, 3, "pyheld: the stack is too small (ulimit -s"
	       " allows 65536 bytes: raise it to 196608)\n");
	expect(raise_stack, 0, "8388608");
}
END_TEST

static void *use_stack(void *arg)
{
	volatile char block[300000];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = 1;
	*(int *)arg = block[sizeof(block) - 1];
	return NULL;
}

static void make_thread(void)
{
	pthread_t thread;
	int done = 0, e;

	set(RLIMIT_STACK, 65536);
	e = rlimit_thread(&thread, use_stack, &done);
	if (!e)
		pthread_join(thread, NULL);
	dprintf(2, "%d %d", e, done);
}

START_TEST(rlimit_thread_has_its_stack)
{
	expect(make_thread, 0, "0 1");
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, rlimit_hint_names_the_limit);
	tcase_add_test(tc, rlimit_hint_is_empty_without_limit);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_test(tc, rlimit_hint_names_the_nearer_one);
	tcase_add_test(tc, rlimit_of_memory_is_named);
#endif
	tcase_add_test(tc, rlimit_check_ends_with_one_line);
	tcase_add_test(tc, rlimit_prepare_lets_writes_fail);
	tcase_add_test(tc, rlimit_prepare_wants_a_stack);
	tcase_add_test(tc, rlimit_thread_has_its_stack);
}
