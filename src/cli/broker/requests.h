/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/broker/requests.h - what the broker does for the worker.
 *
 * Each request of base/broker/task.h is checked against what the user named
 * (names.h) and answered.  Nothing of what a file or a process holds is looked
 * at here, but whether a file begins like an ELF file.
 */
#ifndef CLI_BROKER_REQUESTS_H
#define CLI_BROKER_REQUESTS_H

#include <signal.h>

#include "base/broker/packet.h"
#include "base/files/newfile.h"
#include "cli/broker/names.h"
#include "cli/broker/sample.h"
#include "target/core/fetch.h"
#include "target/remote/serve.h"

/* Output files that are open at once. */
#define REQUESTS_OUTPUTS 4

struct requests {
	struct names names;
	struct server server;	/* its `context` is this struct */
	struct requests_output {
		struct newfile file;
		bool used, temporary;
		bool special;	/* what is there is written to as it is */
	} outputs[REQUESTS_OUTPUTS]; /* number 1 is the first */
	struct fetch *fetch;
	const sigset_t *mask;
	bool lists;	/* the command may be told of all processes */
	bool has_typed;	/* the command has names of files typed */
	int wake;	/* readable: what waits for a key is to return */
	struct spawned sample;	/* a sample that is taken */
	sample_run *run;	/* in its process; NULL: there are none */
};

/* See names_set().  `mask`: the signals that are blocked while something may
 * take long, such as asking a server.  The user can end us then.  It stays the
 * caller's.  Then the caller may set `lists`, `has_typed`, `wake`, which is
 * -1, and `run`. */
void requests_init(struct requests *r, const struct argp *argp, int argc,
		   char **argv, const sigset_t *mask);

/*
 * Fill `reply`, which is as PACKET_INIT.  False: the request is none that a
 * worker of ours sends, so the worker is no longer ours.
 */
bool requests_answer(struct requests *r, const struct packet *request,
		     struct packet *reply);

/* The worker has ended: let its processes go and remove what it has not
 * published.  Another worker may begin. */
void requests_end_worker(struct requests *q);
void requests_release(struct requests *q);

#endif
