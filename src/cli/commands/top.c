/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/sampling/wait.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "cli/top/view.h"
#include "target/target.h"
#include "tui/screen.h"

#define DEFAULT_INTERVAL_MS 2000
/* How late a sample may be shown.  A key is never late: it ends the wait. */
#define STEP_MS 100

struct top_options {
	struct common_options common;
	struct target_vec processes;
	const char *output;	/* --output, or NULL */
	uint64_t interval_ms;
};

static const struct argp_option options[] = {
	{ "interval", OPTION_INTERVAL, "TIME", 0,
	  "Time between samples, such as 500ms, 10s or 1m (default: 2s)", 0 },
	{ "output", 'o', "FILE", 0,
	  "Write captures to FILE; '%n' in it becomes a number that no file"
	  " has yet, and '%p' the PID (default: pyheld-%p-%n.pyheld)", 0 },
	{ 0 },
};

static bool is_pid(const char *word)
{
	char *end;
	unsigned long pid;

	errno = 0;
	pid = strtoul(word, &end, 10);
	return *word && !*end && strspn(word, "0123456789") == strlen(word) &&
	       !errno && pid >= 1 && pid <= INT_MAX;
}

static error_t parse_top(int key, char *arg, struct argp_state *state)
{
	struct top_options *o = state->input;
	error_t err;

	/* options_common() takes two arguments at most. */
	if (key == ARGP_KEY_ARG) {
		target_vec_push(&o->processes, arg);
		return 0;
	}
	if (key == ARGP_KEY_END)
		return o->processes.nr ? 0 :
		       options_error(state, "PID is missing: try pyheld ps");
	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_INTERVAL:
		if (quantity_parse_duration(arg, &o->interval_ms))
			return 0;
		return options_error(state, "--interval: '%s' is not a time:"
				     " use 500ms, 10s or 1m", arg);
	case 'o':
		/* The screen is there. */
		if (!strcmp(arg, "-"))
			return options_error(state, "--output: '-' is no file:"
					     " stdout shows the screen");
		o->output = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp top_argp = {
	.options = options,
	.parser = parse_top,
	.args_doc = "PID...",
	.doc = "Show live what grows in processes, on a terminal: what is"
	       " resident, objects, bytes a minute, and for one of them the"
	       " holders and types that grow.  Each sample stops a process"
	       " for at most 5 % of the time, to copy its memory."
	       "\v"
	       "Example:\n"
	       "  pyheld top 4242\n"
	       "  pyheld top --interval=10s $(pgrep -f 'gunicorn: worker')",
	.children = common_children,
};

/* Returns false when the program shall end. */
static bool key_pressed(struct view *v, struct processes *p, uint32_t key)
{
	if (key == INPUT_NONE)
		return true;
	if (key != INPUT_RESIZE)
		v->message = NULL;
	switch (key) {
	case 'q':
		if (!processes_capturing(p) || v->quits)
			return false;
		v->quits = true;
		v->message = "ends when the capture is written: q again gives it"
			     " up";
		return true;
	case INPUT_CLOSED:
		return false;
	case 's':
		v->sort = (v->sort + 1) % NR_LIVE_SORTS;
		return true;
	case ' ':
		p->frozen = !p->frozen;
		return true;
	case 'c':
		free(p->message);
		p->message = NULL;
		p->v.v[v->list.at].wants_capture = true;
		return true;
	case '?':
	case INPUT_ESCAPE:
		v->help = key == '?' && !v->help;
		return true;
	default:
		list_key(&v->list, key);
		return true;
	}
}

/* What became of a capture is shown once, until the next key. */
static void tell_captured(struct view *v, struct processes *p)
{
	if (!p->message || p->told)
		return;
	v->message = p->message;
	p->told = true;
}

static void run(struct processes *p)
{
	struct view v = { .list = LIST_INIT };
	uint32_t key = INPUT_RESIZE;
	uint64_t drawn = 0;

	while (key_pressed(&v, p, key)) {
		bool news = processes_step(p);

		tell_captured(&v, p);
		if (v.quits && !processes_capturing(p))
			break;
		/* While the child works, its seconds are shown. */
		if (news || key != INPUT_NONE ||
		    (p->sampler.spawned.pid && wait_now_ms() - drawn >= 1000)) {
			view_draw(&v, p);
			drawn = wait_now_ms();
		}
		key = screen_key(STEP_MS);
	}
}

/* Names become PIDs.  Returns 0 or the exit status. */
static int name_processes(const struct command *c, struct top_options *o)
{
	for (size_t i = 0; i < o->processes.nr; i++) {
		const char **word = &o->processes.v[i];
		int status = session_target(*word, true, word);

		if (status)
			return status;
		if (is_pid(*word))
			continue;
		fprintf(stderr, "pyheld top: '%s' is no PID, and not the name"
			" of a Python: top looks at processes that run\n",
			*word);
		return options_usage(c->argp, "pyheld top");
	}
	return STATUS_OK;
}

static struct error *check_processes(const struct top_options *o)
{
	for (size_t i = 0; i < o->processes.nr; i++)
		if (!target_is_alive((pid_t)strtol(o->processes.v[i], NULL,
						   10)))
			return error_new(ERR_NOT_FOUND, "no process has the PID"
					 " %s: try pyheld ps",
					 o->processes.v[i]);
	return NULL;
}

static int top(const struct top_options *o)
{
	CLEANUP(processes_release) struct processes p;
	struct error *err = check_processes(o);

	processes_init(&p, o->processes.v, o->processes.nr, o->interval_ms,
		       o->output);
	if (err)
		return session_failed(err);
	err = screen_open(terminal_format().styles != NULL);
	if (err) {
		session_failed(err);
		return STATUS_USAGE;
	}
	run(&p);
	screen_close();
	if (p.message)
		fprintf(stderr, "pyheld: %s\n", p.message);
	return STATUS_OK;
}

static void top_options_release(struct top_options *o)
{
	target_vec_release(&o->processes);
}

int cmd_top(const struct command *c, int argc, char **argv)
{
	CLEANUP(top_options_release) struct top_options o = {
		.interval_ms = DEFAULT_INTERVAL_MS,
	};
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = name_processes(c, &o);
	return status ? status : top(&o);
}
