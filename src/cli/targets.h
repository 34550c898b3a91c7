/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/targets.h - several targets of one command: whose they are, and which is
 * older.
 */
#ifndef CLI_TARGETS_H
#define CLI_TARGETS_H

#include "analysis/compare/order.h"
#include "cli/options.h"
#include "cli/session.h"

/*
 * Put targets, at least one, into order (see analysis/compare/order.h) before
 * their heaps are read: a process is not stopped for it.
 *
 * Returns STATUS_OK; or STATUS_FAILED when one of them can't be opened and the
 * error has been printed.  The caller calls order_release() in both cases.
 */
int targets_order(const struct target_vec *targets, bool newest_first,
		  struct order *ret);

/*
 * Put behind each target that is a process the Pythons that it has started,
 * also by way of others.  It goes itself if it is none, as a shell, and one of
 * them is.  Those that can't be read are named on stderr, and left out.
 *
 * Returns STATUS_OK; STATUS_PARTIAL: one was left out; or another status when
 * the error has been printed.
 */
int targets_add_children(struct target_vec *targets);

/*
 * Targets of one command that compares them, oldest first.  The first and the
 * last one stay open.  Each one between is closed when it has been looked at;
 * only its heap.info is kept.
 */
struct targets {
	const char *const *names;	/* as the user typed them; not owned */
	/* What a report calls them: if they are redacted, a PID as it is, but
	 * "capture-1" for a file; else `names`.  Owned texts. */
	char **shown;
	size_t nr;
	struct session old, new;	/* of one target, only `new` is open */
	const struct heap_info **infos;	/* by target */
	struct heap *between;	/* what owns the infos of those between */
	/* Set before they are opened: what their heaps do not have. */
	enum heap_redaction redaction;
	/* Set before: record names as session_open_details() does; then
	 * `redaction` is REDACT_NOTHING. */
	bool details;
	int status;		/* STATUS_OK, or STATUS_PARTIAL if some of one
				   of them could not be read */
};

#define TARGETS_INIT { NULL, NULL, 0, SESSION_INIT, SESSION_INIT, NULL, NULL, \
		       REDACT_NOTHING, false, 0 }

/*
 * Open the first and the last of `nr` targets, 1 and more.  If the bytes of the
 * objects of one of the two are not known, those of the other are forgotten:
 * sizes can be compared with sizes alone.  `names` must outlive `t`.
 *
 * Returns STATUS_OK; or STATUS_FAILED when the error has been printed.  The
 * caller calls targets_close() in both cases.
 */
int targets_open(struct targets *t, const char *const *names, size_t nr);
void targets_close(struct targets *t);

/*
 * Open target number `i`, from 1 to nr - 2; and close it, when it has been
 * looked at.  The caller calls session_close() in any case.
 *
 * Both return STATUS_OK; or STATUS_FAILED when the error has been printed.
 */
int targets_open_between(struct targets *t, size_t i, struct session *s);
int targets_close_between(struct targets *t, size_t i, struct session *s);

#endif
