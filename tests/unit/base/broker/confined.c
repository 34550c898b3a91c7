/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confined.h"

struct confined *confined;
int confined_ends[2];

pid_t confined_start(void (*body)(void))
{
	pid_t pid;

	confined = mmap(NULL, sizeof(*confined), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(confined != MAP_FAILED);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				    confined_ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		close(confined_ends[0]);
		body();
		_exit(0);
	}
	close(confined_ends[1]);
	return pid;
}

int confined_run(void (*body)(void))
{
	pid_t pid = confined_start(body);
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

void confined_expect_exit(void (*body)(void), int expected)
{
	int status = confined_run(body);

	ck_assert_msg(WIFEXITED(status), "signal %d", WTERMSIG(status));
	ck_assert_int_eq(WEXITSTATUS(status), expected);
}

void confined_enter(void)
{
	sandbox_enter(confined_ends[1], &confined->sandbox);
}
