/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "analysis/limits/pattern.h"
#include "analysis/limits/similar.h"
#include "base/str.h"

/* Longer names are compared by this many bytes. */
#define LENGTH_MAX 128
/* A name of fewer characters says nothing about those that contain it. */
#define PART_MIN 3

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * The optimal string alignment distance (Damerau's, where no part is edited
 * twice), with rows of the usual table: only the cells that are at most `max`
 * from the diagonal can be small enough.
 */
unsigned int similar_distance(const char *a, const char *b, unsigned int max)
{
	size_t len_a = strnlen(a, LENGTH_MAX), len_b = strnlen(b, LENGTH_MAX);
	unsigned int rows[3][LENGTH_MAX + 1];

	if ((len_a > len_b ? len_a - len_b : len_b - len_a) > max)
		return max + 1;
	for (size_t j = 0; j <= len_b; j++)
		rows[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= len_a; i++) {
		const unsigned int *up = rows[(i - 1) % 3];
		const unsigned int *up2 = rows[(i + 1) % 3];
		unsigned int *row = rows[i % 3], least;
		size_t first = i > max ? i - max : 1;
		size_t last = MIN(i + max, len_b);

		row[first - 1] = first == 1 ? (unsigned int)i : max + 1;
		least = row[first - 1];
		for (size_t j = first; j <= last; j++) {
			bool same = same_letter(a[i - 1], b[j - 1]);
			unsigned int d = up[j - 1] + !same;

			/* The cell above is beyond the band of its row. */
			if (j < i + max)
				d = MIN(d, up[j] + 1);
			d = MIN(d, row[j - 1] + 1);
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]))
				d = MIN(d, up2[j - 2] + 1);
			row[j] = d;
			least = MIN(least, d);
		}
		if (least > max)
			return max + 1;
	}
	return MIN(rows[len_a % 3][len_b], max + 1);
}

/* The longest text of a pattern between its wildcards. */
static void add_text_of(const char *pattern, struct str *out)
{
	const char *best = pattern;
	size_t len = 0;

	while (*pattern) {
		size_t nr = strcspn(pattern, "*?[]");

		if (nr > len) {
			best = pattern;
			len = nr;
		}
		pattern += nr + (pattern[nr] != '\0');
	}
	for (size_t i = 0; i < len; i++)
		str_add_char(out, best[i]);
}

/* How far a name is from what was typed, `max` + 1: too far. */
static unsigned int rank(const char *typed, const char *name, unsigned int max)
{
	unsigned int full = similar_distance(typed, name, max);
	unsigned int part = similar_distance(pattern_last_part(typed),
					     pattern_last_part(name), max);
	unsigned int ret = MIN(full, part);

	if (ret > 1 && strlen(pattern_last_part(typed)) >= PART_MIN &&
	    strcasestr(name, pattern_last_part(typed)))
		return 1;
	return ret;
}

struct near {
	unsigned int rank;
	uint32_t type;
};

static bool is_nearer(const struct heap *h, const struct near *a,
		      const struct near *b)
{
	uint64_t of_a = h->types.v[a->type].nr_objects;
	uint64_t of_b = h->types.v[b->type].nr_objects;

	return a->rank != b->rank ? a->rank < b->rank : of_a > of_b;
}

#define FOUND_MAX 16

void similar_types(const struct heap *h, const char *name, size_t max,
		   struct oid_vec *ret)
{
	CLEANUP(str_release) struct str typed = STR_INIT;
	struct near found[FOUND_MAX + 1];
	unsigned int far;
	size_t nr = 0;

	add_text_of(name, &typed);
	far = (unsigned int)MIN(typed.len / 3, (size_t)SIMILAR_MAX);
	far = MAX(far, 1u);
	max = MIN(max, (size_t)FOUND_MAX);
	for (uint32_t i = 0; i < h->types.nr; i++) {
		struct near new = { .type = i };
		size_t at = nr;

		if (!h->types.v[i].name || typed.len < 2)
			continue;
		new.rank = rank(typed.s, h->types.v[i].name, far);
		if (new.rank > far)
			continue;
		for (; at && is_nearer(h, &new, &found[at - 1]); at--)
			found[at] = found[at - 1];
		found[at] = new;
		nr = MIN(nr + 1, max);
	}
	for (size_t i = 0; i < nr; i++)
		oid_vec_push(ret, found[i].type);
}
