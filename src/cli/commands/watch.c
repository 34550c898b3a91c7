/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/limits/condition.h"
#include "analysis/trend.h"
#include "base/quantity.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/outfile.h"
#include "cli/sampling/sampling.h"
#include "cli/sampling/wait.h"
#include "cli/save.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/targets.h"
#include "output/watch/metrics.h"
#include "output/watch/watch.h"

#define DEFAULT_INTERVAL_MS 60000
#define DEFAULT_MAX_CAPTURES 1
#define TOP_TYPES 3

struct watch_options {
	struct common_options common;
	const char *output;	/* --output, or NULL */
	const char *metrics;	/* --metrics, or NULL */
	struct condition_vec conditions;
	struct str_vec texts;	/* of the conditions, as the user typed them */
	uint64_t interval_ms, max_captures, count;
};

static const struct argp_option options[] = {
	OPTION_WITH_CHILDREN,
	{ "count", OPTION_COUNT, "N", 0,
	  "End after N samples (default: never)", 0 },
	{ "interval", OPTION_INTERVAL, "TIME", 0,
	  "Time between samples, such as 10s, 5m or 1h (default: 60s)", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write each sample as a line of JSON",
	  0 },
	{ "max-captures", OPTION_MAX_CAPTURES, "N", 0,
	  "End after N captures (default: 1)", 0 },
	{ "metrics", OPTION_METRICS, "FILE", 0,
	  "Keep the last sample in FILE, for Prometheus: give it a name that"
	  " ends in .prom, in the folder of node_exporter's textfile collector",
	  0 },
	{ "output", 'o', "FILE", 0,
	  "Write captures to FILE; '%n' in it becomes a number that no file"
	  " has yet, and '%p' the PID (default: pyheld-%p-%n.pyheld)", 0 },
	{ "when", OPTION_WHEN, "CONDITION", 0,
	  "Take a capture when this becomes true: 'rss>2G', 'objects>5M',"
	  " 'bytes>1G', 'growth>20%/10m', 'unowned>100M',"
	  " 'raw:numpy.ndarray>+1G/1h'; may be repeated", 0 },
	{ 0 },
};

static error_t add_condition(struct watch_options *o, char *arg,
			     struct argp_state *state)
{
	struct condition c;
	struct error *err = condition_parse(arg, &c);
	error_t ret;

	if (err) {
		ret = options_error(state, "%s", err->message);
		error_free(err);
		return ret;
	}
	condition_vec_push(&o->conditions, c);
	str_vec_push(&o->texts, arg);
	return 0;
}

static error_t parse_watch(int key, char *arg, struct argp_state *state)
{
	struct watch_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_COUNT:
		return options_number(state, "count", arg, &o->count);
	case OPTION_INTERVAL:
		if (quantity_parse_duration(arg, &o->interval_ms))
			return 0;
		return options_error(state, "--interval: '%s' is not a time:"
				     " use 10s, 5m or 1h", arg);
	case OPTION_MAX_CAPTURES:
		return options_number(state, "max-captures", arg,
				      &o->max_captures);
	case OPTION_METRICS:
		o->metrics = arg;
		return 0;
	case OPTION_WHEN:
		return add_condition(o, arg, state);
	case 'o':
		o->output = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->output && o->max_captures > 1 &&
		    !strstr(o->output, "%n"))
			return options_error(state, "--output needs %%n for"
					     " more than one capture");
		if (o->common.children && o->metrics)
			return options_error(state, "--metrics goes with one"
					     " process, not with --children");
		if (o->common.children && o->output &&
		    !strstr(o->output, "%p") && !strstr(o->output, "%n"))
			return options_error(state, "--children needs %%p or"
					     " %%n in --output");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp watch_argp = {
	.options = options,
	.parser = parse_watch,
	.args_doc = "PID",
	.doc = "Sample a process again and again.  For each sample, write a"
	       " line with its memory, its objects and the types that grew most"
	       " since the first sample.  Take a capture when a condition"
	       " becomes true, so that the heap is on disk before the process"
	       " is killed."
	       "\v"
	       "Example:\n"
	       "  pyheld watch --interval=1m --when='rss>2G' 4242\n"
	       "  pyheld watch --children --when='rss>2G' gunicorn",
	.children = common_children,
};

/* --- samples ------------------------------------------------------------- */

struct watch {
	const struct watch_options *o;
	const char *process;
	bool ended;		/* there are no more samples of it */
	struct sample_vec samples;
	struct trend trend;
	bool *held;		/* by condition: true at the last sample? */
	uint64_t nr_captures;
	struct sampling sampling;
	bool metrics_fail;	/* the file could not be written last time */
};
VEC_DEFINE(watch_vec, struct watch);

