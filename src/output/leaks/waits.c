/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/suspects/tasks.h"
#include "output/format.h"
#include "output/leaks/waits.h"

/* What has many futures: the waiters of a lock or an event, the getters of a
 * queue. */
static bool is_of_futures(enum type_kind kind)
{
	return kind == TYPE_KIND_DEQUE || kind == TYPE_KIND_LIST ||
	       kind == TYPE_KIND_SET || kind == TYPE_KIND_DICT ||
	       kind == TYPE_KIND_ORDERED_DICT;
}

/* The container on which `future` hangs; OID_NONE: only its task has it, or
 * something else. */
static oid container_of(const struct suspects *s, oid future)
{
	oid holder = reach_has(&s->reach, future) ? s->reach.parent[future] :
						    OID_NONE;

	return holder != OID_NONE &&
	       is_of_futures(heap_kind_of(s->heap, holder)) ? holder : OID_NONE;
}

static void add_most(const struct task_wait *w, struct str *out)
{
	format_count(out, w->nr);
	str_addf(out, " wait%s in %s", w->nr == 1 ? "s" : "",
		 *w->awaits ? w->awaits : w->coroutine);
	if (*w->awaits)
		str_addf(out, ", awaited by %s", w->coroutine);
}

oid waits_add(const struct suspects *s, const struct suspect *suspect,
	      struct str *out)
{
	CLEANUP(tasks_release) struct tasks t = { 0 };

	if (suspect->kind != SUSPECT_TASKS)
		return OID_NONE;
	tasks_build(s->heap, suspect->members, &t);
	if (!t.waits.nr)
		return OID_NONE;
	add_most(&t.waits.v[0], out);
	return container_of(s, t.waits.v[0].future);
}
