/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "heap/labels.h"

#define KEY_MAX 63
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

static size_t key_length(const char *text)
{
	return strspn(text, LETTERS "0123456789");
}

bool labels_is_one(const char *text)
{
	size_t len = key_length(text);

	return len && len <= KEY_MAX && strspn(text, LETTERS) &&
	       text[len] == '=';
}

bool labels_set(struct str_vec *labels, const char *text)
{
	struct str safe = STR_INIT;
	size_t with_equals;

	if (!labels_is_one(text))
		return false;
	with_equals = key_length(text) + 1;
	for (size_t i = 0; i < labels->nr; i++) {
		if (strncmp(labels->v[i], text, with_equals) != 0)
			continue;
		free(labels->v[i]);
		str_add_safe(&safe, text, strlen(text));
		labels->v[i] = str_take(&safe);
		return true;
	}
	if (labels->nr >= LABELS_MAX)
		return false;
	str_add_safe(&safe, text, strlen(text));
	str_vec_push(labels, str_take(&safe));
	return true;
}
