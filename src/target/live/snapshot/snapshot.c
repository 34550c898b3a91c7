/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/log.h"
#include "base/str.h"
#include "target/live/copy.h"
#include "target/live/process.h"
#include "target/live/resident.h"
#include "target/live/snapshot/held.h"
#include "target/live/snapshot/pause.h"
#include "target/live/snapshot/snapshot.h"
#include "target/live/snapshot/stop.h"
#include "target/live/snapshot/unstopped.h"
#include "target/room.h"

/* Waits between tries grow from FIRST_WAIT_NS to LAST_WAIT_NS. */
#define FIRST_WAIT_NS 1000000ULL
#define LAST_WAIT_NS 50000000ULL
#define POLL_NS 100000ULL
#define PATIENCE_NS 10000000000ULL

/* One stop.  It has a thread of its own, whose end detaches in any case. */
struct attempt {
	struct target *target;
	const struct snapshot_options *options;
	struct copy *copy;
	struct pause pause;
	struct thread_vec threads;
	uint64_t pause_ns, stood_ns, copy_ns, taken_at;
	bool again;
	unsigned int nr_retries;
	struct error *err;
};

static void say(const struct attempt *a, const char *moment)
{
	if (a->options->at)
		a->options->at(moment);
}

static bool may_last(void *context)
{
	struct attempt *a = context;

	return pause_may_last(&a->pause);
}

static struct error *copy_stopped(struct attempt *a, struct stop *s)
{
	struct target *t = a->target;
	struct error *err;
	uint64_t begun;

	say(a, "stopped");
	err = live_check_program(t->live);
	if (err)
		return err;
	err = target_check_gate(t, &a->options->gate, &a->again);
	if (err || a->again)
		return err;
	stop_read_registers(s);
	a->taken_at = time(NULL);
	begun = monotonic_ns();
	a->copy->goes_on = may_last;
	a->copy->context = a;
	err = copy_take(a->copy);
	a->copy->goes_on = NULL;
	a->copy_ns = monotonic_ns() - begun;
	if (!err && a->copy->ended)
		return pause_was_too_long(&a->pause, t);
	if (!err)
		say(a, "copied");
	return err;
}

static void *attempt_thread(void *argument)
{
	struct attempt *a = argument;
	struct live *l = a->target->live;
	struct stop s;

	setpriority(PRIO_PROCESS, 0, STOP_PRIORITY);
	pause_begin(&a->pause);
	a->err = stop_all(&s, l->dir, l->pid);
	if (a->err)
		return NULL;
	a->err = copy_stopped(a, &s);
	a->pause_ns = stop_resume(&s);
	a->stood_ns += a->pause_ns;
	if (!a->err && !a->again)
		for (size_t i = 0; i < s.tracees.nr; i++)
			thread_vec_push(&a->threads, s.tracees.v[i].thread);
	stop_release(&s);
	return NULL;
}

static struct error *run_thread(struct attempt *a)
{
	struct error *err = stop_in_thread(attempt_thread, a);

	return err ? err : a->err;
}

static struct error *attempt_once(struct attempt *a)
{
	struct error *err = copy_prepare(a->copy);

	if (!err)
		err = pause_expect(&a->pause, a->target, a->options, a->copy);
	a->again = false;
	return err ? err : run_thread(a);
}

static void wait_ns(uint64_t ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static struct error *interrupted(void)
{
	return error_new(ERR_SYSTEM, "it was interrupted");
}

static bool is_closed(const struct attempt *a)
{
	bool closed;

	/* Not logged: this is called repeatedly, and the next stop reports
	 * errors. */
	error_free(target_check_gate(a->target, &a->options->gate, &closed));
	return closed;
}

/*
 * Poll, without a stop, until the collection is over or `ns` have passed.  A
 * process that collects all the time is idle so briefly that a sleep would miss
 * it; so the first POLL_NS are polled without any.
 */
static void wait_while_busy(struct attempt *a, uint64_t ns)
{
	uint64_t start = monotonic_ns();

	while (is_closed(a)) {
		uint64_t gone = monotonic_ns() - start;

		if (gone >= ns || snapshot_is_given_up(a->options))
			return;
		if (gone > POLL_NS)
			wait_ns(POLL_NS);
	}
}

/* Try again, with what was prepared if that is not too old. */
static struct error *attempt_again(struct attempt *a, uint64_t prepared)
{
	if (monotonic_ns() - prepared > COPY_PREPARED_NS)
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
		log_detail("snapshot: the process is within a collection, "
			   "stopped for %.2f ms in vain", a->pause_ns / 1e6);
		wait_while_busy(a, wait);
		if (snapshot_is_given_up(a->options))
			return interrupted();
		a->nr_retries++;
		wait = MIN(2 * wait, LAST_WAIT_NS);
		err = attempt_again(a, start);
	}
	return err;
}

