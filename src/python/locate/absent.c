/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/log.h"
#include "python/locate/absent.h"

/* So many descendants are looked at, and so many Pythons of them are named. */
#define MAX_CHILDREN 64
#define MAX_NAMED 8

char *absent_who(const struct target *t)
{
	const char *executable = t->executable ? t->executable : "?";

	if (!t->pid)
		return xasprintf("'%s'%s%s", t->name,
				 *executable ? " of " : "", executable);
	return xasprintf("process %d (%s)", (int)t->pid, executable);
}

bool absent_has_symbol(struct target *t, const char *name)
{
	uint64_t size;
	raddr at;
	struct error *err = modules_symbol(t, NULL, name, &at, &size);

	log_pass_over_usual(err, "this build has none");
	return !err;
}

static bool is_cpython(pid_t pid)
{
	struct target *t = NULL;
	struct error *err = target_open_pid(pid, &t);
	bool is = !err && absent_has_symbol(t, "_PyRuntime");

	log_pass_over_usual(err, "PID %d is not taken for a Python", (int)pid);
	target_close(t);
	return is;
}

/* The descendants of `pid` that are Pythons, for a message: "PID 12", "one of
 * the PIDs 12, 13".  Adds nothing: there is none. */
static void add_pythons_below(pid_t pid, struct str *ret)
{
	CLEANUP(pid_vec_release) struct pid_vec children = VEC_INIT;
	CLEANUP(pid_vec_release) struct pid_vec pythons = VEC_INIT;

	target_children(pid, MAX_CHILDREN, &children);
	for (size_t i = 0; i < children.nr && pythons.nr < MAX_NAMED; i++)
		if (is_cpython(children.v[i]))
			pid_vec_push(&pythons, children.v[i]);
	for (size_t i = 0; i < pythons.nr; i++)
		str_addf(ret, "%s%d", i ? ", " : pythons.nr > 1 ?
			 "one of the PIDs " : "PID ", (int)pythons.v[i]);
}

struct error *absent_python(struct target *t)
{
	CLEANUP(freep) char *who = absent_who(t);
	CLEANUP(str_release) struct str below = STR_INIT;
	const char *unread;

	if (t->missing)
		return error_new(ERR_UNSUPPORTED, "the existing part of the core"
				 " has no CPython runtime with its types");
	for (size_t i = 0; i < t->mappings.nr; i++) {
		const char *path = t->mappings.v[i].path;

		if (path && strstr(path, "pypy"))
			return error_new(ERR_UNSUPPORTED,
					 "%s runs PyPy; pyheld reads CPython "
					 "only", who);
	}
	if (absent_has_symbol(t, "Py_Initialize") ||
	    absent_has_symbol(t, "PyThreadState_Get"))
		return error_new(ERR_UNSUPPORTED,
				 "%s runs a CPython older than 3.8; pyheld "
				 "reads 3.8 and later", who);
	if (t->pid)
		add_pythons_below(t->pid, &below);
	if (below.len)
		return error_new(ERR_UNSUPPORTED,
				 "%s is not a Python, but started one: use "
				 "%s", who, below.s);
	unread = modules_unread(t);
	if (unread)
		return error_new(ERR_UNSUPPORTED,
				 "%s: symbols of its file %s can't be read, and"
				 " no other has _PyRuntime", who, unread);
	return error_new(ERR_UNSUPPORTED,
			 "%s is not a Python: none of its files has the "
			 "symbol _PyRuntime", who);
}

struct error *absent_interpreter(const struct python *py)
{
	const struct target *t = py->target;
	CLEANUP(freep) char *who = absent_who(t);
	CLEANUP(str_release) struct str below = STR_INIT;

	if (t->pid)
		add_pythons_below(t->pid, &below);
	return error_new(ERR_UNSUPPORTED, "%s has CPython 3.%d loaded, but not"
			 " started%s%s", who, py->minor, below.len ?
			 ": a process that it started is a Python, use " : "",
			 below.s);
}
