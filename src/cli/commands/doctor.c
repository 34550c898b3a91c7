/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/broker/broker.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/reports/doctor.h"

static const struct argp_option options[] = {
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ 0 },
};

static error_t parse_doctor(int key, char *arg, struct argp_state *state)
{
	error_t err;

	return options_common(key, arg, state, &err) ? err : ARGP_ERR_UNKNOWN;
}

const struct argp doctor_argp = {
	.options = options,
	.parser = parse_doctor,
	.args_doc = "TARGET",
	.doc = "Check how well pyheld reads this CPython: which one it is,"
	       " where the layout of its structs comes from, the result of each"
	       " self-check, and, on a sample, whether pyheld's readers find"
	       " the same references as the types' own code.  The exit status"
	       " is 4 if a check failed."
	       "\v"
	       "Example:\n"
	       "  pyheld doctor 4242\n"
	       "  pyheld doctor 4242 --json",
	.children = common_children,
};

static int doctor_show(struct session *s, const struct common_options *o,
		       const struct doctor *d)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();
	int status = doctor_is_well(&s->heap, d) ? session_status(s) :
						   STATUS_PARTIAL;

	if (o->json)
		return session_print_json(doctor_json(&s->heap, d), status);
	doctor_text(&s->heap, d, &format, &text);
	return session_print_text(&text, status);
}

int cmd_doctor(const struct command *c, int argc, char **argv)
{
	struct common_options o = { .max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(audit_release) struct audit audit = { 0 };
	CLEANUP(freep) char *unreadable = NULL;
	struct doctor d = { .pyheld = PACKAGE_VERSION, .audit = &audit };
	CLEANUP(freep) char *sandbox = broker_sandbox();
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	s.says_coverage = true;
	status = session_open_doctor(&s, o.args[0], &unreadable);
	if (status)
		return status;
	d.target = o.args[0];
	d.sandbox = sandbox;
	d.unreadable = unreadable;
	d.capture = !unreadable && !s.target;
	if (!unreadable)
		audit_build(&s.heap, NULL, &audit);
	return doctor_show(&s, &o, &d);
}