/* Move the main thread to the front; the kernel lists them by number. */
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

/* Called after the stop: nothing may be written while it lasts. */
static void log_shot(const struct target *t, const struct shot *s)
{
	static const char *const stood[NR_STOPPED] = {
		[STOPPED_ALL] = "were stopped for",
		[STOPPED_NONE] = "rested by themselves, and were stopped for",
		[STOPPED_HOLDER] = "of which one holds the GIL, which was"
				   " stopped for",
	};

	log_info("snapshot: %zu threads %s %.2f ms, %" PRIu64
		 " bytes copied by %s, %" PRIu64 " bytes could not be read, %u "
		 "retries because of a collection", s->threads.nr,
		 stood[s->stopped],
		 s->pause_ns / 1e6, s->copy.bytes,
		 !t->live->use_mem ? "process_vm_readv" :
		 t->live->is_forked ? "/proc/PID/mem (process_vm_readv would"
				      " copy what is shared since a fork)" :
		 "/proc/PID/mem (process_vm_readv is refused)",
		 s->copy.lost, s->nr_retries);
	for (size_t i = 0; log_wants(LOG_DETAIL) && i < s->threads.nr; i++) {
		const struct thread *th = &s->threads.v[i];

		log_detail("thread %d (%d here) '%.*s': TLS at 0x%" PRIx64
			   ", stack at 0x%" PRIx64, (int)th->tid,
			   (int)th->host_tid, (int)sizeof(th->name), th->name,
			   th->fs_base, th->sp);
	}
}

static struct error *always_closed(const struct target *t, uint64_t took_ns)
{
	return error_new(ERR_SYSTEM, "process %d was within a collection each "
			 "time, for %.1f s: try again", (int)t->pid,
			 took_ns / 1e9);
}

static struct error *never_quiet(const struct target *t,
				 const struct unstopped *u)
{
	CLEANUP(str_release) struct str who = STR_INIT;

	if (u->why)
		return error_new(ERR_SYSTEM, "process %d can't be copied without"
				 " a stop: %s", (int)t->pid, u->why);
	if (u->closed)
		return always_closed(t, u->took_ns);
	if (u->busy)
		str_addf(&who, " (the last time thread %d)", (int)u->busy);
	return error_new(ERR_SYSTEM, "process %d is too busy to be copied "
			 "without a stop: in %.1f s threads ran during each of "
			 "%u copies%s: let --patience be longer, or do without "
			 "--stop=never", (int)t->pid, u->took_ns / 1e9,
			 u->nr_copies, who.s ? who.s : "");
}

/* Without a stop.  *taken: it succeeded. */
static struct error *take_unstopped(struct attempt *a, struct shot *ret,
				    bool *taken)
{
	struct unstopped u;
	struct error *err = unstopped_take(a->target, a->options, a->copy, &u);

	*taken = u.taken;
	ret->threads = u.threads;
	ret->taken_at = u.taken_at;
	ret->copy_ns = u.copy_ns;
	ret->stopped = STOPPED_NONE;
	if (!err && !u.taken && snapshot_is_given_up(a->options))
		err = interrupted();
	if (!err && !u.taken && a->options->stop == STOP_NEVER)
		err = never_quiet(a->target, &u);
	if (err || u.taken)
		return err;
	if (u.why)
		log_info("snapshot: it can't be copied without a stop: %s",
			 u.why);
	else
		log_info("snapshot: no copy without a stop: threads ran during "
			 "%u copies in %.1f ms, the last time %d", u.nr_copies,
			 u.took_ns / 1e6, (int)u.busy);
	thread_vec_release(&ret->threads);
	return NULL;
}

static struct error *not_held(const struct target *t, const struct held *h)
{
	if (h->why)
		return error_new(ERR_SYSTEM, "process %d can't be copied while "
				 "one thread stands still: %s", (int)t->pid,
				 h->why);
	if (h->closed)
		return always_closed(t, h->took_ns);
	return error_new(ERR_SYSTEM, "in %.1f s no thread of process %d was "
			 "found that held the GIL and could be stopped: let "
			 "--patience be longer, or do without --stop=holder",
			 h->took_ns / 1e9, (int)t->pid);
}

