/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/compare/match.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/leaks/leaks.h"

#define DEFAULT_LIMIT 5

struct leaks_options {
	struct common_options common;
	struct target_vec targets;	/* TARGET, then the older ones */
	struct suspects_options suspects;
	uint64_t limit;
	bool has_limit, fail;
};

static const struct argp_option options[] = {
	{ "fail", OPTION_FAIL, NULL, 0,
	  "Exit with status 1 if there is a suspect", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N suspects; 0: all (default: 5; with --json: all)", 0 },
	{ "min-entries", OPTION_MIN_ENTRIES, "N", 0,
	  "A suspect has at least N entries (default: 1000)", 0 },
	{ "min-objects", OPTION_MIN_OBJECTS, "N", 0,
	  "A suspect keeps at least N objects (default: 10000)", 0 },
	{ "min-percent", OPTION_MIN_PERCENT, "N", 0,
	  "A suspect keeps at least N percent of the heap's bytes"
	  " (default: 5)", 0 },
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
	case OPTION_LIMIT:
		o->has_limit = true;
		return options_number(state, "limit", arg, &o->limit);
	case OPTION_MIN_ENTRIES:
		return options_number(state, "min-entries", arg,
				      &s->min_entries);
	case OPTION_MIN_OBJECTS:
		return options_number(state, "min-objects", arg,
				      &s->min_objects);
	case OPTION_MIN_PERCENT:
		err = options_number(state, "min-percent", arg,
				     &s->min_percent);
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
	       "\v"
	       "Example:\n"
	       "  pyheld leaks 4242\n"
	       "  pyheld leaks 4242 monday.pyheld tuesday.pyheld\n"
	       "  pyheld leaks today.pyheld --min-percent=3",
	.children = common_children,
};

/* What is known of the resident memory, besides the suspects. */
struct leaks_memory {
	struct ledger ledger;
	struct ledger_growth growth;	/* since the oldest capture */
	uint64_t older_taken_at;
	bool has_growth;
	bool same_process;		/* as the oldest capture, which has a
					   ledger */
};

static void leaks_memory_release(struct leaks_memory *m)
{
	ledger_release(&m->ledger);
	ledger_growth_release(&m->growth);
}

/* How much the suspects that are shown, and what stands out in the ledger,
 * explain: of the growth, if it is known for both. */
static void explain(const struct heap *h, const struct leaks_memory *m,
		    struct leaks_found *found)
{
	bool grown = m->has_growth && m->same_process &&
		     found->suspects->grown;
	uint64_t found_bytes = !found->ledger ? 0 : grown ?
		explained_findings_growth(found->ledger, &m->growth) :
		explained_findings(found->ledger);
	uint64_t bytes = suspects_bytes(found->suspects, found->limit, grown) +
			 found_bytes;

	found->has_findings = found_bytes;
	found->explained = grown ? explained_growth(h, m->growth.resident,
						    bytes) :
				   explained_of(h, bytes);
}

static int leaks_show(struct session *s, const struct leaks_options *o,
		      const struct suspects *suspects,
		      const struct leaks_memory *memory, int status)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(tasks_release) struct tasks tasks;
	struct format format = terminal_format();
	struct leaks_found found = {
		.suspects = suspects,
		.tasks = &tasks,
		.limit = o->has_limit || o->common.json ? o->limit :
							  DEFAULT_LIMIT,
		.ledger = heap_memory_is_known(&s->heap.memory) ?
			  &memory->ledger : NULL,
		.growth = memory->has_growth ? &memory->growth : NULL,
		.older_taken_at = memory->older_taken_at,
	};

	explain(&s->heap, memory, &found);
	tasks_build(&s->heap, &tasks);
	if (o->fail && suspects->v.nr)
		status = MAX(status, STATUS_LIMIT);
	if (o->common.json)
		return session_print_json(leaks_json(&found), status);
	leaks_text(&found, &format, &text);
	return session_print_text(&text, status);
}

static void compare_memory(const struct heap *old, const struct heap *new,
			   bool is_oldest, struct leaks_memory *m)
{
	if (m->has_growth || !heap_memory_is_known(&old->memory) ||
	    !heap_memory_is_known(&new->memory))
		return;
	ledger_growth_build(old, new, &m->growth);
	m->older_taken_at = old->info.taken_at;
	m->has_growth = true;
	m->same_process = is_oldest &&
			  match_same_process(&old->info, &new->info);
}

static int compare(struct session *new, struct suspects *suspects,
		   const struct leaks_options *o, struct leaks_memory *memory,
		   int *status)
{
	for (size_t i = 1; i < o->targets.nr; i++) {
		CLEANUP(session_close) struct session s = SESSION_INIT;
		int failed = session_open(&s, o->targets.v[i]);

		if (failed)
			return failed;
		suspects_compare(suspects, &s.heap);
		compare_memory(&s.heap, &new->heap, i == 1, memory);
		failed = session_check(&s);
		if (failed)
			return failed;
		*status = MAX(*status, session_status(&s));
	}
	return STATUS_OK;
}

static int find_leaks(struct session *s, const struct leaks_options *o)
{
	CLEANUP(suspects_release) struct suspects suspects;
	CLEANUP(leaks_memory_release) struct leaks_memory memory = {
		.has_growth = false };
	int status = session_status(s), failed;

	suspects_build(&s->heap, &o->suspects, o->targets.nr - 1, &suspects);
	failed = compare(s, &suspects, o, &memory, &status);
	if (failed)
		return failed;
	suspects_finish(&suspects);
	if (heap_memory_is_known(&s->heap.memory))
		ledger_build(&s->heap, &memory.ledger);
	return leaks_show(s, o, &suspects, &memory, status);
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
	CLEANUP(session_close) struct session s = SESSION_INIT;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.targets.v[0]);
	return status ? status : find_leaks(&s, &o);
}
