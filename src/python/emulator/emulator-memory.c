/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "python/emulator/emulator-budget.h"
#include "python/emulator/emulator-memory.h"

/*
 * A whole segment is mapped when it is first touched.  An address range costs
 * nothing until it is used, but each region slows down Unicorn 2.0.1, which
 * keeps a list of them (500 regions: 0.3 s to map; 3000: 14 s).
 */
#define MAX_REGIONS 600
/* Bytes of a lazy segment that are read from its file at once. */
#define LAZY_WINDOW (UINT64_C(2) << 20)

/*
 * A traverse may write to thread locals, or to a word of each object (PyO3
 * marks what it borrows).  The more often a part of memory is written to, the
 * larger its windows get.
 */
#define MIN_WINDOW (UINT64_C(64) << 10)
#define MAX_WINDOWS 256
#define WINDOWS_UNTIL_LARGER 16
/* Writable code belongs to a JIT: it may do anything. */
#define WRITABLE_DATA (SEGMENT_READ | SEGMENT_WRITE | SEGMENT_EXEC)

#define JUMP_OPCODE 0xe9
#define JUMP_SIZE 5

static uint64_t page_down(uint64_t addr)
{
	return addr & ~(uint64_t)(EMULATOR_PAGE - 1);
}

/* 0: beyond the last page. */
static uint64_t page_up(uint64_t addr)
{
	return page_down(addr + EMULATOR_PAGE - 1);
}

/* Zeros, until the engine is closed. */
static uint8_t *new_pages(struct emulator *e, uint64_t size)
{
	uint8_t *pages = NULL;

	if (posix_memalign((void **)&pages, EMULATOR_PAGE, size))
		out_of_memory();
	memset(pages, 0, size);
	emulator_pages_push(&e->pages, pages);
	return pages;
}

/* --- what is written ---------------------------------------------------- */

/* The aligned word at `at` as the current call sees it. */
static uint64_t current_word(struct emulator *e, raddr at)
{
	const struct emulator_word *w;
	uint64_t value = 0;

	w = emulator_words_find(&e->written, e->written_call, at);
	if (w)
		return w->value;
	if (!memory_u64(e->memory, at, &value))
		emulator_state_stop(e, "it read memory that is not there");
	return value;
}

static void set_word(struct emulator *e, raddr at, uint64_t value)
{
	const struct emulator_word new = { at, value, e->written_call };
	struct emulator_word *w;

	w = emulator_words_find(&e->written, e->written_call, at);
	if (w)
		*w = new;
	else if (e->written.nr >= EMULATOR_MAX_WRITTEN)
		emulator_state_stop(e, "it writes too much");
	else
		emulator_words_put(&e->written, e->written_call, new);
}

void emulator_memory_undo(struct emulator *e)
{
	if (likely(!e->written.nr))
		return;
	e->written.nr = 0;
	e->written_call++;
}

static uint64_t on_window_read(uc_engine *uc, uint64_t offset,
			       unsigned int size, void *context)
{
	const struct emulator_window *w = context;
	raddr at = w->start + offset;
	unsigned int skip = at & 7;
	uint64_t words[2] = { 0 }, value = 0;

	(void)uc;
	words[0] = current_word(w->emulator, at - skip);
	if (skip + size > 8)
		words[1] = current_word(w->emulator, at - skip + 8);
	memcpy(&value, (uint8_t *)words + skip, MIN(size, 8));
	return value;
}

static void on_window_write(uc_engine *uc, uint64_t offset, unsigned int size,
			    uint64_t value, void *context)
{
	const struct emulator_window *w = context;
	raddr at = w->start + offset;
	unsigned int skip = at & 7;
	uint64_t words[2] = { 0 };
	bool two = skip + size > 8;

	(void)uc;
	words[0] = current_word(w->emulator, at - skip);
	if (two)
		words[1] = current_word(w->emulator, at - skip + 8);
	memcpy((uint8_t *)words + skip, &value, MIN(size, 8));
	set_word(w->emulator, at - skip, words[0]);
	if (two)
		set_word(w->emulator, at - skip + 8, words[1]);
}