/* With a stop of the holder alone.  *taken: it succeeded. */
static struct error *take_held(struct attempt *a, struct shot *ret,
			       bool *taken)
{
	bool only = a->options->stop == STOP_HOLDER;
	struct held h;
	struct error *err;

	if (!a->options->words.holder)
		return only ? error_new(ERR_UNSUPPORTED, "process %d has no "
					"GIL that all its threads share",
					(int)a->target->pid) : NULL;
	err = held_take(a->target, a->options, a->copy, &a->pause, &h);
	*taken = h.taken;
	ret->threads = h.threads;
	ret->taken_at = h.taken_at;
	ret->copy_ns = h.copy_ns;
	ret->pause_ns = h.pause_ns;
	ret->stood_ns = h.stood_ns;
	ret->stopped = STOPPED_HOLDER;
	if (!err && !h.taken && snapshot_is_given_up(a->options))
		err = interrupted();
	if (!err && !h.taken && only)
		err = not_held(a->target, &h);
	if (err || h.taken)
		return err;
	log_info("snapshot: no copy with a stop of the thread that holds the "
		 "GIL: %u were stopped in vain, for %.2f ms in all, in %.1f ms"
		 "%s%s", h.nr_misses, h.stood_ns / 1e6, h.took_ns / 1e6,
		 h.why ? ": " : "", h.why ? h.why : "");
	thread_vec_release(&ret->threads);
	ret->pause_ns = 0;
	return NULL;
}

static struct error *take_stopped(struct attempt *a, struct shot *ret)
{
	struct error *err = attempt_all(a);

	ret->threads = a->threads;
	ret->stopped = STOPPED_ALL;
	ret->pause_ns = a->pause_ns;
	ret->stood_ns += a->stood_ns;
	ret->copy_ns = a->copy_ns;
	ret->taken_at = a->taken_at;
	ret->nr_retries = a->nr_retries;
	return err;
}

struct error *shot_take(struct target *t,
			const struct snapshot_options *options, bool shared,
			struct shot *ret)
{
	static const struct snapshot_options defaults;
	struct attempt a = { .target = t, .copy = &ret->copy };
	struct error *err = NULL;
	bool taken = false;

	*ret = (struct shot){ .nr_retries = 0 };
	room_yield();
	copy_init(&ret->copy, t->live);
	a.options = options ? options : &defaults;
	if (shared)
		err = copy_share(&ret->copy);
	if (!err && (a.options->stop == STOP_AUTO ||
		     a.options->stop == STOP_NEVER))
		err = take_unstopped(&a, ret, &taken);
	if (!err && !taken && (a.options->stop == STOP_AUTO ||
			       a.options->stop == STOP_HOLDER))
		err = take_held(&a, ret, &taken);
	if (!err && !taken)
		err = take_stopped(&a, ret);
	if (err)
		return err;
	put_main_first(&ret->threads, t->pid);
	copy_clean(&ret->copy);
	/* Before anything reads what was not copied. */
	resident_find(&ret->copy, &ret->residency);
	ret->resident = process_resident(t->live->dir);
	log_shot(t, ret);
	return NULL;
}

struct error *shot_adopt(struct target *t, struct shot *s)
{
	struct error *err;

	memory_release(&t->memory);
	residency_release(&t->residency);
	t->residency = s->residency;
	s->residency = (struct residency){ .last = 0 };
	err = copy_finish(&s->copy, &t->memory);
	if (err)
		return err;
	maps_release(&t->mappings);
	t->mappings = mapping_vec_take(&s->copy.mappings);
	thread_vec_release(&t->threads);
	t->threads = thread_vec_take(&s->threads);
	t->stopped = s->stopped;
	t->pause_ns = s->pause_ns;
	t->copy_ns = s->copy_ns;
	t->lost = s->copy.lost;
	t->taken_at = s->taken_at;
	t->resident = s->resident;
	log_info("memory: %zu mappings, %u segments", t->mappings.nr,
		 t->memory.nr_segments);
	return NULL;
}

void shot_release(struct shot *s)
{
	thread_vec_release(&s->threads);
	residency_release(&s->residency);
	copy_release(&s->copy);
}

struct error *snapshot_take(struct target *t,
			    const struct snapshot_options *options)
{
	struct shot s;
	struct error *err = shot_take(t, options, false, &s);

	if (!err)
		err = shot_adopt(t, &s);
	shot_release(&s);
	return err;
}
