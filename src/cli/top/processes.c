/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sampling/wait.h"
#include "cli/status.h"
#include "cli/top/processes.h"
#include "target/target.h"

void processes_init(struct processes *p, const char *const *names, size_t nr,
		    uint64_t interval_ms, const char *output)
{
	*p = (struct processes){ .interval_ms = interval_ms, .output = output,
				 .sampler = SAMPLER_INIT };
	for (size_t i = 0; i < nr; i++)
		process_vec_push(&p->v, (struct process){
			.name = names[i], .command = xstrdup("") });
}

void processes_release(struct processes *p)
{
	sampler_stop(&p->sampler);
	for (size_t i = 0; i < p->v.nr; i++) {
		struct process *process = &p->v.v[i];

		live_release(&process->live);
		free(process->command);
		free(process->trouble);
	}
	if (p->holds)
		look_release(&p->held);
	process_vec_release(&p->v);
	free(p->file);
	free(p->message);
}

uint64_t processes_due(uint64_t started_ms, uint64_t took_ms,
		       uint64_t pause_ns, uint64_t interval_ms)
{
	uint64_t rest = PROCESSES_PAUSES * pause_ns / 1000000;

	rest = MAX(rest, PROCESSES_WORK * took_ms);
	return started_ms + MAX(rest, interval_ms);
}

/* --- what it did --- */

/* Why a child has not answered: perhaps it could still say it on stderr. */
static char *how_it_died(const struct processes *p, int status)
{
	static const char ours[] = "pyheld: ";
	const char *text = p->sampler.message.s;
	CLEANUP(str_release) struct str line = STR_INIT;

	if (!*text)
		return xasprintf(status < 0 ? "the child that reads it was"
					      " killed" :
					      "the child that reads it failed");
	if (!strncmp(text, ours, sizeof(ours) - 1))
		text += sizeof(ours) - 1;
	str_add_safe(&line, text, strcspn(text, "\n"));
	return str_take(&line);
}

static void read_answer(const struct processes *p, int status, struct look *ret)
{
	struct error *err = look_read(p->sampler.text.s, p->sampler.text.len,
				      ret);

	if (!err)
		return;
	*ret = (struct look){ .point = { .pause_ns = LOOK_UNKNOWN },
			      .trouble = how_it_died(p, status),
			      .command = xstrdup("") };
	/* What the child left unsaid matters more than how it is cut. */
	error_free(err);
}

static pid_t pid_of(const struct process *process)
{
	return (pid_t)strtol(process->name, NULL, 10);
}

static void keep_look(struct process *process, struct look *look)
{
	free(process->trouble);
	process->trouble = look->trouble;
	look->trouble = NULL;
	if (process->trouble) {
		process->ended = look->gone ||
				 !target_is_alive(pid_of(process));
		return;
	}
	live_add(&process->live, &look->point, &look->types,
		 look->all_types, &look->holders);
	process->sampling = look->sampling;
	process->partial = look->partial;
	free(process->command);
	process->command = look->command;
	look->command = NULL;
}

/*
 * When the next sample begins.  The child knows when it was done: we may have
 * been stopped since then.  Where it does not know for how long it stopped the
 * process, it may have been for all of the time.
 */
static void set_due(const struct processes *p, struct process *process,
		    const struct look *look)
{
	uint64_t now = wait_now_ms();
	bool known = look->ended_ms >= p->started_ms && look->ended_ms <= now;
	uint64_t took_ms = (known ? look->ended_ms : now) - p->started_ms;
	/* Both were rounded down to milliseconds. */
	uint64_t pause_ns = MIN(look->point.pause_ns,
				(took_ms + 1) * 1000000);

	/* What a capture costs comes on top of what the last sample did. */
	process->due_ms = p->file ?
		processes_due(MAX(p->started_ms, process->due_ms), took_ms,
			      pause_ns, 0) :
		processes_due(p->started_ms, took_ms, pause_ns,
			      p->interval_ms);
}

static void sample_is_done(struct processes *p, int status)
{
	struct process *process = &p->v.v[p->at];
	struct look look;

	read_answer(p, status, &look);
	set_due(p, process, &look);
	look.point.at_ms = p->started_ms;
	p->held = look;
	p->held_of = p->at;
	p->holds = true;
}

/* What is frozen does not change.  No second sample begins meanwhile. */
static bool show_held(struct processes *p)
{
	if (!p->holds || p->frozen)
		return false;
	keep_look(&p->v.v[p->held_of], &p->held);
	look_release(&p->held);
	p->holds = false;
	return true;
}

static void capture_is_done(struct processes *p, int status)
{
	struct look look;

	read_answer(p, status, &look);
	set_due(p, &p->v.v[p->at], &look);
	free(p->message);
	p->message = look.trouble ? xstrdup(look.trouble) :
				    xasprintf("captured to %s", p->file);
	p->told = false;
	look_release(&look);
	free(p->file);
	p->file = NULL;
}

/* --- what is next --- */

static void start(struct processes *p, size_t at, bool captures)
{
	struct process *process = &p->v.v[at];
	struct sample_order order = { .pid = pid_of(process),
				      .last = process->sampling };

	p->at = at;
	p->started_ms = wait_now_ms();
	if (captures) {
		process->wants_capture = false;
		p->file = sampling_file(p->output, order.pid);
	}
	order.file = p->file;
	if (sampler_start(&p->sampler, &order))
		return;
	/* Try again later. */
	process->due_ms = p->started_ms + p->interval_ms;
	if (captures) {
		str_addf(&p->sampler.message, "can't start a process: %s",
			 strerror(errno));
		capture_is_done(p, STATUS_FAILED);
		str_release(&p->sampler.message);
	}
}

static void start_next(struct processes *p)
{
	uint64_t now = wait_now_ms();
	size_t next = p->v.nr;

	for (size_t i = 0; i < p->v.nr; i++) {
		if (p->v.v[i].wants_capture) {
			start(p, i, true);
			return;
		}
		if (!p->v.v[i].ended && p->v.v[i].due_ms <= now &&
		    (next == p->v.nr ||
		     p->v.v[i].due_ms < p->v.v[next].due_ms))
			next = i;
	}
	if (next < p->v.nr && !p->frozen)
		start(p, next, false);
}

bool processes_step(struct processes *p)
{
	bool news = false;
	int status;

	if (p->sampler.spawned.pid && sampler_poll(&p->sampler, &status)) {
		if (p->file) {
			capture_is_done(p, status);
			news = true;
		} else {
			sample_is_done(p, status);
		}
		sampler_stop(&p->sampler);
	}
	if (show_held(p))
		news = true;
	if (!p->sampler.spawned.pid)
		start_next(p);
	return news;
}

bool processes_capturing(const struct processes *p)
{
	for (size_t i = 0; i < p->v.nr; i++)
		if (p->v.v[i].wants_capture)
			return true;
	return p->file != NULL;
}
