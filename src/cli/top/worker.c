/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/die.h"
#include "base/log.h"
#include "base/rlimit.h"
#include "cli/status.h"
#include "cli/top/worker.h"

/* Handlers of ours (the screen's) are for the parent. */
static void default_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		if (i != SIGKILL && i != SIGSTOP)
			signal(i, SIG_DFL);
	/* That a file may not grow is an error again, and no signal. */
	rlimit_prepare();
	die_terminal_hook = NULL;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
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

bool worker_start(struct worker *w, int (*work)(void *argument),
		  void *argument)
{
	CLEANUP(closep) int out = -1;
	CLEANUP(closep) int err = -1;
	pid_t parent = getpid();
	sigset_t all, before;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	w->out = ends[0];
	out = ends[1];
	if (pipe2(ends, O_CLOEXEC)) {
		worker_stop(w);
		return false;
	}
	w->err = ends[0];
	err = ends[1];
	fcntl(w->out, F_SETFL, O_NONBLOCK);
	fcntl(w->err, F_SETFL, O_NONBLOCK);
	/* What is buffered would be written by both. */
	fflush(stdout);
	fflush(stderr);
	/* Nor may the child run the parent's handlers before it has none. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	w->pid = fork();
	if (!w->pid)
		be_child(parent, out, err, work, argument);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (w->pid > 0)
		return true;
	w->pid = 0;
	worker_stop(w);
	return false;
}

/* Read all that is there.  *fd becomes -1 at the end. */
static void take(int *fd, struct str *s)
{
	char buffer[65536];
	ssize_t nr;

	while (*fd >= 0 && s->len < WORKER_MAX) {
		nr = read(*fd, buffer, sizeof(buffer));
		if (nr > 0) {
			str_add_bytes(s, buffer, (size_t)nr);
			continue;
		}
		if (nr < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		close(*fd);
		*fd = -1;
	}
}

bool worker_poll(struct worker *w, int *status)
{
	int how;
	pid_t pid;

	take(&w->out, &w->text);
	take(&w->err, &w->message);
	if (w->out >= 0 || w->err >= 0) {
		if (w->text.len < WORKER_MAX && w->message.len < WORKER_MAX)
			return false;
		kill(w->pid, SIGTERM);
	}
	while ((pid = waitpid(w->pid, &how, 0)) < 0 && errno == EINTR)
		;
	*status = pid > 0 && WIFEXITED(how) ? WEXITSTATUS(how) : -1;
	w->pid = 0;
	return true;
}

void worker_stop(struct worker *w)
{
	if (w->pid > 0) {
		kill(w->pid, SIGTERM);
		/* It may be stopped itself. */
		kill(w->pid, SIGCONT);
		while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (w->out >= 0)
		close(w->out);
	if (w->err >= 0)
		close(w->err);
	str_release(&w->text);
	str_release(&w->message);
	*w = (struct worker)WORKER_INIT;
}
