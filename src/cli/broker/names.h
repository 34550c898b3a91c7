/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/broker/names.h - what the user named on the command line.
 *
 * The broker opens nothing else for the worker: no other file for reading, no
 * other one for writing, and no other process.  It reads the command line with
 * the command's own table of options, so that "--limit 1" names no process, and
 * what is read can't be written.
 */
#ifndef CLI_BROKER_NAMES_H
#define CLI_BROKER_NAMES_H

#include <argp.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/vec.h"

struct names {
	struct str_vec operands;	/* owned, as all of these */
	struct str_vec inputs;	/* values of --executable and --sysroot */
	struct str_vec outputs;	/* values of --output and --metrics; typed */
	/* "--stop=...", "--patience=..." and "--max-pause=...", to be passed
	   on. */
	struct str_vec stops;
	bool never_stops;	/* --stop=never */
	bool no_sandbox;	/* --no-sandbox */
};

#define NAMES_INIT { VEC_INIT, VEC_INIT, VEC_INIT, VEC_INIT, false, false }

/* Copy what argv, which begins with the command's name, says by the options of
 * `argp` and those of all commands.  Behind an error, nothing is named: the
 * worker will say what is wrong. */
void names_set(struct names *n, const struct argp *argp, int argc, char **argv);
void names_release(struct names *n);

/* The user has typed the name of an output, too. */
void names_add_output(struct names *n, const char *path);

/*
 * Was the path named?  As it is, as a file in a folder that was named so, as
 * what "%n" or "%p" in a name became, or as what the manual says pyheld calls a
 * file that has no other name ("pyheld-..." in the current folder).
 */
bool names_have_path(const struct names *n, const char *path);

/* The same, as something to write to. */
bool names_have_output(const struct names *n, const char *path);

/*
 * False: the path was named as it is, as something to read.  Else, where
 * names_have_path() knows it, its first *len bytes are a folder: one that the
 * user named, or else the one that it is in, which is the current one if *len
 * is 0.
 */
bool names_are_below(const struct names *n, const char *path, size_t *len);

/* Was the process named, by its PID or its name, or is it a descendant of one
 * that was? */
bool names_have_pid(const struct names *n, pid_t pid);

/* Was `name` given as an operand that is no PID and no file?  Then it may be
 * that of processes: those that have it are named, too. */
bool names_have_name(const struct names *n, const char *name);

#endif
