/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"

struct child_pair child_pairs[CHILD_THREADS];
volatile uint64_t child_nr_signals, child_nr_queued;

/* Test children say that they are ready by closing this. */
static int ready[2];

void child_ready(void)
{
	close(ready[1]);
}

/* Run `body` in a child and wait until it is ready. */
pid_t child_start(void (*body)(void))
{
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		body();
		_exit(0);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &c, 1), 0);
	close(ready[0]);
	return pid;
}

void child_finish(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void child_settle(pid_t pid)
{
	while (*child_status(pid, "State") != 'S')
		sleep_ms(1);
}

void sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

struct target *child_open(pid_t pid)
{
	struct target *t;
	struct error *err = target_open_pid(pid, &t);

	ck_assert_msg(!err, "%s", err ? err->message : "");
	return t;
}

const struct snapshot_options child_stopped = { .stop = STOP_ALWAYS };

void child_snapshot(struct target *t, const struct snapshot_options *o)
{
	struct error *err = target_snapshot(t, o);

	ck_assert_msg(!err, "%s", err ? err->message : "");
}

void expect_error(struct error *err, enum error_code code, const char *text)
{
	ck_assert_ptr_nonnull(err);
	ck_assert_msg(err->code == code && strstr(err->message, text), "%d: %s",
		      err->code, err->message);
	error_free(err);
}

uint64_t child_peek(struct target *t, const volatile void *p)
{
	uint64_t word;
	struct error *err = target_peek(t, child_address(p), &word, 8);

	ck_assert_msg(!err, "%s", err ? err->message : "");
	return word;
}

uint64_t child_copied(struct target *t, const volatile void *p)
{
	uint64_t word = 0;

	ck_assert(memory_u64(&t->memory, child_address(p), &word));
	return word;
}

/* A field of /proc/PID/status as text. */
char *child_status(pid_t pid, const char *key)
{
	char name[64];
	static char line[256];
	size_t len = strlen(key);
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
	f = fopen(name, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, key, len) && line[len] == ':')
			break;
	fclose(f);
	return line + len + 1 + strspn(line + len + 1, " \t");
}

void child_expect_untraced(pid_t pid)
{
	ck_assert_int_eq(atoi(child_status(pid, "TracerPid")), 0);
}

static void on_signal(int signal)
{
	(void)signal;
	child_nr_signals++;
}

static void on_queued(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	/* Any thread may get it. */
	__atomic_fetch_add(&child_nr_queued, info->si_value.sival_int,
			   __ATOMIC_RELAXED);
}

static void *count(void *argument)
{
	size_t i = (uintptr_t)argument;

	for (;;) {
		child_pairs[i].first++;
		child_pairs[i].second++;
	}
	return NULL;
}

static void install_handlers(void)
{
	struct sigaction queued = { .sa_flags = SA_SIGINFO | SA_RESTART };

	queued.sa_sigaction = on_queued;
	signal(SIGUSR1, on_signal);
	sigaction(SIGRTMIN, &queued, NULL);
}

void child_counting(void)
{
	pthread_t thread;

	install_handlers();
	for (size_t i = 0; i < CHILD_THREADS; i++)
		pthread_create(&thread, NULL, count, (void *)i);
	child_ready();
	for (;;)
		pause();
}

void child_expect_running(struct target *t)
{
	uint64_t before = child_peek(t, &child_pairs[0].first);

	for (int i = 0; i < 200; i++) {
		if (child_peek(t, &child_pairs[0].first) != before)
			return;
		sleep_ms(10);
	}
	ck_abort_msg("the target stands still");
}

void child_waiting(void)
{
	child_ready();
	for (;;)
		pause();
}
