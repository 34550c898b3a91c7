/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever code a target has, the emulator ends it and harms nothing: random
 * bytes, and instructions of all opcode maps.
 *
 * MACHINE_CODE_SEQUENCES=50000 runs more sequences than the few of each run,
 * MACHINE_CODE_SEED others.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "machine-code.h"
#include "suite.h"

#define HOSTILE 0x800000
#define HOSTILE_SIZE 0x4000
#define SLOT 64			/* bytes of a sequence, at most */
#define SLOTS (HOSTILE_SIZE / SLOT)
#define SEQUENCES 1500
#define RET 0xc3

static uint8_t *hostile;
static uint64_t state;
static unsigned int nr_returned, nr_failed;

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* xorshift64*: the same numbers on each machine. */
static uint32_t draw(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)(state * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

/* 1 to SLOT random bytes, then returns. */
static void put_random(uint8_t *slot)
{
	unsigned int len = 1 + draw() % SLOT;

	memset(slot, RET, SLOT);
	for (unsigned int i = 0; i < len; i++)
		slot[i] = (uint8_t)draw();
}

/* One instruction of any map, with some prefix, of [rdi], [rsp] or rdi. */
static uint8_t *put_instruction(uint8_t *p)
{
	static const uint8_t prefixes[] = { 0, 0, 0x66, 0xf2, 0xf3, 0xf0,
					    0x67 };
	static const uint8_t rm[] = { 0x07, 0x04, 0xc7, 0xc0, 0x47, 0xe8 };
	uint8_t prefix = prefixes[draw() % sizeof(prefixes)];
	unsigned int map = draw() % 6;
	uint8_t modrm = rm[draw() % sizeof(rm)];

	if (prefix)
		*p++ = prefix;
	if (map >= 5) {
		*p++ = 0xc5;
		*p++ = (uint8_t)draw();
	} else if (draw() % 2) {
		*p++ = 0x48;
	}
	if (map && map < 5)
		*p++ = 0x0f;
	if (map == 3 || map == 4)
		*p++ = map == 3 ? 0x38 : 0x3a;
	*p++ = (uint8_t)draw();
	*p++ = modrm | (draw() % 8) << 3;
	if ((modrm & 0xc7) == 0x04 || (modrm & 0xc7) == 0x44)
		*p++ = 0x24;
	/* A displacement or an immediate operand, if it has one. */
	if (draw() % 2)
		*p++ = draw() % 16;
	return p;
}

static void put_instructions(uint8_t *slot)
{
	unsigned int nr = 1 + draw() % 4;

	memset(slot, RET, SLOT);
	while (nr--)
		slot = put_instruction(slot);
}

static void stop(void)
{
	emulator_free(emulator);
	emulator = NULL;
}

/* Fresh limits for each batch: a given-up emulator would run nothing. */
static void run_batch(void (*put)(uint8_t *slot))
{
	CLEANUP(freep) uint8_t *data_was = xmalloc(0x10000);
	CLEANUP(freep) uint8_t *code_was = xmalloc(HOSTILE_SIZE);
	struct emulator_call call;

	for (unsigned int i = 0; i < SLOTS; i++)
		put(hostile + i * SLOT);
	memcpy(code_was, hostile, HOSTILE_SIZE);
	memcpy(data_was, data, 0x10000);
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (i % 16 == 0) {
			stop();
			start(DATA + 0x8000);
		}
		call = run_one(DATA + 0x4000, HOSTILE + i * SLOT);
		nr_returned += !call.failed;
		nr_failed += !!call.failed;
	}
	stop();
	ck_assert_mem_eq(data, data_was, 0x10000);
	ck_assert_mem_eq(hostile, code_was, HOSTILE_SIZE);
}

static void run_campaign(void (*put)(uint8_t *slot), unsigned int least)
{
	uint64_t nr = number_of("MACHINE_CODE_SEQUENCES", SEQUENCES);

	state = number_of("MACHINE_CODE_SEED", 1) *
		UINT64_C(0x9e3779b97f4a7c15);
	hostile = add_segment(HOSTILE, HOSTILE_SIZE,
			      SEGMENT_READ | SEGMENT_EXEC);
	for (unsigned int i = 0; i < 0x10000 / 8; i++)
		put_word(DATA + i * 8, DATA + i * 8);
	for (uint64_t i = 0; i < nr; i += SLOTS)
		run_batch(put);
	/* They did run: some to their end, and others were stopped. */
	ck_assert_uint_ge(nr_returned, least);
	ck_assert_uint_ge(nr_failed, nr / 4);
}

START_TEST(random_bytes_harm_nothing)
{
	run_campaign(put_random, 10);
}
END_TEST

START_TEST(instructions_of_all_maps_harm_nothing)
{
	run_campaign(put_instructions, 100);
}
END_TEST

const char suite_name[] = "emulator_machine_code";

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, machine_code_setup,
				  machine_code_teardown);
	tcase_set_timeout(tc, 3600);
	tcase_add_test(tc, random_bytes_harm_nothing);
	tcase_add_test(tc, instructions_of_all_maps_harm_nothing);
}
