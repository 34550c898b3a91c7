/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/suspects/suspects-memory.h"
#include "cli/broker/typed.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/outfile.h"
#include "cli/progress.h"
#include "cli/status.h"
#include "cli/targets.h"
#include "cli/terminal.h"
#include "tui/browse/run.h"
#include "tui/screen.h"

static error_t parse_browse(int key, char *arg, struct argp_state *state)
{
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

const struct argp browse_argp = {
	.parser = parse_browse,
	.args_doc = "TARGET [OLDER]",
	.doc = "Go through a heap in the terminal: what retains most, what that"
	       " retains, and so on, down to single objects.  Enter goes in, h"
	       " goes out, / searches, ? shows all keys, q quits.  With an older"
	       " capture of the process it shows growth, too, and d sorts by"
	       " it."
	       "\v"
	       "A process is stopped only while its memory is copied, before the"
	       " screen opens.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld browse 4242\n"
	       "  pyheld browse 4242 monday.pyheld",
	.children = common_children,
};

/* What is shown of a target may be private. */
static struct error *write_file(const char *file, const struct str *text)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	struct error *err = outfile_open(&out, file);

	if (err)
		return error_wrap(err, "%s", file);
	fwrite(text->s, 1, text->len, out.stream);
	err = outfile_close(&out);
	return err ? error_wrap(err, "%s", file) : NULL;
}

/* In the last row of the screen. */
static char *type_file(void)
{
	unsigned int row = screen_rows() - 1;
	char *path;

	screen_put(row, 0, screen_columns(), "", SCREEN_PLAIN);
	screen_lend(row, 0);
	path = typed_file_ask();
	screen_take_back();
	return path;
}

static struct error *run(const struct scene *scene)
{
	struct browse b;
	struct error *err;

	browse_init(&b, scene, type_file, write_file);
	progress_stop();
	err = screen_open(terminal_format().styles != NULL);
	if (!err)
		browse_run(&b);
	screen_close();
	browse_release(&b);
	return err;
}

static int check_sessions(struct targets *t)
{
	int status = session_check(&t->new);

	return !status && t->nr > 1 ? session_check(&t->old) : status;
}

static int browse_scene(struct targets *t, struct scene *scene)
{
	int status = check_sessions(t);
	struct error *err;

	if (status)
		return status;
	err = run(scene);
	if (err) {
		session_failed(err);
		return STATUS_USAGE;
	}
	/* What was read while it was browsed may be damaged. */
	status = check_sessions(t);
	return status ? status : t->status;
}

static int browse_suspects(struct targets *t, struct suspects *suspects,
			   struct suspects_memory *memory)
{
	CLEANUP(retained_release) struct retained_view retained;
	CLEANUP(gain_release) struct gain gain = { .now = NULL };
	CLEANUP(tasks_release) struct tasks tasks;
	struct heap *h = &t->new.heap;
	struct leaks_found leaks = { .suspects = suspects, .tasks = &tasks,
				     .targets = t->names,
				     .nr_targets = t->nr };
	struct scene scene = { .h = h, .retained = &retained,
			       .leaks = &leaks };

	suspects_finish(suspects);
	leaks_set_memory(&leaks, memory);
	tasks_build(h, NULL, &tasks);
	retained_build_from(h, &suspects->dominators, &suspects->reach,
			    &retained);
	if (t->nr > 1) {
		gain_build(&gain, &t->old.heap, &retained);
		scene.gain = &gain;
	}
	return browse_scene(t, &scene);
}

static int browse(const char *const *names, size_t nr)
{
	CLEANUP(targets_close) struct targets t = TARGETS_INIT;
	CLEANUP(suspects_release) struct suspects suspects = { .heap = NULL };
	CLEANUP(suspects_memory_release) struct suspects_memory memory = {
		.heap = NULL };
	const struct suspects_options how = SUSPECTS_OPTIONS_DEFAULT;
	int status;

	/* With recorded names, to name a row takes no time. */
	t.details = true;
	status = targets_open(&t, names, nr);
	if (status)
		return status;
	progress_start("looking");
	suspects_memory_init(&memory, &t.new.heap);
	suspects_build(&t.new.heap, &how, nr - 1, &suspects);
	if (nr > 1) {
		suspects_compare(&suspects, &t.old.heap);
		suspects_memory_compare(&memory, &t.old.heap, true);
	}
	return browse_suspects(&t, &suspects, &memory);
}

static int browse_two(const char *const *args)
{
	CLEANUP(target_vec_release) struct target_vec targets = VEC_INIT;
	CLEANUP(order_release) struct order order = { .nr = 0 };
	const char *names[2];
	int status;

	target_vec_push(&targets, args[0]);
	target_vec_push(&targets, args[1]);
	status = targets_order(&targets, true, &order);
	if (status)
		return status;
	if (order.nr_processes > 1)
		return session_failed(error_new(ERR_UNSUPPORTED, "'%s' and '%s'"
						" are of two processes: growth"
						" needs captures of one",
						args[0], args[1]));
	names[0] = args[order.target[0]];
	names[1] = args[order.target[1]];
	return browse(names, 2);
}

int cmd_browse(const struct command *c, int argc, char **argv)
{
	struct common_options o = { .max_args = 2 };
	struct error *err;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	/* Before a process is stopped in vain. */
	err = screen_check();
	if (err) {
		session_failed(err);
		return STATUS_USAGE;
	}
	return o.nr_args > 1 ? browse_two(o.args) : browse(o.args, 1);
}
