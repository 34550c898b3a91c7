/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/limits.h - --fail-if of the commands that have it.
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

/* `compares`: the command has an old heap to compare with. */
error_t limits_add(struct limits *l, const char *arg, bool compares,
		   const struct argp_state *state);

/* Fill the results; `status`, or STATUS_FAILED with all said. */
int limits_check(struct limits *l, const struct heap *old,
		 const struct heap *new, int status);
json_t *limits_json(const struct limits *l);

/* A line on stderr for each that is crossed, and STATUS_LIMIT then, unless
 * `status` is a failure's; else `status`. */
int limits_say(const struct limits *l, int status);

void limits_free(struct limits *l);

#endif
