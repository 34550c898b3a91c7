/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "target/live/snapshot/threads.h"
#include "target/proc.h"

bool thread_read(int dir, pid_t tid, const char *file, struct str *text)
{
	char name[64];

	snprintf(name, sizeof(name), "task/%d/%s", (int)tid, file);
	return proc_read(dir, name, text);
}

char thread_state(int dir, pid_t tid)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!thread_read(dir, tid, "stat", &text))
		return 'X';
	return proc_stat_state(&text);
}

bool threads_have_our_numbers(int dir)
{
	CLEANUP(str_release) struct str status = STR_INIT;

	if (!proc_read(dir, "status", &status))
		return false;
	return proc_field_u64(&status, "NSpid") ==
	       proc_field_last(&status, "NSpid");
}

void thread_describe(int dir, bool our_numbers, struct thread *t)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	t->tid = t->host_tid;
	if (thread_read(dir, t->host_tid, "comm", &text))
		snprintf(t->name, sizeof(t->name), "%.*s",
			 (int)strcspn(text.s, "\n"), text.s);
	if (our_numbers)
		return;
	str_cut(&text, 0);
	if (thread_read(dir, t->host_tid, "status", &text))
		t->tid = proc_field_last(&text, "NSpid");
}
