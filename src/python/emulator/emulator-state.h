/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/emulator-state.h - what the emulator's files share.
 *
 * emulator.c		the public functions: batches, single calls
 * emulator-engine.c	Unicorn, one run
 * emulator-batch.c	the calls of a batch one by one, and what is given up
 * emulator-budget.c	what the whole run may take
 * emulator-decode.c	which code may run at all
 * emulator-memory.c	the target's memory as the emulated code sees it
 * emulator-state.c	the state itself
 * emulator-x86-64.c	machine code and registers of the architecture
 * emulator-x86-64-allowed.def	the instructions that may run
 * emulator-x86-64-trust.c	instructions that Unicorn misreads
 * emulator-none.c	stands for all of these in a build without Unicorn
 *
 * The emulated code sees four areas that are not the target's, at `base`:
 *
 *	code	r-x	the loop, visit(), and a function to check ourselves
 *	cell	r--	object, traverse ...: we change it while the loop runs
 *	stack	rw-	unmapped below
 *	port	-w-	a store here calls us: visited this, this call returned
 *
 * The target's memory is mapped as it is, to be read.  Where a function writes
 * (thread locals, locks, marks in objects), the surroundings become a window:
 * MMIO, too, so that we are asked for each access.  What is written there is
 * kept aside, word by word, and forgotten when the call is over: the memory
 * itself never changes, and one call does not see what another wrote.
 *
 * All state of a batch is ours, where the emulated code can't get at it: the
 * worst that it can do is to say that its own object refers to something else.
 *
 * Stack and port are one MMIO region to Unicorn, and nothing else can be
 * written.  A store to MMIO takes 40 ns, one to emulated RAM 120 ns: Unicorn
 * 2.0.1 looks after every store whether it changed translated code, in a
 * balanced tree that it builds for that store.  One region: Unicorn looks for
 * the region of every such access in a list, but first where the last was.
 */
#ifndef PYTHON_EMULATOR_EMULATOR_STATE_H
#define PYTHON_EMULATOR_EMULATOR_STATE_H

#include <capstone/capstone.h>
#include <stdio.h>
#include <unicorn/unicorn.h>

#include "base/hash.h"
#include "python/emulator/emulator-call.h"
#include "python/emulator/watchdog.h"

#define EMULATOR_PAGE 4096
#define EMULATOR_CODE 0
#define EMULATOR_CELL 0x1000
#define EMULATOR_STACK 0x20000
#define EMULATOR_STACK_SIZE 0x40000
#define EMULATOR_PORT (EMULATOR_STACK + EMULATOR_STACK_SIZE)
/* Nothing else is so far below the stack. */
#define EMULATOR_GUARD 0x10000
/* Above the top: a caller's frame, so that nothing there is the port. */
#define EMULATOR_TOP (EMULATOR_PORT - EMULATOR_PAGE)

/* The port's words. */
#define EMULATOR_VISITED 0
#define EMULATOR_RETURNED 8

/* The cell's words. */
#define EMULATOR_OBJECT 0	/* 0 ends the loop */
#define EMULATOR_TRAVERSE 8
#define EMULATOR_STACK_TOP 16

/*
 * An architecture.  `code` fits a page and may be anywhere.
 *
 * loop:	while (cell.object) {
 *			sp = cell.stack_top;
 *			cell.traverse(cell.object, visit, &cell);
 *			port.returned = sp;
 *		}
 *	loop_end:
 * visit:	visit(a, b) { port.visited = a; return 0; }
 * call:	sp = cell.stack_top; cell.traverse(...);
 *	call_end:
 * check:	check(a, f) { f(a); f(a); }
 */
struct emulator_machine {
	uc_arch arch;
	uc_mode mode;
	const uint8_t *code;
	size_t code_size;
	unsigned int loop, loop_end, visit, call, call_end, check;
	int pc, sp, result, arguments[2], thread;	/* Unicorn's names */
	/* System calls and the like that must end the run. */
	const int *stopping;
	unsigned int nr_stopping;
	/* For emulator-decode.c: Capstone's names of the architecture, which
	 * of its instructions may run, and our own look at them. */
	cs_arch decoder_arch;
	cs_mode decoder_mode;
	const bool *allowed;
	size_t nr_allowed;
	struct emulator_look (*look)(const uint8_t *code, size_t len);
};

/* What we know ourselves of an instruction, from its bytes. */
struct emulator_look {
	size_t length;		/* at least 1, and not more than there is */
	bool misread;		/* Unicorn takes it for something else */
	bool system;		/* it has a segment, control, debug register */
};

extern const struct emulator_machine emulator_x86_64;
/* Look at the first instruction of `len` bytes, `len` > 0. */
struct emulator_look emulator_x86_64_look(const uint8_t *code, size_t len);

