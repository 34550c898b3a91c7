/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rlimit.h"
#include "python/emulator/watchdog.h"

#define POLL_NS UINT64_C(20000000)
/* Of the time between two looks, so much counts: see watchdog.h. */
#define MOST_NS (5 * POLL_NS)
#define SECOND_NS UINT64_C(1000000000)

struct watchdog {
	struct watchdog_progress progress;
	void (*stop)(void *context);
	void *context;
	pthread_t thread;
	pthread_mutex_t lock;	/* of what follows */
	pthread_cond_t wake;
	bool armed, quit;
	bool idle;		/* it waits for the next piece, however long */
	clockid_t clock;	/* the worker's CPU time */
	uint64_t allowed_ns, step_ns;
	uint64_t piece, taken_ns; /* what is watched, and what it has taken */
	uint64_t looked;	/* at the clock */
	bool late;
};

/* Has it taken more than `allowed_ns` and the time for its steps? */
static bool took(const struct watchdog *w, uint64_t ns, uint64_t allowed_ns,
		 uint64_t step)
{
	return ns > allowed_ns && (ns - allowed_ns) / w->step_ns > step;
}

/* Returns what was spent since the last look. */
static uint64_t add_spent(struct watchdog *w)
{
	uint64_t now = clock_ns(w->clock);
	uint64_t ns = now > w->looked ? MIN(now - w->looked, MOST_NS) : 0;

	if (ns)
		atomic_fetch_add_explicit(&w->progress.spent, ns,
					  memory_order_relaxed);
	w->looked = now;
	return ns;
}

static void watchdog_look(struct watchdog *w)
{
	uint64_t piece = atomic_load_explicit(&w->progress.piece,
					      memory_order_relaxed);
	uint64_t step = atomic_load_explicit(&w->progress.step,
					     memory_order_relaxed);
	uint64_t ns = add_spent(w);

	if (piece != w->piece) {
		w->piece = piece;
		w->taken_ns = 0;
		w->late = false;
		return;
	}
	w->taken_ns += ns;
	if (took(w, w->taken_ns, w->allowed_ns / 10, step))
		atomic_store_explicit(&w->progress.slow, piece,
				      memory_order_relaxed);
	if (!took(w, w->taken_ns, w->allowed_ns, step))
		return;
	/* Send it at every check: the first signal may come before the work
	 * began. */
	w->late = true;
	w->stop(w->context);
}

static void watchdog_nap(struct watchdog *w)
{
	struct timespec until;
	uint64_t ns = clock_ns(CLOCK_MONOTONIC) + POLL_NS;

	until.tv_sec = (time_t)(ns / SECOND_NS);
	until.tv_nsec = (long)(ns % SECOND_NS);
	pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

static void *watchdog_main(void *arg)
{
	struct watchdog *w = arg;

	pthread_mutex_lock(&w->lock);
	while (!w->quit) {
		if (!w->armed) {
			w->idle = true;
			pthread_cond_wait(&w->wake, &w->lock);
			w->idle = false;
			continue;
		}
		watchdog_nap(w);
		if (w->armed && !w->quit)
			watchdog_look(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* This thread takes no signals: the other threads handle them. */
static bool watchdog_start(struct watchdog *w)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &old))
		return false;
	err = rlimit_thread(&w->thread, watchdog_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return !err;
}

struct watchdog *watchdog_new(void (*stop)(void *context), void *context)
{
	struct watchdog *w = xcalloc(1, sizeof(*w));
	pthread_condattr_t attr;

	w->stop = stop;
	w->context = context;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (watchdog_start(w))
		return w;
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return NULL;
}

void watchdog_free(struct watchdog *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->quit = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void watchdog_arm(struct watchdog *w, uint64_t allowed_ns, uint64_t step_ns)
{
	bool wake;

	pthread_mutex_lock(&w->lock);
	if (pthread_getcpuclockid(pthread_self(), &w->clock))
		w->clock = CLOCK_MONOTONIC;
	w->allowed_ns = allowed_ns;
	w->step_ns = step_ns;
	watchdog_next(&w->progress);
	w->piece = atomic_load_explicit(&w->progress.piece,
					memory_order_relaxed);
	w->taken_ns = 0;
	w->looked = clock_ns(w->clock);
	w->late = false;
	w->armed = true;
	/* Pieces are short, and to wake a thread takes as long as some: mostly
	 * it still naps since an earlier one. */
	wake = w->idle;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->wake);
}

bool watchdog_disarm(struct watchdog *w)
{
	bool late;

	pthread_mutex_lock(&w->lock);
	w->armed = false;
	add_spent(w);
	late = w->late &&
	       w->piece == atomic_load_explicit(&w->progress.piece,
						memory_order_relaxed);
	pthread_mutex_unlock(&w->lock);
	return late;
}

struct watchdog_progress *watchdog_progress(struct watchdog *w)
{
	return &w->progress;
}
