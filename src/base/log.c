/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"

enum log_level log_level;

void log_set_level(unsigned int level)
{
	log_level = (enum log_level)MIN(level, LOG_DETAIL);
}

static void PRINTF(3, 0) write_line(enum log_level level, const char *before,
				    const char *format, va_list args)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	CLEANUP(freep) char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	str_addf(&line, "pyheld: %s: ", level == LOG_INFO ? "info" : "detail");
	str_add_safe(&line, before, strlen(before));
	str_add_safe(&line, text, strlen(text));
	str_add_char(&line, '\n');
	/* One call, which locks the stream. */
	fputs(line.s, stderr);
}

void log_write(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(level, "", format, args);
	va_end(args);
}

static void PRINTF(3, 0) pass_over(enum log_level level, struct error *err,
				   const char *format, va_list args)
{
	CLEANUP(freep) char *before = NULL;

	if (err && log_wants(level)) {
		before = xasprintf("passed over: %s: ", err->message);
		write_line(level, before, format, args);
	}
	error_free(err);
}

void log_pass_over(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	pass_over(LOG_INFO, err, format, args);
	va_end(args);
}

void log_pass_over_usual(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	pass_over(LOG_DETAIL, err, format, args);
	va_end(args);
}
