/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/absent.h - what a target is that has no CPython, or none that
 * runs, and which other process is meant.
 */
#ifndef PYTHON_LOCATE_ABSENT_H
#define PYTHON_LOCATE_ABSENT_H

#include "python/state/python.h"

/* What messages call the target: "process 12 (/usr/sbin/apache2)".  The caller
 * frees it. */
char *absent_who(const struct target *t);

/* Does one of the target's files define the symbol? */
bool absent_has_symbol(struct target *t, const char *name);

/* The error for a target without _PyRuntime: ERR_UNSUPPORTED.  Never NULL. */
struct error *absent_python(struct target *t) MUST_CHECK;

/*
 * The error for a runtime that has no interpreter: ERR_UNSUPPORTED.  Never
 * NULL.  Programs such as Apache (mod_wsgi) load libpython long before they
 * start it, or never do, while their children have.
 */
struct error *absent_interpreter(const struct python *py) MUST_CHECK;

#endif
