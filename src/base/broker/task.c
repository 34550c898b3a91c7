/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "base/die.h"
#include "base/rlimit.h"
#include "base/str.h"

/* The status of a worker that has lost its broker: nobody sees it. */
#define STATUS_LOST 3
#define MESSAGE_MAX 16384

static int task_socket = -1;
static struct task_note *task_note;

void task_begin(int socket, struct task_note *note)
{
	task_socket = socket;
	task_note = note;
}

bool task_is_worker(void)
{
	return task_socket >= 0;
}

/* An error as a reply has it: 0, or its code + 1, an errno and a message. */
static struct error *get_error(struct packet_reader *r)
{
	uint64_t code = packet_get(r);
	CLEANUP(freep) char *message = NULL;
	uint64_t errnum;

	if (r->failed)
		_exit(STATUS_LOST);
	if (!code)
		return NULL;
	errnum = packet_get(r);
	message = packet_get_text(r, MESSAGE_MAX);
	errno = (int)errnum;
	if (code - 1 == ERR_FAULT)
		return &error_fault;
	return error_new((enum error_code)(code - 1), "%s",
			 message ? message : strerror(errno));
}

void task_reply_error(struct packet *reply, struct error *err)
{
	packet_add(reply, err ? (uint64_t)err->code + 1 : 0);
	if (err) {
		packet_add(reply, EIO);
		packet_add_text(reply, err->message);
	}
	error_free(err);
}

void task_reply_errno(struct packet *reply, int errnum)
{
	packet_add(reply, errnum ? (uint64_t)ERR_SYSTEM + 1 : 0);
	if (errnum) {
		packet_add(reply, (uint64_t)errnum);
		packet_add_text(reply, NULL);
	}
}

/* If it has ended, it has said why.  Else the system has failed us. */
static void lose_broker(int errnum)
{
	CLEANUP(freep) char *text = NULL;

	if (!errnum || errnum == EPIPE || errnum == ECONNRESET)
		_exit(STATUS_LOST);
	rlimit_check(errnum);
	text = xasprintf("a message between its two processes failed: %s",
			 strerror(errnum));
	die(text);
}

struct error *task_ask(struct packet *request, struct packet *reply,
		       struct packet_reader *reader)
{
	bool done = packet_send(task_socket, PACKET_REQUEST, request) &&
		    packet_receive(task_socket, PACKET_REPLY, reply);
	int errnum = errno;

	packet_release(request);
	if (!done)
		lose_broker(errnum);
	*reader = packet_read(reply);
	return get_error(reader);
}

struct error *task_do(struct packet *request)
{
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;

	return task_ask(request, &reply, &r);
}

int task_open_with(struct packet *request)
{
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	CLEANUP(error_freep) struct error *err = NULL;
	struct packet_reader r;
	int saved, fd;

	err = task_ask(request, &reply, &r);
	saved = errno;
	fd = err ? -1 : packet_take_fd(&reply);
	errno = saved;
	return fd;
}

bool task_takes_path(const char *path)
{
	errno = ENAMETOOLONG;
	return !path || strlen(path) < PATH_MAX;
}

int task_open(enum task_kind kind, const char *path)
{
	struct packet request = PACKET_OF(kind);

	if (!task_takes_path(path))
		return -1;
	packet_add_text(&request, path);
	return task_open_with(&request);
}

uint64_t task_number(enum task_kind kind, const char *path)
{
	struct packet request = PACKET_OF(kind);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	CLEANUP(error_freep) struct error *err = NULL;
	struct packet_reader r;

	if (!task_takes_path(path))
		return 0;
	packet_add_text(&request, path);
	err = task_ask(&request, &reply, &r);
	return err ? 0 : packet_get(&r);
}

void task_log(enum log_level level)
{
	struct packet request = PACKET_OF(TASK_LOG);

	packet_add(&request, level);
	error_free(task_do(&request));
}

void task_set_type(const char *type, uint64_t traverse)
{
	size_t len = strnlen(type, TASK_TYPE_MAX - 1);

	if (!task_note)
		return;
	memcpy(task_note->type, type, len);
	task_note->type[len] = '\0';
	task_note->traverse = traverse;
}

void task_set_emulates(bool emulates)
{
	if (task_note)
		*(volatile uint8_t *)&task_note->emulates = emulates;
}

void task_set_screen_end(const char *bytes, size_t len)
{
	if (!task_note)
		return;
	len = MIN(len, TASK_SCREEN_END_MAX);
	if (len)
		memcpy(task_note->screen_end, bytes, len);
	*(volatile uint16_t *)&task_note->screen_end_len = (uint16_t)len;
}

void task_has_output(void)
{
	if (task_note)
		task_note->has_output = true;
}
