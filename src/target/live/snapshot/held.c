/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "target/live/snapshot/held.h"
#include "target/live/snapshot/holder.h"
#include "target/live/snapshot/quiet.h"
#include "target/live/snapshot/stop.h"
#include "target/live/snapshot/thread-pointer.h"

/* Between two questions who holds. */
#define POLL_NS 20000
/* How long that is asked before the copy is prepared anew. */
#define WINDOW_NS (COPY_PREPARED_NS / 2)
/* Stops in vain, and copies that were thrown away: more are no luck. */
#define MAX_MISSES 50
#define MAX_THROWN 3
/* Where threads that wait for the holder are still on their way to sleep. */
#define SETTLE_TRIES 10
#define SETTLE_NS 50000

struct attempt {
	struct target *target;
	const struct snapshot_options *options;
	struct copy *copy;
	struct pause *pause;
	struct held *ret;
	struct holder holder;
	struct stop stop;
	struct quiet all;	/* the threads of the process */
	struct quiet one;	/* the holder, if it sleeps */
	uint64_t window_ns;	/* how long a holder is looked for */
	struct thread_vec before; /* what was known of threads before */
	unsigned int nr_thrown;	/* copies */
	bool clings;		/* the thread that was stopped last is attached
				   until ours ends */
	bool done;
	struct error *err;
};

static bool still_sleeps(void *context)
{
	struct attempt *a = context;

	return quiet_lasts(&a->one) && !snapshot_is_given_up(a->options);
}

static bool may_last(void *context)
{
	struct attempt *a = context;

	return pause_may_last(a->pause);
}

/* What is known of the threads now.  False: not enough. */
static bool look_at_threads(struct attempt *a)
{
	switch (quiet_look(&a->all)) {
	case QUIET_YES:
		return true;
	case QUIET_UNKNOWN:
		a->ret->why = a->all.why;
		break;
	case QUIET_BUSY:
		break;
	}
	return false;
}

/* Does none but the holder run?  Then each has a known place on its stack. */
static bool others_wait(const struct attempt *a)
{
	for (size_t i = 0; i < a->all.threads.nr; i++) {
		const struct thread *t = &a->all.threads.v[i].thread;

		if (!t->sp && t->host_tid != a->holder.tid)
			return false;
	}
	return true;
}

/*
 * While the holder stands still.  By default, a thread that goes on in native
 * code is none for this way: malloc's lists would be those of several moments.
 */
static bool threads_are_known(struct attempt *a)
{
	static const struct timespec settle = { 0, SETTLE_NS };

	if (!look_at_threads(a))
		return false;
	for (int i = 0; i < SETTLE_TRIES && !others_wait(a); i++) {
		nanosleep(&settle, NULL);
		quiet_look_again(&a->all);
	}
	return a->options->stop != STOP_AUTO || others_wait(a);
}

/* The TLS base of the holder: by ptrace, or as it sleeps. */
static raddr holder_fs_base(const struct attempt *a, bool asleep)
{
	struct thread t = { .host_tid = a->holder.tid,
			    .tid = a->holder.number };

	return asleep ? thread_pointer_find(a->target->live, &t) :
			a->stop.tracees.v[0].thread.fs_base;
}

static void say(const struct attempt *a, const char *moment)
{
	if (a->options->at)
		a->options->at(moment);
}

/* The holder stands still, or `asleep`: may it be copied now? */
static struct error *check(struct attempt *a, bool asleep, bool *may)
{
	struct target *t = a->target;
	const struct holder_words *words = &a->options->words;
	struct error *err = live_check_program(t->live);

	*may = false;
	if (!err)
		err = target_check_gate(t, &a->options->gate, &a->ret->closed);
	if (!err && !a->ret->closed)
		*may = holder_is_still(t, words, &a->holder) &&
		       holder_says_so(t, words, &a->holder,
				      holder_fs_base(a, asleep)) &&
		       threads_are_known(a);
	return err;
}

/* The holder stands still, or `asleep`: copy.  *again: it does not count. */
static struct error *copy_now(struct attempt *a, bool asleep, bool *again)
{
	struct target *t = a->target;
	uint64_t begun;
	struct error *err;
	bool may;

	*again = true;
	err = check(a, asleep, &may);
	if (err || !may)
		return err;
	say(a, "held");
	a->ret->taken_at = (uint64_t)time(NULL);
	a->copy->goes_on = asleep ? still_sleeps : may_last;
	a->copy->context = a;
	begun = monotonic_ns();
	err = copy_take(a->copy);
	a->ret->copy_ns = monotonic_ns() - begun;
	a->copy->goes_on = NULL;
	if (!err && !asleep && a->copy->ended)
		err = pause_was_too_long(a->pause, t);
	if (err)
		return err;
	say(a, "copied");
	quiet_look_again(&a->all);
	*again = a->copy->ended ||
		 !holder_is_still(t, &a->options->words, &a->holder) ||
		 (asleep && !quiet_lasts(&a->one));
	a->nr_thrown += *again;
	return NULL;
}

/* The holder runs, or did when it was looked at: stop it. */
static struct error *copy_stopped(struct attempt *a, bool *again)
{
	struct live *l = a->target->live;
	struct error *err;
	uint64_t pause;

	pause_begin(a->pause);
	err = stop_one(&a->stop, l->dir, l->pid, a->holder.tid);
	if (!err && stop_has_one(&a->stop)) {
		stop_read_registers(&a->stop);
		err = copy_now(a, false, again);
	}
	a->clings = stop_clings(&a->stop);
	pause = stop_resume(&a->stop);
	a->ret->nr_misses += *again;
	a->ret->stood_ns += pause;
	a->ret->pause_ns = *again ? 0 : pause;
	return err;
}

