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
#include "target/target-data.h"

/* Bytes of one TASK_PROCESS_PEEK. */
#define SERVE_PEEK_MAX ((size_t)16384)
/* Processes that are open at once. */
#define SERVE_MAX 64

struct server {
	struct target *targets[SERVE_MAX]; /* by their numbers; owned */
	bool (*may)(void *context, pid_t pid);
	void *context;
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