static void watch_release(struct watch *w)
{
	samples_release(&w->samples);
	trend_release(&w->trend);
	free(w->held);
}

/* By condition: the sum of its lines.  NULL: no condition has lines. */
static uint64_t *sum_lines(const struct condition_vec *conditions,
			   const struct heap *h)
{
	uint64_t *ret = NULL;

	for (size_t i = 0; i < conditions->nr; i++) {
		const struct condition *c = &conditions->v[i];

		if (c->metric != CONDITION_LINES)
			continue;
		if (!ret)
			ret = xcalloc(conditions->nr, sizeof(*ret));
		ret[i] = lines_sum(h, &c->lines);
	}
	return ret;
}

/* The kernel may hide what is resident. */
static struct error *check_ledger(const struct watch *w, const struct heap *h)
{
	for (size_t i = 0; i < w->o->conditions.nr; i++)
		if (w->o->conditions.v[i].metric == CONDITION_LINES &&
		    !heap_memory_is_known(&h->memory))
			return error_new(ERR_NOT_FOUND, "condition '%s': it is"
					 " not known what is resident",
					 w->o->texts.v[i]);
	return NULL;
}

static void add_sample(struct watch *w, const struct heap *h)
{
	struct sample sample = sampling_measure(h);

	sample.lines = sum_lines(&w->o->conditions, h);
	sample_vec_push(&w->samples, sample);
	trend_add(&w->trend, h);
}

/*
 * The first condition that became true with the last sample, or NULL.  A
 * condition that stays true makes one capture, not one for each sample.
 */
static const char *newly_true(struct watch *w)
{
	const char *ret = NULL;

	for (size_t i = 0; i < w->o->conditions.nr; i++) {
		bool holds = condition_holds(&w->o->conditions, i,
					     &w->samples);

		if (holds && !w->held[i] && !ret)
			ret = w->o->texts.v[i];
		w->held[i] = holds;
	}
	return ret;
}

static int print_line(const struct watch_line *line, bool as_json)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (as_json) {
		json_t *value = watch_json(line);
		char *compact = json_dumps(value, JSON_COMPACT);

		json_decref(value);
		if (!compact)
			out_of_memory();
		str_addf(&text, "%s\n", compact);
		free(compact);
	} else {
		watch_text(line, &text);
	}
	return session_print_text(&text, STATUS_OK);
}

/* --- metrics --- */

static struct error *write_metrics(const struct watch *w,
				   const struct metrics *m)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error *err;

	metrics_text(m, &text);
	/* The collector runs as another user, whatever our umask is. */
	out.public = true;
	err = outfile_open(&out, w->o->metrics);
	if (!err) {
		fwrite(text.s, 1, text.len, out.stream);
		err = outfile_close(&out);
	}
	return err ? error_wrap(err, "%s", w->o->metrics) : NULL;
}

/*
 * Write the metrics of the last sample; `h` NULL: it could not be taken.  Only
 * the first failure ends the watch, which is also there to take a capture in
 * time.  Later ones are said once until the file can be written again.
 */
static int keep_metrics(struct watch *w, const struct heap *h)
{
	const struct trend_type *top[METRICS_TYPES];
	struct metrics m = {
		.process = w->process,
		.heap = h,
		.sample = h ? &w->samples.v[w->samples.nr - 1] : NULL,
		.taken_at = w->sampling.taken_at,
		.nr_samples = w->samples.nr,
		.nr_captures = w->nr_captures,
		.top = top,
		.nr_top = trend_top(&w->trend, METRICS_TYPES, top),
	};
	struct error *err;
	bool failed = w->metrics_fail;

	if (!w->o->metrics)
		return STATUS_OK;
	err = write_metrics(w, &m);
	w->metrics_fail = err != NULL;
	if (!err)
		return STATUS_OK;
	/* Without a heap there is an error already, which has been printed. */
	if (failed || !h)
		error_free(err);
	else
		session_failed(err);
	return w->samples.nr > 1 ? STATUS_OK : STATUS_FAILED;
}

/* --- the watch --- */

/* Take the capture that a condition asks for.  Returns 0 or the exit status. */
static int capture(struct watch *w, struct heap *h, char **file)
{
	const struct capture_options how = { 0 };
	struct error *err;

	*file = sampling_file(w->o->output, h->info.pid);
	err = save_capture(h, *file, &how);
	if (err)
		return session_failed(err);
	w->nr_captures++;
	return STATUS_OK;
}

