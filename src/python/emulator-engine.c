#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "python/emulator-engine.h"

/*
 * Segments are mapped when they are first touched, whole ones: an address
 * range costs nothing until it is used, but every region slows down Unicorn
 * 2.0.1, which keeps them in a list (500: 0.3 s to map, 3000: 14 s more).
 */
#define MAX_REGIONS 600
/* Of a lazy segment, so much is read from its file at once. */
#define LAZY_WINDOW (UINT64_C(2) << 20)

#define ALLOWED_NS UINT64_C(1000000000)
#define ALLOWED_LATER_NS UINT64_C(100000000)
#define STEP_NS UINT64_C(2000)
/* After so many hangs, patience is shorter. */
#define PATIENT_HANGS 8

static uint64_t page_down(uint64_t addr)
{
	return addr & ~(uint64_t)(EMULATOR_PAGE - 1);
}

/* 0: beyond the last page. */
static uint64_t page_up(uint64_t addr)
{
	return page_down(addr + EMULATOR_PAGE - 1);
}

static bool map_region(struct emulator *e, const struct segment *s,
		       raddr start, raddr end)
{
	const uint8_t *bytes = s->bytes + (start - s->start);
	uint32_t perms = UC_PROT_READ;

	if (s->prot & SEGMENT_EXEC)
		perms |= UC_PROT_EXEC;
	e->nr_regions++;
	/* Unicorn takes a plain pointer, but writes only where perms allow. */
	return !uc_mem_map_ptr(e->uc, start, end - start, perms,
			       (void *)(uintptr_t)bytes);
}

/*
 * A page of which a segment has only a part (cores; tests): a copy of what
 * all segments have of it, zeros between them.
 */
static bool map_mixed_page(struct emulator *e, raddr page)
{
	struct segment mixed = { .start = page };
	uint8_t *copy = NULL;
	const uint8_t *p;

	if (posix_memalign((void **)&copy, EMULATOR_PAGE, EMULATOR_PAGE))
		out_of_memory();
	memset(copy, 0, EMULATOR_PAGE);
	emulator_pages_push(&e->pages, copy);
	for (unsigned int i = 0; i < EMULATOR_PAGE; i++) {
		p = memory_at(e->memory, page + i, 1);
		if (!p)
			continue;
		copy[i] = *p;
		mixed.prot |= memory_find(e->memory, page + i)->prot;
	}
	mixed.bytes = copy;
	return map_region(e, &mixed, page, page + EMULATOR_PAGE);
}

/* Can be read, and is if it was not yet. */
static bool chunk_filled(struct emulator *e, const struct segment *s,
			 raddr addr)
{
	return memory_at(e->memory, addr, MIN(SEGMENT_CHUNK, s->end - addr));
}

/* Cut [*start, *end) to what can be filled around `addr`. */
static bool fill_around(struct emulator *e, const struct segment *s,
			raddr addr, raddr *start, raddr *end)
{
	raddr chunk = addr - (addr - s->start) % SEGMENT_CHUNK;
	raddr low = MAX(*start, addr - addr % LAZY_WINDOW);
	raddr high = MIN(*end - low, LAZY_WINDOW - low % LAZY_WINDOW) + low;
	raddr at;

	if (!chunk_filled(e, s, chunk))
		return false;
	for (at = chunk; at > low; at -= SEGMENT_CHUNK) {
		if (!chunk_filled(e, s, at - SEGMENT_CHUNK))
			break;
	}
	*start = MAX(low, at);
	for (at = chunk + SEGMENT_CHUNK; at < high; at += SEGMENT_CHUNK) {
		if (!chunk_filled(e, s, at))
			break;
	}
	*end = MIN(high, at);
	return true;
}

/*
 * All of the segment, or what can be had around `addr`.  A segment that was
 * lazy when parts of it were mapped and is no more: the parts between them.
 */
static bool map_segment(struct emulator *e, const struct segment *s,
			raddr addr, raddr start, raddr end)
{
	raddr page = page_down(addr);

	if (s->filled && !fill_around(e, s, addr, &start, &end))
		return false;
	if (map_region(e, s, start, end))
		return true;
	start = MAX(start, addr - addr % LAZY_WINDOW);
	end = MIN(end - start, LAZY_WINDOW - start % LAZY_WINDOW) + start;
	return map_region(e, s, start, end) ||
	       map_region(e, s, page, page + EMULATOR_PAGE);
}

