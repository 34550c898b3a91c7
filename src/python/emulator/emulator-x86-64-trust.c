/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unicorn 2.0.1 takes instructions with a VEX prefix for their SSE ancestors:
 * it leaves out the third operand and computes something else, silently
 * (vpaddb xmm0, xmm1, xmm2 becomes paddb xmm0, xmm2).  A CPython that was
 * built for x86-64-v3, as RHEL 10 builds it, may hold such code anywhere.
 *
 * Moves to and from segment, control and debug registers have the same name as
 * all other moves, so Capstone's names don't tell them apart.  Here the opcode
 * does.
 *
 * Lengths of instructions follow the opcode maps of Intel's manual, volume 2,
 * appendix A.  What is undefined may get any length: it is not run.
 */
#include "base/compiler.h"
#include "python/emulator/emulator-state.h"

/* The first byte of an AVX-512 instruction. */
#define EVEX 0x62

enum map { MAP_ONE, MAP_0F, MAP_0F38, MAP_0F3A };

struct insn {
	const uint8_t *p, *end;
	enum map map;
	uint8_t opcode, modrm;
	bool wide, short_imm;		/* REX.W; 0x66 */
	bool vex;
	uint8_t reg, rm, vvvv, length, pp;	/* of VEX: registers, L, pp */
};

static uint8_t take(struct insn *i)
{
	return i->p < i->end ? *i->p++ : 0;
}

static void skip(struct insn *i, unsigned int n)
{
	i->p += MIN(n, (size_t)(i->end - i->p));
}

static void take_vex(struct insn *i, bool three_bytes)
{
	uint8_t first = take(i), last = first;

	i->vex = true;
	i->map = MAP_0F;
	if (three_bytes) {
		i->map = (enum map)(first & 3);
		i->rm = first & 0x20 ? 0 : 8;
		last = take(i);
	}
	i->reg = first & 0x80 ? 0 : 8;
	i->vvvv = ~last >> 3 & 15;
	i->length = last >> 2 & 1;
	i->pp = last & 3;
	i->opcode = take(i);
}

/* Prefixes and opcode. */
static void take_opcode(struct insn *i)
{
	uint8_t b = take(i);

	for (; b == 0x66 || b == 0x67 || b == 0xf0 || b == 0xf2 || b == 0xf3 ||
	       b == 0x2e || b == 0x36 || b == 0x3e || b == 0x26 ||
	       (b & 0xfe) == 0x64; b = take(i)) {
		if (b == 0x66)
			i->short_imm = true;
		if (i->p == i->end)
			break;
	}
	if ((b & 0xf0) == 0x40) {
		i->wide = b & 8;
		b = take(i);
	}
	if (b == 0xc4 || b == 0xc5) {
		take_vex(i, b == 0xc4);
		return;
	}
	if (b == 0x0f) {
		b = take(i);
		i->map = b == 0x38 ? MAP_0F38 : b == 0x3a ? MAP_0F3A : MAP_0F;
		if (i->map != MAP_0F)
			b = take(i);
	}
	i->opcode = b;
}

/* One bit an opcode: a ModRM byte follows. */
static const uint16_t modrm_one[16] = {
	0x0f0f, 0x0f0f, 0x0f0f, 0x0f0f, 0, 0, 0x0a08, 0,
	0xfffb, 0, 0, 0, 0x00c3, 0xff0f, 0, 0xc0c0,
};
static const uint16_t modrm_0f[16] = {
	0xa00f, 0xffff, 0xffff, 0, 0xffff, 0xffff, 0xffff, 0xff7f,
	0, 0xffff, 0xf838, 0xffff, 0x00ff, 0xffff, 0xffff, 0xffff,
};

static bool has_modrm(const struct insn *i)
{
	const uint16_t *bits = i->map == MAP_ONE ? modrm_one : modrm_0f;

	if (i->map == MAP_0F38 || i->map == MAP_0F3A)
		return true;
	return bits[i->opcode >> 4] >> (i->opcode & 15) & 1;
}

static void take_modrm(struct insn *i)
{
	unsigned int mode, rm, base;

	i->modrm = take(i);
	mode = i->modrm >> 6;
	rm = i->modrm & 7;
	i->reg |= i->modrm >> 3 & 7;
	i->rm |= rm;
	if (mode == 3)
		return;
	base = rm == 4 ? take(i) & 7 : rm;
	if (mode == 1)
		skip(i, 1);
	else if (mode == 2 || (mode == 0 && base == 5))
		skip(i, 4);
}

static unsigned int immediate_0f(uint8_t op)
{
	if ((op & 0xf0) == 0x80)
		return 4;
	return (op >= 0x70 && op <= 0x73) || op == 0xa4 || op == 0xac ||
	       op == 0xba || op == 0xc2 || (op >= 0xc4 && op <= 0xc6);
}

