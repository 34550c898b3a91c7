/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/alloc.h"
#include "cli/broker/sample.h"

VEC_DEFINE(words, char *);

struct work {
	const struct sample_order *order;
	const struct str_vec *options;
	sample_run *run;
};

static int take_sample(void *argument)
{
	const struct work *work = argument;
	const struct sample_order *o = work->order;
	CLEANUP(freep) char *pid = xasprintf("%d", (int)o->pid);
	CLEANUP(freep) char *output = xasprintf("-o%s", o->file ? o->file : "");
	CLEANUP(freep) char *last = xasprintf(
		"--last=%" PRIu64 ",%" PRIu64 ",%" PRIu64, o->last.start_time,
		o->last.start_ticks, o->last.taken_at);
	CLEANUP(words_release) struct words argv = VEC_INIT;

	words_push(&argv, (char[]){ "pyheld sample" });
	words_push(&argv, last);
	words_push(&argv, pid);
	if (o->file)
		words_push(&argv, output);
	for (size_t i = 0; i < work->options->nr; i++)
		words_push(&argv, work->options->v[i]);
	words_push(&argv, NULL);
	return work->run(&sample_command, (int)argv.nr - 1, argv.v);
}

bool sample_spawn(struct spawned *ret, const struct sample_order *order,
		  const struct str_vec *options, sample_run *run)
{
	struct work work = { order, options, run };

	return spawn_start(ret, take_sample, &work);
}
