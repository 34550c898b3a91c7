/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/die.h"
#include "base/log.h"
#include "base/rlimit.h"
#include "cli/status.h"
#include "cli/top/spawn.h"

/* How long it may take to end, and how often we look. */
#define END_TRIES 500
#define TRY_MS 10

static const struct spawned none = SPAWNED_NONE;

/* Handlers of ours (a screen's) are for the parent. */
static void default_signals(void)
{
	sigset_t empty;

	for (int i = 1; i < NSIG; i++)
		if (i != SIGKILL && i != SIGSTOP)
			signal(i, SIG_DFL);
	/* That a file may not grow is an error again, and no signal. */
	rlimit_prepare();
	die_terminal_hook = NULL;
	sigemptyset(&empty);
	sigprocmask(SIG_SETMASK, &empty, NULL);
}

static void be_child(pid_t parent, int out, int err,
		     int (*work)(void *argument), void *argument)
{
	int nothing, status;

	setpgid(0, 0);
	default_signals();
	/* Lines of --verbose are for nobody: a screen is open. */
	log_set_level(LOG_NONE);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* The parent may have ended before that. */
	if (getppid() != parent)
		_exit(STATUS_FAILED);
	nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		_exit(STATUS_FAILED);
	status = work(argument);
	fflush(stdout);
	fflush(stderr);
	/* exit() would give the terminal back. */
	_exit(status);
}

static void close_ends(struct spawned *s)
{
	closep(&s->out);
	closep(&s->err);
	*s = none;
}

bool spawn_start(struct spawned *ret, int (*work)(void *argument),
		 void *argument)
{
	CLEANUP(closep) int out = -1;
	CLEANUP(closep) int err = -1;
	pid_t parent = getpid();
	sigset_t all, before;
	int ends[2], saved;

	*ret = none;
	if (pipe2(ends, O_CLOEXEC))
		return false;
	ret->out = ends[0];
	out = ends[1];
	if (pipe2(ends, O_CLOEXEC)) {
		saved = errno;
		close_ends(ret);
		errno = saved;
		return false;
	}
	ret->err = ends[0];
	err = ends[1];
	fcntl(ret->out, F_SETFL, O_NONBLOCK);
	fcntl(ret->err, F_SETFL, O_NONBLOCK);
	/* What is buffered would be written by both. */
	fflush(stdout);
	fflush(stderr);
	/* Nor may the child run the parent's handlers before it has none. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	ret->pid = fork();
	if (!ret->pid)
		be_child(parent, out, err, work, argument);
	saved = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ret->pid > 0)
		return true;
	close_ends(ret);
	errno = saved;
	return false;
}

static pid_t look(pid_t pid, int *how, int flags)
{
	pid_t ret;

	do
		ret = waitpid(pid, how, flags);
	while (ret < 0 && errno == EINTR);
	return ret;
}

int spawn_end(struct spawned *s, bool stop)
{
	pid_t pid = s->pid, ended = 0;
	int how = 0;

	close_ends(s);
	if (!pid)
		return -1;
	if (stop) {
		kill(pid, SIGTERM);
		/* It may be stopped itself. */
		kill(pid, SIGCONT);
	}
	for (int i = 0; i < END_TRIES && !ended; i++) {
		ended = look(pid, &how, WNOHANG);
		if (!ended)
			poll(NULL, 0, TRY_MS);
	}
	if (!ended) {
		kill(pid, SIGKILL);
		ended = look(pid, &how, 0);
	}
	return ended == pid && WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}
