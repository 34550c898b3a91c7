/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/options.h - what the commands' options have in common.
 *
 * A command's options are a struct that begins with struct common_options;
 * its argp has common_argp as its only child and its parser begins with
 *
 *	if (options_common(key, arg, state, &err)) return err;
 *
 * argp would exit with its own words; instead parsers return what
 * options_error() gives them, and options_parse() prints the usage.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct common_options {
	const char *args[2];		/* TARGET and what follows it */
	unsigned int nr_args, max_args;
	bool json;
	/* Of the commands whose options have these. */
	const char *type;		/* --type, or NULL */
	uint64_t address, limit;
	bool has_address, has_limit, no_header;
	const char *sorts;		/* what --sort may be, set before */
	unsigned int sort;		/* which of them */
};

/* Keys of options without a short form. */
enum {
	OPTION_JSON = 256,
	OPTION_USAGE,
	OPTION_EXECUTABLE,
	OPTION_SYSROOT,
	OPTION_SORT,
	OPTION_LIMIT,
	OPTION_TYPE,
	OPTION_NO_HEADER,
	OPTION_ADDRESS,
	OPTION_COUNT,
	OPTION_FORMAT,
	OPTION_ALL,
	OPTION_GARBAGE,
	OPTION_NO_COMPRESS,
	OPTION_REDACT,
	OPTION_FAIL_IF,
	OPTION_COLOR,
	OPTION_INTERVAL,
	OPTION_MAX_CAPTURES,
	OPTION_WHEN,
	OPTION_DEPTH,
	OPTION_FAIL,
	OPTION_MIN_ENTRIES,
	OPTION_MIN_OBJECTS,
	OPTION_MIN_PERCENT,
};

/* --color, --executable, --sysroot, --verbose, --help, --usage and --version,
   of all commands. */
extern const struct argp common_argp;
/* For .children of a command's argp. */
extern const struct argp_child common_children[];

/*
 * Handle what commands share: the arguments, the child's input, and what
 * struct common_options has.  Of the options the keys come only from commands
 * that list them.
 * false: not such a key.
 */
bool options_common(int key, char *arg, struct argp_state *state,
		    error_t *ret);

/* How much to show: what --limit says, 0 (all) in JSON, else `usual`. */
static inline uint64_t options_limit(const struct common_options *o,
				     uint64_t usual)
{
	return o->has_limit || o->json ? o->limit : usual;
}

/* "pyheld chain: ..." on stderr; EINVAL. */
error_t options_error(const struct argp_state *state, const char *format, ...)
	PRINTF(2, 3);

/* The value of --`name`. */
error_t options_number(const struct argp_state *state, const char *name,
		       const char *arg, uint64_t *ret);
error_t options_address(const struct argp_state *state, const char *arg,
			uint64_t *ret);
/* `words` are separated by '|'; *ret is the index of `arg`. */
error_t options_word(const struct argp_state *state, const char *name,
		     const char *words, const char *arg, unsigned int *ret);

/* 0, or STATUS_USAGE with all said on stderr. */
int options_parse(const struct argp *argp, int argc, char **argv,
		  void *input);

#endif