static struct emulator_window *window_at(struct emulator *e, raddr addr)
{
	for (size_t i = 0; i < e->windows.nr; i++) {
		struct emulator_window *w = e->windows.v[i];

		if (addr >= w->start && addr < w->end)
			return w;
	}
	return NULL;
}

/* Shrink [*start, *end) around `addr` so that it overlaps no window. */
static void cut_by_windows(struct emulator *e, raddr addr, raddr *start,
			   raddr *end)
{
	for (size_t i = 0; i < e->windows.nr; i++) {
		const struct emulator_window *w = e->windows.v[i];

		if (w->end <= addr)
			*start = MAX(*start, w->end);
		else if (w->start > addr)
			*end = MIN(*end, w->start);
	}
}

static void count_region(struct emulator *e)
{
	e->nr_regions++;
	emulator_budget_mapped(e);
}

static bool map_window(struct emulator *e, struct emulator_window *w)
{
	count_region(e);
	return !uc_mmio_map(e->uc, w->start, w->end - w->start, on_window_read,
			    w, on_window_write, w);
}

bool emulator_memory_allow(struct emulator *e)
{
	raddr addr = e->refused, start, end, size;
	const struct segment *s;
	struct emulator_window *w;

	e->refused = 0;
	s = addr ? memory_find(e->memory, addr) : NULL;
	if (!s || e->windows.nr >= MAX_WINDOWS || window_at(e, addr) ||
	    (s->prot & WRITABLE_DATA) != (SEGMENT_READ | SEGMENT_WRITE))
		return false;
	size = MIN_WINDOW << e->windows.nr / WINDOWS_UNTIL_LARGER;
	start = MAX(page_up(s->start), addr - addr % size);
	end = MIN(page_down(s->end), addr - addr % size + size);
	cut_by_windows(e, addr, &start, &end);
	if (addr < start || addr >= end)
		return false;
	w = xcalloc(1, sizeof(*w));
	*w = (struct emulator_window){ e, start, end };
	emulator_windows_push(&e->windows, w);
	emulator_state_close(e);
	return true;
}

void emulator_memory_release(struct emulator *e)
{
	for (size_t i = 0; i < e->windows.nr; i++)
		free(e->windows.v[i]);
	emulator_windows_release(&e->windows);
	emulator_pages_release(&e->pages);
	emulator_jumps_release(&e->jumps);
}

/* --- other code for some functions -------------------------------------- */

/* jmp rel32, the whole of it in [start, end). */
static void put_jump(uint8_t *bytes, raddr start, raddr end,
		     const struct emulator_jump *j)
{
	int64_t distance = (int64_t)(j->to - (j->from + JUMP_SIZE));

	if (end - j->from < JUMP_SIZE || distance != (int32_t)distance)
		return;
	bytes += j->from - start;
	*bytes++ = JUMP_OPCODE;
	for (unsigned int i = 0; i < sizeof(int32_t); i++)
		bytes[i] = (uint8_t)((uint64_t)distance >> 8 * i);
}

/* `bytes`, or a copy of them with the jumps of e->jumps in that range. */
static const uint8_t *with_jumps(struct emulator *e, const uint8_t *bytes,
				 raddr start, raddr end)
{
	uint8_t *copy = NULL;

	for (size_t i = 0; i < e->jumps.nr; i++) {
		const struct emulator_jump *j = &e->jumps.v[i];

		if (j->from < start || j->from >= end)
			continue;
		if (!copy) {
			copy = new_pages(e, end - start);
			memcpy(copy, bytes, end - start);
		}
		put_jump(copy, start, end, j);
	}
	return copy ? copy : bytes;
}

