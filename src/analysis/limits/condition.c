/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analysis/limits/condition.h"
#include "base/quantity.h"

static const char *const metric_names[] = {
	[CONDITION_RSS] = "rss",
	[CONDITION_OBJECTS] = "objects",
	[CONDITION_BYTES] = "bytes",
	[CONDITION_GROWTH] = "growth",
};

static struct error *refuse_condition(const char *text, const char *why)
{
	return error_new(ERR_USAGE, "condition '%s': %s (try 'rss>2G', "
			 "'objects>5M' or 'growth>20%%/10m')", text, why);
}

/* What follows an amount of growth: "%/10m", "/1h", "" if that is allowed. */
static bool parse_window(const char *end, bool optional, struct condition *c)
{
	c->grows = true;
	c->percent = *end == '%';
	end += c->percent;
	if (optional && !*end)
		return true;
	return *end == '/' && quantity_parse_duration(end + 1, &c->window_ms);
}

/* What follows '>' in a condition on lines. */
static bool parse_lines_amount(const char *text, struct condition *c)
{
	const char *end;

	c->grows = *text == '+';
	if (!quantity_parse(text + c->grows, &c->amount, &end))
		return false;
	if (c->grows)
		return parse_window(end, true, c);
	c->percent = *end == '%';
	return !end[c->percent];
}

static struct error *parse_lines(const char *text, const char *than,
				 struct condition *ret)
{
	CLEANUP(freep) char *what = xstrndup(text, (size_t)(than - text));
	struct condition c = { .metric = CONDITION_LINES };

	if (!lines_parse(what, &c.lines))
		return refuse_condition(text, "it must start with rss, objects,"
					" bytes, growth or lines of pyheld"
					" memory, such as free");
	if (!parse_lines_amount(than + 1, &c)) {
		lines_release(&c.lines);
		return refuse_condition(text, "an amount is missing, such as"
					" 100M, 50%, +100M or +20%/10m");
	}
	*ret = c;
	return NULL;
}

static struct error *parse_metric(const char *text, const char *than,
				  struct condition *ret)
{
	struct condition c = *ret;
	const char *end;

	if (!quantity_parse(than + 1, &c.amount, &end))
		return refuse_condition(text, "'>' and an amount are missing");
	if (c.metric == CONDITION_GROWTH) {
		if (!parse_window(end, false, &c))
			return refuse_condition(text, "growth needs '/' and a"
						" time");
	} else if (*end) {
		return refuse_condition(text, "something follows the amount");
	}
	*ret = c;
	return NULL;
}

struct error *condition_parse(const char *text, struct condition *ret)
{
	/* The last one: names of types may have it, too. */
	const char *than = strrchr(text, '>');
	size_t len = than ? (size_t)(than - text) : 0;

	if (!than)
		return refuse_condition(text, "'>' and an amount are missing");
	for (unsigned int i = 0; i < ARRAY_SIZE(metric_names); i++) {
		struct condition c = { .metric = (enum condition_metric)i };
		struct error *err;

		if (strlen(metric_names[i]) != len ||
		    strncmp(metric_names[i], text, len) != 0)
			continue;
		err = parse_metric(text, than, &c);
		if (!err)
			*ret = c;
		return err;
	}
	return parse_lines(text, than, ret);
}

void conditions_release(struct condition_vec *conditions)
{
	for (size_t i = 0; i < conditions->nr; i++)
		lines_release(&conditions->v[i].lines);
	condition_vec_release(conditions);
}

void samples_release(struct sample_vec *samples)
{
	for (size_t i = 0; i < samples->nr; i++)
		free(samples->v[i].lines);
	sample_vec_release(samples);
}

/* The newest sample that is at least as old as the window, else the first. */
static const struct sample *sample_before(const struct sample_vec *samples,
					  uint64_t window_ms)
{
	const struct sample *last = &samples->v[samples->nr - 1];

	for (size_t i = samples->nr; window_ms && i--;)
		if (last->at_ms - samples->v[i].at_ms >= window_ms)
			return &samples->v[i];
	return &samples->v[0];
}

static double figure_of(const struct condition *c, size_t i,
			const struct sample *s)
{
	switch (c->metric) {
	case CONDITION_OBJECTS:
		return (double)s->objects;
	case CONDITION_BYTES:
		return (double)s->bytes;
	case CONDITION_LINES:
		return (double)s->lines[i];
	default:
		return (double)s->resident;
	}
}

static bool growth_holds(const struct condition *c, size_t i,
			 const struct sample_vec *samples)
{
	double now = figure_of(c, i, &samples->v[samples->nr - 1]);
	double then = figure_of(c, i, sample_before(samples, c->window_ms));

	if (!c->percent)
		return now - then > c->amount;
	return then > 0 && (now - then) * 100 > c->amount * then;
}

bool condition_holds(const struct condition_vec *conditions, size_t i,
		     const struct sample_vec *samples)
{
	const struct condition *c = &conditions->v[i];
	const struct sample *last = &samples->v[samples->nr - 1];
	double now = figure_of(c, i, last);

	if (c->grows)
		return growth_holds(c, i, samples);
	if (c->percent)
		return now * 100 > c->amount * (double)last->resident;
	return now > c->amount;
}
