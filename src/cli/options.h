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

#include "base/vec.h"

/* The words of commands that take more targets than struct common_options
 * has; they stay argv's. */
VEC_DEFINE(target_vec, const char *);

struct common_options {
	const char *args[2];		/* TARGET and what follows it */
	unsigned int nr_args;		/* how many of them were given */
	unsigned int max_args;		/* set before: how many may be */
	bool json;			/* --json */
	/* Options that only some commands list. */
	const char *type;		/* --type, or NULL */
	uint64_t address, limit;	/* --address, --limit */
	bool has_address, has_limit;	/* were these given?  An ADDRESS behind
					   TARGET counts as --address */
	bool takes_address;		/* set before: it may stand there */
	bool no_header;			/* --no-header */
	bool children;			/* --children */
	const char *sorts;		/* set before: the words that --sort
					   takes, separated by '|' */
	unsigned int sort;		/* the index of the word in `sorts` */
};

/* Keys of options without a short form. */
enum {
	OPTION_JSON = 256,
	OPTION_USAGE,
	OPTION_EXECUTABLE,
	OPTION_SYSROOT,
	OPTION_SORT,
	OPTION_LAST,
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
	OPTION_METRICS,
	OPTION_DEPTH,
	OPTION_FAIL,
	OPTION_MIN_ENTRIES,
	OPTION_MIN_OBJECTS,
	OPTION_MIN_PERCENT,
	OPTION_KIND,
	OPTION_CSV,
	OPTION_VALUE,
	OPTION_HEADER,
	OPTION_SUSPECT,
	OPTION_FLEET,
	OPTION_TABLES,
	OPTION_LABEL,
	OPTION_NO_SANDBOX,
	OPTION_CHILDREN,
	OPTION_BY,
	OPTION_DIFF,
	OPTION_LOCALS,
	OPTION_STOP,
	OPTION_PATIENCE,
	OPTION_MAX_PAUSE,
};

/* In a command's options: --count is another name of its --limit. */
#define OPTION_LIMIT_AS_COUNT \
	{ "count", OPTION_LIMIT, "N", OPTION_HIDDEN, NULL, 0 }

/* In a command's options: with the Pythons that TARGET has started; see
 * targets_add_children(). */
#define OPTION_WITH_CHILDREN \
	{ "children", OPTION_CHILDREN, NULL, 0, \
	  "Also read the Pythons that the process has started, one after the" \
	  " other", 0 }

/* --color, --executable, --sysroot, --stop, --patience, --max-pause,
   --no-sandbox, --verbose, --help, --usage and --version, of all commands. */
extern const struct argp common_argp;
/* For .children of a command's argp. */
extern const struct argp_child common_children[];

/*
 * Handle a key of argp that is the same for all commands: arguments, the
 * initialisation, and the options that struct common_options has a member for.
 * argp passes the keys of those options only for commands that list them.
 *
 * Returns true if `key` was handled: *ret is then what the parser returns.
 * Returns false if `key` is the command's own; so is ARGP_KEY_END when there is
 * a TARGET, so that the command can check its options.
 */
bool options_common(int key, char *arg, struct argp_state *state,
		    error_t *ret);
/* The parser of a command that needs no TARGET and has no options but those. */
error_t options_without_target(int key, char *arg, struct argp_state *state);

/*
 * How many rows to show: what --limit says; without it 0, which is all, for
 * JSON and `usual` for text.
 */
static inline uint64_t options_limit(const struct common_options *o,
				     uint64_t usual)
{
	return o->has_limit || o->json ? o->limit : usual;
}

/* Print "pyheld COMMAND: ..." on stderr.  Returns EINVAL. */
error_t options_error(const struct argp_state *state, const char *format, ...)
	PRINTF(2, 3);

/*
 * Parse `arg`, the value of the option --`name`: a decimal number that fits in
 * 64 bits, without a sign.  Returns 0, or EINVAL when that has been printed.
 */
error_t options_number(const struct argp_state *state, const char *name,
		       const char *arg, uint64_t *ret);

/*
 * Parse a hexadecimal address of at most 64 bits, with or without "0x".
 * Returns 0, or EINVAL when that has been printed.
 */
error_t options_address(const struct argp_state *state, const char *arg,
			uint64_t *ret);

/*
 * Look for `arg`, the value of the option --`name`, in `words`, which are
 * separated by '|'.  *ret is its index, from 0.  Returns 0, or EINVAL when it
 * is none of them and that has been printed; *ret is then unchanged.
 */
error_t options_word(const struct argp_state *state, const char *name,
		     const char *words, const char *arg, unsigned int *ret);

/*
 * Parse argv into `input`, which begins with struct common_options.  argv[0] is
 * the name for messages, "pyheld COMMAND".
 *
 * Returns 0, or STATUS_USAGE when the error and the usage have been printed on
 * stderr.  --help, --usage and --version print and exit() with status 0.
 */
int options_parse(const struct argp *argp, int argc, char **argv,
		  void *input);

/* Print the usage of a command, "pyheld NAME", when the error has been printed.
 * Returns STATUS_USAGE. */
int options_usage(const struct argp *argp, const char *name);

#endif
