/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/broker/task.h"
#include "base/clock.h"
#include "target/live/children.h"
#include "target/live/live-data.h"
#include "target/live/live.h"
#include "target/live/snapshot/snapshot.h"
#include "target/memory.h"
#include "target/proc.h"
#include "target/processes/census-read.h"
#include "target/remote/serve.h"
#include "target/remote/shape-census.h"
#include "target/remote/shape.h"

/* At most so many descendants are asked for. */
#define CHILDREN_MAX 4096
/* Each retry stops the process.  Without a number it is tried for 10 s. */
#define RETRIES_MAX 100
#define PATIENCE_MAX_MS 3600000
/* How often it is looked whether the user has given up. */
#define GIVEN_UP_MS 50

static bool refuse_pid(const struct server *s, uint64_t pid,
		       struct packet *reply)
{
	if (pid > 0 && pid <= INT_MAX && s->may(s->context, (pid_t)pid))
		return false;
	task_reply_error(reply, error_new(ERR_PERMISSION, "process %d was not "
					  "named on the command line",
					  (int)pid));
	return true;
}

static bool serve_open(struct server *s, struct packet_reader *r,
		       struct packet *reply)
{
	uint64_t pid = packet_get(r);
	struct target *t;
	struct error *err;
	size_t number = 0;

	if (!packet_is_read(r))
		return false;
	while (number < SERVE_MAX && s->targets[number])
		number++;
	if (number == SERVE_MAX)
		return false;
	if (refuse_pid(s, pid, reply))
		return true;
	t = xcalloc(1, sizeof(*t));
	err = live_open((pid_t)pid, t);
	if (err) {
		target_release(t);
		task_reply_error(reply, err);
		return true;
	}
	s->targets[number] = t;
	task_reply_error(reply, NULL);
	packet_add(reply, number);
	shape_add_target(reply, t);
	return true;
}

/* Once it has exited, its PID may be that of a process that nobody named. */
static bool is_alive(const struct target *t)
{
	return !faccessat(t->live->dir, "stat", F_OK, 0);
}

static bool serve_peek(struct target *t, struct packet_reader *r,
		       struct packet *reply)
{
	uint64_t addr = packet_get(r), len = packet_get(r);
	char bytes[SERVE_PEEK_MAX];
	struct error *err;

	if (!packet_is_read(r) || len > sizeof(bytes))
		return false;
	err = t->source->peek(t, addr, bytes, len);
	if (!err && !is_alive(t))
		err = &error_gone;
	task_reply_error(reply, err);
	if (!err)
		packet_add_bytes(reply, bytes, len);
	return true;
}

static bool serve_file(struct target *t, struct packet_reader *r,
		       struct packet *reply)
{
	const struct mapping *m = shape_find_mapping(r, &t->mappings);
	int fd;

	if (!packet_is_read(r))
		return false;
	fd = m ? live_file(t->live, m) : -1;
	if (fd >= 0)
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	task_reply_errno(reply, fd < 0 ? ENOENT : 0);
	if (fd >= 0)
		packet_add_fd(reply, fd);
	return true;
}

/* Signals that end us are blocked: has one come? */
static bool is_given_up(void)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t pending;

	if (sigpending(&pending))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (sigismember(&pending, ending[i]) == 1)
			return true;
	return false;
}

static struct serve_rest *rest_of(struct server *s, pid_t pid)
{
	struct serve_rest *ret;

	for (size_t i = 0; i < SERVE_MAX; i++)
		if (s->rests[i].pid == pid)
			return &s->rests[i];
	ret = &s->rests[s->next_rest++ % SERVE_MAX];
	*ret = (struct serve_rest){ .pid = pid };
	return ret;
}

/* Let the process run. */
static void wait_for_rest(const struct serve_rest *rest)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	while (rest->nr > SERVE_SNAPSHOTS && now < rest->until_ns &&
	       !is_given_up()) {
		uint64_t ms = (rest->until_ns - now) / 1000000 + 1;

		poll(NULL, 0, (int)MIN(ms, GIVEN_UP_MS));
		now = clock_ns(CLOCK_MONOTONIC);
	}
}

static struct error *take_shot(struct server *server, struct target *t,
			       const struct snapshot_options *options,
			       struct shot *ret)
{
	struct serve_rest *rest = rest_of(server, t->live->pid);
	uint64_t begun, ended;
	struct error *err;

	rest->nr++;
	wait_for_rest(rest);
	begun = clock_ns(CLOCK_MONOTONIC);
	err = shot_take(t, options, true, ret);
	ended = clock_ns(CLOCK_MONOTONIC);
	/* On error it is not known how much of the time it stood still. */
	rest->until_ns = ended + SERVE_REST * (err ? ended - begun :
					       ret->stood_ns);
	return err;
}

static bool serve_snapshot(struct server *server, struct target *t,
			   struct packet_reader *r, struct packet *reply)
{
	struct snapshot_options options;
	struct error *err;
	struct shot s;

	if (!shape_get_options(r, &options) || options.retries > RETRIES_MAX)
		return false;
	if (server->never_stops)
		options.stop = STOP_NEVER;
	options.patience_ms = MIN(options.patience_ms, PATIENCE_MAX_MS);
	options.is_given_up = is_given_up;
	err = take_shot(server, t, &options, &s);
	task_reply_error(reply, err);
	if (!err && !shape_add_shot(reply, &s, &t->mappings)) {
		packet_release(reply);
		task_reply_errno(reply, errno);
	}
	if (!err) {
		maps_release(&t->mappings);
		t->mappings = mapping_vec_take(&s.copy.mappings);
	}
	shot_release(&s);
	return true;
}

