/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "base/str.h"
#include "cli/broker/typed.h"
#include "cli/terminal.h"

static const char prompt[] = "write to file: ";

/* No name that a person wants to write to has these. */
static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

char *typed_file(int wake)
{
	char *typed = terminal_read_line(prompt, wake);
	const char *home = getenv("HOME");
	char *path;

	if (typed && has_control(typed))
		*typed = '\0';
	if (!typed || strncmp(typed, "~/", 2) || !home || !*home)
		return typed;
	path = xasprintf("%s%s", home, typed + 1);
	free(typed);
	return path;
}

static char *ask_broker(void)
{
	struct packet request = PACKET_OF(TASK_OUTPUT_TYPED);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	CLEANUP(error_freep) struct error *err = NULL;
	struct packet_reader r;
	char *path = NULL;

	err = task_ask(&request, &reply, &r);
	if (!err)
		path = packet_get_text(&r, PATH_MAX);
	return path;
}

char *typed_file_ask(void)
{
	char *path;

	do {
		errno = 0;
		path = task_is_worker() ? ask_broker() : typed_file(-1);
	} while (!path && errno == EINTR);
	return path;
}
