/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/limits.h - the option --fail-if, which can be given several times.
 *
 *	struct limits limits = LIMITS_INIT;
 *	case OPTION_FAIL_IF: return limits_add(&o->limits, arg, state, false);
 *	status = limits_check(&limits, NULL, &heap, status);
 *	emit_put(result, "limits", limits_json(&limits));
 *	status = limits_say(&limits, status);	 after the result
 */
#ifndef CLI_LIMITS_H
#define CLI_LIMITS_H

#include <argp.h>
#include <jansson.h>

#include "analysis/limits/limit.h"

VEC_DEFINE(limit_result_vec, struct limit_result);

struct limits {
	struct limit_vec v;
	struct limit_result_vec results;	/* of each, once checked */
	bool has_old;
};

#define LIMITS_INIT { VEC_INIT, VEC_INIT, false }

/*
 * Parse the value of one --fail-if and add it to `l`.  `compares`: the command
 * has an old heap, so that limits of growth are allowed.  Returns 0, or EINVAL
 * when that has been printed.
 */
error_t limits_add(struct limits *l, const char *arg, bool compares,
		   const struct argp_state *state);

/*
 * Check all limits and keep the results in `l`.  `old` is NULL if there is only
 * one heap.  Returns `status`; or STATUS_FAILED when a limit can't be checked
 * and that has been printed.
 */
int limits_check(struct limits *l, const struct heap *old,
		 const struct heap *new, int status);

/* The results as an array, a new reference; empty if there is no limit. */
json_t *limits_json(const struct limits *l);

/*
 * Print a line on stderr for each limit that is crossed.  Returns STATUS_LIMIT
 * if there was one, else `status`.  If `status` is an error (STATUS_USAGE,
 * STATUS_FAILED), prints nothing and returns it.
 */
int limits_say(const struct limits *l, int status);

void limits_free(struct limits *l);

#endif
