/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/sampling/sampling.h - look at one process again and again.
 *
 * Each look opens a session, which stops the process while its memory is
 * copied.  The PID may belong to another process meanwhile: its start
 * tells them apart.
 */
#ifndef CLI_SAMPLING_SAMPLING_H
#define CLI_SAMPLING_SAMPLING_H

#include "analysis/limits/condition.h"
#include "cli/session.h"

/* What is known of the process from the last look; all 0 before the first. */
struct sampling {
	uint64_t start_time, start_ticks; /* as in struct heap_info */
	uint64_t taken_at;	/* seconds since the epoch */
};

/*
 * Open `process`, a PID as the user typed it, and read its heap; with
 * `details`, also what capture_write() needs.
 *
 * Returns STATUS_OK, and `last` is of this look; or STATUS_FAILED when it can't
 * be read, is no process or another one than at the last look, and the error
 * has been printed.  session_close() is needed in both cases.
 */
int sampling_open(struct sampling *last, const char *process, bool details,
		  struct session *s);

/*
 * Like sampling_open(), but return the error instead of printing it, and print
 * no warnings.
 *
 * ERR_GONE: the process has ended, or another one has its PID.  The other
 * errors are those of session_read(); ERR_UNSUPPORTED also for a file.
 */
struct error *sampling_read(struct sampling *last, const char *process,
			    bool details, struct session *s) MUST_CHECK;

/* The figures of `h` as it was read now; sample.lines is NULL. */
struct sample sampling_measure(const struct heap *h);

/* The name for a file of the process `pid`: `pattern` with the PID, unless it
 * is 0, in place of the first "%p".  The caller frees it. */
char *sampling_file_of(const char *pattern, int64_t pid);

/*
 * The name for a capture of the process `pid`: that of sampling_file_of(), with
 * the first number in place of "%n" that no file has, so that captures of
 * another pyheld are not overwritten.  `pattern` NULL: "pyheld-%p-%n.pyheld".
 * The caller frees it.
 */
char *sampling_file(const char *pattern, int64_t pid);

#endif
