/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/garbage.h"
#include "analysis/limits/limit.h"
#include "analysis/limits/pattern.h"
#include "base/quantity.h"

#define TYPE "type:"

const char *const limit_metric_names[NR_LIMIT_METRICS] = {
	[LIMIT_OBJECTS] = "objects",
	[LIMIT_BYTES] = "bytes",
	[LIMIT_GARBAGE] = "garbage",
	[LIMIT_UNCOLLECTABLE] = "uncollectable",
	[LIMIT_RSS] = "rss",
	[LIMIT_COUNT] = "count",
	[LIMIT_LINES] = "bytes",
};

/* --- parsing --- */

/* The text from `start` to `end` without the spaces around it. */
static char *trimmed(const char *start, const char *end)
{
	while (start < end && *start == ' ')
		start++;
	while (end > start && end[-1] == ' ')
		end--;
	return xstrndup(start, (size_t)(end - start));
}

static bool find_metric(const char *name, enum limit_metric *ret)
{
	for (unsigned int i = 0; i < LIMIT_LINES; i++) {
		if (strcmp(limit_metric_names[i], name) != 0)
			continue;
		*ret = (enum limit_metric)i;
		return true;
	}
	return false;
}

static struct error *parse_metric(const char *name, struct limit *l)
{
	bool is_known = find_metric(name, &l->metric);

	if (is_known && l->pattern && l->metric != LIMIT_COUNT &&
	    l->metric != LIMIT_BYTES)
		return error_new(ERR_USAGE, "a type has no '%s', only count and"
				 " bytes", name);
	if (is_known && !l->pattern && l->metric == LIMIT_COUNT)
		return error_new(ERR_USAGE, "count needs a type, as in"
				 " 'type:app.User count>1000'; for all types"
				 " use objects");
	if (is_known)
		return NULL;
	return error_new(ERR_USAGE, "'%s' is not one of %s", name,
			 l->pattern ? "count and bytes" :
			 "objects, bytes, garbage, uncollectable and rss, or"
			 " lines of pyheld memory such as free or"
			 " raw:numpy.ndarray");
}

static struct error *parse_value(const char *text, struct limit *l)
{
	const char *p = text + (*text == '+');
	double factor = 1;

	l->kind = p > text ? LIMIT_GROWTH : LIMIT_NOW;
	if (!quantity_number(p, &l->value, &p))
		p = NULL;
	if (p && *p == '%') {
		l->kind = l->metric == LIMIT_LINES && *text != '+' ?
			  LIMIT_SHARE : LIMIT_PERCENT;
		p++;
	} else if (p && *p) {
		factor = quantity_factor(*p++);
	}
	if (!p || *p || factor == 0)
		return error_new(ERR_USAGE, "'%s' is not a value, such as 1000,"
				 " 2.5G, +5k or 10%%", text);
	l->value *= factor;
	return NULL;
}

/* What stands before '>': "METRIC", "type:PATTERN METRIC" or "LINES". */
static struct error *parse_what(const char *what, struct limit *l)
{
	const char *space = strrchr(what, ' ');

	if (lines_parse(what, &l->lines)) {
		l->metric = LIMIT_LINES;
		return NULL;
	}
	if (strncmp(what, TYPE, strlen(TYPE)) != 0)
		return parse_metric(what, l);
	what += strlen(TYPE);
	if (space && space > what)
		l->pattern = trimmed(what, space);
	if (!l->pattern || !*l->pattern)
		return error_new(ERR_USAGE, "'type:%s' is not a type's name and"
				 " a metric, such as 'type:app.User count'",
				 what);
	return parse_metric(space + 1, l);
}

static struct error *parse(const char *text, struct limit *l)
{
	/* The last one: names of types may have it, too. */
	const char *than = strrchr(text, '>');
	CLEANUP(freep) char *what = NULL;
	CLEANUP(freep) char *value = NULL;
	struct error *err;

	if (!than)
		return error_new(ERR_USAGE, "it has no '>'");
	what = trimmed(text, than);
	value = trimmed(than + 1, text + strlen(text));
	err = parse_what(what, l);
	if (!err)
		err = parse_value(value, l);
	return err;
}

struct error *limit_parse(const char *text, struct limit *ret)
{
	struct limit l = { .text = xstrdup(text) };
	struct error *err = parse(text, &l);

	if (err) {
		limit_release(&l);
		return error_wrap(err, "'%s' is not a limit", text);
	}
	*ret = l;
	return NULL;
}

void limit_release(struct limit *l)
{
	free(l->text);
	free(l->pattern);
	lines_release(&l->lines);
	memset(l, 0, sizeof(*l));
}

void limits_release(struct limit_vec *v)
{
	for (size_t i = 0; i < v->nr; i++)
		limit_release(&v->v[i]);
	limit_vec_release(v);
}

/* --- checking --- */

static uint64_t sum_limit_types(const struct heap *h, const struct limit *l)
{
	CLEANUP(freep) bool *types = NULL;
	uint64_t sum = 0;
	uint32_t nr;

	if (l->pattern)
		types = pattern_types(h, l->pattern, &nr);
	for (oid o = 0; o < h->nr_objects; o++)
		if (!types || types[h->type[o]])
			sum += l->metric == LIMIT_BYTES ? heap_bytes(h, o) : 1;
	return sum;
}

static uint64_t count_garbage(const struct heap *h)
{
	struct garbage garbage;
	uint64_t nr;

	garbage_build(h, &garbage);
	nr = garbage.objects.nr;
	garbage_release(&garbage);
	return nr;
}

static uint64_t count_uncollectable(const struct heap *h)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < h->interpreters.nr; i++)
		if (h->interpreters.v[i].garbage > 0)
			nr += (uint64_t)h->interpreters.v[i].garbage;
	return nr;
}

static struct error *measure_limit(const struct limit *l, const struct heap *h,
				   uint64_t *ret)
{
	switch (l->metric) {
	case LIMIT_GARBAGE:
		*ret = count_garbage(h);
		return NULL;
	case LIMIT_UNCOLLECTABLE:
		*ret = count_uncollectable(h);
		return NULL;
	case LIMIT_RSS:
		*ret = h->info.resident;
		return *ret ? NULL : error_new(ERR_NOT_FOUND, "limit '%s': the"
					       " resident memory is unknown",
					       l->text);
	case LIMIT_LINES:
		if (!heap_memory_is_known(&h->memory))
			return error_new(ERR_NOT_FOUND, "limit '%s': the"
					 " capture has no ledger of the memory",
					 l->text);
		*ret = lines_sum(h, &l->lines);
		return NULL;
	default:
		*ret = sum_limit_types(h, l);
		return NULL;
	}
}

static bool is_limit_crossed(const struct limit *l,
			     const struct limit_result *r)
{
	double old = (double)r->old, new = (double)r->new;

	switch (l->kind) {
	case LIMIT_GROWTH:
		return new - old > l->value;
	case LIMIT_PERCENT:
		return old > 0 ? 100 * (new - old) / old > l->value : new > 0;
	case LIMIT_SHARE:
		return 100 * new > l->value * (double)r->resident;
	default:
		return new > l->value;
	}
}

struct error *limit_check(const struct limit *l, const struct heap *old,
			  const struct heap *new, struct limit_result *ret)
{
	struct limit_result result = { .resident = new->memory.resident };
	struct error *err = measure_limit(l, new, &result.new);

	if (!err && old)
		err = measure_limit(l, old, &result.old);
	if (err)
		return err;
	result.crossed = is_limit_crossed(l, &result);
	*ret = result;
	return NULL;
}
