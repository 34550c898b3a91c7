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

/* "20%/10m", "500M/1h" */
static struct error *parse_growth(const char *text, const char *end,
				  struct condition *c)
{
	c->percent = *end == '%';
	end += c->percent;
	if (*end != '/' || !quantity_parse_duration(end + 1, &c->window_ms))
		return refuse_condition(text, "growth needs '/' and a time");
	return NULL;
}

struct error *condition_parse(const char *text, struct condition *ret)
{
	size_t len = strcspn(text, ">");
	struct condition c = { 0 };
	const char *end;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(metric_names); i++)
		if (strlen(metric_names[i]) == len &&
		    !strncmp(metric_names[i], text, len))
			break;
	if (i == ARRAY_SIZE(metric_names))
		return refuse_condition(text, "it must start with rss, "
					      "objects, bytes or growth");
	if (text[len] != '>' || !quantity_parse(text + len + 1, &c.amount,
						&end))
		return refuse_condition(text, "'>' and an amount are missing");
	c.metric = (enum condition_metric)i;
	if (c.metric == CONDITION_GROWTH) {
		struct error *err = parse_growth(text, end, &c);

		if (err)
			return err;
	} else if (*end) {
		return refuse_condition(text, "something follows the amount");
	}
	*ret = c;
	return NULL;
}

/* The newest sample that is at least as old as the window, else the first. */
static const struct sample *sample_before(const struct sample_vec *samples,
					  uint64_t window_ms)
{
	const struct sample *last = &samples->v[samples->nr - 1];

	for (size_t i = samples->nr; i--;)
		if (last->at_ms - samples->v[i].at_ms >= window_ms)
			return &samples->v[i];
	return &samples->v[0];
}

static bool growth_holds(const struct condition *c,
			 const struct sample_vec *samples)
{
	const struct sample *last = &samples->v[samples->nr - 1];
	const struct sample *then = sample_before(samples, c->window_ms);
	double growth = (double)last->resident - (double)then->resident;

	if (!c->percent)
		return growth > c->amount;
	return then->resident &&
	       growth * 100 > c->amount * (double)then->resident;
}

bool condition_holds(const struct condition *c,
		     const struct sample_vec *samples)
{
	const struct sample *last = &samples->v[samples->nr - 1];

	switch (c->metric) {
	case CONDITION_RSS:
		return (double)last->resident > c->amount;
	case CONDITION_OBJECTS:
		return (double)last->objects > c->amount;
	case CONDITION_BYTES:
		return (double)last->bytes > c->amount;
	case CONDITION_GROWTH:
		break;
	}
	return growth_holds(c, samples);
}
