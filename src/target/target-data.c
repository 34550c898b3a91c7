/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "target/target-data.h"

void target_warn(struct target *t, const char *format, ...)
{
	struct str safe = STR_INIT;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* Names of the target's files are in it. */
	str_add_safe(&safe, text, strlen(text));
	str_vec_push(&t->warnings, str_take(&safe));
}
