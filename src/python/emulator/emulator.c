/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "python/emulator/emulator-batch.h"
#include "python/emulator/emulator-budget.h"
#include "python/emulator/emulator-decode.h"
#include "python/emulator/emulator-engine.h"
#include "python/emulator/emulator-memory.h"
#include "python/emulator/emulator.h"

/* So many windows for one call. */
#define MAX_TRIES 16

/* What is mapped is mapped again as needed. */
static const char *reopen_if_worn(struct emulator *e)
{
	const char *why;
	uint64_t then;
	bool refused;

	if (e->uc && !emulator_memory_worn(e))
		return NULL;
	log_detail("emulator: another engine is started");
	then = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	refused = e->tainted;
	emulator_state_close(e);
	why = emulator_engine_open(e);
	if (refused)
		emulator_budget_charge(e, clock_ns(CLOCK_THREAD_CPUTIME_ID) -
					  then);
	return why;
}

/* Run the loop from e->at on.  If a call failed because it wrote, run it
 * again with a window there. */
static const char *run_loop(struct emulator *e, bool *hung)
{
	const struct emulator_machine *m = e->machine;
	unsigned int tries = 0;
	const char *why;
	size_t at;

	for (;;) {
		at = e->at;
		why = emulator_engine_run(e, m->loop, m->loop_end, hung);
		if (!why || e->at >= e->nr)
			return why;
		tries = e->at == at ? tries + 1 : 0;
		if (tries > MAX_TRIES || !emulator_memory_allow(e))
			return why;
		e->visited->nr = e->calls[e->at].first;
		watchdog_next(e->progress);
		why = emulator_engine_open(e);
		if (why)
			return why;
	}
}

void emulator_run(struct emulator *e, struct emulator_call *calls, size_t nr,
		  struct raddr_vec *visited)
{
	const char *why;
	bool hung;

	e->calls = calls;
	e->nr = nr;
	e->at = 0;
	e->visited = visited;
	for (emulator_batch_next(e); e->at < nr; emulator_batch_next(e)) {
		why = reopen_if_worn(e);
		if (why) {
			emulator_batch_fail_rest(e, why);
			break;
		}
		hung = e->endless = false;
		why = run_loop(e, &hung);
		if (!why && emulator_state_cell(e, EMULATOR_OBJECT))
			why = "it jumped to the end";
		if (why && e->at < nr)
			emulator_batch_fail(e, why, hung || e->endless);
	}
	e->calls = NULL;
	e->visited = NULL;
}

static bool call_once(struct emulator *e, uint64_t a, uint64_t b,
		      uint64_t *ret)
{
	const struct emulator_machine *m = e->machine;
	uint64_t top = e->base + EMULATOR_TOP, sp;
	bool hung;

	if (reopen_if_worn(e))
		return false;
	if (e->dirty)
		uc_context_restore(e->uc, e->pristine);
	e->dirty = false;
	if (uc_reg_write(e->uc, m->arguments[0], &a) ||
	    uc_reg_write(e->uc, m->arguments[1], &b))
		return false;
	if (emulator_engine_run(e, m->call, m->call_end, &hung))
		return false;
	return !uc_reg_read(e->uc, m->sp, &sp) && sp == top &&
	       !uc_reg_read(e->uc, m->result, ret);
}

bool emulator_call(struct emulator *e, raddr function, uint64_t a, uint64_t b,
		   uint64_t *ret)
{
	emulator_state_set_cell(e, EMULATOR_TRAVERSE, function);
	for (unsigned int tries = 0; tries <= MAX_TRIES; tries++) {
		e->refused = 0;
		if (call_once(e, a, b, ret))
			return true;
		if (!emulator_memory_allow(e))
			break;
	}
	return false;
}

void emulator_redirect(struct emulator *e, raddr from, raddr to)
{
	emulator_memory_redirect(e, from, to);
}

void emulator_blank(struct emulator *e, raddr start, raddr end)
{
	emulator_memory_blank(e, start, end);
}

void emulator_end_budget(struct emulator *e)
{
	if (e)
		emulator_budget_end(e);
}

void emulator_forgive(struct emulator *e)
{
	emulator_batch_forgive(e);
}

