/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/alloc.h"
#include "cli/broker/sample.h"

struct work {
	const struct sample_order *order;
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
	char *argv[] = { (char[]){ "pyheld sample" }, last, pid,
			 o->file ? output : NULL, NULL };

	return work->run(&sample_command, o->file ? 4 : 3, argv);
}

bool sample_spawn(struct spawned *ret, const struct sample_order *order,
		  sample_run *run)
{
	struct work work = { order, run };

	return spawn_start(ret, take_sample, &work);
}
