/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/alloc.h"
#include "heap/redact/redact-async.h"
#include "heap/redact/redact-names.h"

static char *copy(const char *s, bool hidden)
{
	return xstrdup(hidden ? "?" : s);
}

char *redact_function(const char *name, bool all)
{
	return copy(name, all || !redact_is_name(name, strlen(name)));
}

char *redact_function_file(const char *path, bool all)
{
	return copy(path, all || !redact_is_file(path, strlen(path)));
}

void redact_async(const struct heap *h, bool all, struct heap *to)
{
	to->codes = (struct heap_code_vec)VEC_INIT;
	for (size_t i = 0; i < h->codes.nr; i++) {
		struct heap_code c = h->codes.v[i];

		c.function = redact_function(c.function, all);
		c.file = redact_function_file(c.file, all);
		heap_code_vec_push(&to->codes, c);
	}
	to->futures = (struct heap_future_vec)VEC_INIT;
	for (size_t i = 0; i < h->futures.nr; i++) {
		struct heap_future f = h->futures.v[i];

		f.name = xstrdup("");
		heap_future_vec_push(&to->futures, f);
	}
}
