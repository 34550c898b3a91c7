/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/redacted.h - a session that does not have what is private.
 *
 * The heap is that of a redacted capture, which is written into memory and read
 * back.  So what is hidden is decided in one place: see
 * heap/capture/capture-redact.h.
 */
#ifndef CLI_REDACTED_H
#define CLI_REDACTED_H

#include <argp.h>

#include "cli/session.h"

/* The option --redact of a command that has a struct for its value. */
#define REDACTED_OPTION(what) \
	{ "redact", OPTION_REDACT, "contents|all", OPTION_ARG_OPTIONAL, what, \
	  0 }

/*
 * Parse `arg`, the value of --redact; NULL if it has none.  Returns 0, or
 * EINVAL when it is no word that --redact takes and that has been printed.
 */
error_t redacted_parse(const struct argp_state *state, const char *arg,
		       enum heap_redaction *ret);

/*
 * Like session_open(), but of a heap without what `how` leaves out.  With
 * REDACT_NOTHING it is session_open().  The capture takes about 70 bytes of
 * memory an object until session_close().
 *
 * Returns STATUS_OK; or STATUS_FAILED when TARGET can't be read or there is no
 * memory for the capture, and the error has been printed.  session_close() is
 * needed in both cases.
 */
int redacted_open(struct session *s, const char *target,
		  enum heap_redaction how);

#endif
