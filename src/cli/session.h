/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/session.h - a target, opened and read, for the length of a command.
 *
 * Everything that goes wrong is said on stderr in one line "pyheld: ...";
 * the functions return an exit status.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <jansson.h>

#include "base/error.h"
#include "heap/heap.h"
#include "target/target.h"

struct session {
	struct target *target;	/* owned; NULL: TARGET is a capture */
	char *file;		/* TARGET, owned; NULL: it is a process */
	struct heap heap;
	bool quiet;		/* set before: don't print warnings */
	bool says_coverage;	/* set before: the report has its own line
				   about coverage */
	struct session *next;	/* the list of open sessions */
};

#define SESSION_INIT { NULL, NULL, { 0 }, false, false, NULL }

/*
 * Open TARGET, which is as the user typed it, and read its whole heap.
 * Warnings of the heap are printed on stderr.  heap.memory and heap.bytes stay
 * empty if TARGET is a capture of a pyheld that did not know them.
 *
 * Returns STATUS_OK; or STATUS_FAILED when TARGET can't be read and the error
 * has been printed.  session_close() is needed in both cases.
 */
int session_open(struct session *s, const char *target);

/*
 * The PID that TARGET means, as a word, or TARGET itself if it is a file.  With
 * `children`, nothing is said of processes that it started.  Returns STATUS_OK;
 * or, when the error has been printed, STATUS_USAGE or STATUS_FAILED.
 */
int session_target(const char *target, bool children, const char **ret);

/*
 * Like session_open(), and also record the names and texts that
 * capture_write() needs.
 */
int session_open_details(struct session *s, const char *target);

/*
 * Like session_open() or, with `details`, session_open_details(), but return
 * the error instead of printing it, and print no warnings: for a caller that
 * reports it in another way.  session_close() is needed in any case;
 * s->target is set if the process was stopped and its memory copied.
 *
 * ERR_GONE, ERR_NOT_FOUND: there is no such process.  ERR_PERMISSION,
 * ERR_UNSUPPORTED, ERR_CORRUPT, ERR_FAULT, ERR_USAGE, ERR_SYSTEM: TARGET can't
 * be read.
 */
struct error *session_read(struct session *s, const char *target, bool details)
	MUST_CHECK;

/*
 * Like session_open(), with more self-checks (heap.info.checks and
 * .samples).  If TARGET is open, but what is in it contradicts itself
 * (ERR_CORRUPT), returns STATUS_OK with an empty heap, and *unreadable is the
 * reason, which the caller frees; else *unreadable is not changed.
 */
int session_open_doctor(struct session *s, const char *target,
			char **unreadable);

/*
 * Find out who TARGET is and when it was taken, without reading its heap and
 * without stopping a process: ret->info has the PID, the host, the start time,
 * the time of the capture and the mapped files.  The version of Python is only
 * known of a capture.  A process is taken now.
 *
 * Returns STATUS_OK; or STATUS_FAILED when TARGET can't be opened and the error
 * has been printed.  The caller releases *ret in both cases.
 */
int session_peek(const char *target, struct heap *ret);

/* Let all reports take sizes for bytes: heap.bytes is NULL. */
void session_forget_bytes(struct session *s);

/* Release all that `s` owns.  Nothing happens if `s` is SESSION_INIT. */
void session_close(struct session *s);

/*
 * What to leave out because it has made pyheld crash: for the sessions that are
 * opened from now on.  Their heaps are marked as partial.
 */
struct session_care {
	bool no_emulator;
	/* The address of a function tp_traverse that is not emulated; 0: all
	 * are. */
	uint64_t avoided;
};

void session_set_care(const struct session_care *how);

/*
 * The options --stop, --patience and --max-pause, for the sessions that are
 * opened from now on: see struct snapshot_options.
 */
void session_set_stop(enum stop_when when);
void session_set_patience(uint64_t ms);
void session_set_max_pause(uint64_t ms);
/* Is a long stop announced on stderr?  It is if nobody says otherwise. */
void session_set_announces(bool does);

/*
 * The options --executable and --sysroot, for the sessions that are opened from
 * now on: see struct core_options.  `path` must stay valid.
 */
void session_set_executable(const char *path);
void session_set_sysroot(const char *path);

/*
 * Has reading `s` failed since it was opened?  The columns of a capture are
 * read when they are first needed, and may be damaged (heap.failed).
 *
 * Returns STATUS_OK; or STATUS_FAILED when the error has been printed.
 * session_print_text() and session_print_json() check all open sessions
 * themselves, and print nothing if one of them has failed.
 */
int session_check(struct session *s);

/* STATUS_OK, or STATUS_PARTIAL if some of the target could not be read. */
int session_status(const struct session *s);

/*
 * Find the object that starts at `address`.  Returns STATUS_OK; or
 * STATUS_FAILED when there is none and what is there instead has been printed.
 */
int session_find(struct session *s, uint64_t address, oid *ret);

/*
 * Find the types that a user's pattern matches (see
 * analysis/limits/pattern.h): (*ret)[i] says whether type i is one of them.
 * The caller frees *ret.  Returns STATUS_OK; or STATUS_FAILED when no type
 * matches, up to three types with similar names have been printed, and *ret is
 * unchanged.
 */
int session_types(struct session *s, const char *pattern, bool **ret);

/* Print "pyheld: ..." on stderr and free `err`.  Returns STATUS_FAILED. */
int session_failed(struct error *err);

/*
 * Print a result on stdout, followed by how well the open sessions are known
 * (output/coverage.h).  JSON gets a key "coverage" for that, unless it has one
 * or several sessions are open.  Takes the reference to `value`.
 *
 * Returns `status`; or STATUS_FAILED when a session has failed (session_check)
 * or stdout can't be written, and that has been printed.
 */
int session_print_text(const struct str *text, int status);
int session_print_json(json_t *value, int status);

#endif