/* Report the sample that was added last.  Returns 0 or the exit status. */
static int tell(struct watch *w, struct heap *h)
{
	CLEANUP(freep) char *file = NULL;
	const struct trend_type *top[TOP_TYPES];
	struct watch_line line = { .top = top, .heap = h };
	int status = STATUS_OK;

	line.condition = newly_true(w);
	if (line.condition)
		status = capture(w, h, &file);
	if (!status)
		status = keep_metrics(w, h);
	if (status)
		return status;
	line.file = file;
	line.names_process = w->o->common.children;
	line.taken_at = h->info.taken_at;
	line.pause_ns = h->info.pause_ns;
	line.sample = &w->samples.v[w->samples.nr - 1];
	line.first = &w->samples.v[0];
	line.nr_top = trend_top(&w->trend, TOP_TYPES, top);
	return print_line(&line, w->o->common.json);
}

/* Take one sample.  Returns 0 or the exit status. */
static int look(struct watch *w)
{
	CLEANUP(session_close) struct session s = SESSION_INIT;
	struct error *err;
	int status;

	s.quiet = w->samples.nr > 0;
	s.says_coverage = true;
	status = sampling_open(&w->sampling, w->process,
			       w->o->conditions.nr > 0, &s);
	if (status) {
		/* What is no process has no metrics. */
		if (!s.file)
			keep_metrics(w, NULL);
		return status;
	}
	err = check_ledger(w, &s.heap);
	if (err)
		return session_failed(err);
	add_sample(w, &s.heap);
	return tell(w, &s.heap);
}

static void release_all(struct watch_vec *all)
{
	for (size_t i = 0; i < all->nr; i++)
		watch_release(&all->v[i]);
	watch_vec_release(all);
}

static void add_watch(struct watch_vec *all, const struct watch_options *o,
		      const char *process)
{
	struct watch w = { .o = o, .process = process };

	if (o->conditions.nr)
		w.held = xcalloc(o->conditions.nr, sizeof(*w.held));
	watch_vec_push(all, w);
}

/* Returns 0 or the exit status. */
static int add_all(struct watch_vec *all, const struct watch_options *o)
{
	CLEANUP(target_vec_release) struct target_vec targets = VEC_INIT;
	int status = STATUS_OK;

	target_vec_push(&targets, o->common.args[0]);
	if (o->common.children)
		status = targets_add_children(&targets);
	for (size_t i = 0; i < targets.nr; i++)
		add_watch(all, o, targets.v[i]);
	return status == STATUS_PARTIAL ? STATUS_OK : status;
}

/* Look at all, one after the other.  Of several, one that fails has ended.
 * Returns 0 or the exit status, where no other sample is to be taken. */
static int look_at_all(struct watch_vec *all)
{
	int status = STATUS_OK;
	size_t nr_left = 0;

	for (size_t i = 0; i < all->nr; i++) {
		struct watch *w = &all->v[i];
		int failed = w->ended ? STATUS_OK : look(w);

		w->ended |= failed != STATUS_OK;
		status = failed ? failed : status;
		nr_left += !w->ended;
	}
	return nr_left ? STATUS_OK : status;
}

/* Have all of them been captured as often as the user wants? */
static bool is_done(const struct watch_vec *all)
{
	const struct watch_options *o = all->v[0].o;

	for (size_t i = 0; i < all->nr; i++)
		if (!all->v[i].ended &&
		    all->v[i].nr_captures < o->max_captures)
			return false;
	return o->conditions.nr;
}

static int watch(const struct watch_options *o, const sigset_t *sleeping)
{
	CLEANUP(release_all) struct watch_vec all = VEC_INIT;
	uint64_t next = wait_now_ms();
	int status = add_all(&all, o);

	if (status)
		return status;
	for (uint64_t i = 0; !o->count || i < o->count; i++) {
		status = look_at_all(&all);
		if (status)
			return status;
		if (is_done(&all))
			break;
		next = MAX(next + o->interval_ms, wait_now_ms());
		if ((!o->count || i + 1 < o->count) &&
		    !wait_until(next, sleeping))
			break;
	}
	return STATUS_OK;
}

int cmd_watch(const struct command *c, int argc, char **argv)
{
	struct watch_options o = {
		.common.max_args = 1,
		.interval_ms = DEFAULT_INTERVAL_MS,
		.max_captures = DEFAULT_MAX_CAPTURES,
	};
	int status = STATUS_USAGE;
	sigset_t sleeping;

	if (!options_parse(c->argp, argc, argv, &o)) {
		wait_catch_interrupts(&sleeping);
		status = watch(&o, &sleeping);
	}
	conditions_release(&o.conditions);
	str_vec_release(&o.texts);
	return status;
}
