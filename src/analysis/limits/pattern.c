/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analysis/limits/pattern.h"

/* The length of the UTF-8 character at `s`, which is not its end. */
static size_t char_len(const char *s)
{
	size_t len = 1;

	while (((unsigned char)s[len] & 0xc0) == 0x80)
		len++;
	return len;
}

static int compare_chars(const char *a, const char *b)
{
	size_t len_a = char_len(a), len_b = char_len(b);
	int order = memcmp(a, b, MIN(len_a, len_b));

	/* In UTF-8 the order of bytes is the order of code points. */
	return order ? order : (len_a > len_b) - (len_a < len_b);
}

/* The `]` that ends the set at `p`; NULL: `[` stands for itself. */
static const char *set_end(const char *p)
{
	const char *first = p + 1 + (p[1] == '!');

	return *first ? strchr(first + 1, ']') : NULL;
}

static bool set_has(const char *p, const char *end, const char *c)
{
	bool negated = p[1] == '!';
	bool found = false;

	for (p += 1 + negated; p < end;) {
		const char *low = p, *high = p;

		p += char_len(p);
		if (*p == '-' && p + 1 < end) {
			high = p + 1;
			p = high + char_len(high);
		}
		if (compare_chars(low, c) <= 0 && compare_chars(c, high) <= 0)
			found = true;
	}
	return found != negated;
}

/*
 * Does one element of the pattern, which is not `*`, match the character at
 * `c`?  Then `*p` goes behind it.
 */
static bool match_one(const char **p, const char *c)
{
	const char *end;
	size_t len;

	if (**p == '?') {
		*p += 1;
		return true;
	}
	end = **p == '[' ? set_end(*p) : NULL;
	if (end) {
		if (!set_has(*p, end, c))
			return false;
		*p = end + 1;
		return true;
	}
	if (!**p || compare_chars(*p, c) != 0)
		return false;
	len = char_len(*p);
	*p += len;
	return true;
}

bool pattern_match(const char *pattern, const char *name)
{
	const char *star = NULL, *retry = NULL;

	/* Only the last star need ever take more than it has: no recursion. */
	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = name;
		} else if (match_one(&pattern, name)) {
			name += char_len(name);
		} else if (star) {
			pattern = star;
			retry += char_len(retry);
			name = retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

const char *pattern_last_part(const char *name)
{
	const char *part = name;
	unsigned int depth = 0;

	for (const char *p = name; *p; p++) {
		if (*p == '[' || *p == '<')
			depth++;
		else if ((*p == ']' || *p == '>') && depth)
			depth--;
		else if (*p == '.' && !depth && p[1])
			part = p + 1;
	}
	return part;
}

enum precision {
	FULL_NAME,
	LAST_PART,
	GLOB,
	NR_PRECISIONS,
};

static bool is_meant(const char *pattern, const char *name,
		     enum precision precision)
{
	switch (precision) {
	case FULL_NAME:
		return strcmp(pattern, name) == 0;
	case LAST_PART:
		return strcmp(pattern, pattern_last_part(name)) == 0;
	default:
		return pattern_match(pattern, name) ||
		       pattern_match(pattern, pattern_last_part(name));
	}
}

bool *pattern_types(const struct heap *h, const char *pattern,
		    uint32_t *ret_nr)
{
	bool *types = xcalloc(h->types.nr, sizeof(*types));
	uint32_t nr = 0;

	for (unsigned int how = 0; how < NR_PRECISIONS && !nr; how++) {
		for (size_t i = 0; i < h->types.nr; i++) {
			const char *name = h->types.v[i].name;

			types[i] = name &&
				   is_meant(pattern, name, (enum precision)how);
			nr += types[i];
		}
	}
	*ret_nr = nr;
	return types;
}

void pattern_objects(const struct heap *h, const bool *types,
		     struct oid_vec *ret)
{
	for (oid o = 0; o < h->nr_objects; o++)
		if (types[h->type[o]])
			oid_vec_push(ret, o);
}