struct emulator_strike {
	raddr traverse;
	unsigned int failures;
	unsigned int costly;	/* of these: endless, a new engine */
	unsigned int slow;	/* these returned, after a long time */
	uint64_t overdrawn;	/* ns, see emulator-budget.h */
	uint64_t visits;	/* of large calls */
	bool visits_too_much;	/* given up for them */
};

/* Traverse functions that failed; a later one may take another's place. */
#define EMULATOR_STRIKES 1024

/* Memory that is written to, whole pages of one segment. */
struct emulator_window {
	struct emulator *emulator;
	raddr start, end;
};
VEC_DEFINE(emulator_windows, struct emulator_window *);

/* A word that a call has written; it is one of call number `call`. */
struct emulator_word {
	raddr at;
	uint64_t value, call;
};

static inline bool emulator_words_used(uint64_t call,
				       const struct emulator_word *w)
{
	return w->call == call;
}

static inline raddr emulator_words_key(uint64_t call UNUSED,
				       const struct emulator_word *w)
{
	return w->at;
}

static inline uint64_t emulator_words_hash(uint64_t call UNUSED, raddr at,
					   uint64_t salt)
{
	return hash_u64(at >> 3 ^ salt);
}

static inline bool emulator_words_same(raddr a, raddr b)
{
	return a == b;
}

/* Those of call number `call`: the next call's number empties the table. */
HASH_DEFINE(emulator_words, struct emulator_word, raddr, uint64_t);

/* So many words may be written by one call. */
#define EMULATOR_MAX_WRITTEN 2048

/* `from` is never run, but `to` in its place. */
struct emulator_jump {
	raddr from, to;
};
VEC_DEFINE(emulator_jumps, struct emulator_jump);

VEC_DEFINE(emulator_pages, uint8_t *);

/* Of the whole run: see emulator-budget.h. */
struct emulator_budget {
	uint64_t visits, most_visits, more_visits;
	unsigned int grown;	/* so often, by more_visits */
	uint64_t overdrawn;	/* ns */
	/* since time was last looked at */
	uint64_t calls, called_visits, mapped;
	uint64_t all_mapped;
	bool too_many;		/* the current call was stopped for visits */
	bool ended;
};

struct emulator_decoder;	/* emulator-decode.c */

struct emulator {
	const struct emulator_machine *machine;
	struct memory *memory;
	struct emulator_decoder *decoder;
	raddr fs_base;
	raddr base;			/* of our own areas */
	uint8_t *area, *stack;		/* their bytes: code and cell, stack */
	FILE *unicorn_stderr;		/* see emulator-engine.c; or NULL */
	uc_engine *uc;
	uc_context *pristine;		/* all registers, as at the start */
	bool dirty;			/* a run ended badly: restore them */
	bool tainted;			/* it translated what it misreads */
	unsigned int nr_regions;	/* that Unicorn has to look through */
	struct emulator_pages pages;	/* what the engine needs a copy of */
	struct emulator_windows windows;
	struct emulator_words written;
	uint64_t written_call;		/* from 1 */
	raddr refused;			/* where a run stopped to write, or 0 */
	struct emulator_jumps jumps;
	raddr misread;			/* code that can't be run, or 0 */
	raddr blank_start, blank_end;	/* reads as zeros */
	struct watchdog *watchdog;
	struct watchdog_progress *progress;

	/* the run */
	struct emulator_call *calls;	/* NULL: emulator_call() */
	size_t nr, at;
	struct raddr_vec *visited;
	uint64_t max_visits;		/* of any call */
	uint64_t call_visits;		/* of the current one */
	const char *failed;		/* why it was stopped */
	bool endless;			/* for a loop that visits */
	uint64_t port[2];

	struct emulator_budget budget;
	unsigned int hangs, aborts;
	bool struck;			/* any strikes at all */
	struct emulator_strike strikes[EMULATOR_STRIKES];
};

/* End the run that goes on; the first reason (static) stays. */
void emulator_state_stop(struct emulator *e, const char *why);

/* Free Unicorn's engine and what it needs; it may be closed already.  Memory
 * that was mapped in it is mapped again as needed in the next engine. */
void emulator_state_close(struct emulator *e);

/* What is kept of `traverse`: the first adds it where it is missing, the second
 * returns NULL then. */
struct emulator_strike *emulator_state_strike(struct emulator *e,
					      raddr traverse);
const struct emulator_strike *
emulator_state_struck(const struct emulator *e, raddr traverse);

/* A word of the cell. */
uint64_t emulator_state_cell(const struct emulator *e, unsigned int word);
void emulator_state_set_cell(struct emulator *e, unsigned int word,
			     uint64_t value);

#endif
