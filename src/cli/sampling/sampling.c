/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/summary.h"
#include "base/files/input.h"
#include "cli/sampling/sampling.h"
#include "cli/sampling/wait.h"
#include "cli/status.h"

/*
 * Another process has the PID.  The start time is not what it was if somebody
 * sets the clock; the ticks since the boot stay.
 */
static bool is_another(const struct sampling *last,
		       const struct heap_info *info)
{
	if (last->start_ticks && info->start_ticks)
		return last->start_ticks != info->start_ticks;
	return last->start_time && last->start_time != info->start_time;
}

static struct error *take_note(struct sampling *last, const char *process,
			       const struct session *s)
{
	const struct heap_info *info = &s->heap.info;

	if (s->file)
		return error_new(ERR_UNSUPPORTED, "'%s' does not change: give"
				 " the PID of a process", s->file);
	if (is_another(last, info))
		return error_new(ERR_GONE, "process %s has ended; another one"
				 " has its PID", process);
	last->start_time = info->start_time;
	last->start_ticks = info->start_ticks;
	last->taken_at = info->taken_at;
	return NULL;
}

struct error *sampling_read(struct sampling *last, const char *process,
			    bool details, struct session *s)
{
	struct error *err;

	session_set_announces(false);
	err = session_read(s, process, details);
	return err ? err : take_note(last, process, s);
}

int sampling_open(struct sampling *last, const char *process, bool details,
		  struct session *s)
{
	struct error *err;
	int status;

	session_set_announces(false);
	status = details ? session_open_details(s, process) :
			   session_open(s, process);
	if (status)
		return status;
	err = take_note(last, process, s);
	return err ? session_failed(err) : STATUS_OK;
}

struct sample sampling_measure(const struct heap *h)
{
	CLEANUP(summary_release) struct summary sum;

	summary_build(h, NULL, SUMMARY_BY_COUNT, &sum);
	return (struct sample){
		.at_ms = wait_now_ms(),
		.resident = h->info.resident,
		.objects = h->nr_objects,
		.bytes = sum.all.bytes,
		.size = sum.all_size,
		.sizes_unknown = sum.sizes_unknown,
	};
}

static char *numbered_name(const char *pattern, const char *number, uint64_t n)
{
	return xasprintf("%.*s%" PRIu64 "%s", (int)(number - pattern), pattern,
			 n, number + 2);
}

/* A link is no free name, wherever it leads.  For a name that can't be reached,
 * writing it will say why. */
static bool is_free(const char *name)
{
	return input_kind(name) == INPUT_MISSING;
}

char *sampling_file_of(const char *pattern, int64_t pid)
{
	const char *at = pid > 0 ? strstr(pattern, "%p") : NULL;

	return at ? numbered_name(pattern, at, (uint64_t)pid) :
		    xstrdup(pattern);
}

char *sampling_file(const char *pattern, int64_t pid)
{
	CLEANUP(freep) char *usual = sampling_file_of(
		pattern ? pattern : "pyheld-%p-%n.pyheld", pid);
	const char *number;
	char *ret;

	pattern = usual;
	number = strstr(pattern, "%n");
	if (!number)
		return xstrdup(pattern);
	for (uint64_t n = 1;; n++) {
		ret = numbered_name(pattern, number, n);
		if (is_free(ret))
			return ret;
		free(ret);
	}
}
