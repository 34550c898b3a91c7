/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/error.h - errors that must be looked at.
 *
 * A function that can fail returns `struct error *`; NULL is success.  The
 * caller owns an error and gives it to error_free() or returns it.  The
 * frequent ones are static and cost nothing to make; error_free() knows them.
 * Messages are one line, without a final dot, and safe to show, whatever they
 * quote of a target: see str_add_safe().
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/compiler.h"

enum error_code {
	ERR_FAULT,	 /* an address that the target has not mapped */
	ERR_GONE,	 /* the target exited */
	ERR_CORRUPT,	 /* the target's data contradicts itself */
	ERR_NOT_FOUND,	 /* what was looked for is not there */
	ERR_PERMISSION,	 /* the system said no */
	ERR_UNSUPPORTED, /* not a target that pyheld can read */
	ERR_USAGE,	 /* the user's words are wrong */
	ERR_SYSTEM,	 /* any other failed system or library call */
};

struct error {
	enum error_code code;
	char *message;
};

/* The static errors: "address is not mapped", "the process has exited". */
extern struct error error_fault, error_gone;

/* Out of memory ends the program: see xmalloc() in base/alloc.h. */
struct error *error_new(enum error_code code, const char *format, ...)
	PRINTF(2, 3) MUST_CHECK;

/* As error_new() with ": " and the text of errno `errnum` at its end. */
struct error *error_errno(enum error_code code, int errnum, const char *format,
			  ...) PRINTF(3, 4) MUST_CHECK;

/* Put "context: " before the message; takes over `err`, keeps its code. */
struct error *error_wrap(struct error *err, const char *format, ...)
	PRINTF(2, 3) MUST_CHECK;

/* NULL and static errors are fine. */
void error_free(struct error *err);

/* For CLEANUP(). */
static inline void error_freep(struct error **err)
{
	error_free(*err);
}

#endif
