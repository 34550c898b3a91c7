/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "analysis/compare/comparison.h"
#include "analysis/suspects/suspects-memory.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/outfile.h"
#include "cli/progress.h"
#include "cli/redacted.h"
#include "cli/status.h"
#include "cli/targets.h"
#include "output/html/report.h"

/* A page with that many nodes opens at once, and has a size to send. */
#define MAX_NODES 20000
#define MAX_HOLDERS 50

struct report_options {
	struct common_options common;
	struct target_vec targets;	/* TARGET, then the older ones */
	const char *file;
	enum heap_redaction redaction;
	bool reordered;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Write to FILE (required)", 0 },
	REDACTED_OPTION("Leave out the contents of strings and numbers; all:"
			" also the program's names (default: contents)"),
	{ 0 },
};

static error_t check_arguments(const struct report_options *o,
			       const struct argp_state *state)
{
	if (!o->targets.nr)
		return options_error(state, "TARGET is missing: give a PID, a"
				     " core file or a capture");
	/* Places and types have no names then that could be compared. */
	if (o->redaction == REDACT_ALL && o->targets.nr > 1)
		return options_error(state, "--redact=all leaves nothing to"
				     " compare OLDER by: use --redact, or"
				     " no OLDER");
	if (!o->file)
		return options_error(state, "--output=FILE is missing");
	if (!strcmp(o->file, "-") && isatty(STDOUT_FILENO))
		return options_error(state, "a report can't be written to a"
				     " terminal");
	return 0;
}

static error_t parse_report(int key, char *arg, struct argp_state *state)
{
	struct report_options *o = state->input;
	error_t err;

	/* options_common() takes two arguments at most. */
	if (key == ARGP_KEY_ARG) {
		target_vec_push(&o->targets, arg);
		return 0;
	}
	if (key == ARGP_KEY_END)
		return check_arguments(o, state);
	if (options_common(key, arg, state, &err))
		return err;
	if (key == OPTION_REDACT)
		return redacted_parse(state, arg, &o->redaction);
	if (key != 'o')
		return ARGP_ERR_UNKNOWN;
	o->file = arg;
	return 0;
}

const struct argp report_argp = {
	.options = options,
	.parser = parse_report,
	.args_doc = "TARGET [OLDER...]",
	.doc = "Write all that pyheld knows of a process into one HTML file:"
	       " leak suspects, what the resident memory is, a picture of what"
	       " keeps it alive, types, threads, cycles, and with older"
	       " captures what grew.  The file can be sent: a browser shows it"
	       " without a network."
	       "\v"
	       "FILE has names, keys and values of the target in it, unless"
	       " --redact leaves them out.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld report 4242 -o report.html\n"
	       "  pyheld report 4242 monday.pyheld tuesday.pyheld -o"
	       " report.html\n"
	       "  pyheld report 4242 --redact -o to-send.html",
	.children = common_children,
};

/* --- what there is to report --- */

static struct error *write_file(const json_t *data, const char *file)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	struct error *err;

	progress_start("writing");
	err = outfile_open(&out, file);
	if (!err)
		err = report_write(data, out.stream);
	if (!err)
		err = outfile_close(&out);
	return err;
}

/* Look at the whole heap, and show it in the light of `leaks` and `diff`. */
static json_t *look_at(const struct targets *t, struct heap *h,
		       const struct leaks_found *leaks,
		       const struct diff_found *diff)
{
	const struct garbage *garbage = &leaks->suspects->garbage;
	const struct reach *reach = &leaks->suspects->reach;
	CLEANUP(summary_release) struct summary summary = { 0 };
	CLEANUP(collect_release) struct collect collect;
	CLEANUP(retained_release) struct retained_view view;
	CLEANUP(cycles_release) struct cycles cycles;
	CLEANUP(cut_node_vec_release) struct cut_node_vec nodes = VEC_INIT;

	summary_build(h, NULL, SUMMARY_BY_BYTES, &summary);
	collect_build(h, garbage, &collect);
	cycles_build(h, reach, garbage, &cycles);
	retained_build_from(h, &leaks->suspects->dominators, reach, &view);
	retained_cut(&view, MAX_NODES, &nodes);
	return report_json(&(struct report_found){
		.heap = h, .version = PACKAGE_VERSION,
		.older = t->nr > 1 ? &t->old.heap : NULL,
		.summary = &summary, .leaks = leaks, .diff = diff,
		.cycles = &cycles, .reach = reach,
		.garbage = garbage, .collect = &collect,
		.view = &view, .nodes = &nodes });
}