static bool serve_children(struct server *s, struct packet_reader *r,
			   struct packet *reply)
{
	CLEANUP(pid_vec_release) struct pid_vec pids = VEC_INIT;
	uint64_t pid = packet_get(r), max = packet_get(r);

	if (!packet_is_read(r))
		return false;
	if (refuse_pid(s, pid, reply))
		return true;
	children_find((pid_t)pid, MIN(max, CHILDREN_MAX), &pids);
	task_reply_error(reply, NULL);
	for (size_t i = 0; i < pids.nr; i++)
		packet_add(reply, (uint64_t)pids.v[i]);
	return true;
}

static int compare_listed(const void *a, const void *b)
{
	const struct serve_listed *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* The files of processes that were listed may be asked for. */
static void keep_listed(struct server *s, const struct census_vec *rows)
{
	serve_listed_vec_resize(&s->listed, 0);
	for (size_t i = 0; i < rows->nr; i++)
		serve_listed_vec_push(&s->listed, (struct serve_listed){
			.pid = rows->v[i].pid,
			.start_ticks = rows->v[i].start_ticks });
	if (s->listed.nr)
		qsort(s->listed.v, s->listed.nr, sizeof(*s->listed.v),
		      compare_listed);
}

static const struct serve_listed *find_listed(const struct server *s,
					      uint64_t pid)
{
	const struct serve_listed key = { .pid = (pid_t)pid };

	if (!s->listed.nr || pid > INT_MAX)
		return NULL;
	return bsearch(&key, s->listed.v, s->listed.nr, sizeof(*s->listed.v),
		       compare_listed);
}

static bool serve_census(struct server *s, struct packet_reader *r,
			 struct packet *reply)
{
	CLEANUP(census_release) struct census census = { VEC_INIT, 0 };
	CLEANUP(freep) char *name = NULL;
	struct census_query q;
	struct error *err;

	if (!shape_get_query(r, &q, &name))
		return false;
	if (!s->may_list(s->context, &q)) {
		task_reply_error(reply, error_new(ERR_PERMISSION, "these"
						  " processes were not named on"
						  " the command line"));
		return true;
	}
	err = census_read(&q, CENSUS_MAX, &census);
	task_reply_error(reply, err);
	if (err)
		return true;
	shape_add_census(reply, &census);
	keep_listed(s, &census.rows);
	return true;
}

static bool serve_details(const struct server *s, struct packet_reader *r,
			  struct packet *reply)
{
	CLEANUP(census_details_release) struct census_details d = { NULL };
	const struct serve_listed *l = find_listed(s, packet_get(r));
	struct error *err;

	if (!packet_is_read(r) || !l)
		return false;
	err = census_read_details(l->pid, l->start_ticks, &d);
	task_reply_error(reply, err);
	if (!err)
		shape_add_details(reply, &d);
	return true;
}

static bool serve_mapped(const struct server *s, struct packet_reader *r,
			 struct packet *reply)
{
	const struct serve_listed *l = find_listed(s, packet_get(r));
	uint64_t library = packet_get(r);
	int fd;

	if (!packet_is_read(r) || library > 1 || !l)
		return false;
	fd = census_read_file(l->pid, l->start_ticks, library);
	task_reply_errno(reply, fd < 0 ? ENOENT : 0);
	if (fd >= 0)
		packet_add_fd(reply, fd);
	return true;
}

static bool serve_alive(const struct server *s, struct packet_reader *r,
			struct packet *reply)
{
	uint64_t pid = packet_get(r);

	if (!packet_is_read(r))
		return false;
	if (refuse_pid(s, pid, reply))
		return true;
	task_reply_error(reply, NULL);
	packet_add(reply, proc_is_alive((pid_t)pid));
	return true;
}

static bool serve_target(struct server *s, uint32_t kind,
			 struct packet_reader *r, struct packet *reply)
{
	uint64_t number = packet_get(r);
	struct target *t = number < SERVE_MAX ? s->targets[number] : NULL;

	if (!t)
		return false;
	switch (kind) {
	case TASK_PROCESS_PEEK:
		return serve_peek(t, r, reply);
	case TASK_PROCESS_FILE:
		return serve_file(t, r, reply);
	case TASK_PROCESS_SNAPSHOT:
		return serve_snapshot(s, t, r, reply);
	default:
		s->targets[number] = NULL;
		target_release(t);
		task_reply_error(reply, NULL);
		return packet_is_read(r);
	}
}

bool serve_request(struct server *s, const struct packet *request,
		   struct packet *reply)
{
	struct packet_reader r = packet_read(request);

	switch (request->kind) {
	case TASK_PROCESS_OPEN:
		return serve_open(s, &r, reply);
	case TASK_PROCESS_CHILDREN:
		return serve_children(s, &r, reply);
	case TASK_PROCESS_CENSUS:
		return serve_census(s, &r, reply);
	case TASK_PROCESS_DETAILS:
		return serve_details(s, &r, reply);
	case TASK_PROCESS_MAPPED:
		return serve_mapped(s, &r, reply);
	case TASK_PROCESS_ALIVE:
		return serve_alive(s, &r, reply);
	default:
		return serve_target(s, request->kind, &r, reply);
	}
}

void serve_end(struct server *s)
{
	for (size_t i = 0; i < SERVE_MAX; i++) {
		if (s->targets[i])
			target_release(s->targets[i]);
		s->targets[i] = NULL;
	}
	serve_listed_vec_release(&s->listed);
}
