/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/processes/pythons.h - which processes of the machine are CPythons.
 *
 * A CPython is known by what is mapped: a libpython, or a program that has
 * _PyRuntime in it, whatever its name is.  Its version is in that file as well.
 * No process is stopped, nor is its memory read; each file is looked into once,
 * however many processes have it.
 */
#ifndef PYTHON_PROCESSES_PYTHONS_H
#define PYTHON_PROCESSES_PYTHONS_H

#include "base/error.h"
#include "target/processes/census.h"

struct python_process {
	const struct census_row *row;
	struct census_details details;
	char *version;		/* "3.11.2"; "3.9": no more is known; "": not
				   even that */
	bool too_old;		/* it is older than 3.8 */
};
VEC_DEFINE(python_process_vec, struct python_process);

struct pythons {
	struct census census;	/* of all processes */
	struct python_process_vec v;
	/* Processes of which it is not known what they have mapped, and whose
	 * names do not say that they are Pythons. */
	uint64_t nr_hidden;
	char *hidden_because;	/* what pyheld says of one of them, or NULL */
};

/* `ret` is zeroed.  The caller calls pythons_release(), after an error too. */
struct error *pythons_find(const struct census_query *q, struct pythons *ret)
	MUST_CHECK;
void pythons_release(struct pythons *p);

#endif
