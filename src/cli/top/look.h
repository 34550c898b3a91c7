/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/top/look.h - one sample of a process for `top`, as text between two
 * processes.
 *
 * The child of cli/top/sampler.h takes the sample and writes it; `top` reads
 * it.  So a heap of gigabytes is never in the process that waits for keys, and
 * nothing that goes wrong with one target ends it.  An error is a field of that
 * text, too: only a child that is killed says nothing.
 */
#ifndef CLI_TOP_LOOK_H
#define CLI_TOP_LOOK_H

#include "base/error.h"
#include "cli/sampling/sampling.h"
#include "cli/top/live.h"

/*
 * Take a sample of `process`, and write it to stdout; `last` as in
 * sampling_read().  Returns an exit status; an error has been written as the
 * sample.
 */
int look_write(const char *process, struct sampling *last);

/*
 * Write a capture of `process` to `file`, and what became of it to stdout, as
 * look_write() does: .ended_ms, .point.pause_ns, and .trouble and .gone.
 */
int look_capture(const char *process, struct sampling *last, const char *file);

/*
 * A sample has at most so many types, half of them those with the most bytes
 * and half those with the most objects, and so many holders; of a name it has
 * so many bytes.  With these it is below WORKER_MAX, whatever a target has.
 */
#define LOOK_TYPES_MAX 2000
#define LOOK_HOLDERS_MAX 500
#define LOOK_NAME_MAX 200

#define LOOK_UNKNOWN UINT64_MAX

/* A sample that was read. */
struct look {
	char *trouble;		/* owned; why there is no sample, or NULL */
	bool gone;		/* the process has ended: there will be none */
	uint64_t ended_ms;	/* by wait_now_ms(): when the child was done */
	struct sampling sampling;
	/* .at_ms is 0.  .pause_ns is LOOK_UNKNOWN if the child does not know
	 * for how long it stopped the process. */
	struct live_point point;
	struct live_item_vec types, holders;
	bool all_types;		/* there are no others */
	char *command;		/* owned; of the process */
	bool partial;		/* some of the process could not be read */
};

/*
 * Read what look_write() or look_capture() wrote.  The caller releases `*ret`
 * by look_release().
 *
 * ERR_CORRUPT: `text` is something else; `*ret` is untouched.
 */
struct error *look_read(const char *text, size_t len, struct look *ret)
	MUST_CHECK;
void look_release(struct look *l);

#endif