bool emulator_memory_jumps(const struct emulator *e, raddr addr)
{
	for (size_t i = 0; i < e->jumps.nr; i++)
		if (e->jumps.v[i].from == addr)
			return true;
	return false;
}

void emulator_memory_redirect(struct emulator *e, raddr from, raddr to)
{
	emulator_jumps_push(&e->jumps, (struct emulator_jump){ from, to });
	emulator_state_close(e);
}

/* --- what is read ------------------------------------------------------- */

static bool map_region(struct emulator *e, const struct segment *s,
		       raddr start, raddr end)
{
	const uint8_t *bytes = s->bytes + (start - s->start);
	uint32_t perms = UC_PROT_READ;

	if (s->prot & SEGMENT_EXEC) {
		perms |= UC_PROT_EXEC;
		bytes = with_jumps(e, bytes, start, end);
	}
	count_region(e);
	/* Unicorn takes a pointer to non-const, but writes only where the
	 * permissions allow it. */
	return !uc_mem_map_ptr(e->uc, start, end - start, perms,
			       unconst(bytes));
}

/* A page that a segment covers only in part (in cores and tests) is mapped
 * as a copy: the bytes of all segments in it, and zeros between them. */
static bool map_mixed_page(struct emulator *e, raddr page)
{
	struct segment mixed = { .start = page };
	uint8_t *copy = new_pages(e, EMULATOR_PAGE);
	const uint8_t *p;

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

/* Shrink [*start, *end) to the bytes around `addr` that can be filled. */
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

/* Map the whole segment, or the part around `addr` that can be read.  If
 * parts were mapped while the segment was lazy, map what lies between them. */
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

static bool map_blank(struct emulator *e, raddr page)
{
	count_region(e);
	return !uc_mem_map_ptr(e->uc, page, EMULATOR_PAGE, UC_PROT_READ,
			       new_pages(e, EMULATOR_PAGE));
}

static bool map_at(struct emulator *e, raddr addr)
{
	const struct segment *s = memory_find(e->memory, addr);
	raddr page = page_down(addr), start, end;
	struct emulator_window *w;

	if (addr >= e->blank_start && addr < e->blank_end)
		return map_blank(e, page);
	if (!s || !(s->prot & SEGMENT_READ))
		return false;
	w = window_at(e, addr);
	if (w)
		return map_window(e, w);
	start = page_up(s->start);
	end = page_down(s->end);
	if (page < start || page >= end || (s->filled && start != s->start))
		return map_mixed_page(e, page);
	cut_by_windows(e, addr, &start, &end);
	return map_segment(e, s, addr, start, end);
}

/* An access that crosses into the next page is reported by its start only. */
static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t addr,
			int size, int64_t value, void *context)
{
	struct emulator *e = context;

	(void)uc, (void)size, (void)value;
	if (type != UC_MEM_WRITE_UNMAPPED || window_at(e, addr))
		return map_at(e, addr);
	e->refused = addr;
	return false;
}

static bool on_write_refused(uc_engine *uc, uc_mem_type type, uint64_t addr,
			     int size, int64_t value, void *context)
{
	struct emulator *e = context;

	(void)uc, (void)type, (void)size, (void)value;
	e->refused = addr;
	return false;
}

void emulator_memory_blank(struct emulator *e, raddr start, raddr end)
{
	e->blank_start = page_down(start);
	e->blank_end = page_up(end);
	emulator_state_close(e);
}

bool emulator_memory_hooks(struct emulator *e)
{
	uc_hook hook;

	return !uc_hook_add(e->uc, &hook, UC_HOOK_MEM_UNMAPPED,
			    (void *)on_unmapped, e, 1, 0) &&
	       !uc_hook_add(e->uc, &hook, UC_HOOK_MEM_WRITE_PROT,
			    (void *)on_write_refused, e, 1, 0);
}

bool emulator_memory_worn(const struct emulator *e)
{
	return e->nr_regions > MAX_REGIONS || e->tainted;
}
