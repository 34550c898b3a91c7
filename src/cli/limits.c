/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/limits.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "output/emit.h"
#include "output/limit.h"

error_t limits_add(struct limits *l, const char *arg, bool compares,
		   const struct argp_state *state)
{
	CLEANUP(error_freep) struct error *err = NULL;
	struct limit limit;

	err = limit_parse(arg, &limit);
	if (err)
		return options_error(state, "--fail-if: %s", err->message);
	limit_vec_push(&l->v, limit);
	if (compares || !limit_compares(&limit))
		return 0;
	return options_error(state, "--fail-if: '%s' is about growth, which"
			     " needs two targets: use pyheld diff", arg);
}


int limits_check(struct limits *l, const struct heap *old,
		 const struct heap *new, int status)
{
	l->has_old = old != NULL;
	for (size_t i = 0; i < l->v.nr; i++) {
		struct limit_result result;
		struct error *err = limit_check(&l->v.v[i], old, new, &result);

		if (err)
			return session_failed(err);
		limit_result_vec_push(&l->results, result);
	}
	return status;
}

json_t *limits_json(const struct limits *l)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < l->results.nr; i++)
		emit_push(ret, limit_json(&l->v.v[i], &l->results.v[i],
					  l->has_old));
	return ret;
}

int limits_say(const struct limits *l, int status)
{
	bool crossed = false;

	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	for (size_t i = 0; i < l->results.nr; i++) {
		CLEANUP(str_release) struct str line = STR_INIT;

		if (!l->results.v[i].crossed)
			continue;
		crossed = true;
		limit_text(&l->v.v[i], &l->results.v[i], &line);
		fprintf(stderr, "pyheld: %s\n", line.s);
	}
	return crossed ? STATUS_LIMIT : status;
}

void limits_free(struct limits *l)
{
	limits_release(&l->v);
	limit_result_vec_release(&l->results);
}
