/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/rlimit.h"
#include "base/str.h"

static char fault_text[] = "address is not mapped";
static char gone_text[] = "the process has exited";

struct error error_fault = { ERR_FAULT, fault_text };
struct error error_gone = { ERR_GONE, gone_text };

static bool is_static(const struct error *err)
{
	return err == &error_fault || err == &error_gone;
}

/*
 * Takes over `message`.  It may quote a target: what a terminal would act upon
 * is escaped.  What is escaped already stays as it is.
 */
static struct error *make(enum error_code code, char *message)
{
	struct error *err = xmalloc(sizeof(*err));
	struct str safe = STR_INIT;

	str_add_safe(&safe, message, strlen(message));
	free(message);
	err->code = code;
	err->message = str_take(&safe);
	return err;
}

static char *PRINTF(1, 0) vformat(const char *format, va_list args)
{
	char *s;

	if (vasprintf(&s, format, args) < 0)
		out_of_memory();
	return s;
}

struct error *error_new(enum error_code code, const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	s = vformat(format, args);
	va_end(args);
	return make(code, s);
}

struct error *error_errno(enum error_code code, int errnum, const char *format,
			  ...)
{
	char why[RLIMIT_HINT_MAX];
	va_list args;
	char *s, *full;

	rlimit_hint(errnum, why);
	va_start(args, format);
	s = vformat(format, args);
	va_end(args);
	full = xasprintf("%s: %s%s", s, strerror(errnum), why);
	free(s);
	return make(code, full);
}

struct error *error_wrap(struct error *err, const char *format, ...)
{
	enum error_code code = err->code;
	va_list args;
	char *s, *full;

	va_start(args, format);
	s = vformat(format, args);
	va_end(args);
	full = xasprintf("%s: %s", s, err->message);
	free(s);
	error_free(err);
	return make(code, full);
}

void error_free(struct error *err)
{
	if (!err || is_static(err))
		return;
	free(err->message);
	free(err);
}
