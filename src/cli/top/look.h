/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/top/look.h - one sample of a process for `top`, as text between two
 * processes.
 *
 * The child of cli/top/worker.h takes the sample and writes it; `top` reads it.
 * So a heap of gigabytes is never in the process that waits for keys, and
 * nothing that goes wrong with one target ends it.
 */
#ifndef CLI_TOP_LOOK_H
#define CLI_TOP_LOOK_H

#include "base/error.h"
#include "cli/sampling/sampling.h"
#include "cli/top/live.h"

/*
 * Take a sample of `process`, and write it to stdout; `last` as in
 * sampling_open().  With `holders`, also search for what keeps much alive.
 * Returns an exit status; the error has been printed.
 */
int look_write(const char *process, struct sampling *last, bool holders);

/* A sample that was read. */
struct look {
	struct sampling sampling;
	struct live_point point;	/* .at_ms is 0 */
	struct live_item_vec types, holders;
	char *command;		/* owned; of the process */
	char *version;		/* owned; of its Python */
	bool partial;		/* some of the process could not be read */
};

/*
 * Read what look_write() wrote.  The caller releases `*ret` by look_release().
 *
 * ERR_CORRUPT: `text` is something else; `*ret` is untouched.
 */
struct error *look_read(const char *text, size_t len, struct look *ret)
	MUST_CHECK;
void look_release(struct look *l);

#endif
