/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "base/alloc.h"
#include "python/emulator/emulator-batch.h"
#include "python/emulator/emulator-decode.h"
#include "python/emulator/emulator-engine.h"
#include "python/emulator/emulator-memory.h"

#define ALLOWED_NS UINT64_C(1000000000)
#define ALLOWED_LATER_NS UINT64_C(100000000)
#define STEP_NS UINT64_C(2000)
/* After so many hangs, patience is shorter. */
#define PATIENT_HANGS 8

/* Unicorn reports a store of eight bytes as two of four, the low half first. */
static void port_write(struct emulator *e, uint64_t offset, unsigned int size,
		       uint64_t value)
{
	if (e->failed)
		return;
	if (size > 8 || offset > sizeof(e->port) - size) {
		emulator_state_stop(e, "it wrote where it should not");
		return;
	}
	memcpy((uint8_t *)e->port + offset, &value, size);
	if (offset + size == EMULATOR_VISITED + 8)
		emulator_batch_visited(e, e->port[EMULATOR_VISITED / 8]);
	else if (offset + size == EMULATOR_RETURNED + 8)
		emulator_batch_returned(e, e->port[EMULATOR_RETURNED / 8]);
}

static void on_write(uc_engine *uc, uint64_t offset, unsigned int size,
		     uint64_t value, void *context)
{
	struct emulator *e = context;
	uint32_t half = (uint32_t)value;

	(void)uc;
	if (offset >= EMULATOR_STACK_SIZE)
		port_write(e, offset - EMULATOR_STACK_SIZE, size, value);
	else if (likely(size == 4))
		memcpy(e->stack + offset, &half, 4);
	else if (size <= 8)
		memcpy(e->stack + offset, &value, size);
}

static uint64_t on_read(uc_engine *uc, uint64_t offset, unsigned int size,
			void *context)
{
	struct emulator *e = context;
	uint64_t value = 0;
	uint32_t half;

	(void)uc;
	if (unlikely(offset >= EMULATOR_STACK_SIZE)) {
		emulator_state_stop(e, "it read where it should not");
	} else if (likely(size == 4)) {
		memcpy(&half, e->stack + offset, 4);
		value = half;
	} else if (size <= 8) {
		memcpy(&value, e->stack + offset, size);
	}
	return value;
}

static void on_stopping(uc_engine *uc, void *context)
{
	(void)uc;
	emulator_state_stop(context, "it made a system call");
}

/* Called once for each block and engine: it was just translated and will run
 * next, unless it is refused. */
static void on_block(uc_engine *uc, uc_tb *block, uc_tb *previous,
		     void *context)
{
	struct emulator *e = context;
	bool misread = false;
	const char *why;

	(void)uc, (void)previous;
	if (block->pc - e->base < EMULATOR_PAGE ||
	    emulator_memory_jumps(e, block->pc))
		return;
	why = emulator_decoder_refuses(e, block->pc, block->size, &misread);
	if (!why)
		return;
	e->tainted = true;
	if (misread)
		e->misread = block->pc;
	emulator_state_stop(e, why);
}

static bool map_areas(struct emulator *e)
{
	uc_engine *uc = e->uc;

	return !uc_mem_map_ptr(uc, e->base + EMULATOR_CODE, EMULATOR_PAGE,
			       UC_PROT_READ | UC_PROT_EXEC,
			       e->area + EMULATOR_CODE) &&
	       !uc_mem_map_ptr(uc, e->base + EMULATOR_CELL, EMULATOR_PAGE,
			       UC_PROT_READ, e->area + EMULATOR_CELL) &&
	       !uc_mmio_map(uc, e->base + EMULATOR_STACK,
			    EMULATOR_STACK_SIZE + EMULATOR_PAGE, on_read, e,
			    on_write, e);
}

/* Unicorn takes functions as `void *`, which ISO C has no cast for. */
static bool add_hook(struct emulator *e, int type, void *function, int insn)
{
	uc_hook hook;

	return !uc_hook_add(e->uc, &hook, type, function, e, 1, 0, insn);
}

static bool add_hooks(struct emulator *e)
{
	const struct emulator_machine *m = e->machine;

	if (!emulator_memory_hooks(e) ||
	    !add_hook(e, UC_HOOK_EDGE_GENERATED, (void *)on_block, 0))
		return false;
	for (unsigned int i = 0; i < m->nr_stopping; i++) {
		if (!add_hook(e, UC_HOOK_INSN, (void *)on_stopping,
			      m->stopping[i]))
			return false;
	}
	return true;
}

/* Unicorn reserves a gigabyte for translated code.  If it can't (RLIMIT_AS)
 * it ends the program, so try first. */
#define TRANSLATOR_BUFFER (1ul << 30)

static bool has_room(void)
{
	void *p = mmap(NULL, TRANSLATOR_BUFFER, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, TRANSLATOR_BUFFER);
	return true;
}

/*
 * Before Unicorn calls abort(), it writes this to stderr, which says nothing to
 * our user: such code is given up as others are.  glibc's `stderr` is a
 * variable, so Unicorn gets one of its own, which leaves out that line.
 */
#define BEFORE_ABORT "tcg fatal error"

