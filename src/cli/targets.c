/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/redacted.h"
#include "cli/running/running.h"
#include "cli/status.h"
#include "cli/targets.h"

int targets_order(const struct target_vec *targets, bool newest_first,
		  struct order *ret)
{
	size_t nr = targets->nr;
	CLEANUP(freep) struct heap *heaps = xcalloc(nr, sizeof(*heaps));
	CLEANUP(freep) const struct heap_info **infos =
		xcalloc(nr, sizeof(*infos));
	int status = STATUS_OK;

	*ret = (struct order){ .nr = 0 };
	progress_start("reading");
	for (size_t i = 0; i < nr && !status; i++) {
		status = session_peek(targets->v[i], &heaps[i]);
		infos[i] = &heaps[i].info;
	}
	if (!status)
		order_build(infos, nr, newest_first, ret);
	for (size_t i = 0; i < nr; i++)
		heap_release(&heaps[i]);
	return status;
}

/* --- children --- */

/* Returns STATUS_PARTIAL if one can't be read. */
static int add_readable(const struct ps *p, struct target_vec *ret)
{
	int status = STATUS_OK;

	for (size_t i = 0; i < p->rows.nr; i++) {
		const struct ps_row *r = &p->rows.v[i];

		if (!r->unreadable) {
			target_vec_push(ret, running_word(r->pid));
			continue;
		}
		progress_stop();
		fprintf(stderr, "pyheld: warning: %s\n", r->unreadable);
		status = STATUS_PARTIAL;
	}
	return status;
}

/* Returns STATUS_PARTIAL if it started too many. */
static int say_left_out(const struct ps *p, const char *pid)
{
	if (!p->nr_left_out)
		return STATUS_OK;
	progress_stop();
	fprintf(stderr, "pyheld: warning: %" PRIu64 " of the processes that %s"
		" started are left out: there are too many\n",
		p->nr_left_out, pid);
	return STATUS_PARTIAL;
}

static int add_with_children(const char *target, struct target_vec *ret)
{
	CLEANUP(ps_release) struct ps p = { .nr_hidden = 0 };
	size_t nr = ret->nr;
	const char *pid;
	int status = session_target(target, true, &pid);
	struct error *err;

	if (status)
		return status;
	if (strspn(pid, "0123456789") == strlen(pid)) {
		err = running_find((pid_t)strtol(pid, NULL, 10), NULL, &p);
		if (err)
			return session_failed(err);
		status = MAX(add_readable(&p, ret), say_left_out(&p, pid));
	}
	/* To open it says what it is. */
	if (ret->nr == nr)
		target_vec_push(ret, pid);
	return status;
}

int targets_add_children(struct target_vec *targets)
{
	struct target_vec all = VEC_INIT;
	int status = STATUS_OK;

	for (size_t i = 0; i < targets->nr; i++) {
		int one = add_with_children(targets->v[i], &all);

		status = MAX(status, one);
		if (one && one != STATUS_PARTIAL) {
			status = one;
			break;
		}
	}
	target_vec_release(targets);
	*targets = all;
	return status;
}

/* --- those that are compared --- */

static void add_status(struct targets *t, const struct session *s)
{
	t->status = MAX(t->status, session_status(s));
}

static int open_one(const struct targets *t, struct session *s,
		    const char *name)
{
	if (t->details)
		return session_open_details(s, name);
	return redacted_open(s, name, t->redaction);
}

/* Names of files may tell something. */
static char *shown_name(const struct targets *t, size_t i)
{
	const char *name = t->names[i];

	if (t->redaction == REDACT_NOTHING ||
	    strspn(name, "0123456789") == strlen(name))
		return xstrdup(name);
	return xasprintf("capture-%zu", i + 1);
}

static void forget_bytes(struct targets *t)
{
	if (!t->old.heap.bytes)
		session_forget_bytes(&t->new);
	if (!t->new.heap.bytes)
		session_forget_bytes(&t->old);
}

int targets_open(struct targets *t, const char *const *names, size_t nr)
{
	int status;

	t->names = names;
	t->nr = nr;
	t->between = xcalloc(nr, sizeof(*t->between));
	t->infos = xcalloc(nr, sizeof(*t->infos));
	t->shown = xcalloc(nr, sizeof(*t->shown));
	for (size_t i = 0; i < nr; i++)
		t->shown[i] = shown_name(t, i);
	/* A process comes last, so that the pause is near to its report. */
	status = nr < 2 ? STATUS_OK : open_one(t, &t->old, names[0]);
	if (!status)
		status = open_one(t, &t->new, names[nr - 1]);
	if (status)
		return status;
	t->infos[nr - 1] = &t->new.heap.info;
	add_status(t, &t->new);
	if (nr < 2)
		return STATUS_OK;
	t->infos[0] = &t->old.heap.info;
	add_status(t, &t->old);
	forget_bytes(t);
	return STATUS_OK;
}

void targets_close(struct targets *t)
{
	session_close(&t->old);
	session_close(&t->new);
	for (size_t i = 0; t->between && i < t->nr; i++) {
		heap_release(&t->between[i]);
		free(t->shown[i]);
	}
	free(t->shown);
	free(t->between);
	free(t->infos);
}

int targets_open_between(struct targets *t, size_t i, struct session *s)
{
	int status = open_one(t, s, t->names[i]);

	if (!status)
		add_status(t, s);
	return status;
}

int targets_close_between(struct targets *t, size_t i, struct session *s)
{
	int status = session_check(s);

	if (status)
		return status;
	/* The heap owns what its info points to: move the whole info. */
	t->between[i].info = s->heap.info;
	s->heap.info = (struct heap_info){ 0 };
	t->infos[i] = &t->between[i].info;
	return STATUS_OK;
}
