/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/error.h - errors that must be checked.
 *
 * A function that can fail returns `struct error *`; NULL is success.  The
 * caller owns the error: it returns it to its own caller, passes it over with
 * log_pass_over() (base/log.h), or frees it with error_free().
 *
 * Frequent errors are static and cost nothing to make; error_free() does
 * nothing for them.
 *
 * A message is one line without a final dot.  It is safe to show, whatever it
 * quotes of a target: all of it goes through str_add_safe().
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/compiler.h"

enum error_code {
	ERR_FAULT,	 /* the target has not mapped this address */
	ERR_GONE,	 /* the target has exited */
	ERR_CORRUPT,	 /* the target's data contradicts itself */
	ERR_NOT_FOUND,	 /* what was looked for does not exist */
	ERR_PERMISSION,	 /* the system refuses it */
	ERR_UNSUPPORTED, /* pyheld can't read such a target */
	ERR_USAGE,	 /* an argument of the user is wrong */
	ERR_AMBIGUOUS,	 /* what the user named may be several things */
	ERR_SYSTEM,	 /* any other system or library call that failed */
};

struct error {
	enum error_code code;
	char *message;		/* owned by the error */
};

/*
 * The static errors: ERR_FAULT, "address is not mapped", and ERR_GONE, "the
 * process has exited".
 */
extern struct error error_fault, error_gone;

/* A new error with the message that printf() would print. */
struct error *error_new(enum error_code code, const char *format, ...)
	PRINTF(2, 3) MUST_CHECK;

/*
 * A new error with the message that printf() would print, ": ", what
 * strerror() says of `errnum`, and the limit of this process that is the cause,
 * if one is (base/rlimit.h).
 */
struct error *error_errno(enum error_code code, int errnum, const char *format,
			  ...) PRINTF(3, 4) MUST_CHECK;

/*
 * A new error with the message that printf() would print, ": ", and the
 * message of `err`.  The code is that of `err`, which is freed and must not be
 * NULL.
 */
struct error *error_wrap(struct error *err, const char *format, ...)
	PRINTF(2, 3) MUST_CHECK;

/* Free an error.  NULL is allowed, and so is a static error. */
void error_free(struct error *err);

/* For CLEANUP() of a `struct error *`. */
static inline void error_freep(struct error **err)
{
	error_free(*err);
}

#endif
