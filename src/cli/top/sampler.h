/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/top/sampler.h - the process that takes a sample while `top` waits for
 * keys, and what it says.
 *
 * A sample takes seconds and gigabytes.  In a process of its own it makes no
 * key wait, its memory is gone with it, and what a hostile target could break
 * is that process alone.
 */
#ifndef CLI_TOP_SAMPLER_H
#define CLI_TOP_SAMPLER_H

#include "base/str.h"
#include "cli/sampling/sampling.h"
#include "cli/top/spawn.h"

/* Bytes that it may say: we read them with many times the memory. */
#define SAMPLER_MAX (UINT64_C(4) << 20)

struct sample_order {
	pid_t pid;
	struct sampling last;	/* as for sampling_read() */
	const char *file;	/* write a capture there; NULL: a sample only */
};

struct sampler {
	/* A worker's is a child of the broker. */
	struct spawned spawned;	/* .pid is 0: there is none */
	struct str text, message; /* what it has said on stdout and stderr */
};

#define SAMPLER_INIT { SPAWNED_NONE, STR_INIT, STR_INIT }

/*
 * Start the process that does it.  What it says is cli/top/look.h's.  A worker
 * asks its broker for it, and it has a broker and a worker of its own then.
 * `s` is SAMPLER_INIT or released.
 *
 * Returns false and errno if there can't be one; EACCES: the user named no such
 * process or file.
 */
bool sampler_start(struct sampler *s, const struct sample_order *order);

/*
 * Take what it has said, without waiting.  Returns true when it has ended:
 * *status is its exit status, or -1 if a signal ended it.  s->text and
 * s->message are whole then.
 */
bool sampler_poll(struct sampler *s, int *status);

/* End it if there is one, and release `s`. */
void sampler_stop(struct sampler *s);

#endif
