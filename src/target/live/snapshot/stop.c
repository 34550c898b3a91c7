/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rlimit.h"
#include "target/proc.h"
#include "target/live/process.h"
#include "target/live/snapshot/stop.h"
#include "target/live/snapshot/threads.h"

/* Each pass stops all threads that it sees, so that a few are enough. */
#define MAX_PASSES 100

/*
 * A thread in an uninterruptible wait (a dead network disk, vfork) stops only
 * when the wait ends, and before it runs the program again.  So it counts as
 * stopped after this time.
 */
#define STUCK_AFTER_NS 20000000ULL
/*
 * When to give up on a thread that neither stops nor sleeps.  It stops when it
 * leaves the kernel or is next scheduled, so what counts is the time that it
 * runs, of all that passes on a busy machine.  All others stand still
 * meanwhile, so there is a last bound, from the first thread that stopped.
 */
#define GIVE_UP_CPU_NS 1000000000ULL
#define GIVE_UP_POLLS 1000
#define GIVE_UP_NS 3000000000ULL

uint64_t monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* Both lists are in the kernel's order, so the search begins at `*next`. */
static bool is_known(const struct stop *s, pid_t tid, size_t *next)
{
	size_t nr = s->tracees.nr;

	for (size_t i = 0; i < nr; i++) {
		size_t at = (*next + i) % nr;

		if (s->tracees.v[at].thread.host_tid == tid) {
			*next = at + 1;
			return true;
		}
	}
	return false;
}

/* Who traces the thread: 0: nobody; -1: it can't be told. */
static pid_t tracer_of(const struct stop *s, pid_t tid)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!thread_read(s->dir, tid, "status", &text))
		return -1;
	return proc_field_u64(&text, "TracerPid");
}

/* Is it a thread of ours?  One that is just ending, after an earlier stop, may
 * still be attached. */
static bool is_ours(pid_t tracer)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/task/%d", (int)tracer);
	return !access(name, F_OK);
}

/* *tracer: who traces it, if that is why it is refused; else 0 or -1. */
static int try_seize(struct stop *s, pid_t tid, pid_t *tracer)
{
	static const struct timespec ms = { 0, 1000000 };
	int tries = 100;

	while (ptrace(PTRACE_SEIZE, tid, NULL, NULL)) {
		int e = errno;
		char state;

		if (e == ESRCH)
			return e;
		/* A thread that has exited is refused with EPERM, too. */
		state = thread_state(s->dir, tid);
		if (state == 'Z' || state == 'X')
			return ESRCH;
		*tracer = tracer_of(s, tid);
		if ((*tracer && !is_ours(*tracer)) || !tries--)
			return e;
		nanosleep(&ms, NULL);
	}
	return 0;
}

static struct error *seize(struct stop *s, pid_t tid)
{
	struct tracee t = { .thread.host_tid = tid, .state = TRACEE_SEIZED };
	pid_t tracer = 0;
	int e = try_seize(s, tid, &tracer);

	if (e == ESRCH)
		return NULL;
	if (e)
		return tracer > 0 ? process_traced(s->pid, tracer) :
				    process_refused(s->dir, s->pid);
	thread_describe(s->dir, s->our_numbers, &t.thread);
	tracee_vec_push(&s->tracees, t);
	return NULL;
}

