/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"
#include "python/emulator/emulator-batch.h"
#include "python/emulator/emulator-budget.h"
#include "python/emulator/emulator-memory.h"

/* A traverse function is given up after so many failures ... */
#define MAX_COSTLY 2
#define MAX_FAILURES 1000
/* ... or has taken so long so often. */
#define MAX_SLOW 5
/* ... and all of them after so many endless loops: no honest program. */
#define MAX_ALL_HANGS 100
/* Each has cost us what an engine holds. */
#define MAX_ABORTS 16

static void strike(struct emulator *e, raddr traverse, bool hung,
		   const char *why)
{
	struct emulator_strike *s = emulator_state_strike(e, traverse);

	if (!s->failures++)
		log_detail("emulator: tp_traverse at 0x%" PRIx64 " failed: %s",
			   traverse, why);
	if (hung || e->tainted)
		s->costly++;
	if (hung)
		e->hangs++;
}

/* Why not even to try; NULL. */
static const char *refusal(struct emulator *e, const struct emulator_call *c)
{
	const struct emulator_strike *s;
	const char *why;

	if (!c->object || !c->traverse)
		return "there is nothing to call";
	if (likely(!e->struck))
		return NULL;
	if (e->hangs >= MAX_ALL_HANGS)
		return "too many functions did not come to an end";
	if (e->aborts >= MAX_ABORTS)
		return "the emulator failed too often";
	why = emulator_budget_spent(e);
	if (why)
		return why;
	s = emulator_state_struck(e, c->traverse);
	if (!s)
		return NULL;
	if (s->costly >= MAX_COSTLY)
		return "it was given up";
	if (s->failures >= MAX_FAILURES)
		return "it was given up: it failed too often";
	if (s->slow >= MAX_SLOW)
		return "it was given up: it takes too long";
	return emulator_budget_refuses(s);
}

/* Find the first call from e->at on that is not refused, and hand it to the
 * loop. */
void emulator_batch_next(struct emulator *e)
{
	for (; e->at < e->nr; e->at++) {
		struct emulator_call *c = &e->calls[e->at];

		c->first = e->visited->nr;
		c->nr = 0;
		c->failed = refusal(e, c);
		if (c->failed)
			continue;
		emulator_state_set_cell(e, EMULATOR_OBJECT, c->object);
		emulator_state_set_cell(e, EMULATOR_TRAVERSE, c->traverse);
		e->call_visits = e->max_visits;
		if (!e->budget.ended)
			e->call_visits = MIN(e->max_visits,
					     e->budget.most_visits -
						     e->budget.visits);
		watchdog_next(e->progress);
		return;
	}
	emulator_state_set_cell(e, EMULATOR_OBJECT, 0);
}

void emulator_batch_visited(struct emulator *e, uint64_t value)
{
	if (!e->calls) {
		emulator_state_stop(e, "it visits");
		return;
	}
	if (unlikely(watchdog_step(e->progress) > e->call_visits)) {
		e->endless = e->call_visits == e->max_visits;
		e->budget.too_many = !e->endless;
		emulator_state_stop(e, "it visits more than there can be");
		return;
	}
	if (value)
		raddr_vec_push(e->visited, value);
}

void emulator_batch_returned(struct emulator *e, uint64_t sp)
{
	struct emulator_call *c;

	if (!e->calls || e->at >= e->nr ||
	    sp != e->base + EMULATOR_TOP) {
		emulator_state_stop(e, "it did not keep to its stack");
		return;
	}
	emulator_memory_undo(e);
	c = &e->calls[e->at++];
	c->nr = (uint32_t)(e->visited->nr - c->first);
	if (unlikely(watchdog_is_slow(e->progress)))
		emulator_state_strike(e, c->traverse)->slow++;
	emulator_budget_pay(e, c->traverse, c->nr);
	emulator_batch_next(e);
	if (emulator_memory_worn(e))
		emulator_state_set_cell(e, EMULATOR_OBJECT, 0);
}

void emulator_batch_fail(struct emulator *e, const char *why, bool hung)
{
	struct emulator_call *c = &e->calls[e->at++];

	emulator_budget_pay_failed(e, c->traverse, e->visited->nr - c->first);
	e->visited->nr = c->first;
	c->nr = 0;
	c->failed = why;
	strike(e, c->traverse, hung, why);
}

void emulator_batch_fail_rest(struct emulator *e, const char *why)
{
	while (e->at < e->nr) {
		struct emulator_call *c = &e->calls[e->at++];

		c->first = e->visited->nr;
		c->nr = 0;
		c->failed = why;
	}
}

void emulator_batch_forgive(struct emulator *e)
{
	for (unsigned int i = 0; i < EMULATOR_STRIKES; i++) {
		struct emulator_strike *s = &e->strikes[i];

		s->failures = s->costly = s->slow = 0;
	}
}
