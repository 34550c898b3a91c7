/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/remote/serve.h - the broker's side of remote.h.
 *
 * The worker may ask for processes that the user named, and for their
 * descendants; `may` says whether a PID is one.
 */
#ifndef TARGET_REMOTE_SERVE_H
#define TARGET_REMOTE_SERVE_H

#include "base/broker/packet.h"
#include "target/processes/census.h"
#include "target/live/children.h"
#include "target/target-data.h"

/* Bytes of one TASK_PROCESS_PEEK. */
#define SERVE_PEEK_MAX ((size_t)16384)
/* Processes that are open at once. */
#define SERVE_MAX 64

/*
 * Each snapshot stops a process.  A worker of ours takes a few in a row at the
 * most; or, as watch does, one after another with time between them.  So after
 * SERVE_SNAPSHOTS of a process, the next ones are not taken before it has run
 * for SERVE_REST times as long as the last one held it.
 */
#define SERVE_SNAPSHOTS 8
#define SERVE_REST 4

/* A process of a census: its PID alone may be that of another by now. */
struct serve_listed {
	pid_t pid;
	uint64_t start_ticks;
};
VEC_DEFINE(serve_listed_vec, struct serve_listed);

struct server {
	struct target *targets[SERVE_MAX]; /* by their numbers; owned */
	struct serve_rest {
		pid_t pid;
		uint64_t nr;		/* snapshots of it */
		uint64_t until_ns;	/* of CLOCK_MONOTONIC */
	} rests[SERVE_MAX];
	unsigned int next_rest;		/* which is used again */
	bool (*may)(void *context, pid_t pid);
	/* May the worker be told of these processes? */
	bool (*may_list)(void *context, const struct census_query *q);
	void *context;
	bool never_stops;	/* no process is stopped, whatever is asked */
	struct serve_listed_vec listed;	/* by the last census, sorted */
};

/*
 * Answer a request whose kind is one of TASK_PROCESS_...: fill `reply`, which
 * is as PACKET_INIT.  False: the request has not the fields that it must have,
 * so what sent it is no worker of ours any more.
 */
bool serve_request(struct server *s, const struct packet *request,
		   struct packet *reply);

/* Close all processes. */
void serve_end(struct server *s);

#endif
