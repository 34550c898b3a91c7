/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "cli/top/look.h"
#include "cli/top/sampler.h"

/* --- where it runs --- */

static int take_sample(void *argument)
{
	const struct sample_order *o = argument;
	CLEANUP(freep) char *process = xasprintf("%d", (int)o->pid);
	struct sampling last = o->last;

	return o->file ? look_capture(process, &last, o->file) :
			 look_write(process, &last);
}

static bool ask_to_start(struct spawned *ret, const struct sample_order *o)
{
	struct packet request = PACKET_OF(TASK_SAMPLE_START);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	CLEANUP(error_freep) struct error *err = NULL;
	struct packet_reader r;
	int saved;

	if (!task_takes_path(o->file))
		return false;
	packet_add(&request, (uint64_t)o->pid);
	packet_add(&request, o->last.start_time);
	packet_add(&request, o->last.start_ticks);
	packet_add(&request, o->last.taken_at);
	packet_add_text(&request, o->file);
	err = task_ask(&request, &reply, &r);
	saved = errno;
	if (!err) {
		ret->pid = (pid_t)packet_get(&r);
		ret->out = packet_take_fd(&reply);
		ret->err = packet_take_fd(&reply);
	}
	errno = saved;
	return !err;
}

bool sampler_start(struct sampler *s, const struct sample_order *order)
{
	s->spawned = (struct spawned)SPAWNED_NONE;
	return task_is_worker() ? ask_to_start(&s->spawned, order) :
				  spawn_start(&s->spawned, take_sample,
					      unconst(order));
}

static int ask_to_end(struct spawned *s, bool stop)
{
	struct packet request = PACKET_OF(TASK_SAMPLE_END);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	CLEANUP(error_freep) struct error *err = NULL;
	struct packet_reader r;

	closep(&s->out);
	closep(&s->err);
	packet_add(&request, stop);
	err = task_ask(&request, &reply, &r);
	*s = (struct spawned)SPAWNED_NONE;
	return err ? -1 : (int)packet_get(&r) - 1;
}

static int end(struct spawned *s, bool stop)
{
	return task_is_worker() && s->pid ? ask_to_end(s, stop) :
					    spawn_end(s, stop);
}

/* --- what it says --- */

/* Read all that is there.  *fd becomes -1 at the end. */
static void take(int *fd, struct str *s)
{
	char buffer[65536];
	ssize_t nr;

	while (*fd >= 0 && s->len < SAMPLER_MAX) {
		nr = read(*fd, buffer, sizeof(buffer));
		if (nr > 0) {
			str_add_bytes(s, buffer, (size_t)nr);
			continue;
		}
		if (nr < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		close(*fd);
		*fd = -1;
	}
}

bool sampler_poll(struct sampler *s, int *status)
{
	bool too_much;

	take(&s->spawned.out, &s->text);
	take(&s->spawned.err, &s->message);
	too_much = s->text.len >= SAMPLER_MAX || s->message.len >= SAMPLER_MAX;
	if ((s->spawned.out >= 0 || s->spawned.err >= 0) && !too_much)
		return false;
	*status = end(&s->spawned, too_much);
	return true;
}

void sampler_stop(struct sampler *s)
{
	end(&s->spawned, true);
	str_release(&s->text);
	str_release(&s->message);
	*s = (struct sampler)SAMPLER_INIT;
}
