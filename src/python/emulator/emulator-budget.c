/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"
#include "python/emulator/emulator-budget.h"

#define CALL_NS UINT64_C(20000)
#define VISIT_NS UINT64_C(2000)
#define MAP_NS UINT64_C(4000000)
#define MAX_MAPPED 4096
#define FUNCTION_OVERDRAWN_NS UINT64_C(2000000000)
#define ALL_OVERDRAWN_NS UINT64_C(20000000000)
/* A call of so many visits is large: fewer are not counted by function. */
#define LARGE_CALL 1024
#define MAX_GROWN 4

void emulator_budget_init(struct emulator *e, uint64_t words)
{
	e->budget.most_visits = words;
	e->budget.more_visits = words / 4;
}

static void settle_time(struct emulator *e, raddr traverse, uint64_t spent)
{
	struct emulator_budget *b = &e->budget;
	uint64_t allowed = b->calls * CALL_NS + b->called_visits * VISIT_NS +
			   b->mapped * MAP_NS;

	b->calls = b->called_visits = b->mapped = 0;
	if (spent <= allowed)
		return;
	emulator_state_strike(e, traverse)->overdrawn += spent - allowed;
	b->overdrawn += spent - allowed;
}

static void settle(struct emulator *e, raddr traverse, uint64_t nr)
{
	uint64_t spent = watchdog_take_spent(e->progress);

	e->budget.calls++;
	e->budget.called_visits += nr;
	if (unlikely(spent))
		settle_time(e, traverse, spent);
	if (unlikely(nr >= LARGE_CALL))
		emulator_state_strike(e, traverse)->visits += nr;
}

void emulator_budget_pay(struct emulator *e, raddr traverse, uint64_t nr)
{
	if (!e->budget.ended)
		e->budget.visits += nr;
	settle(e, traverse, nr);
}

static struct emulator_strike *most_visits(struct emulator *e)
{
	struct emulator_strike *most = NULL;

	for (unsigned int i = 0; i < EMULATOR_STRIKES; i++) {
		struct emulator_strike *s = &e->strikes[i];

		if (s->visits && !s->visits_too_much &&
		    (!most || s->visits > most->visits))
			most = s;
	}
	return most;
}

static void grow(struct emulator *e)
{
	struct emulator_strike *most = most_visits(e);

	if (most) {
		most->visits_too_much = true;
		log_detail("emulator: tp_traverse at 0x%" PRIx64 " is given up:"
			   " %" PRIu64 " visits", most->traverse,
			   most->visits);
	}
	e->struck = true;
	e->budget.most_visits += e->budget.more_visits;
	e->budget.grown++;
}

void emulator_budget_pay_failed(struct emulator *e, raddr traverse,
				uint64_t nr)
{
	bool too_many = e->budget.too_many;

	e->budget.too_many = false;
	settle(e, traverse, nr);
	if (too_many)
		grow(e);
}

void emulator_budget_mapped(struct emulator *e)
{
	if (e->budget.all_mapped >= MAX_MAPPED)
		return;
	e->budget.all_mapped++;
	e->budget.mapped++;
}

void emulator_budget_charge(struct emulator *e, uint64_t ns)
{
	e->budget.overdrawn += ns;
}

const char *emulator_budget_spent(const struct emulator *e)
{
	if (e->budget.overdrawn >= ALL_OVERDRAWN_NS)
		return "all functions together took too long";
	if (e->budget.grown > MAX_GROWN)
		return "all functions together visited more than there can be";
	return NULL;
}

const char *emulator_budget_refuses(const struct emulator_strike *s)
{
	if (s->overdrawn >= FUNCTION_OVERDRAWN_NS)
		return "it was given up: its calls take too long together";
	if (s->visits_too_much)
		return "it was given up: it visits more than there can be";
	return NULL;
}

void emulator_budget_end(struct emulator *e)
{
	e->budget.ended = true;
}
