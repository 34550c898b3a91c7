/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/watchdog.h - stop work that does not come to an end.
 *
 * A thread of its own looks every few milliseconds at how much CPU time the
 * worker has spent in its current piece of work, and calls `stop` where that
 * is more than allowed.  CPU time, not time on the wall: a busy machine must
 * not change results.  A virtual machine that its host let stand still must
 * not, either, and calls that CPU time: it counts for at most 0.1 s.
 *
 * `stop` may be called several times, and from the other thread; never after
 * watchdog_disarm().
 */
#ifndef PYTHON_EMULATOR_WATCHDOG_H
#define PYTHON_EMULATOR_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct watchdog;

/* NULL: no thread could be made. */
struct watchdog *watchdog_new(void (*stop)(void *context), void *context);
void watchdog_free(struct watchdog *w);

/*
 * The caller is the worker and starts a piece of work, which may take
 * `allowed_ns` and `step_ns` for each step that it made.
 */
void watchdog_arm(struct watchdog *w, uint64_t allowed_ns, uint64_t step_ns);
/* True: it was stopped for being late, in the piece that is current. */
bool watchdog_disarm(struct watchdog *w);

/* What the worker tells, and only it writes, so that it costs nothing; but for
 * the last two. */
struct watchdog_progress {
	_Atomic uint64_t piece, step;
	/* CPU time, in ns, that the worker has not taken yet: see
	 * watchdog_take_spent() */
	_Atomic uint64_t spent;
	_Atomic uint64_t slow;	/* the watchdog's: see watchdog_is_slow() */
};
struct watchdog_progress *watchdog_progress(struct watchdog *w);

/* The current piece is done, the next begins. */
static inline void watchdog_next(struct watchdog_progress *p)
{
	atomic_store_explicit(&p->step, 0, memory_order_relaxed);
	atomic_store_explicit(
		&p->piece,
		atomic_load_explicit(&p->piece, memory_order_relaxed) + 1,
		memory_order_relaxed);
}

/* How many steps the piece has made, this one too. */
static inline uint64_t watchdog_step(struct watchdog_progress *p)
{
	uint64_t step =
		atomic_load_explicit(&p->step, memory_order_relaxed) + 1;

	atomic_store_explicit(&p->step, step, memory_order_relaxed);
	return step;
}

/*
 * CPU time of the worker between watchdog_arm() and watchdog_disarm() since the
 * last such call, in ns.  It grows every 20 ms or so, and at the end: else 0,
 * at the price of a load.
 */
static inline uint64_t watchdog_take_spent(struct watchdog_progress *p)
{
	if (!atomic_load_explicit(&p->spent, memory_order_relaxed))
		return 0;
	return atomic_exchange_explicit(&p->spent, 0, memory_order_relaxed);
}

/*
 * Has the current piece taken a tenth of what it may, steps aside?  Too slow
 * to be done a million times.
 */
static inline bool watchdog_is_slow(const struct watchdog_progress *p)
{
	return atomic_load_explicit(&p->slow, memory_order_relaxed) ==
	       atomic_load_explicit(&p->piece, memory_order_relaxed);
}

#endif
