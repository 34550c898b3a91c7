/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/ps.h - the report of `ps`: the Pythons of a machine.
 */
#ifndef OUTPUT_REPORTS_PS_H
#define OUTPUT_REPORTS_PS_H

#include <jansson.h>

#include "output/format.h"

/* All texts are safe to show, and belong to the row. */
struct ps_row {
	int64_t pid, parent, inner_pid;
	uint64_t resident, age, threads;
	char *version;		/* "": unknown */
	char *user, *command;
	char *cgroup;		/* "/": the root; "": unknown */
	char *container;	/* the id of its container, or NULL */
	char *unreadable;	/* why it can't be read, or NULL */
};
VEC_DEFINE(ps_row_vec, struct ps_row);

struct ps {
	struct ps_row_vec rows;
	/* Processes that can't be looked into, so that it is not known whether
	 * they are Pythons. */
	uint64_t nr_hidden;
	uint64_t nr_left_out;	/* not looked at: there are too many */
	char *hidden_because;	/* why one of them can't be read, or NULL */
};

void ps_release(struct ps *p);

enum ps_sort {
	PS_BY_RESIDENT,
	PS_BY_AGE,
	PS_BY_PID,
	PS_BY_THREADS,
	PS_BY_VERSION,
	PS_BY_USER,
	PS_BY_COMMAND,
};

/* The largest or the oldest first; of the others, the smallest. */
void ps_sort(struct ps *p, enum ps_sort sort);

/*
 * At most `limit` rows; 0: all.  With f->header also why some can't be read, a
 * line for each reason, and how many are not known.
 */
void ps_text(const struct ps *p, uint64_t limit, const struct format *f,
	     struct str *out);
json_t *ps_json(const struct ps *p, uint64_t limit);

/*
 * Add the id of the container that a cgroup belongs to, shortened to 12 digits
 * as Docker shows it, or the name of one of LXC; false: it is of none.
 */
bool ps_container(const char *cgroup, struct str *ret);

#endif
