/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine-code.h - x86-64 code by hand, in fake memory that an emulator runs it
 * over.
 *
 *	tcase_add_checked_fixture(tc, machine_code_setup,
 *				  machine_code_teardown);
 *	...
 *	traverse = visit_three();
 *	start(0);
 *	call = run_one(add_object(7), traverse);
 *	check_three(&call, 7);
 */
#ifndef TESTS_UNIT_PYTHON_MACHINE_CODE_H
#define TESTS_UNIT_PYTHON_MACHINE_CODE_H

#include "python/emulator/emulator.h"

/* Where there are code, objects, and room to count visits by. */
#define CODE 0x400000
#define DATA 0x500000
#define BIG 0x10000000		/* can only be read */
#define NOWHERE 0x7000000	/* nothing is there */
#define LAZY 0x20000000		/* nothing is there, but for tests to add */

extern struct memory memory;
extern struct emulator *emulator; /* NULL before start() */
extern struct raddr_vec visited; /* of run_one() */
extern uint8_t *data;		/* the bytes at DATA */

/* Around each test: the segments at CODE, DATA and BIG, no code yet. */
void machine_code_setup(void);
void machine_code_teardown(void);

/* Add `size` zeroed bytes, before start(); returned is where they can be
 * written.  `prot`: SEGMENT_*. */
uint8_t *add_segment(raddr start, uint64_t size, unsigned int prot);
/* A segment's release() where its bytes are of xcalloc(). */
void segment_free_bytes(struct segment *s);
/* Make the emulator.  Call where all segments are there. */
void start(raddr fs_base);

/* Put code behind what is at CODE; returned is its address. */
raddr add_code(const void *bytes, size_t len);
#define ASM(...)                                                               \
	add_code((const uint8_t[]){ __VA_ARGS__ },                             \
		 sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* Write a word of DATA's segment. */
void put_word(raddr addr, uint64_t value);
/* Object number `n`, in DATA's segment, that visit_three() visits the words of:
 * n * 10 + 1, + 2 and + 3. */
raddr add_object(unsigned int n);

/* Add a tp_traverse that visits the object's words 2, 3 and 4. */
raddr visit_three(void);

/* Run a tp_traverse for one object: `visited` has then what it visited. */
struct emulator_call run_one(raddr object, raddr traverse);
/* The call of visit_three() with add_object(n) has succeeded. */
void check_three(const struct emulator_call *call, unsigned int n);

#endif
