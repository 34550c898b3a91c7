/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "target/live/copy.h"
#include "target/core/core.h"
#include "target/live/live.h"
#include "target/maps.h"
#include "target/proc.h"
#include "target/live/process.h"
#include "target/live/room.h"
#include "target/live/stop.h"

/* Waits between tries grow from the first to the second. */
#define FIRST_WAIT_NS 1000000ULL
#define LAST_WAIT_NS 50000000ULL
#define POLL_NS 100000ULL
#define PATIENCE_NS 10000000000ULL
/* After so long a target may have another shape. */
#define PREPARED_NS 500000000ULL

static uint64_t read_start_stack(int dir)
{
	CLEANUP(str_release) struct str stat = STR_INIT;

	return proc_read(dir, "stat", &stat) ? proc_stat_u64(&stat, 28) : 0;
}

static char *read_root(int dir)
{
	char *root = proc_link(dir, "root");

	if (!strcmp(root, "/"))
		*root = '\0';
	return root;
}

static struct live *live_new(int dir, pid_t pid)
{
	struct live *l = xcalloc(1, sizeof(*l));

	l->pid = pid;
	l->dir = dir;
	l->mem = -1;
	l->root = read_root(dir);
	l->start_stack = read_start_stack(dir);
	return l;
}

static void live_free(struct live *l)
{
	if (!l)
		return;
	file_close_all(&l->files);
	closep(&l->mem);
	closep(&l->dir);
	free(l->root);
	free(l);
}

/* The executable's path as the target sees it, without " (deleted)". */
static char *read_executable(const struct live *l)
{
	CLEANUP(freep) char *path = proc_link(l->dir, "exe");
	size_t root = strlen(l->root), len = strlen(path);
	const char *start = path;

	if (root && !strncmp(path, l->root, root) && path[root] == '/')
		start += root;
	if (len > 10 && !strcmp(path + len - 10, " (deleted)"))
		path[len - 10] = '\0';
	return xstrdup(start);
}

struct error *target_open_pid(pid_t pid, struct target **ret)
{
	CLEANUP(closep) int dir = pid > 0 ? proc_open(pid) : -1;
	struct mapping_vec maps;
	struct error *err;
	struct target *t;
	struct live *l;

	err = process_check(dir, pid);
	if (err)
		return err;
	file_raise_limit();
	l = live_new(dir, pid);
	dir = -1;
	err = maps_read(l->dir, l->root, &maps);
	if (err) {
		live_free(l);
		return err;
	}
	t = xcalloc(1, sizeof(*t));
	t->live = l;
	t->mappings = maps;
	t->name = xasprintf("%d", (int)pid);
	t->pid = pid;
	t->executable = read_executable(l);
	process_describe(t, l->dir);
	modules_find(t);
	*ret = t;
	return NULL;
}

void target_close(struct target *t)
{
	if (!t)
		return;
	memory_release(&t->memory);
	modules_release(t);
	maps_release(&t->mappings);
	thread_vec_release(&t->threads);
	live_free(t->live);
	core_free(t->core);
	for (size_t i = 0; i < t->warnings.nr; i++)
		free(t->warnings.v[i]);
	str_vec_release(&t->warnings);
	free(t->name);
	free(t->executable);
	free(t->command);
	free(t->host);
	free(t);
}

static bool open_mem(struct live *l)
{
	if (l->mem < 0)
		l->mem = openat(l->dir, "mem", O_RDONLY | O_CLOEXEC);
	return l->mem >= 0;
}

/* As process_vm_readv, of iovecs that pair off, by /proc/PID/mem. */
static ssize_t readv_mem(struct live *l, const struct iovec *local,
			 const struct iovec *remote, unsigned long nr)
{
	size_t done = 0;

	if (!open_mem(l))
		return -1;
	for (unsigned long i = 0; i < nr; i++) {
		uint8_t *to = local[i].iov_base;
		size_t at = 0, len = local[i].iov_len;

		while (at < len) {
			off_t from = (uintptr_t)remote[i].iov_base + at;
			ssize_t n = pread(l->mem, to + at, len - at, from);

			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0) {
				/* 0: it has no memory any more. */
				errno = !n ? ESRCH :
					errno == EIO ? EFAULT : errno;
				return done + at ? (ssize_t)(done + at) : -1;
			}
			at += n;
		}
		done += len;
	}
	return done;
}

ssize_t live_readv(struct live *l, const struct iovec *local,
		   const struct iovec *remote, unsigned long nr)
{
	ssize_t n;

	if (l->use_mem)
		return readv_mem(l, local, remote, nr);
	n = process_vm_readv(l->pid, local, nr, remote, nr, 0);
	/* Old container profiles refuse just this call. */
	if (n < 0 && (errno == ENOSYS || errno == EPERM)) {
		l->use_mem = true;
		return readv_mem(l, local, remote, nr);
	}
	return n;
}

struct error *target_peek(struct target *t, raddr addr, void *buf, uint64_t len)
{
	struct iovec local = { buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };
	ssize_t n;

	if (!len)
		return NULL;
	if (!t->live)
		return memory_read(&t->memory, addr, buf, len);
	if (len > SSIZE_MAX)
		return &error_fault;
	n = live_readv(t->live, &local, &remote, 1);
	if (n >= 0)
		return (uint64_t)n == len ? NULL : &error_fault;
	if (errno == ESRCH)
		return &error_gone;
	if (errno == EACCES || errno == EPERM)
		return process_refused(t->live->dir, t->pid);
	return &error_fault;
}

/* One stop.  A thread of its own, so that its end detaches in any case. */
struct attempt {
	struct target *target;
	const struct snapshot_options *options;
	struct copy *copy;
	struct thread_vec threads;
	uint64_t pause_ns, taken_at;
	bool again;
	struct error *err;
};

