/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/broker/sample.h - the broker's side of cli/top/sampler.h: a sample is a
 * command of its own (cli/commands/sample.c), with a broker and a worker.
 */
#ifndef CLI_BROKER_SAMPLE_H
#define CLI_BROKER_SAMPLE_H

#include "cli/commands/command.h"
#include "cli/top/sampler.h"

/* How to run a command: the arguments of broker_run(), and what it returns. */
typedef int sample_run(const struct command *c, int argc, char **argv);

/* Start a child that takes the sample, by `run`, with these options, too.
 * Returns as spawn_start(). */
bool sample_spawn(struct spawned *ret, const struct sample_order *order,
		  const struct str_vec *options, sample_run *run);

#endif
