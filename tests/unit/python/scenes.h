/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenes.h - an object of each kind that has a reader, in a fake CPython, and
 * the references that have to be found in it.
 */
#ifndef TESTS_UNIT_PYTHON_SCENES_H
#define TESTS_UNIT_PYTHON_SCENES_H

#include "fake-python.h"
#include "python/refs/read.h"

#define MAX_EXPECTED 16

struct expected {
	raddr to;
	enum ref_kind kind;
	uint64_t arg;
};

/* One object, and what has to be found in it, in this order. */
struct scene {
	raddr obj;
	const struct pytype *type; /* set when all is built */
	enum reader reader;	/* the one that must be chosen */
	unsigned int nr;
	struct expected refs[MAX_EXPECTED];
};

/* Makes the object, between fake_init() and fake_ready(), and sets all of *s,
 * which was zeroed, but its type. */
typedef void build(struct fake *f, struct scene *s);

struct scene_builder {
	const char *name;
	build *build;
	int from;		/* the first minor version that has it */
};
extern const struct scene_builder scene_builders[];
extern const int nr_scene_builders;

#endif
