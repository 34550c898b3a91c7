/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/running/running.h - the Pythons that run, also by their names.
 */
#ifndef CLI_RUNNING_RUNNING_H
#define CLI_RUNNING_RUNNING_H

#include "output/reports/ps.h"

/* Find those of a query (target/processes/census.h): all, those of a name, or
 * `below` and its descendants.  The caller calls ps_release(), after an error
 * too. */
struct error *running_find(pid_t below, const char *name, struct ps *ret)
	MUST_CHECK;

/* What a TARGET means. */
struct running {
	const char *pid;	/* as digits, until the program ends; NULL: it
				   is the name of none, or of several */
	uint64_t nr_below;	/* so many that `pid` started have the name */
	bool is_new;		/* that was not said before */
	struct ps several;	/* no rows: it means one, or none */
};

/*
 * Find what `word` means, as the user typed it: itself, if it is a PID or if
 * there is a file of that name; the Python of that name; of several, the one
 * that started all the others.  The caller calls ps_release() for ret->several,
 * after an error too.
 */
struct error *running_named(const char *word, struct running *ret) MUST_CHECK;

/* `pid` as digits, until the program ends. */
const char *running_word(int64_t pid);

#endif
