/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/broker/task.h"
#include "target/live/live.h"
#include "target/proc.h"
#include "target/processes/census-read.h"
#include "target/remote/remote.h"
#include "target/target.h"

static struct error *finish_open(struct error *err, struct target *t,
				 struct target **ret)
{
	if (err) {
		target_close(t);
		return err;
	}
	modules_find(t);
	*ret = t;
	return NULL;
}

struct error *target_open_pid(pid_t pid, struct target **ret)
{
	struct target *t = xcalloc(1, sizeof(*t));

	return finish_open(task_is_worker() ? remote_open(pid, t) :
					      live_open(pid, t), t, ret);
}

bool target_is_core(int fd)
{
	return core_is_one(fd);
}

struct error *target_open_core(const char *path,
			       const struct core_options *options,
			       struct target **ret)
{
	struct target *t = xcalloc(1, sizeof(*t));

	return finish_open(core_open(path, options, t), t, ret);
}

void target_close(struct target *t)
{
	if (!t)
		return;
	modules_release(t);
	target_release(t);
}

void target_children(pid_t pid, size_t max, struct pid_vec *ret)
{
	if (task_is_worker())
		remote_children(pid, max, ret);
	else
		children_find(pid, max, ret);
}

struct error *target_census(const struct census_query *q,
			    struct census *ret)
{
	return task_is_worker() ? remote_census(q, ret) :
				  census_read(q, CENSUS_MAX, ret);
}

struct error *target_census_details(const struct census_row *r,
				    struct census_details *ret)
{
	return task_is_worker() ?
		       remote_census_details(r->pid, ret) :
		       census_read_details(r->pid, r->start_ticks, ret);
}

int target_census_file(const struct census_row *r, bool library)
{
	return task_is_worker() ?
		       remote_census_file(r->pid, library) :
		       census_read_file(r->pid, r->start_ticks, library);
}

bool target_is_alive(pid_t pid)
{
	return task_is_worker() ? remote_is_alive(pid) : proc_is_alive(pid);
}

struct error *target_peek(struct target *t, raddr addr, void *buf,
			  uint64_t len)
{
	return t->source->peek(t, addr, buf, len);
}

struct error *target_snapshot(struct target *t,
			      const struct snapshot_options *options)
{
	struct error *err = t->source->snapshot(t, options);

	/* A process may have loaded libraries since it was opened. */
	if (!err && t->live)
		modules_find(t);
	return err;
}

bool target_is_missing(struct target *t, raddr addr)
{
	return t->source->is_missing && t->source->is_missing(t, addr);
}

uint64_t target_hole(const struct target *t, const uint8_t *p)
{
	return t->source->hole ? t->source->hole(t, p) : 0;
}

struct residency *target_residency(struct target *t)
{
	if (t->residency.basis == RESIDENCY_UNKNOWN && t->source->residency)
		t->source->residency(t);
	return &t->residency;
}