static bool map_at(struct emulator *e, raddr addr)
{
	const struct segment *s = memory_find(e->memory, addr);
	raddr page = page_down(addr), start, end;

	if (!s || !(s->prot & SEGMENT_READ))
		return false;
	start = page_up(s->start);
	end = page_down(s->end);
	if (page < start || page >= end || (s->filled && start != s->start))
		return map_mixed_page(e, page);
	return map_segment(e, s, addr, start, end);
}

/* An access that crosses into the next page is reported by its start only. */
static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t addr,
			int size, int64_t value, void *context)
{
	(void)uc, (void)type, (void)size, (void)value;
	return map_at(context, addr);
}

/* Unicorn brings eight bytes as two stores of four, the low half first. */
static void port_write(struct emulator *e, uint64_t offset, unsigned int size,
		       uint64_t value)
{
	if (e->failed)
		return;
	if (size > 8 || offset > sizeof(e->port) - size) {
		emulator_stop(e, "it wrote where it should not");
		return;
	}
	memcpy((uint8_t *)e->port + offset, &value, size);
	if (offset + size == EMULATOR_VISITED + 8)
		emulator_visited(e, e->port[EMULATOR_VISITED / 8]);
	else if (offset + size == EMULATOR_RETURNED + 8)
		emulator_returned(e, e->port[EMULATOR_RETURNED / 8]);
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
		emulator_stop(e, "it read where it should not");
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
	emulator_stop(context, "it made a system call");
}

/* Each block comes here once, just translated and about to be run. */
static void on_block(uc_engine *uc, uc_tb *block, uc_tb *previous,
		     void *context)
{
	struct emulator *e = context;
	const uint8_t *code;

	(void)uc, (void)previous;
	if (block->pc - e->base < EMULATOR_PAGE)
		return;
	code = memory_at(e->memory, block->pc, block->size);
	if (code && e->machine->trusts(code, block->size))
		return;
	e->tainted = true;
	emulator_stop(e, "it has an instruction that the emulator misreads");
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

	if (!add_hook(e, UC_HOOK_MEM_UNMAPPED, (void *)on_unmapped, 0) ||
	    !add_hook(e, UC_HOOK_EDGE_GENERATED, (void *)on_block, 0))
		return false;
	for (unsigned int i = 0; i < m->nr_stopping; i++) {
		if (!add_hook(e, UC_HOOK_INSN, (void *)on_stopping,
			      m->stopping[i]))
			return false;
	}
	return true;
}

/* Unicorn reserves a gigabyte for translated code, and ends the program where
 * it can't (RLIMIT_AS): try first. */
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
	const char *why_not = engine_open(e);

	if (why_not)
		emulator_engine_close(e);
	return why_not;
}

void emulator_engine_close(struct emulator *e)
{
	if (e->pristine)
		uc_context_free(e->pristine);
	if (e->uc)
		uc_close(e->uc);
	e->pristine = NULL;
	e->uc = NULL;
	for (size_t i = 0; i < e->pages.nr; i++)
		free(e->pages.v[i]);
	e->pages.nr = 0;
}

bool emulator_engine_worn(const struct emulator *e)
{
	return e->nr_regions > MAX_REGIONS || e->tainted;
}

static const char *failure(uc_err err)
{
	switch (err) {
	case UC_ERR_OK:
		return "it stopped";
	case UC_ERR_READ_UNMAPPED:
		return "it read memory that is not there";
	case UC_ERR_WRITE_UNMAPPED:
	case UC_ERR_WRITE_PROT:
		return "it wrote to memory";
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
 * Unicorn 2.0.1 calls abort() for some encodings that no compiler makes (ff d8;
 * lock cmp): it must not take us along.  That comes from its translator, on
 * our thread, with no locks held; the engine is left alone from then on.
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
	sigjmp_buf here;

	sigaction(SIGABRT, &action, &old);
	abort_to = &here;
	if (!sigsetjmp(here, 1)) {
		*err = uc_emu_start(e->uc, start, until, 0, 0);
		aborted = false;
	}
	abort_to = NULL;
	sigaction(SIGABRT, &old, NULL);
	return !aborted;
}

/* Closing it might abort again: it leaks. */
static void abandon(struct emulator *e)
{
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
	if (!err && !uc_reg_read(e->uc, e->machine->pc, &pc) && pc == until) {
		e->dirty = false;
		return NULL;
	}
	return *hung ? "it did not come to an end" : failure(err);
}

void emulator_cell_set(struct emulator *e, unsigned int word, uint64_t value)
{
	memcpy(e->area + EMULATOR_CELL + word, &value, sizeof(value));
}

uint64_t emulator_cell(const struct emulator *e, unsigned int word)
{
	uint64_t value;

	memcpy(&value, e->area + EMULATOR_CELL + word, sizeof(value));
	return value;
}
