/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "output/coverage.h"
#include "output/emit.h"
#include "output/reports/doctor.h"
#include "output/reports/summary.h"
#include "output/table.h"

/* How many types are listed whose readers agree with the emulator. */
#define MAX_SAMPLES_SHOWN 20

bool doctor_is_well(const struct heap *h, const struct doctor *d)
{
	if (d->unreadable || d->audit->nr_over)
		return false;
	for (size_t i = 0; i < h->info.checks.nr; i++)
		if (!h->info.checks.v[i].passed)
			return false;
	return true;
}

/* --- text --- */

#define RESULT_WIDTH 8
#define LABEL_WIDTH 13

static void add_check(bool passed, const char *name, const char *detail,
		      const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	const char *result = passed ? "ok" : "FAILED";

	str_add(&line, name);
	if (detail && *detail)
		str_addf(&line, ": %s", detail);
	str_add(out, result);
	format_pad(out, RESULT_WIDTH - format_width(result));
	format_words(out, line.s, RESULT_WIDTH, RESULT_WIDTH + 2, f);
}

static void add_audit(const struct audit *a, const struct format *f,
		      struct str *out)
{
	CLEANUP(str_release) struct str detail = STR_INIT;

	format_count(&detail, a->explained);
	str_add(&detail, " of ");
	format_count(&detail, a->counted);
	str_add(&detail, " references, too many of ");
	format_counted(&detail, a->nr_over, "object");
	add_check(!a->nr_over, "no object has more references than it counts",
		  detail.s, f, out);
}

static void add_checks(const struct heap *h, const struct doctor *d,
		       const struct format *f, struct str *out)
{
	str_add_char(out, '\n');
	if (d->unreadable)
		add_check(false, "the target can be read", d->unreadable, f,
			  out);
	for (size_t i = 0; i < h->info.checks.nr; i++) {
		const struct heap_check *c = &h->info.checks.v[i];

		add_check(c->passed, c->name, c->detail, f, out);
	}
	if (!d->unreadable)
		add_audit(d->audit, f, out);
}

static void add_samples(const struct heap *h, const struct format *f,
			struct str *out)
{
	static const struct table_column columns[] = {
		{ "COMPARED", .right = true }, { "DIFFERING", .right = true },
		{ "TYPE", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	const struct heap_sample_vec *v = &h->info.samples;
	uint64_t nr = 0;

	for (size_t i = 0; i < v->nr; i++) {
		if (!v->v[i].compared ||
		    (!v->v[i].differing && nr++ >= MAX_SAMPLES_SHOWN))
			continue;
		format_count(table_cell(&t), v->v[i].compared);
		format_count(table_cell(&t), v->v[i].differing);
		str_add(table_cell(&t), h->types.v[v->v[i].type].name);
	}
	if (!v->nr)
		return;
	str_add(out, "\nReaders compared with the types' own code in the"
		" emulator:\n\n");
	table_print(&t, f, out);
	if (nr <= MAX_SAMPLES_SHOWN)
		return;
	str_add(out, "... and ");
	format_counted(out, nr - MAX_SAMPLES_SHOWN, "more type");
	str_add(out, " without a difference, see --json\n");
}

static void add_report(const struct doctor *d, struct str *out)
{
	str_addf(out, "\nFor a bug report, send the output of\n"
		 "  pyheld doctor --verbose --json %s 2>&1\n"
		 "and, if you may, what is left of the heap without names and"
		 " contents:\n"
		 "  pyheld capture --redact=all -o bug.pyheld %s\n",
		 d->target, d->target);
}

void doctor_text(const struct heap *h, const struct doctor *d,
		 const struct format *f, struct str *out)
{
	str_addf(out, "pyheld       %s\nsandbox      ", d->pyheld);
	format_words(out, d->sandbox, LABEL_WIDTH, LABEL_WIDTH, f);
	if (!d->unreadable) {
		summary_add_target(h, f, out);
		str_addf(out, "layout       %s\nread by      ",
			 h->info.layout ? h->info.layout : "unknown");
		coverage_add_all(h, out);
		str_add_char(out, '\n');
	}
	if (d->capture)
		str_add(out, "\nA capture does not contain the checks that were"
			" made when it was taken, only\ntheir warnings: run"
			" doctor on the process or the core file.\n");
	add_checks(h, d, f, out);
	add_samples(h, f, out);
	add_report(d, out);
}

/* --- JSON --- */

static json_t *check_json(const char *name, const char *detail, bool passed)
{
	json_t *ret = json_object();

	emit_put(ret, "check", emit_text(name));
	emit_put(ret, "passed", json_boolean(passed));
	emit_put(ret, "found", emit_text(detail));
	return ret;
}

static json_t *checks_json(const struct heap *h, const struct doctor *d)
{
	json_t *ret = json_array();

	if (d->unreadable)
		emit_push(ret, check_json("the target can be read",
					  d->unreadable, false));
	for (size_t i = 0; i < h->info.checks.nr; i++) {
		const struct heap_check *c = &h->info.checks.v[i];

		emit_push(ret, check_json(c->name, c->detail, c->passed));
	}
	return ret;
}

static json_t *audit_json(const struct audit *a)
{
	json_t *ret = json_object();

	emit_put(ret, "references", emit_count(a->counted));
	emit_put(ret, "explained", emit_count(a->explained));
	emit_put(ret, "over_explained", emit_count(a->over));
	return ret;
}

static json_t *samples_json(const struct heap *h)
{
	const struct heap_sample_vec *v = &h->info.samples;
	json_t *ret = json_array();

	for (size_t i = 0; i < v->nr; i++) {
		json_t *sample = json_object();

		emit_put(sample, "type",
			 emit_text(h->types.v[v->v[i].type].name));
		emit_put(sample, "compared", emit_count(v->v[i].compared));
		emit_put(sample, "differing", emit_count(v->v[i].differing));
		emit_push(ret, sample);
	}
	return ret;
}

json_t *doctor_json(const struct heap *h, const struct doctor *d)
{
	json_t *ret = json_object();

	emit_put(ret, "pyheld", emit_text(d->pyheld));
	emit_put(ret, "sandbox", emit_text(d->sandbox));
	emit_put(ret, "well", json_boolean(doctor_is_well(h, d)));
	emit_put(ret, "target", emit_target(h));
	emit_put(ret, "python", emit_python(h));
	emit_put(ret, "checks", checks_json(h, d));
	emit_put(ret, "counts", audit_json(d->audit));
	emit_put(ret, "samples", samples_json(h));
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}