static ssize_t write_unless_abort(void *context, const char *text, size_t len)
{
	(void)context;
	if (memmem(text, len, BEFORE_ABORT, strlen(BEFORE_ABORT)))
		return (ssize_t)len;
	return write(STDERR_FILENO, text, len);
}

static void open_unicorn_stderr(struct emulator *e)
{
	const cookie_io_functions_t functions = { .write = write_unless_abort };

	e->unicorn_stderr = fopencookie(NULL, "w", functions);
	if (e->unicorn_stderr)
		setvbuf(e->unicorn_stderr, NULL, _IONBF, 0);
}

static const char *engine_open(struct emulator *e)
{
	const struct emulator_machine *m = e->machine;
	uc_err err;

	if (!has_room())
		return "not enough address space";
	err = uc_open(m->arch, m->mode, &e->uc);
	if (err) {
		e->uc = NULL;
		return uc_strerror(err);
	}
	e->nr_regions = 0;
	e->dirty = e->tainted = false;
	if (!map_areas(e) || !add_hooks(e))
		return "Unicorn refuses memory or hooks";
	err = uc_reg_write(e->uc, m->thread, &e->fs_base);
	if (!err)
		err = uc_context_alloc(e->uc, &e->pristine);
	if (!err)
		err = uc_context_save(e->uc, e->pristine);
	return err ? uc_strerror(err) : NULL;
}

const char *emulator_engine_open(struct emulator *e)
{
	const char *why_not;

	if (!e->unicorn_stderr)
		open_unicorn_stderr(e);
	why_not = engine_open(e);
	if (why_not)
		emulator_state_close(e);
	return why_not;
}

static const char *failure(const struct emulator *e, uc_err err)
{
	raddr guard = e->base + EMULATOR_STACK - EMULATOR_GUARD;

	switch (err) {
	case UC_ERR_OK:
		return "it stopped";
	case UC_ERR_READ_UNMAPPED:
		return "it read memory that is not there";
	case UC_ERR_WRITE_UNMAPPED:
	case UC_ERR_WRITE_PROT:
		if (e->refused - guard < EMULATOR_GUARD)
			return "it used up its stack";
		return "it wrote where it should not";
	case UC_ERR_FETCH_UNMAPPED:
	case UC_ERR_FETCH_PROT:
		return "it jumped to what is not code";
	case UC_ERR_INSN_INVALID:
		return "it has an instruction that the emulator does not know";
	case UC_ERR_EXCEPTION:
		return "it raised a processor exception";
	default:
		return uc_strerror(err);
	}
}

/*
 * Unicorn 2.0.1 calls abort() for some encodings that no compiler makes (ff
 * d8; lock cmp).  pyheld must survive that.  The call comes from Unicorn's
 * translator, on our thread, with no locks held.  The engine is not used
 * again.
 */
static __thread sigjmp_buf *abort_to;

static void on_abort(int signal)
{
	(void)signal;
	if (abort_to)
		siglongjmp(*abort_to, 1);
}

static bool start_guarded(struct emulator *e, uint64_t start, uint64_t until,
			  uc_err *err)
{
	struct sigaction action = { .sa_handler = on_abort }, old;
	volatile bool aborted = true;
	FILE *const ours = stderr;
	sigjmp_buf here;

	sigaction(SIGABRT, &action, &old);
	abort_to = &here;
	if (e->unicorn_stderr)
		stderr = e->unicorn_stderr;
	if (!sigsetjmp(here, 1)) {
		*err = uc_emu_start(e->uc, start, until, 0, 0);
		aborted = false;
	}
	stderr = ours;
	abort_to = NULL;
	sigaction(SIGABRT, &old, NULL);
	return !aborted;
}

/* Closing it might abort again: it leaks, and LeakSanitizer is told so. */
static void abandon(struct emulator *e)
{
#ifdef __SANITIZE_ADDRESS__
	__lsan_ignore_object(e->uc);
	__lsan_ignore_object(e->pristine);
#endif
	e->uc = NULL;
	e->pristine = NULL;
	e->aborts++;
	e->tainted = true;
}

const char *emulator_engine_run(struct emulator *e, unsigned int start,
				unsigned int end, bool *hung)
{
	uint64_t until = e->base + end, pc = 0;
	bool finished;
	uc_err err = UC_ERR_OK;

	if (e->dirty)
		uc_context_restore(e->uc, e->pristine);
	e->dirty = true;
	e->failed = NULL;
	e->refused = 0;
	emulator_memory_undo(e);
	watchdog_arm(e->watchdog,
		     e->hangs < PATIENT_HANGS ? ALLOWED_NS : ALLOWED_LATER_NS,
		     STEP_NS);
	finished = start_guarded(e, e->base + start, until, &err);
	*hung = watchdog_disarm(e->watchdog);
	if (!finished) {
		abandon(e);
		return "the emulator itself failed";
	}
	if (e->failed)
		return e->failed;
	if (!uc_reg_read(e->uc, e->machine->pc, &pc) && !err && pc == until) {
		e->dirty = false;
		return NULL;
	}
	if (err == UC_ERR_INSN_INVALID)
		e->misread = pc;
	return *hung ? "it did not come to an end" : failure(e, err);
}

