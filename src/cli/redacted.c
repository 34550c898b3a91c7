/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "cli/options.h"
#include "cli/progress.h"
#include "cli/redacted.h"
#include "cli/status.h"
#include "heap/capture/capture.h"

error_t redacted_parse(const struct argp_state *state, const char *arg,
		       enum heap_redaction *ret)
{
	unsigned int word = 0;
	error_t err = 0;

	if (arg)
		err = options_word(state, "redact", "contents|all", arg, &word);
	if (!err)
		*ret = word ? REDACT_ALL : REDACT_CONTENTS;
	return err;
}

static void show_progress(void *unused UNUSED, uint64_t done, uint64_t total)
{
	progress_at(done, total);
}

/* Replace the heap of `s` by that of its redacted capture. */
static struct error *redact_session(struct session *s, enum heap_redaction how)
{
	/* It is used where it lies; to pack it would only take time. */
	const struct capture_options options = {
		.plain = true, .redaction = how, .progress = show_progress };
	CLEANUP(closep) int fd = memfd_create("redacted", MFD_CLOEXEC);
	struct error *err;

	if (fd < 0)
		return error_errno(ERR_SYSTEM, errno, "no memory for a"
				   " redacted copy");
	progress_start("redacting");
	err = capture_write(&s->heap, &options, fd);
	if (err)
		return error_wrap(err, "redacted copy");
	heap_release(&s->heap);
	heap_init(&s->heap);
	if (s->target)
		target_close(s->target);
	s->target = NULL;
	err = capture_open(fd, &s->heap);
	return err ? error_wrap(err, "redacted copy") : NULL;
}

int redacted_open(struct session *s, const char *target,
		  enum heap_redaction how)
{
	struct error *err;
	int status;

	if (how == REDACT_NOTHING)
		return session_open(s, target);
	status = session_open_details(s, target);
	if (status)
		return status;
	err = redact_session(s, how);
	if (err)
		return session_failed(err);
	progress_start("thinking");
	return STATUS_OK;
}