/* Attach to the threads that are new; they still run. */
static struct error *seize_new(struct stop *s)
{
	struct error *err = NULL;
	int fd = openat(s->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t next = 0;

	if (!dir) {
		int saved = errno;

		closep(&fd);
		rlimit_check(saved);
		errno = saved;
		return proc_failed("task");
	}
	while (!err && (errno = 0, entry = readdir(dir))) {
		pid_t tid = atoi(entry->d_name);

		if (tid > 0 && !is_known(s, tid, &next))
			err = seize(s, tid);
		if (s->tracees.nr > MAX_THREADS)
			err = error_new(ERR_UNSUPPORTED, "process %d has more "
					"than %d threads", (int)s->pid,
					MAX_THREADS);
	}
	/* It went away while it was listed: check_alive() sees that. */
	if (!err && !entry && errno && errno != ENOENT && errno != ESRCH)
		err = proc_failed("task");
	closedir(dir);
	return err;
}

/*
 * Has it stopped or ended?  0: no; -1 with errno: it can't be waited for.
 *
 * WNOWAIT: if a thread stops before a signal is delivered to it, the kernel
 * keeps the number of the signal in task->exit_code, and delivers the signal
 * when the thread goes on.  A wait that takes the status clears that.  Without
 * it, the thread gets its signal even if we are killed now.
 */
static pid_t peek_stopped(pid_t tid, siginfo_t *ret)
{
	*ret = (siginfo_t){ .si_pid = 0 };
	if (waitid(P_PID, (id_t)tid, ret,
		   WSTOPPED | WEXITED | WNOWAIT | WNOHANG | __WALL))
		return -1;
	return ret->si_pid;
}

static void note_stop(struct tracee *t, const siginfo_t *info)
{
	if (info->si_code != CLD_TRAPPED) {
		waitpid(t->thread.host_tid, NULL, __WALL | WNOHANG);
		t->state = TRACEE_GONE;
		return;
	}
	t->state = TRACEE_STOPPED;
	/*
	 * With an event in the high bits it is our interrupt or the stop of
	 * the whole group; else a signal is on its way to the program.
	 */
	if (!(info->si_status >> 8))
		t->signal = info->si_status;
}

/* False: it still runs. */
static bool poll_stopped(struct stop *s, struct tracee *t, uint64_t waited)
{
	pid_t tid = t->thread.host_tid;
	siginfo_t info;
	pid_t got = peek_stopped(tid, &info);

	if (got == tid) {
		note_stop(t, &info);
		return true;
	}
	if (got < 0 && errno != EINTR) {
		t->state = TRACEE_GONE;
		return true;
	}
	if (waited > STUCK_AFTER_NS) {
		char state = thread_state(s->dir, tid);

		if (state == 'D')
			t->state = TRACEE_STUCK;
		/* A main thread that exits is reported after all others. */
		else if (state == 'Z' || state == 'X')
			t->state = TRACEE_GONE;
	}
	return t->state != TRACEE_SEIZED;
}

static void nap(uint64_t waited)
{
	struct timespec ts = { 0, waited < STUCK_AFTER_NS ? 20000 : 1000000 };

	nanosleep(&ts, NULL);
}

/* How long a thread has been waited for. */
struct patience {
	unsigned int polls;	/* in a row, a millisecond apart or more, that
				   did not see it runnable */
	bool has_cpu;
	uint64_t cpu_ns;	/* of the thread, at the first of them */
};

/* What the thread has run so far, and its state.  False: it is gone. */
static bool read_progress(struct stop *s, pid_t tid, uint64_t *cpu_ns,
			  char *state)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	long hz = sysconf(_SC_CLK_TCK);

	if (!thread_read(s->dir, tid, "stat", &text) || hz <= 0)
		return false;
	*cpu_ns = (proc_stat_u64(&text, 14) + proc_stat_u64(&text, 15)) *
		  (1000000000ULL / (uint64_t)hz);
	*state = proc_stat_state(&text);
	return true;
}

/* How long the first thread that stopped has stood still. */
static uint64_t held_ns(const struct stop *s)
{
	return s->since ? monotonic_ns() - s->since : 0;
}

/* NULL: wait on. */
static struct error *give_up(struct stop *s, pid_t tid, struct patience *p)
{
	uint64_t cpu_ns;
	char state;

	if (held_ns(s) > GIVE_UP_NS)
		return error_new(ERR_SYSTEM, "thread %d got too little time of"
				 " a processor to stop within %d s: the machine"
				 " is too busy, try again", (int)tid,
				 (int)(GIVE_UP_NS / 1000000000));
	if (!read_progress(s, tid, &cpu_ns, &state))
		return NULL;
	if (!p->has_cpu)
		p->cpu_ns = cpu_ns;
	p->has_cpu = true;
	p->polls = state == 'R' ? 0 : p->polls + 1;
	if (cpu_ns - p->cpu_ns > GIVE_UP_CPU_NS || p->polls > GIVE_UP_POLLS)
		return error_new(ERR_SYSTEM, "thread %d does not stop: try "
				 "again", (int)tid);
	return NULL;
}

static struct error *wait_stopped(struct stop *s, size_t from)
{
	uint64_t start = monotonic_ns();

	for (size_t i = from; i < s->tracees.nr; i++) {
		struct tracee *t = &s->tracees.v[i];
		struct patience p = { 0 };
		struct error *err = NULL;
		uint64_t waited = 0;

		while (!err && !poll_stopped(s, t, waited)) {
			nap(waited);
			waited = monotonic_ns() - start;
			if (waited > STUCK_AFTER_NS)
				err = give_up(s, t->thread.host_tid, &p);
		}
		if (err)
			return err;
	}
	return NULL;
}

