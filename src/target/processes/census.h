/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/processes/census.h - the processes of the machine, as /proc shows
 * them.
 *
 * What is said of a process comes from /proc alone: none is stopped.  Its texts
 * are whatever the process has made of them.
 */
#ifndef TARGET_PROCESSES_CENSUS_H
#define TARGET_PROCESSES_CENSUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/vec.h"

/* Longer texts of a process are cut. */
#define CENSUS_TEXT_MAX 4096

struct census_file {
	uint64_t device, inode;	/* inode 0: none, or unknown */
	char *path;		/* "": unknown */
};

struct census_row {
	pid_t pid, parent;
	pid_t inner_pid;	/* in the innermost PID namespace */
	uint64_t threads, resident; /* bytes */
	uint64_t start_ticks;	/* when it started, as /proc/PID/stat says it */
	uint64_t age;		/* seconds since it started */
	struct census_file program;
	struct census_file library; /* a libpython that it has mapped */
	bool hidden;		/* what it has mapped must not be read */
};
VEC_DEFINE(census_vec, struct census_row);

struct census {
	struct census_vec rows;
	uint64_t nr_left_out;	/* processes that were not looked at */
};

/* What takes longer to read, and is asked for one by one. */
struct census_details {
	char *user;		/* its name in /etc/passwd, or its number */
	char *comm, *cgroup;
	char *command;		/* words, each with a NUL behind it */
	size_t command_len;
	char *refused;		/* why pyheld can't read its memory, or NULL */
};

/* Which processes: all; or `below` and its descendants; or those that are
 * called `name`. */
struct census_query {
	pid_t below;		/* 0: all */
	const char *name;	/* NULL: all */
};

/* The rows and their texts. */
void census_release(struct census *c);
void census_details_release(struct census_details *d);

#endif
