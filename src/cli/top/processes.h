/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/top/processes.h - the processes that `top` shows, and when each of them
 * is looked at.
 *
 * One child at a time (cli/top/sampler.h) takes a sample or writes a capture,
 * so `top` needs the memory of one heap, however many processes there are.
 */
#ifndef CLI_TOP_PROCESSES_H
#define CLI_TOP_PROCESSES_H

#include "cli/top/look.h"
#include "cli/top/sampler.h"

/*
 * The next sample of a process begins an interval after the last one began, but
 * not before so many times the pause, and so many times what the sample took,
 * have passed: it is stopped for at most 5 % of the time, and we use at most
 * half of a CPU for it.  A capture begins when the user wants it; it moves the
 * next sample.
 */
#define PROCESSES_PAUSES 20
#define PROCESSES_WORK 2

/* When the next sample begins, if the last one began at `started_ms` and took
 * `took_ms`, of which the process was stopped for `pause_ns`. */
uint64_t processes_due(uint64_t started_ms, uint64_t took_ms,
		       uint64_t pause_ns, uint64_t interval_ms);

struct process {
	const char *name;	/* the PID as the user typed it */
	struct live live;
	struct sampling sampling;
	char *command;		/* owned; "" before the first sample */
	char *trouble;		/* owned; why the last sample failed, or NULL */
	bool ended;		/* there will be no more samples */
	bool partial;		/* some of it could not be read */
	bool wants_capture;
	uint64_t due_ms;	/* when the next sample begins */
};
VEC_DEFINE(process_vec, struct process);

struct processes {
	struct process_vec v;
	uint64_t interval_ms;
	const char *output;	/* captures' names, as for sampling_file() */
	bool frozen;		/* begin no sample, and show none */
	bool holds;		/* a sample came meanwhile: */
	struct look held;	/* valid then; of the process v.v[held_of] */
	size_t held_of;
	/* The child, and what it does. */
	struct sampler sampler;
	size_t at;		/* for the process of this index */
	char *file;		/* owned; it writes this capture; NULL: none */
	uint64_t started_ms;
	char *message;		/* owned; what became of the last capture */
	bool told;		/* that was shown; a key takes it away */
};

/* `names` must outlive `p`, which the caller releases. */
void processes_init(struct processes *p, const char *const *names, size_t nr,
		    uint64_t interval_ms, const char *output);
/* Ends the child, too: a capture that it writes is removed. */
void processes_release(struct processes *p);

/* Take what the child has done, and start the next one.  Does not wait.
 * Returns true if there is something new to show. */
bool processes_step(struct processes *p);

/* Is a capture wanted, or being written? */
bool processes_capturing(const struct processes *p);

#endif
