/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/log.h - what pyheld decided, retried and passed over: --verbose.
 *
 * Nothing is written unless the user asks for it.  There are two levels:
 *
 *	LOG_INFO	-v: what was found where, which of several ways was
 *			taken, what was retried, which error was passed over.
 *			Some dozens of lines a run.
 *	LOG_DETAIL	-vv: each file, each mapping, each thread.
 *
 * A line goes to stderr: "pyheld: info: ..." or "pyheld: detail: ...".  It is
 * escaped as a whole (str_add_safe()), so that names from a target can be put
 * into it as they are.  Lines of several threads do not mix.
 *
 * Where the level is off, log_info() and log_detail() cost one comparison, and
 * their arguments are not evaluated.  Even so, neither has a place in a loop
 * over objects, nor where a target decides how often it comes by.
 *
 * Never log while a target is stopped.  stderr may be a pipe whose reader is
 * slow, or the target itself.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/error.h"

enum log_level { LOG_NONE, LOG_INFO, LOG_DETAIL };

/* Set by log_set_level() alone. */
extern enum log_level log_level;

/* Levels above LOG_DETAIL mean LOG_DETAIL.  To be called before any thread is
 * started. */
void log_set_level(unsigned int level);

static inline bool log_wants(enum log_level level)
{
	return unlikely(log_level >= level);
}

/* Write a line, at any level: for log_info() and log_detail(). */
void log_write(enum log_level level, const char *format, ...) PRINTF(2, 3);

/* A line at LOG_INFO or at LOG_DETAIL; printf's format, no final dot. */
#define log_info(...)                                                          \
	do {                                                                   \
		if (log_wants(LOG_INFO))                                       \
			log_write(LOG_INFO, __VA_ARGS__);                      \
	} while (0)
#define log_detail(...)                                                        \
	do {                                                                   \
		if (log_wants(LOG_DETAIL))                                     \
			log_write(LOG_DETAIL, __VA_ARGS__);                    \
	} while (0)

/*
 * Pass over an error: free it, and say at LOG_INFO what it was and what is
 * done instead: "passed over: MESSAGE: WHAT IS DONE INSTEAD".  NULL is fine
 * and says nothing.
 */
void log_pass_over(struct error *err, const char *format, ...) PRINTF(2, 3);

/* Like log_pass_over(), at LOG_DETAIL: for what is usual. */
void log_pass_over_usual(struct error *err, const char *format, ...)
	PRINTF(2, 3);

#endif
