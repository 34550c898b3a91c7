/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzzers share: reading inputs, changing them, running them for a
 * while.
 *
 *	fuzz-NAME [-seconds=N] [-seed=N] FILE...	mutate these
 *	fuzz-NAME -runs FILE...				run them as they are
 *	fuzz-NAME -make DIRECTORY			make the corpus
 *
 * With clang -fsanitize=fuzzer -DLIBFUZZER each is a libFuzzer target.
 * Without, it mutates files by itself, not led by coverage, but knowing the
 * format.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

struct input {
	uint8_t *bytes;
	size_t size;
};
VEC_DEFINE(input_vec, struct input);

struct fuzzer {
	const char *name;
	size_t size_max;	/* of an input */
	/* Where something is: not in the zeros between things. */
	size_t (*place)(const struct input *in);
	/* Change a field that the format has. */
	void (*change)(struct input *in);
	int (*make)(const char *folder);
	uint64_t nr_opened;	/* inputs that were not refused */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

uint64_t fuzz_any(uint64_t limit);	/* below `limit` */
uint64_t fuzz_odd_number(void);		/* about a power of two, or so */
int fuzz_main(struct fuzzer *f, int argc, char **argv);

#endif
