/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/suspects/suspects-memory.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/targets.h"
#include "cli/terminal.h"
#include "output/leaks/workers.h"

#define DEFAULT_LIMIT 5

struct leaks_options {
	struct common_options common;
	struct target_vec targets;	/* TARGET, then the older ones */
	struct suspects_options suspects;
	bool fail;
};

static const struct argp_option options[] = {
	OPTION_WITH_CHILDREN,
	{ "fail", OPTION_FAIL, NULL, 0,
	  "Exit with status 1 if there is a suspect", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N suspects; 0: all (default: 5; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "min-entries", OPTION_MIN_ENTRIES, "N", 0,
	  "A suspect has at least N entries (default: 1000)", 0 },
	{ "min-objects", OPTION_MIN_OBJECTS, "N", 0,
	  "A suspect keeps at least N objects (default: 1000)", 0 },
	{ "min-percent", OPTION_MIN_PERCENT, "N", 0,
	  "A suspect keeps at least N percent of the heap's bytes"
	  " (default: 5; 1 with many entries)", 0 },
	{ 0 },
};

static error_t parse_leaks(int key, char *arg, struct argp_state *state)
{
	struct leaks_options *o = state->input;
	struct suspects_options *s = &o->suspects;
	error_t err;

	/* options_common() takes two arguments at most. */
	if (key == ARGP_KEY_ARG) {
		target_vec_push(&o->targets, arg);
		return 0;
	}
	if (key == ARGP_KEY_END)
		return o->targets.nr ? 0 :
		       options_error(state, "TARGET is missing: give a"
				     " PID, a core file or a capture");
	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_FAIL:
		o->fail = true;
		return 0;
	/* A number that was given is meant for all containers. */
	case OPTION_MIN_ENTRIES:
		s->runtime_part = 0;
		return options_number(state, "min-entries", arg,
				      &s->min_entries);
	case OPTION_MIN_OBJECTS:
		s->runtime_part = 0;
		return options_number(state, "min-objects", arg,
				      &s->min_objects);
	case OPTION_MIN_PERCENT:
		err = options_number(state, "min-percent", arg,
				     &s->min_percent);
		s->many_percent = s->min_percent;
		if (!err && s->min_percent > 100)
			return options_error(state, "--min-percent must be"
					     " at most 100");
		return err;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp leaks_argp = {
	.options = options,
	.parser = parse_leaks,
	.args_doc = "TARGET [OLDER...]",
	.doc = "Show what looks like a leak.  For each suspect it shows what"
	       " the suspect keeps alive, the chain to it from a root, and what"
	       " usually fixes it.  With older captures of the process, oldest"
	       " first, only what grew from each to the next is a suspect."
	       "  Targets of several processes, such as the workers of a"
	       " service, are shown side by side."
	       "\v"
	       "Example:\n"
	       "  pyheld leaks 4242\n"
	       "  pyheld leaks 4242 monday.pyheld tuesday.pyheld\n"
	       "  pyheld leaks today.pyheld --min-percent=3\n"
	       "  pyheld leaks gunicorn --children",
	.children = common_children,
};

static uint64_t suspects_shown(const struct leaks_options *o)
{
	return options_limit(&o->common, DEFAULT_LIMIT);
}

/* The targets of one process, oldest first; what it has is read in the end. */
struct leaks_process {
	const char *const *targets;
	size_t nr;
	bool reordered;
	struct workers *workers;	/* NULL: there is this process alone */
};

static int leaks_show(struct session *s, const struct leaks_options *o,
		      const struct leaks_process *p,
		      const struct suspects *suspects,
		      const struct suspects_memory *memory, int status)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(tasks_release) struct tasks tasks;
	struct format format = terminal_format();
	struct leaks_found found = {
		.suspects = suspects,
		.tasks = &tasks,
		.limit = p->workers ? 0 : suspects_shown(o),
		.targets = p->targets,
		.nr_targets = p->nr,
		.reordered = p->reordered,
	};

	leaks_set_memory(&found, memory);
	tasks_build(&s->heap, NULL, &tasks);
	if (o->fail && suspects->v.nr)
		status = MAX(status, STATUS_LIMIT);
	if (p->workers) {
		int failed = session_check(s);

		workers_add(p->workers, &found, p->targets[p->nr - 1]);
		return failed ? failed : status;
	}
	if (o->common.json)
		return session_print_json(leaks_json(&found), status);
	leaks_text(&found, &format, &text);
	return session_print_text(&text, status);
}

static int compare(const struct leaks_process *p, struct suspects *suspects,
		   struct suspects_memory *memory, int *status)
{
	for (size_t i = 0; i + 1 < p->nr; i++) {
		CLEANUP(session_close) struct session s = SESSION_INIT;
		int failed = session_open(&s, p->targets[i]);

		if (failed)
			return failed;
		suspects_compare(suspects, &s.heap);
		suspects_memory_compare(memory, &s.heap, i == 0);
		failed = session_check(&s);
		if (failed)
			return failed;
		*status = MAX(*status, session_status(&s));
	}
	return STATUS_OK;
}

/* Several processes are read one after the other. */
static int find_leaks(const struct leaks_options *o,
		      const struct leaks_process *p)
{
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(suspects_release) struct suspects suspects = { .heap = NULL };
	CLEANUP(suspects_memory_release) struct suspects_memory memory = {
		.heap = NULL };
	int failed = session_open(&s, p->targets[p->nr - 1]), status;

	if (failed)
		return failed;
	status = session_status(&s);
	suspects_memory_init(&memory, &s.heap);
	suspects_build(&s.heap, &o->suspects, p->nr - 1, &suspects);
	failed = compare(p, &suspects, &memory, &status);
	if (failed)
		return failed;
	suspects_finish(&suspects);
	return leaks_show(&s, o, p, &suspects, &memory, status);
}

/* --- several targets --- */

static int workers_show(struct workers *w, const struct leaks_options *o,
			int status)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	workers_finish(w);
	if (o->common.json)
		return session_print_json(workers_json(w, suspects_shown(o)),
					  status);
	workers_text(w, suspects_shown(o), &text);
	return session_print_text(&text, status);
}