/* Stop those that are attached, from `from` on. */
static struct error *interrupt(struct stop *s, size_t from)
{
	if (!s->since)
		s->since = monotonic_ns();
	for (size_t i = from; i < s->tracees.nr; i++)
		if (ptrace(PTRACE_INTERRUPT, s->tracees.v[i].thread.host_tid,
			   NULL, NULL))
			s->tracees.v[i].state = TRACEE_GONE;
	return wait_stopped(s, from);
}

/* Attach to all new threads first, so that they stop close together. */
static struct error *stop_pass(struct stop *s)
{
	size_t from = s->tracees.nr;
	struct error *err = seize_new(s);

	return err ? err : interrupt(s, from);
}

static struct error *check_alive(const struct stop *s)
{
	for (size_t i = 0; i < s->tracees.nr; i++)
		if (s->tracees.v[i].state != TRACEE_GONE)
			return NULL;
	return &error_gone;
}

struct error *stop_all(struct stop *s, int dir, pid_t pid)
{
	struct error *err = NULL;
	size_t before;
	int pass = 0;

	*s = (struct stop){ .pid = pid, .dir = dir };
	s->our_numbers = threads_have_our_numbers(dir);
	do {
		before = s->tracees.nr;
		err = stop_pass(s);
		if (!err && ++pass > MAX_PASSES)
			err = error_new(ERR_SYSTEM, "process %d makes threads "
					"faster than they can be stopped",
					(int)pid);
	} while (!err && s->tracees.nr != before);
	if (!err)
		err = check_alive(s);
	if (err)
		stop_release(s);
	return err;
}

bool stop_clings(const struct stop *s)
{
	return s->tracees.nr && s->tracees.v[0].state != TRACEE_STOPPED;
}

bool stop_has_one(const struct stop *s)
{
	return s->tracees.nr && (s->tracees.v[0].state == TRACEE_STOPPED ||
				 s->tracees.v[0].state == TRACEE_STUCK);
}

struct error *stop_one(struct stop *s, int dir, pid_t pid, pid_t tid)
{
	struct error *err;

	*s = (struct stop){ .pid = pid, .dir = dir };
	s->our_numbers = threads_have_our_numbers(dir);
	err = seize(s, tid);
	/* Another process's thread may have got the number before; from now on
	 * none can. */
	if (!err && s->tracees.nr && thread_state(dir, tid) == 'X') {
		s->tracees.v[0].state = TRACEE_GONE;
		return NULL;
	}
	return err ? err : interrupt(s, 0);
}

uint64_t stop_resume(struct stop *s)
{
	for (size_t i = 0; i < s->tracees.nr; i++) {
		struct tracee *t = &s->tracees.v[i];

		if (t->state == TRACEE_STOPPED)
			ptrace(PTRACE_DETACH, t->thread.host_tid, NULL,
			       /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
			       (void *)(intptr_t)t->signal);
		t->state = TRACEE_GONE;
	}
	return held_ns(s);
}

void stop_release(struct stop *s)
{
	stop_resume(s);
	tracee_vec_release(&s->tracees);
}

static struct error *no_thread(int errnum)
{
	char why[RLIMIT_HINT_MAX];

	rlimit_task_hint(errnum, why);
	return error_new(ERR_SYSTEM, "can't make a thread: %s%s",
			 strerror(errnum), why);
}

struct error *stop_in_thread(void *(*run)(void *), void *argument)
{
	pthread_t thread;
	sigset_t stops, old;
	int e;

	/* Ctrl-Z during the stop would leave the target stopped, too. */
	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaddset(&stops, SIGTTIN);
	sigaddset(&stops, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stops, &old);
	e = rlimit_thread(&thread, run, argument);
	if (!e)
		pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return e ? no_thread(e) : NULL;
}

static void read_registers(struct thread *t)
{
	struct user_regs_struct regs;
	struct iovec iov = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, t->host_tid, (void *)NT_PRSTATUS, &iov))
		return;
#if defined(__x86_64__)
	t->fs_base = regs.fs_base;
	t->pc = regs.rip;
	t->sp = regs.rsp;
#elif defined(__aarch64__)
	uint64_t tls = 0;

	t->pc = regs.pc;
	t->sp = regs.sp;
	iov = (struct iovec){ &tls, sizeof(tls) };
	if (!ptrace(PTRACE_GETREGSET, t->host_tid, (void *)NT_ARM_TLS, &iov))
		t->fs_base = tls;
#endif
}

void stop_read_registers(struct stop *s)
{
	for (size_t i = 0; i < s->tracees.nr; i++)
		if (s->tracees.v[i].state == TRACEE_STOPPED)
			read_registers(&s->tracees.v[i].thread);
}