static unsigned int immediate_one(const struct insn *i)
{
	unsigned int full = i->short_imm && !i->wide ? 2 : 4;
	uint8_t op = i->opcode;

	if (op < 0x40)
		return (op & 7) == 4 ? 1 : (op & 7) == 5 ? full : 0;
	if ((op & 0xf0) == 0x70 || (op & 0xf8) == 0xb0)
		return 1;
	if ((op & 0xf8) == 0xb8)
		return i->wide ? 8 : full;
	if ((op & 0xfc) == 0xa0)
		return 8;
	switch (op) {
	case 0x6a: case 0x6b: case 0x80: case 0x83: case 0xa8: case 0xc0:
	case 0xc1: case 0xc6: case 0xcd: case 0xe0: case 0xe1: case 0xe2:
	case 0xe3: case 0xe4: case 0xe5: case 0xe6: case 0xe7: case 0xeb:
		return 1;
	case 0x68: case 0x69: case 0x81: case 0xa9: case 0xc7:
		return full;
	case 0xe8: case 0xe9:
		return 4;
	case 0xc2: case 0xca:
		return 2;
	case 0xc8:
		return 3;
	case 0xf6:
		return i->modrm & 0x30 ? 0 : 1;
	case 0xf7:
		return i->modrm & 0x30 ? 0 : full;
	default:
		return 0;
	}
}

static unsigned int immediate(const struct insn *i)
{
	switch (i->map) {
	case MAP_0F:
		return immediate_0f(i->opcode);
	case MAP_0F38:
		return 0;
	case MAP_0F3A:
		return 1;
	default:
		return immediate_one(i);
	}
}

/* Moves, conversions and tests, to which VEX adds no operand. */
static bool has_two_operands(const struct insn *i)
{
	bool memory = i->modrm < 0xc0;

	switch (i->opcode) {
	case 0x10: case 0x11:
		return i->pp < 2 || memory;
	case 0x12: case 0x16:
		return i->pp >= 2;
	case 0x51: case 0x52: case 0x53: case 0x5a:
		return i->pp < 2;
	case 0x13: case 0x17: case 0x28: case 0x29: case 0x2b: case 0x2c:
	case 0x2d: case 0x2e: case 0x2f: case 0x50: case 0x5b: case 0x6e:
	case 0x6f: case 0x70: case 0x7e: case 0x7f: case 0xc5: case 0xd6:
	case 0xd7: case 0xe6: case 0xe7: case 0xf0:
		return true;
	default:
		return false;
	}
}

/* Bit manipulation instructions, which Unicorn decodes correctly. */
static bool is_bmi(const struct insn *i)
{
	if (i->map == MAP_0F38)
		return i->opcode >= 0xf2 && i->opcode <= 0xf7;
	return i->map == MAP_0F3A && i->opcode == 0xf0;
}

static bool is_trusted(const struct insn *i)
{
	if (!i->vex)
		return i->map != MAP_ONE || i->opcode != EVEX;
	if (is_bmi(i))
		return true;
	if (i->length || i->map == MAP_ONE)
		return false;
	if (i->map != MAP_0F)
		return i->vvvv == i->reg;
	if (i->opcode == 0x77)
		return true;
	/* AVX-512's mask instructions have opcodes that are no vector
	 * instructions without VEX. */
	if ((i->opcode & 0xf0) == 0x40 || (i->opcode & 0xc0) == 0x80)
		return false;
	/* Shifts by a constant write to vvvv. */
	if (i->opcode >= 0x71 && i->opcode <= 0x73)
		return i->vvvv == i->rm;
	return has_two_operands(i) || i->vvvv == i->reg;
}

/* mov and pop of segment registers; mov of control, debug and test registers.
 * Reading a segment register harms nothing, but no compiler makes it. */
static bool is_of_system_register(const struct insn *i)
{
	if (i->vex)
		return false;
	if (i->map == MAP_ONE)
		return i->opcode == 0x8c || i->opcode == 0x8e;
	if (i->map != MAP_0F)
		return false;
	return (i->opcode >= 0x20 && i->opcode <= 0x27) ||
	       (i->opcode & 0xf6) == 0xa0;
}

struct emulator_look emulator_x86_64_look(const uint8_t *code, size_t len)
{
	struct insn i = { .p = code, .end = code + len };

	take_opcode(&i);
	if (has_modrm(&i))
		take_modrm(&i);
	skip(&i, immediate(&i));
	return (struct emulator_look){
		.length = (size_t)(i.p - code),
		.misread = !is_trusted(&i),
		.system = is_of_system_register(&i),
	};
}