static int report_suspects(const struct report_options *o, struct targets *t,
			   const struct suspects *suspects,
			   const struct suspects_memory *memory,
			   const struct diff_found *diff)
{
	CLEANUP(tasks_release) struct tasks tasks;
	struct heap *h = &t->new.heap;
	struct leaks_found found = {
		.suspects = suspects, .tasks = &tasks,
		.targets = (const char *const *)t->shown, .nr_targets = t->nr,
		.reordered = o->reordered,
	};
	struct error *err;
	json_t *data;
	int status;

	leaks_set_memory(&found, memory);
	tasks_build(h, NULL, &tasks);
	data = look_at(t, h, &found, diff);
	status = session_check(&t->new);
	err = status ? NULL : write_file(data, o->file);
	json_decref(data);
	if (err)
		return session_failed(error_wrap(err, "%s", o->file));
	return status ? status : t->status;
}

/* --- with older captures --- */

static int compare_between(struct targets *t, struct suspects *suspects,
			   struct suspects_memory *memory,
			   struct comparison *found)
{
	for (size_t i = 1; i + 1 < t->nr; i++) {
		CLEANUP(session_close) struct session s = SESSION_INIT;
		int status = targets_open_between(t, i, &s);

		if (status)
			return status;
		suspects_compare(suspects, &s.heap);
		suspects_memory_compare(memory, &s.heap, false);
		series_add(&found->series, i, &s.heap);
		status = targets_close_between(t, i, &s);
		if (status)
			return status;
	}
	return STATUS_OK;
}

static int report_growth(const struct report_options *o, struct targets *t,
			 struct suspects *suspects,
			 struct suspects_memory *memory)
{
	CLEANUP(comparison_release) struct comparison found;
	const struct growth_options how = { .limit = MAX_HOLDERS };
	int status;

	suspects_compare(suspects, &t->old.heap);
	suspects_memory_compare(memory, &t->old.heap, true);
	comparison_build(&t->old.heap, &t->new.heap, t->nr, DIFF_BY_BYTES,
			 &how, &found);
	status = compare_between(t, suspects, memory, &found);
	if (!status)
		status = session_check(&t->old);
	if (status)
		return status;
	suspects_finish(suspects);
	return report_suspects(o, t, suspects, memory, &(struct diff_found){
		.old = &t->old.heap, .new = &t->new.heap,
		.infos = t->infos, .names = (const char *const *)t->shown,
		.reordered = o->reordered,
		.match = &found.match, .diff = &found.diff,
		.grow = &found.grow, .series = &found.series,
		.ledger = found.has_ledgers ? &found.ledger : NULL });
}

static int report(const struct report_options *o, const char *const *names,
		  size_t nr)
{
	CLEANUP(targets_close) struct targets t = TARGETS_INIT;
	CLEANUP(suspects_release) struct suspects suspects = { .heap = NULL };
	CLEANUP(suspects_memory_release) struct suspects_memory memory = {
		.heap = NULL };
	const struct suspects_options how = SUSPECTS_OPTIONS_DEFAULT;
	int status;

	t.redaction = o->redaction;
	status = targets_open(&t, names, nr);
	if (status)
		return status;
	progress_start("looking");
	suspects_memory_init(&memory, &t.new.heap);
	suspects_build(&t.new.heap, &how, nr - 1, &suspects);
	if (nr > 1)
		return report_growth(o, &t, &suspects, &memory);
	suspects_finish(&suspects);
	return report_suspects(o, &t, &suspects, &memory, NULL);
}

/* --- the targets --- */

static int report_in_order(struct report_options *o, const struct order *order)
{
	CLEANUP(freep) const char **names = xcalloc(order->nr,
						    sizeof(*names));

	if (order->nr_processes > 1)
		return session_failed(error_new(ERR_UNSUPPORTED, "a report is"
						" about one process; these"
						" targets are of %zu",
						order->nr_processes));
	o->reordered = order->reordered;
	for (size_t i = 0; i < order->nr; i++)
		names[i] = o->targets.v[order->target[i]];
	return report(o, names, order->nr);
}

static void report_options_release(struct report_options *o)
{
	target_vec_release(&o->targets);
}

int cmd_report(const struct command *c, int argc, char **argv)
{
	CLEANUP(report_options_release) struct report_options o = {
		.file = NULL };
	CLEANUP(order_release) struct order order = { .nr = 0 };
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	if (o.targets.nr == 1)
		return report(&o, o.targets.v, 1);
	status = targets_order(&o.targets, true, &order);
	return status ? status : report_in_order(&o, &order);
}
