/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "output/emit.h"
#include "output/format.h"
#include "output/limit.h"

static void add_excess(const struct limit *l, uint64_t excess, struct str *out)
{
	str_add(out, ": ");
	format_count(out, excess);
	str_add(out, " more than the limit");
	if ((l->metric == LIMIT_BYTES || l->metric == LIMIT_RSS ||
	     l->metric == LIMIT_LINES) && excess >= 1024) {
		str_add(out, " (");
		format_bytes(out, excess);
		str_add_char(out, ')');
	}
}

static void add_from_to(const struct limit_result *r, struct str *out)
{
	str_add(out, ", from ");
	format_count(out, r->old);
	str_add(out, " to ");
	format_count(out, r->new);
}

/* By how much a whole number exceeds the limit, which may have a fraction. */
static uint64_t excess_of(uint64_t figure, double limit)
{
	return figure - (uint64_t)limit;
}

static void add_percent(const struct limit *l, const struct limit_result *r,
			struct str *out)
{
	double percent;

	if (!r->old) {
		str_add(out, "grew");
		add_from_to(r, out);
		return;
	}
	percent = 100 * ((double)r->new - (double)r->old) / (double)r->old;
	str_addf(out, "grew by %.1f%%", percent);
	add_from_to(r, out);
	str_addf(out, ": %.1f%% more than the limit", percent - l->value);
}

static void add_share(const struct limit *l, const struct limit_result *r,
		      struct str *out)
{
	double percent = r->resident ?
			 100 * (double)r->new / (double)r->resident : 0;

	str_addf(out, "is %.1f%% of the resident memory (", percent);
	format_bytes(out, r->new);
	str_addf(out, "): %.1f%% more than the limit", percent - l->value);
}

/* What is measured: "rss", "raw:numpy.ndarray". */
static void add_measured(const struct limit *l, struct str *out)
{
	if (l->metric != LIMIT_LINES) {
		str_add(out, limit_metric_names[l->metric]);
		return;
	}
	str_add(out, lines_name(&l->lines));
	if (!l->lines.pattern)
		return;
	str_add_char(out, ':');
	str_add_safe(out, l->lines.pattern, strlen(l->lines.pattern));
}

void limit_text(const struct limit *l, const struct limit_result *r,
		struct str *out)
{
	str_add(out, "limit '");
	str_add_safe(out, l->text, strlen(l->text));
	str_add(out, "' is crossed: ");
	add_measured(l, out);
	str_add_char(out, ' ');
	switch (l->kind) {
	case LIMIT_PERCENT:
		add_percent(l, r, out);
		break;
	case LIMIT_SHARE:
		add_share(l, r, out);
		break;
	case LIMIT_GROWTH:
		str_add(out, "grew by ");
		format_count(out, r->new - r->old);
		add_from_to(r, out);
		add_excess(l, excess_of(r->new - r->old, l->value), out);
		break;
	default:
		str_add(out, "is ");
		format_count(out, r->new);
		add_excess(l, excess_of(r->new, l->value), out);
	}
}

json_t *limit_json(const struct limit *l, const struct limit_result *r,
		   bool has_old)
{
	json_t *ret = json_object();

	emit_put(ret, "limit", emit_text(l->text));
	emit_put(ret, "crossed", json_boolean(r->crossed));
	emit_put(ret, "old", has_old ? emit_count(r->old) : json_null());
	emit_put(ret, "new", emit_count(r->new));
	return ret;
}
