/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <time.h>

#include "base/broker/task.h"
#include "base/files/newfile-task.h"

static struct packet request_of(enum task_kind kind, const struct newfile *f)
{
	struct packet request = PACKET_OF(kind);

	packet_add(&request, f->number);
	return request;
}

static struct error *find_once(struct newfile *f, const char *path, int *fd)
{
	struct packet request = PACKET_OF(TASK_OUTPUT_FIND);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	struct error *err;

	packet_add_text(&request, path);
	err = task_ask(&request, &reply, &r);
	if (err)
		return err;
	f->number = packet_get(&r);
	*fd = packet_take_fd(&reply);
	return NULL;
}

/* Nobody reads a FIFO yet: it is the worker that waits, since the broker must
 * be there for signals. */
struct error *newfile_task_find(struct newfile *f, const char *path, int *fd)
{
	static const struct timespec pause = { 0, 10000000 };
	struct error *err;

	*fd = -1;
	if (!task_takes_path(path))
		return error_errno(ERR_SYSTEM, errno, "can't create");
	for (;;) {
		err = find_once(f, path, fd);
		if (err || f->number)
			return err;
		nanosleep(&pause, NULL);
	}
}

int newfile_task_create(struct newfile *f, mode_t mode)
{
	struct packet request = request_of(TASK_OUTPUT_CREATE, f);
	int fd;

	packet_add(&request, mode);
	fd = task_open_with(&request);
	if (fd >= 0)
		f->temporary = xstrdup("");
	return fd;
}

struct error *newfile_task_publish(struct newfile *f, bool sync)
{
	struct packet request = request_of(TASK_OUTPUT_PUBLISH, f);

	packet_add(&request, sync);
	return task_do(&request);
}

void newfile_task_release(struct newfile *f)
{
	struct packet request = request_of(TASK_OUTPUT_END, f);

	if (f->number)
		error_free(task_do(&request));
	else
		packet_release(&request);
	free(f->temporary);
	*f = (struct newfile)NEWFILE_INIT;
}
