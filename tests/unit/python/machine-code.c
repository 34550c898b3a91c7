/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "machine-code.h"

#define SMALL 0x10000
#define BIG_SIZE (16 << 20)

struct memory memory;
struct emulator *emulator;
struct raddr_vec visited;
uint8_t *data;

static uint8_t *code;
static raddr next_code;

void segment_free_bytes(struct segment *s)
{
	free(s->bytes);
}

uint8_t *add_segment(raddr start, uint64_t size, unsigned int prot)
{
	struct segment s = {
		.start = start,
		.end = start + size,
		.bytes = xcalloc(1, size),
		.prot = prot,
		.release = segment_free_bytes,
	};

	memory_add(&memory, &s);
	return s.bytes;
}

void start(raddr fs_base)
{
	const char *why_not;

	ck_assert_ptr_null(memory_sort(&memory));
	emulator = emulator_new(&memory, fs_base, &why_not);
	ck_assert_msg(emulator, "%s", why_not);
}

void machine_code_setup(void)
{
	code = add_segment(CODE, SMALL, SEGMENT_READ | SEGMENT_EXEC);
	data = add_segment(DATA, SMALL, SEGMENT_READ | SEGMENT_WRITE);
	add_segment(BIG, BIG_SIZE, SEGMENT_READ);
	next_code = CODE;
}

void machine_code_teardown(void)
{
	emulator_free(emulator);
	raddr_vec_release(&visited);
	memory_release(&memory);
}

raddr add_code(const void *bytes, size_t len)
{
	raddr at = next_code;

	memcpy(code + (at - CODE), bytes, len);
	next_code += (len + 15) & ~15UL;
	return at;
}

void put_word(raddr addr, uint64_t value)
{
	memcpy(data + (addr - DATA), &value, 8);
}

raddr add_object(unsigned int n)
{
	raddr object = DATA + n * 64;

	for (unsigned int i = 0; i < 3; i++)
		put_word(object + 16 + i * 8, n * 10 + i + 1);
	return object;
}

raddr visit_three(void)
{
	return ASM(0x53,			/* push rbx */
		   0x55,			/* push rbp */
		   0x48, 0x83, 0xec, 0x08,	/* sub rsp, 8 */
		   0x48, 0x89, 0xfb,		/* mov rbx, rdi */
		   0x48, 0x89, 0xf5,		/* mov rbp, rsi */
		   0x48, 0x8b, 0x7b, 0x10,	/* mov rdi, [rbx + 16] */
		   0xff, 0xd5,			/* call rbp */
		   0x48, 0x8b, 0x7b, 0x18,	/* mov rdi, [rbx + 24] */
		   0xff, 0xd5,			/* call rbp */
		   0x48, 0x8b, 0x7b, 0x20,	/* mov rdi, [rbx + 32] */
		   0xff, 0xd5,			/* call rbp */
		   0x48, 0x83, 0xc4, 0x08,	/* add rsp, 8 */
		   0x5d, 0x5b,			/* pop rbp; pop rbx */
		   0x31, 0xc0, 0xc3);		/* xor eax, eax; ret */
}

struct emulator_call run_one(raddr object, raddr traverse)
{
	struct emulator_call call = { .object = object,
				      .traverse = traverse };

	visited.nr = 0;
	emulator_run(emulator, &call, 1, &visited);
	ck_assert_uint_eq(call.nr, visited.nr);
	return call;
}

void check_three(const struct emulator_call *call, unsigned int n)
{
	ck_assert_msg(!call->failed, "%s", call->failed);
	ck_assert_uint_eq(call->nr, 3);
	ck_assert_uint_le(call->first + 3, visited.nr);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_uint_eq(visited.v[call->first + i], n * 10 + i + 1);
}
