/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/compiler.h"
#include "python/emulator/emulator-state.h"

/* The 32-bit distance from the end of an instruction. */
#define REL(next, to)                                                          \
	((to) - (next)) & 0xff, (((to) - (next)) >> 8) & 0xff,                 \
		(((to) - (next)) >> 16) & 0xff, (((to) - (next)) >> 24) & 0xff

#define CELL(word) (EMULATOR_CELL + EMULATOR_##word)
#define PORT(word) (EMULATOR_PORT + EMULATOR_##word)

#define LOOP 0x00
#define LOOP_END 0x31
#define VISIT 0x40
#define CALL 0x50
#define CALL_END 0x5e
#define CHECK 0x60

static const uint8_t code[] = {
	[LOOP] =
	/* 00 mov rsp, [cell.stack_top] */ 0x48, 0x8b, 0x25,
						REL(0x07, CELL(STACK_TOP)),
	/* 07 mov rdi, [cell.object] */	0x48, 0x8b, 0x3d,
						REL(0x0e, CELL(OBJECT)),
	/* 0e test rdi, rdi */		0x48, 0x85, 0xff,
	/* 11 je loop_end */		0x74, LOOP_END - 0x13,
	/* 13 lea rsi, visit */		0x48, 0x8d, 0x35, REL(0x1a, VISIT),
	/* 1a lea rdx, cell */		0x48, 0x8d, 0x15,
						REL(0x21, EMULATOR_CELL),
	/* 21 cld */			0xfc,
	/* 22 call [cell.traverse] */	0xff, 0x15, REL(0x28, CELL(TRAVERSE)),
	/* 28 mov [port.returned], rsp */ 0x48, 0x89, 0x25,
						REL(0x2f, PORT(RETURNED)),
	/* 2f jmp loop */		0xeb, 0x100 + LOOP - 0x31,
	/* 31 hlt */			0xf4,

	[VISIT] =
	/* 40 mov [port.visited], rdi */ 0x48, 0x89, 0x3d,
						REL(0x47, PORT(VISITED)),
	/* 47 xor eax, eax */		0x31, 0xc0,
	/* 49 ret */			0xc3,

	[CALL] =
	/* 50 mov rsp, [cell.stack_top] */ 0x48, 0x8b, 0x25,
						REL(0x57, CELL(STACK_TOP)),
	/* 57 cld */			0xfc,
	/* 58 call [cell.traverse] */	0xff, 0x15, REL(0x5e, CELL(TRAVERSE)),
	/* 5e hlt */			0xf4,

	[CHECK] =
	/* 60 push rbx */		0x53,
	/* 61 mov rbx, rsi */		0x48, 0x89, 0xf3,
	/* 64 call rbx */		0xff, 0xd3,
	/* 66 call rbx */		0xff, 0xd3,
	/* 68 pop rbx */		0x5b,
	/* 69 ret */			0xc3,
};

static const int stopping[] = { UC_X86_INS_SYSCALL, UC_X86_INS_SYSENTER };

static const bool allowed[] = {
#define ALLOWED(name) [X86_INS_##name] = true,
#include "python/emulator/emulator-x86-64-allowed.def"
#undef ALLOWED
};

const struct emulator_machine emulator_x86_64 = {
	.arch = UC_ARCH_X86,
	.mode = UC_MODE_64,
	.code = code,
	.code_size = sizeof(code),
	.loop = LOOP,
	.loop_end = LOOP_END,
	.visit = VISIT,
	.call = CALL,
	.call_end = CALL_END,
	.check = CHECK,
	.pc = UC_X86_REG_RIP,
	.sp = UC_X86_REG_RSP,
	.result = UC_X86_REG_RAX,
	.arguments = { UC_X86_REG_RDI, UC_X86_REG_RSI },
	.thread = UC_X86_REG_FS_BASE,
	.stopping = stopping,
	.nr_stopping = ARRAY_SIZE(stopping),
	.decoder_arch = CS_ARCH_X86,
	.decoder_mode = CS_MODE_64,
	.allowed = allowed,
	.nr_allowed = ARRAY_SIZE(allowed),
	.look = emulator_x86_64_look,
};
