/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/alloc.h"
#include "python/emulator/emulator-decode.h"

#define MISREADS "it has an instruction that the emulator misreads"
#define UNKNOWN "it has an instruction that the emulator does not know"
#define NO_PLACE "it has an instruction that has no place in a tp_traverse"
#define SYSTEM_CALL "it makes a system call"

/* Blocks that are remembered; libpython has some 300,000. */
#define MAX_BLOCKS (1 << 19)

/* A block that may run. */
struct block {
	raddr pc;
	uint64_t size;		/* in bytes; 0: a free slot */
};

static bool blocks_used(const void *context UNUSED, const struct block *b)
{
	return b->size;
}

static raddr blocks_key(const void *context UNUSED, const struct block *b)
{
	return b->pc;
}

static uint64_t blocks_hash(const void *context UNUSED, raddr pc,
			    uint64_t salt)
{
	return hash_u64(pc ^ salt);
}

static bool blocks_same(raddr a, raddr b)
{
	return a == b;
}

HASH_DEFINE(blocks, struct block, raddr, const void *);

struct emulator_decoder {
	csh handle;
	bool open;
	cs_insn *insn;
	struct blocks allowed;
};

struct emulator_decoder *
emulator_decoder_new(const struct emulator_machine *machine)
{
	struct emulator_decoder *d = xcalloc(1, sizeof(*d));

	d->open = !cs_open(machine->decoder_arch, machine->decoder_mode,
			   &d->handle);
	if (d->open)
		d->insn = cs_malloc(d->handle);
	if (d->insn)
		return d;
	emulator_decoder_free(d);
	return NULL;
}

void emulator_decoder_free(struct emulator_decoder *d)
{
	if (!d)
		return;
	if (d->insn)
		cs_free(d->insn, 1);
	if (d->open)
		cs_close(&d->handle);
	blocks_release(&d->allowed);
	free(d);
}

static const char *refuses_insn(const struct emulator_machine *m,
				const cs_insn *insn)
{
	if (insn->id < m->nr_allowed && m->allowed[insn->id])
		return NULL;
	if (insn->id == X86_INS_SYSCALL || insn->id == X86_INS_SYSENTER ||
	    insn->id == X86_INS_INT)
		return SYSTEM_CALL;
	return NO_PLACE;
}

static const char *refuses_code(struct emulator *e, raddr pc,
				const uint8_t *code, size_t left,
				bool *misread)
{
	const struct emulator_machine *m = e->machine;
	struct emulator_decoder *d = e->decoder;
	struct emulator_look look;
	const char *why;

	while (left) {
		look = m->look(code, left);
		if (look.misread) {
			*misread = true;
			return MISREADS;
		}
		if (!cs_disasm_iter(d->handle, &code, &left, &pc, d->insn)) {
			*misread = true;
			return UNKNOWN;
		}
		why = refuses_insn(m, d->insn);
		if (why)
			return why;
		if (look.system)
			return NO_PLACE;
		if (look.length != d->insn->size)
			return UNKNOWN;
	}
	return NULL;
}

const char *emulator_decoder_refuses(struct emulator *e, raddr pc,
				     uint64_t size, bool *misread)
{
	struct blocks *allowed = &e->decoder->allowed;
	const struct block *known = blocks_find(allowed, NULL, pc);
	const uint8_t *code;
	const char *why;

	if (known && known->size == size)
		return NULL;
	code = size ? memory_at(e->memory, pc, size) : NULL;
	if (!code) {
		*misread = true;
		return MISREADS;
	}
	why = refuses_code(e, pc, code, size, misread);
	if (!why && !known && allowed->nr < MAX_BLOCKS)
		blocks_put(allowed, NULL, (struct block){ pc, size });
	return why;
}