static void say(const struct attempt *a, const char *moment)
{
	if (a->options->at)
		a->options->at(moment);
}

static struct error *check_same_program(const struct target *t)
{
	uint64_t start_stack = read_start_stack(t->live->dir);

	if (start_stack == t->live->start_stack)
		return NULL;
	/* 0: it has no memory any more. */
	if (!start_stack)
		return &error_gone;
	return error_new(ERR_GONE, "process %d has executed another program "
			 "meanwhile: try again", (int)t->pid);
}

static struct error *copy_stopped(struct attempt *a, struct stop *s)
{
	struct target *t = a->target;
	struct error *err;

	say(a, "stopped");
	err = check_same_program(t);
	if (err)
		return err;
	if (a->options->check) {
		err = a->options->check(t, a->options->context, &a->again);
		if (err || a->again)
			return err;
	}
	stop_read_registers(s);
	a->taken_at = time(NULL);
	err = copy_take(a->copy);
	if (!err)
		say(a, "copied");
	return err;
}

static void *attempt_thread(void *argument)
{
	struct attempt *a = argument;
	struct live *l = a->target->live;
	struct stop s;

	/* On a busy machine others would make the pause longer. */
	setpriority(PRIO_PROCESS, 0, -20);
	a->err = stop_all(&s, l->dir, l->pid);
	if (a->err)
		return NULL;
	a->err = copy_stopped(a, &s);
	a->pause_ns = stop_resume(&s);
	if (!a->err && !a->again)
		for (size_t i = 0; i < s.tracees.nr; i++)
			thread_vec_push(&a->threads, s.tracees.v[i].thread);
	stop_release(&s);
	return NULL;
}

static struct error *run_thread(struct attempt *a)
{
	pthread_t thread;
	sigset_t stops, old;
	int e;

	/* Ctrl-Z in the middle of it would leave the target stopped, too. */
	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaddset(&stops, SIGTTIN);
	sigaddset(&stops, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stops, &old);
	e = pthread_create(&thread, NULL, attempt_thread, a);
	if (!e)
		pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (e)
		return error_errno(ERR_SYSTEM, e, "can't make a thread");
	return a->err;
}

static struct error *attempt_once(struct attempt *a)
{
	struct error *err = copy_prepare(a->copy);

	a->again = false;
	return err ? err : run_thread(a);
}

static void wait_ns(uint64_t ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/*
 * Look from afar, without a stop, until it is over or `ns` have gone by.  A
 * process that collects all the time is idle for so short that a nap is too
 * long; but one that hangs in a collection is not to be polled for ever.
 */
static void wait_while_busy(struct attempt *a, uint64_t ns)
{
	uint64_t start = monotonic_ns();

	if (!a->options->busy) {
		wait_ns(ns);
		return;
	}
	while (a->options->busy(a->target, a->options->context)) {
		uint64_t gone = monotonic_ns() - start;

		if (gone >= ns)
			return;
		if (gone > POLL_NS)
			wait_ns(POLL_NS);
	}
}

/* What was prepared for the copy is good for a while. */
static struct error *attempt_again(struct attempt *a, uint64_t prepared)
{
	if (monotonic_ns() - prepared > PREPARED_NS)
		return attempt_once(a);
	a->again = false;
	return run_thread(a);
}

static struct error *attempt_all(struct attempt *a)
{
	unsigned int retries = a->options->retries;
	uint64_t wait = FIRST_WAIT_NS, start = monotonic_ns();
	struct error *err = attempt_once(a);

	for (unsigned int i = 0; !err && a->again; i++) {
		uint64_t gone = monotonic_ns() - start;

		if (retries ? i >= retries : gone > PATIENCE_NS)
			return error_new(ERR_SYSTEM, "process %d was within a "
					 "collection each time, %u times in "
					 "%.1f s: try again",
					 (int)a->target->pid, i + 1,
					 gone / 1e9);
		wait_while_busy(a, wait);
		wait = MIN(2 * wait, LAST_WAIT_NS);
		err = attempt_again(a, start);
	}
	return err;
}

/* The main thread first; the kernel lists them by number. */
static void put_main_first(struct thread_vec *threads, pid_t pid)
{
	for (size_t i = 1; i < threads->nr; i++) {
		struct thread t = threads->v[i];

		if (t.host_tid != pid)
			continue;
		memmove(threads->v + 1, threads->v, i * sizeof(t));
		threads->v[0] = t;
		return;
	}
}

static struct error *adopt(struct attempt *a)
{
	struct target *t = a->target;
	struct error *err;

	memory_release(&t->memory);
	err = copy_finish(a->copy, &t->memory);
	if (err)
		return err;
	maps_release(&t->mappings);
	t->mappings = mapping_vec_take(&a->copy->mappings);
	modules_find(t);
	put_main_first(&a->threads, t->pid);
	thread_vec_release(&t->threads);
	t->threads = thread_vec_take(&a->threads);
	t->pause_ns = a->pause_ns;
	t->lost = a->copy->lost;
	t->taken_at = a->taken_at;
	t->resident = process_resident(t->live->dir);
	return NULL;
}

struct error *target_snapshot(struct target *t,
			      const struct snapshot_options *options)
{
	static const struct snapshot_options defaults;
	struct attempt a = { .target = t };
	struct error *err;
	struct copy copy;

	if (!t->live)
		return core_check(t, options);
	room_yield();
	copy_init(&copy, t->live);
	a.options = options ? options : &defaults;
	a.copy = &copy;
	err = attempt_all(&a);
	if (!err)
		err = adopt(&a);
	thread_vec_release(&a.threads);
	copy_release(&copy);
	return err;
}