static int find_in_order(const struct leaks_options *o,
			 const struct order *order)
{
	CLEANUP(freep) const char **targets = xcalloc(order->nr,
						      sizeof(*targets));
	CLEANUP(workers_release) struct workers workers;
	struct format format = terminal_format();
	int status = STATUS_OK;

	workers_init(&workers, &format, o->common.json);
	for (size_t i = 0; i < order->nr; i++)
		targets[i] = o->targets.v[order->target[i]];
	if (order->nr_processes == 1)
		return find_leaks(o, &(struct leaks_process){
			.targets = targets, .nr = order->nr,
			.reordered = order->reordered });
	for (size_t i = 0; i < order->nr_processes; i++) {
		int worst = find_leaks(o, &(struct leaks_process){
			.targets = targets + order->first[i],
			.nr = order_nr_of(order, i), .workers = &workers });

		/* A child may have ended; a master may have started nothing. */
		if (worst == STATUS_FAILED && o->common.children &&
		    (workers.processes.nr || i + 1 < order->nr_processes))
			worst = STATUS_PARTIAL;
		if (worst != STATUS_OK && worst != STATUS_LIMIT &&
		    worst != STATUS_PARTIAL)
			return worst;
		status = MAX(status, worst);
	}
	return workers_show(&workers, o, status);
}

static int find_all(const struct leaks_options *o)
{
	CLEANUP(order_release) struct order order = { .nr = 0 };
	int status;

	if (o->targets.nr == 1)
		return find_leaks(o, &(struct leaks_process){
			.targets = o->targets.v, .nr = 1 });
	status = targets_order(&o->targets, true, &order);
	return status ? status : find_in_order(o, &order);
}

static void leaks_options_release(struct leaks_options *o)
{
	target_vec_release(&o->targets);
}

int cmd_leaks(const struct command *c, int argc, char **argv)
{
	CLEANUP(leaks_options_release) struct leaks_options o = {
		.suspects = SUSPECTS_OPTIONS_DEFAULT,
	};
	int status = STATUS_OK, worst;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	if (o.common.children)
		status = targets_add_children(&o.targets);
	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	worst = find_all(&o);
	return MAX(status, worst);
}
