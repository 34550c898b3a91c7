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
	struct target *target;	/* NULL: a capture */
	char *file;		/* its name; NULL: a process */
	struct heap heap;
	bool quiet;		/* warnings are not said (they were, before) */
	bool says_coverage;	/* its report has it already */
	struct session *next;	/* of all that are open */
};

#define SESSION_INIT { NULL, NULL, { 0 }, false, false, NULL }

/*
 * Open TARGET as the user typed it and read all of its heap; warnings go to
 * stderr.  0, or the status to exit with, when all is said.
 */
int session_open(struct session *s, const char *target);
/* As that, with all that a capture of it takes. */
int session_open_details(struct session *s, const char *target);
/* As session_open(), with heap.hidden; not of a capture. */
int session_open_hidden(struct session *s, const char *target);
/*
 * As that, with more self-checks.  Where the target is not what it should be,
 * *unreadable says why, for the caller to free; the heap is empty then.
 */
int session_open_doctor(struct session *s, const char *target,
			char **unreadable);
void session_close(struct session *s);

/* For core files: see struct core_options. */
void session_set_executable(const char *path);
void session_set_sysroot(const char *path);

/*
 * A capture may turn out to be damaged while a result is made of it.  0, or the
 * status to exit with when that has been said; session_print_*() ask for all
 * open sessions and print nothing then.
 */
int session_check(struct session *s);

/* STATUS_OK, or STATUS_PARTIAL where some of the target was unreadable. */
int session_status(const struct session *s);

/*
 * The object at `address`; where there is none, say what is there instead.
 * 0 or the status to exit with.
 */
int session_find(struct session *s, uint64_t address, oid *ret);

/*
 * The types that a user's pattern means (see analysis/limits/pattern.h), the
 * caller's to free; where it means none, say which come near.  0 or the
 * status to exit with.
 */
int session_types(struct session *s, const char *pattern, bool **ret);

/* Say "pyheld: ..." and free `err`; STATUS_FAILED. */
int session_failed(struct error *err);

/*
 * Put a result on stdout, with what of the target is a guess.  These two return
 * `status`, or STATUS_FAILED where it can't be written.
 */
int session_print_text(const struct str *text, int status);
int session_print_json(json_t *value, int status);

#endif
