/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "base/broker/task.h"
#include "base/log.h"
#include "target/live/live-data.h"
#include "target/remote/remote.h"
#include "target/remote/serve.h"
#include "target/remote/shape-census.h"
#include "target/remote/shape.h"

/* The kernel maps that much around a page that is read, if it is there. */
#define FAULT_AROUND 65536

static struct packet request_of(enum task_kind kind, const struct live *l)
{
	struct packet request = PACKET_OF(kind);

	packet_add(&request, l->number);
	return request;
}

static struct error *bad_reply(void)
{
	return error_new(ERR_SYSTEM, "the two processes of pyheld do not "
			 "understand each other");
}

/* --- memory before the stop --- */

static struct error *peek_part(struct live *l, raddr addr, void *buf,
			       size_t len)
{
	struct packet request = request_of(TASK_PROCESS_PEEK, l);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	struct error *err;
	const void *bytes;
	size_t nr;

	packet_add(&request, addr);
	packet_add(&request, len);
	err = task_ask(&request, &reply, &r);
	if (err)
		return err;
	bytes = packet_get_bytes(&r, 1, &nr);
	if (nr != len)
		return bad_reply();
	memcpy(buf, bytes, len);
	return NULL;
}

static struct error *remote_peek(struct target *t, raddr addr, void *buf,
				 uint64_t len)
{
	uint8_t *to = buf;
	struct error *err = NULL;

	for (uint64_t at = 0; !err && at < len; at += SERVE_PEEK_MAX)
		err = peek_part(t->live, addr + at, to + at,
				MIN(len - at, SERVE_PEEK_MAX));
	return err;
}

/* For what is read of the process after the stop: see lazy.c. */
static ssize_t remote_readv(struct live *l, const struct iovec *local,
			    const struct iovec *remote, unsigned long nr)
{
	ssize_t done = 0;

	for (unsigned long i = 0; i < nr; i++) {
		raddr from = (uintptr_t)remote[i].iov_base;
		uint8_t *to = local[i].iov_base;
		size_t len = local[i].iov_len, part;

		for (size_t at = 0; at < len; at += part) {
			CLEANUP(error_freep) struct error *err = NULL;

			/* Page by page: each may be the one that fails. */
			part = MIN(MEMORY_PAGE - (from + at) % MEMORY_PAGE,
				   len - at);
			err = peek_part(l, from + at, to + at, part);
			if (err) {
				errno = err->code == ERR_GONE ? ESRCH : EFAULT;
				return done ? done : -1;
			}
			done += (ssize_t)part;
		}
	}
	return done;
}

/* --- files --- */

static int ask_for_file(struct live *l, const struct mapping *m)
{
	struct packet request = request_of(TASK_PROCESS_FILE, l);

	shape_add_mapping_key(&request, m);
	return task_open_with(&request);
}

static int remote_file(struct live *l, const struct mapping *m)
{
	const struct mapped_file *known = file_find(&l->files, m);
	struct mapped_file f = { m->device, m->inode, -1 };

	if (known)
		return known->fd;
	if (!m->inode)
		return -1;
	f.fd = ask_for_file(l, m);
	file_vec_push(&l->files, f);
	return f.fd;
}

static int file_of_mapping(struct target *t, const struct mapping *m)
{
	return live_file(t->live, m);
}

/* --- the stop --- */

/* The copy was written by the other process: have all of its pages here at
 * once, not one by one. */
static void populate(const struct copy *c)
{
#ifdef MADV_POPULATE_READ
	struct stretch_at at = { 0, 0 };
	struct stretch s;

	while (copy_stretch(c, &at, &s)) {
		uint64_t len = s.range.end - s.range.start;

		if (len > FAULT_AROUND)
			madvise(s.bytes, len, MADV_POPULATE_READ);
	}
#endif
}

static struct error *remote_snapshot(struct target *t,
				     const struct snapshot_options *options)
{
	static const struct snapshot_options defaults;
	struct packet request = request_of(TASK_PROCESS_SNAPSHOT, t->live);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	struct error *err;
	struct shot s;

	shape_add_options(&request, options ? options : &defaults);
	err = task_ask(&request, &reply, &r);
	if (err)
		return err;
	if (shape_get_shot(&reply, &r, t->live, &t->mappings, &s)) {
		populate(&s.copy);
		err = shot_adopt(t, &s);
	} else {
		err = bad_reply();
	}
	shot_release(&s);
	return err;
}

/* --- opening --- */

static void remote_close(struct target *t)
{
	struct packet request = request_of(TASK_PROCESS_CLOSE, t->live);

	log_pass_over(task_do(&request), "the broker closes it at the end");
	live_free(t->live);
}

static const struct target_source remote_source = {
	.peek = remote_peek,
	.snapshot = remote_snapshot,
	.file = file_of_mapping,
	.close = remote_close,
};

static const struct live_access remote_access = { remote_file, remote_readv };

struct error *remote_open(pid_t pid, struct target *t)
{
	struct packet request = PACKET_OF(TASK_PROCESS_OPEN);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	uint64_t number;
	struct error *err;
	char *root = NULL;
	bool good;

	packet_add(&request, (uint64_t)pid);
	err = task_ask(&request, &reply, &r);
	if (err)
		return err;
	number = packet_get(&r);
	good = shape_get_target(&r, t, &root);
	t->live = live_new_remote(pid, root ? root : xstrdup(""),
				  &remote_access);
	t->live->number = number;
	t->source = &remote_source;
	return good ? NULL : bad_reply();
}

bool remote_is_alive(pid_t pid)
{
	struct packet request = PACKET_OF(TASK_PROCESS_ALIVE);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	struct error *err;
	bool alive = false;

	packet_add(&request, (uint64_t)pid);
	err = task_ask(&request, &reply, &r);
	if (!err)
		alive = packet_get(&r);
	log_pass_over(err, "it is not known whether it is alive");
	return alive;
}

void remote_children(pid_t pid, size_t max, struct pid_vec *ret)
{
	struct packet request = PACKET_OF(TASK_PROCESS_CHILDREN);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	struct error *err;

	packet_add(&request, (uint64_t)pid);
	packet_add(&request, max);
	err = task_ask(&request, &reply, &r);
	for (size_t i = 0; !err && i < max && r.left; i++)
		pid_vec_push(ret, (pid_t)packet_get(&r));
	log_pass_over(err, "its children are not known");
}

struct error *remote_census(const struct census_query *q,
			    struct census *ret)
{
	struct packet request = PACKET_OF(TASK_PROCESS_CENSUS);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	struct error *err;

	shape_add_query(&request, q);
	err = task_ask(&request, &reply, &r);
	if (err)
		return err;
	return shape_get_census(&r, ret) ? NULL : bad_reply();
}

struct error *remote_census_details(pid_t pid, struct census_details *ret)
{
	struct packet request = PACKET_OF(TASK_PROCESS_DETAILS);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	struct error *err;

	packet_add(&request, (uint64_t)pid);
	err = task_ask(&request, &reply, &r);
	if (err)
		return err;
	return shape_get_details(&r, ret) ? NULL : bad_reply();
}

int remote_census_file(pid_t pid, bool library)
{
	struct packet request = PACKET_OF(TASK_PROCESS_MAPPED);

	packet_add(&request, (uint64_t)pid);
	packet_add(&request, library);
	return task_open_with(&request);
}
