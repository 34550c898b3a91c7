/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis/limits/condition.h"
#include "analysis/summary.h"
#include "analysis/trend.h"
#include "base/quantity.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/save.h"
#include "cli/session.h"
#include "cli/status.h"
#include "output/reports/watch.h"

#define DEFAULT_INTERVAL_MS 60000
#define DEFAULT_MAX_CAPTURES 1
#define TOP_TYPES 3

struct watch_options {
	struct common_options common;
	const char *output;	/* --output, or NULL */
	struct condition_vec conditions;
	struct str_vec texts;	/* of the conditions, as the user typed them */
	uint64_t interval_ms, max_captures, count;
};

static const struct argp_option options[] = {
	{ "count", OPTION_COUNT, "N", 0,
	  "End after N samples (default: never)", 0 },
	{ "interval", OPTION_INTERVAL, "TIME", 0,
	  "Time between samples, such as 10s, 5m or 1h (default: 60s)", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write each sample as a line of JSON",
	  0 },
	{ "max-captures", OPTION_MAX_CAPTURES, "N", 0,
	  "End after N captures (default: 1)", 0 },
	{ "output", 'o', "FILE", 0,
	  "Write captures to FILE; '%n' in it becomes a number that no file"
	  " has yet (default: pyheld-PID-%n.pyheld)", 0 },
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
	       "  pyheld watch --interval=1m --when='rss>2G' 4242",
	.children = common_children,
};

/* --- interrupted --------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal UNUSED)
{
	interrupted = 1;
}

/*
 * Handle SIGINT and SIGTERM only while we sleep between samples: a sample that
 * has begun is finished, and no signal gets lost just before the sleep.
 * *sleeping is the signal mask for the sleep.
 */
static void catch_interrupts(sigset_t *sleeping)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	sigset_t ours;

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigprocmask(SIG_BLOCK, &ours, sleeping);
	sigdelset(sleeping, SIGINT);
	sigdelset(sleeping, SIGTERM);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void sleep_until(uint64_t ms, const sigset_t *sleeping)
{
	uint64_t now;

	/* Sleep at least once: that takes a signal that is pending. */
	do {
		struct timespec left = { 0, 0 };

		now = now_ms();
		if (now < ms) {
			left.tv_sec = (time_t)((ms - now) / 1000);
			left.tv_nsec = (long)((ms - now) % 1000 * 1000000);
		}
		ppoll(NULL, 0, &left, sleeping);
	} while (!interrupted && now < ms);
}

/* --- samples ------------------------------------------------------------- */

struct watch {
	const struct watch_options *o;
	struct sample_vec samples;
	struct trend trend;
	bool *held;		/* by condition: true at the last sample? */
	uint64_t nr_captures;
	uint64_t start_time, start_ticks; /* of the process; 0: unknown */
};

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
	CLEANUP(summary_release) struct summary sum;

	summary_build(h, NULL, SUMMARY_BY_COUNT, &sum);
	sample_vec_push(&w->samples, (struct sample){
		.at_ms = now_ms(), .resident = h->info.resident,
		.objects = h->nr_objects, .bytes = sum.all.bytes,
		.size = sum.all_size, .sizes_unknown = sum.sizes_unknown,
		.lines = sum_lines(&w->o->conditions, h) });
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

static char *numbered_name(const char *pattern, const char *number, uint64_t n)
{
	return xasprintf("%.*s%" PRIu64 "%s", (int)(number - pattern), pattern,
			 n, number + 2);
}

/*
 * The name for a capture, with the first number that no file has: a second
 * `watch` must not overwrite the captures of the first.
 */
static char *capture_name(const struct watch *w, const struct heap *h)
{
	CLEANUP(freep) char *usual = xasprintf("pyheld-%" PRId64 "-%%n.pyheld",
					       h->info.pid);
	const char *pattern = w->o->output ? w->o->output : usual;
	const char *number = strstr(pattern, "%n");
	char *ret;

	if (!number)
		return xstrdup(pattern);
	for (uint64_t n = 1;; n++) {
		ret = numbered_name(pattern, number, n);
		if (access(ret, F_OK))
			return ret;
		free(ret);
	}
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

/*
 * Another process has the PID.  The start time is not what it was if somebody
 * sets the clock; the ticks since the boot stay.
 */
static bool is_another(const struct watch *w, const struct heap_info *info)
{
	if (w->start_ticks && info->start_ticks)
		return w->start_ticks != info->start_ticks;
	return w->start_time && w->start_time != info->start_time;
}

/* Take one sample.  Returns 0 or the exit status. */
static int look(struct watch *w)
{
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(freep) char *file = NULL;
	const struct trend_type *top[TOP_TYPES];
	const struct capture_options how = { 0 };
	struct watch_line line = { .top = top };
	struct error *err;
	int status;

	s.quiet = w->samples.nr > 0;
	s.says_coverage = true;
	status = w->o->conditions.nr
			 ? session_open_details(&s, w->o->common.args[0])
			 : session_open(&s, w->o->common.args[0]);
	if (status)
		return status;
	if (!s.target)
		return session_failed(error_new(ERR_UNSUPPORTED, "'%s' does not"
						" change: give the PID of a"
						" process", s.file));
	if (is_another(w, &s.heap.info))
		return session_failed(error_new(ERR_GONE, "process %s has ended"
						"; another one has its PID",
						w->o->common.args[0]));
	err = check_ledger(w, &s.heap);
	if (err)
		return session_failed(err);
	w->start_time = s.heap.info.start_time;
	w->start_ticks = s.heap.info.start_ticks;
	add_sample(w, &s.heap);
	line.condition = newly_true(w);
	if (line.condition) {
		file = capture_name(w, &s.heap);
		err = save_capture(&s.heap, file, &how);
		if (err)
			return session_failed(err);
		w->nr_captures++;
		line.file = file;
	}
	line.taken_at = s.heap.info.taken_at;
	line.pause_ns = s.heap.info.pause_ns;
	line.heap = &s.heap;
	line.sample = &w->samples.v[w->samples.nr - 1];
	line.first = &w->samples.v[0];
	line.nr_top = trend_top(&w->trend, TOP_TYPES, top);
	return print_line(&line, w->o->common.json);
}

static int watch(const struct watch_options *o, const sigset_t *sleeping)
{
	CLEANUP(watch_release) struct watch w = { .o = o };
	uint64_t next = now_ms();

	if (o->conditions.nr)
		w.held = xcalloc(o->conditions.nr, sizeof(*w.held));
	for (uint64_t i = 0; !o->count || i < o->count; i++) {
		int status = look(&w);

		if (status)
			return status;
		if (o->conditions.nr && w.nr_captures >= o->max_captures)
			break;
		next = MAX(next + o->interval_ms, now_ms());
		if (!o->count || i + 1 < o->count)
			sleep_until(next, sleeping);
		if (interrupted)
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
		catch_interrupts(&sleeping);
		status = watch(&o, &sleeping);
	}
	conditions_release(&o.conditions);
	str_vec_release(&o.texts);
	return status;
}
