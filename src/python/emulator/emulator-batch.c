/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/log.h"
#include "python/emulator/emulator-batch.h"
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

static struct emulator_strike *strike_of(struct emulator *e,
					       raddr traverse)
{
	uint64_t hash = hash_u64(traverse);

	return &e->strikes[hash >> 54 & (EMULATOR_STRIKES - 1)];
}

static struct emulator_strike *add_strike(struct emulator *e, raddr traverse)
{
	struct emulator_strike *s = strike_of(e, traverse);

	e->struck = true;
	if (s->traverse != traverse)
		*s = (struct emulator_strike){ .traverse = traverse };
	return s;
}

static void strike(struct emulator *e, raddr traverse, bool hung,
		   const char *why)
{
	struct emulator_strike *s = add_strike(e, traverse);

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

	if (!c->object || !c->traverse)
		return "there is nothing to call";
	if (likely(!e->struck))
		return NULL;
	if (e->hangs >= MAX_ALL_HANGS)
		return "too many functions did not come to an end";
	if (e->aborts >= MAX_ABORTS)
		return "the emulator failed too often";
	s = strike_of(e, c->traverse);
	if (s->traverse != c->traverse)
		return NULL;
	if (s->costly >= MAX_COSTLY)
		return "it was given up";
	if (s->failures >= MAX_FAILURES)
		return "it was given up: it failed too often";
	if (s->slow >= MAX_SLOW)
		return "it was given up: it takes too long";
	return NULL;
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
	if (unlikely(watchdog_step(e->progress) > e->max_visits)) {
		e->endless = true;
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
		add_strike(e, c->traverse)->slow++;
	emulator_batch_next(e);
	if (emulator_memory_worn(e))
		emulator_state_set_cell(e, EMULATOR_OBJECT, 0);
}

void emulator_batch_fail(struct emulator *e, const char *why, bool hung)
{
	struct emulator_call *c = &e->calls[e->at++];

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
	e->struck = false;
	memset(e->strikes, 0, sizeof(e->strikes));
}
