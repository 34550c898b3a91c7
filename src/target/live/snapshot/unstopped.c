/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

#include "target/live/snapshot/quiet.h"
#include "target/live/snapshot/stop.h"
#include "target/live/snapshot/thread-pointer.h"
#include "target/live/snapshot/unstopped.h"

/* Between two questions whether threads run. */
#define POLL_NS 300000
/* A thread that is on a processor each time that we look: such a process works
 * all the time. */
#define BUSY_NS 100000000ULL

struct attempt {
	struct target *target;
	const struct snapshot_options *options;
	struct copy *copy;
	struct unstopped *ret;
	struct quiet quiet;
	uint64_t begun, prepared;	/* CLOCK_MONOTONIC, ns */
	unsigned int nr_prepared;	/* ret->nr_copies at `prepared` */
};

static bool goes_on(void *context)
{
	struct attempt *a = context;

	return quiet_lasts(&a->quiet) && !snapshot_is_given_up(a->options);
}

/* Once more if a copy was made: what it saw is older than COPY_PREPARED_NS. */
static struct error *prepare(struct attempt *a)
{
	if (a->prepared && (monotonic_ns() - a->prepared < COPY_PREPARED_NS ||
			    a->ret->nr_copies == a->nr_prepared))
		return NULL;
	a->prepared = monotonic_ns();
	a->nr_prepared = a->ret->nr_copies;
	return copy_prepare(a->copy);
}

/*
 * What a stop would read from registers.  False: not enough is known.  The
 * emulator needs a TLS base, and thread states of 3.8 to 3.10 are found by it.
 */
static bool find_threads(struct attempt *a)
{
	struct thread_vec *threads = &a->ret->threads;
	bool known = false;

	threads->nr = 0;
	quiet_threads(&a->quiet, threads);
	for (size_t i = 0; i < threads->nr; i++) {
		struct thread *t = &threads->v[i];

		t->fs_base = thread_pointer_find(a->target->live, t);
		known |= t->fs_base != 0;
	}
	if (known || a->options->stop != STOP_AUTO)
		return true;
	a->ret->why = "the TLS of its threads can't be found";
	return false;
}

static struct error *copy_now(struct attempt *a)
{
	uint64_t begun = monotonic_ns();
	struct error *err;

	if (a->options->at)
		a->options->at("quiet");
	a->ret->nr_copies++;
	a->ret->taken_at = (uint64_t)time(NULL);
	a->copy->goes_on = goes_on;
	a->copy->context = a;
	err = copy_take(a->copy);
	a->copy->goes_on = NULL;
	if (err || a->copy->ended)
		return err;
	if (a->options->at)
		a->options->at("copied");
	a->ret->copy_ns = monotonic_ns() - begun;
	a->ret->taken = quiet_end(&a->quiet);
	return NULL;
}

/* No thread runs: copy while that is so. */
static struct error *copy_quiet(struct attempt *a)
{
	struct target *t = a->target;
	struct error *err = live_check_program(t->live);

	if (!err)
		err = target_check_gate(t, &a->options->gate, &a->ret->closed);
	if (err || a->ret->closed || !find_threads(a))
		return err;
	err = copy_now(a);
	/* A program that was executed has begun with other threads. */
	return err ? err : live_check_program(t->live);
}

/* Is it time to end?  `idle_ns`: how long no copy could be begun. */
static bool is_over(const struct attempt *a, uint64_t idle_ns)
{
	const struct snapshot_options *o = a->options;
	uint64_t ms = o->patience_ms;

	if (a->ret->taken || a->ret->why || snapshot_is_given_up(o))
		return true;
	if (!ms && o->stop == STOP_AUTO && idle_ns > BUSY_NS)
		return true;
	if (!ms)
		ms = o->stop == STOP_NEVER ? SNAPSHOT_PATIENCE_ONLY_MS :
					     SNAPSHOT_PATIENCE_MS;
	return monotonic_ns() - a->begun > ms * 1000000;
}

static struct error *attempt_once(struct attempt *a)
{
	struct error *err = NULL;

	a->ret->closed = false;
	switch (quiet_begin(&a->quiet)) {
	case QUIET_YES:
		err = copy_quiet(a);
		break;
	case QUIET_UNKNOWN:
		a->ret->why = a->quiet.why;
		break;
	case QUIET_BUSY:
		break;
	}
	if (!err && !a->ret->taken)
		a->ret->busy = a->quiet.busy;
	return err;
}

static struct error *attempt_all(struct attempt *a)
{
	static const struct timespec poll = { 0, POLL_NS };
	uint64_t idle_since = monotonic_ns();

	for (;;) {
		unsigned int nr_copies = a->ret->nr_copies;
		struct error *err = prepare(a);

		if (!err)
			err = attempt_once(a);
		if (err)
			return err;
		if (a->ret->nr_copies > nr_copies)
			idle_since = monotonic_ns();
		if (is_over(a, monotonic_ns() - idle_since))
			return NULL;
		nanosleep(&poll, NULL);
	}
}

struct error *unstopped_take(struct target *t,
			     const struct snapshot_options *options,
			     struct copy *copy, struct unstopped *ret)
{
	struct attempt a = { .target = t, .options = options, .copy = copy,
			     .ret = ret, .begun = monotonic_ns() };
	struct error *err;

	*ret = (struct unstopped){ .taken = false };
	quiet_init(&a.quiet, t->live->dir);
	err = attempt_all(&a);
	quiet_release(&a.quiet);
	ret->took_ns = monotonic_ns() - a.begun;
	return err;
}