raddr emulator_misread(struct emulator *e)
{
	raddr at = e->misread;

	e->misread = 0;
	return at;
}

static bool area_is_free(struct memory *m, raddr start, raddr end)
{
	for (unsigned int i = 0; i < m->nr_segments; i++) {
		if (m->segments[i].start < end && m->segments[i].end > start)
			return false;
	}
	return true;
}

/* An address range without segments, and where a kernel would map nothing:
 * far below shared libraries and stacks (0x7f...), far above programs
 * (0x55...). */
static raddr find_area(struct memory *m)
{
	const uint64_t around = UINT64_C(1) << 30;

	for (raddr base = UINT64_C(0x6d5f00000000); base > around * 4;
	     base -= around * 2) {
		if (area_is_free(m, base - around, base + around))
			return base;
	}
	return 0;
}

static bool make_area(struct emulator *e)
{
	e->base = find_area(e->memory);
	if (!e->base)
		return false;
	if (posix_memalign((void **)&e->area, EMULATOR_PAGE,
			   EMULATOR_CELL + EMULATOR_PAGE))
		out_of_memory();
	memset(e->area, 0, EMULATOR_CELL + EMULATOR_PAGE);
	memcpy(e->area + EMULATOR_CODE, e->machine->code,
	       e->machine->code_size);
	e->stack = xcalloc(1, EMULATOR_STACK_SIZE + 8);
	emulator_state_set_cell(e, EMULATOR_STACK_TOP,
			  e->base + EMULATOR_TOP);
	return true;
}

/* An object can't refer to more objects than memory has words.  Memory that
 * is mapped but was never touched holds no references. */
static uint64_t words(const struct memory *m)
{
	return m->bytes_copied / 8 + (1 << 20);
}

/* Versions of Unicorn treat hooks differently: check that this one works. */
static bool emulator_works(struct emulator *e)
{
	raddr check = e->base + e->machine->check;
	struct emulator_call calls[2] = {
		{ .object = check, .traverse = check },
		{ .object = 8, .traverse = check },
	};
	CLEANUP(raddr_vec_release) struct raddr_vec visited = VEC_INIT;

	emulator_run(e, calls, 2, &visited);
	return !calls[0].failed && calls[0].nr == 2 && !calls[1].failed &&
	       visited.nr == 4 && visited.v[0] == check && visited.v[3] == 8;
}

static void on_late(void *context)
{
	struct emulator *e = context;

	uc_emu_stop(e->uc);
}

static const char *emulator_open(struct emulator *e)
{
	unsigned int major, minor;
	const char *why_not;

	e->decoder = emulator_decoder_new(e->machine);
	if (!e->decoder)
		return "the disassembler can't be started";
	if (!make_area(e))
		return "no room for the emulator's own memory";
	e->watchdog = watchdog_new(on_late, e);
	if (!e->watchdog)
		return "the emulator's watchdog can't be started";
	e->progress = watchdog_progress(e->watchdog);
	why_not = emulator_engine_open(e);
	uc_version(&major, &minor);
	log_info("emulator: Unicorn %u.%u", major, minor);
	if (!why_not && !emulator_works(e))
		why_not = "this version of Unicorn does not do what is needed";
	return why_not;
}

struct emulator *emulator_new(struct memory *m, raddr fs_base,
			      const char **why_not)
{
	struct emulator *e = xcalloc(1, sizeof(*e));

	e->machine = &emulator_x86_64;
	e->memory = m;
	e->fs_base = fs_base;
	e->written_call = 1;
	e->max_visits = MIN(words(m), UINT32_MAX);
	emulator_budget_init(e, words(m));
	*why_not = emulator_open(e);
	if (*why_not) {
		emulator_free(e);
		return NULL;
	}
	return e;
}

void emulator_free(struct emulator *e)
{
	if (!e)
		return;
	watchdog_free(e->watchdog);
	emulator_state_close(e);
	emulator_memory_release(e);
	emulator_words_release(&e->written);
	emulator_decoder_free(e->decoder);
	if (e->unicorn_stderr)
		fclose(e->unicorn_stderr);
	free(e->area);
	free(e->stack);
	free(e);
}