/* Within a collection no holder is stopped in vain. */
static bool is_closed(struct attempt *a)
{
	/* Not logged: this is called repeatedly, and the next stop reports
	 * errors. */
	error_free(target_check_gate(a->target, &a->options->gate,
				     &a->ret->closed));
	return a->ret->closed;
}

/* A holder was found.  True: look for no other in this thread. */
static bool try_holder(struct attempt *a)
{
	bool again = true;

	stop_release(&a->stop);
	if (quiet_begin_one(&a->one, a->holder.tid) == QUIET_YES)
		a->err = copy_now(a, true, &again);
	else
		a->err = copy_stopped(a, &again);
	a->done = a->err || !again || a->ret->why ||
		  a->ret->nr_misses >= MAX_MISSES || a->nr_thrown >= MAX_THROWN;
	a->ret->taken = !a->err && !again;
	return a->done || a->clings;
}

static void *attempt_thread(void *argument)
{
	static const struct timespec poll = { 0, POLL_NS };
	struct attempt *a = argument;
	const struct holder_words *words = &a->options->words;
	uint64_t begun = monotonic_ns();

	setpriority(PRIO_PROCESS, 0, STOP_PRIORITY);
	do {
		a->ret->closed = false;
		if (holder_find(a->target, words, &a->holder) &&
		    !is_closed(a)) {
			say(a, "found");
			if (try_holder(a))
				return NULL;
		}
		nanosleep(&poll, NULL);
	} while (monotonic_ns() - begun < a->window_ns &&
		 !snapshot_is_given_up(a->options));
	return NULL;
}

/* --- the threads --- */

/* What ptrace said of the holder. */
static const struct thread *stopped_thread(const struct attempt *a, pid_t tid)
{
	const struct tracee_vec *v = &a->stop.tracees;

	return v->nr && v->v[0].thread.host_tid == tid && v->v[0].thread.sp ?
	       &v->v[0].thread : NULL;
}

/* What was known of the thread before. */
static void recall(const struct attempt *a, struct thread *t)
{
	for (size_t i = 0; i < a->before.nr; i++) {
		const struct thread *then = &a->before.v[i];

		if (then->host_tid != t->host_tid)
			continue;
		t->fs_base = then->fs_base;
		t->tid = then->tid;
		memcpy(t->name, then->name, sizeof(t->name));
	}
}

/* Returns of how many threads that were not stopped the TLS base is known. */
static size_t find_threads(struct attempt *a)
{
	struct thread_vec *threads = &a->ret->threads;
	size_t known = 0;

	threads->nr = 0;
	quiet_threads(&a->all, threads);
	for (size_t i = 0; i < threads->nr; i++) {
		struct thread *t = &threads->v[i];
		const struct thread *stopped = stopped_thread(a, t->host_tid);

		if (stopped) {
			t->pc = stopped->pc;
			t->sp = stopped->sp;
			t->fs_base = stopped->fs_base;
			continue;
		}
		t->fs_base = thread_pointer_find(a->target->live, t);
		/* It has ended since it was let go on. */
		if (!t->fs_base)
			recall(a, t);
		known += t->fs_base != 0;
	}
	return known;
}

/* Is it known enough of threads that are not stopped?  Thread states of 3.8 to
 * 3.10 are found by the TLS base, and references by what is on a stack. */
static void check_threads(struct attempt *a)
{
	if (look_at_threads(a) && !find_threads(a))
		a->ret->why = "the TLS of its threads can't be found";
	a->before = a->ret->threads;
	a->ret->threads = (struct thread_vec){ 0 };
}

/* --- */

static uint64_t patience_ns(const struct attempt *a)
{
	uint64_t ms = a->options->patience_ms;

	if (!ms)
		ms = a->options->stop == STOP_HOLDER ?
		     SNAPSHOT_PATIENCE_ONLY_MS : SNAPSHOT_PATIENCE_HOLDER_MS;
	return MIN(ms, UINT64_MAX / 1000000) * 1000000;
}

/* Look for a holder and try it, for `ns` at most. */
static struct error *attempt_once(struct attempt *a, uint64_t ns)
{
	struct error *err = copy_prepare(a->copy);

	if (!err)
		err = pause_expect(a->pause, a->target, a->options, a->copy);
	if (err)
		return err;
	a->clings = false;
	a->window_ns = ns;
	return stop_in_thread(attempt_thread, a);
}

static struct error *attempt_all(struct attempt *a)
{
	/* What it takes to prepare copies is not patience. */
	uint64_t left = patience_ns(a);

	check_threads(a);
	while (left && !a->ret->why && !a->done &&
	       !snapshot_is_given_up(a->options)) {
		uint64_t ns = MIN(WINDOW_NS, left);
		struct error *err = attempt_once(a, ns);

		if (err)
			return err;
		left -= ns;
	}
	if (a->ret->taken)
		find_threads(a);
	return a->err;
}

struct error *held_take(struct target *t,
			const struct snapshot_options *options,
			struct copy *copy, struct pause *pause,
			struct held *ret)
{
	struct attempt a = { .target = t, .options = options, .copy = copy,
			     .pause = pause, .ret = ret };
	uint64_t begun = monotonic_ns();
	struct error *err;

	*ret = (struct held){ .taken = false };
	quiet_init(&a.all, t->live->dir);
	quiet_init(&a.one, t->live->dir);
	err = attempt_all(&a);
	stop_release(&a.stop);
	quiet_release(&a.one);
	quiet_release(&a.all);
	thread_vec_release(&a.before);
	ret->took_ns = monotonic_ns() - begun;
	return err;
}
