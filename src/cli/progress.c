/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/rlimit.h"
#include "base/log.h"
#include "cli/progress.h"

#define FIRST_MS 500
#define NEXT_MS 1000

/*
 * A thread shows the progress.  The signals of a timer would interrupt the
 * system calls that stop the target.  The thread does not disturb ptrace(),
 * which is bound to the thread that calls it: the one of the snapshot.
 */
static struct {
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const char *what;	/* NULL: the thread is to end */
	uint64_t done, total;	/* total 0: not known */
	bool shown;		/* the line is on the terminal */
	struct timespec begun;	/* CLOCK_MONOTONIC */
} progress = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static struct timespec after(struct timespec t, long ms)
{
	t.tv_nsec += ms % 1000 * 1000000;
	t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static long seconds_since(struct timespec begun, struct timespec now)
{
	return (long)(now.tv_sec - begun.tv_sec) -
	       (now.tv_nsec < begun.tv_nsec);
}

#define BAR 30

static void progress_show(long seconds)
{
	char bar[BAR + 1] = "";

	if (!progress.total) {
		fprintf(stderr, "\r\033[Kpyheld: %s, %ld s", progress.what,
			seconds);
		return;
	}
	memset(bar, '.', BAR);
	memset(bar, '#', MIN(progress.done * BAR / progress.total, BAR));
	fprintf(stderr, "\r\033[Kpyheld: %s [%s] %3.0f %%, %ld s",
		progress.what, bar,
		100 * (double)progress.done / (double)progress.total, seconds);
}

static void *run(void *unused)
{
	struct timespec next = after(progress.begun, FIRST_MS);

	(void)unused;
	pthread_mutex_lock(&progress.lock);
	while (progress.what) {
		if (!pthread_cond_timedwait(&progress.changed, &progress.lock,
					    &next))
			continue;
		progress_show(seconds_since(progress.begun, next));
		fflush(stderr);
		progress.shown = true;
		next = after(next, NEXT_MS);
	}
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
	pthread_mutex_unlock(&progress.lock);
	return NULL;
}

static void start_thread(void)
{
	pthread_condattr_t attr;
	sigset_t all, before;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&progress.changed, &attr);
	pthread_condattr_destroy(&attr);
	clock_gettime(CLOCK_MONOTONIC, &progress.begun);
	progress.total = 0;
	/* Let the main thread get all signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	progress.running = !rlimit_thread(&progress.thread, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_start(const char *what)
{
	if (progress.running) {
		pthread_mutex_lock(&progress.lock);
		progress.what = what;
		progress.total = 0;
		pthread_mutex_unlock(&progress.lock);
		return;
	}
	/* Lines of --verbose would end up in the line that is shown. */
	if (log_wants(LOG_INFO) || !isatty(STDERR_FILENO))
		return;
	progress.what = what;
	start_thread();
}

void progress_at(uint64_t done, uint64_t total)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	progress.done = done;
	progress.total = total;
	pthread_mutex_unlock(&progress.lock);
}

void progress_stop(void)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	progress.what = NULL;
	pthread_cond_signal(&progress.changed);
	pthread_mutex_unlock(&progress.lock);
	pthread_join(progress.thread, NULL);
	pthread_cond_destroy(&progress.changed);
	progress.running = false;
}
