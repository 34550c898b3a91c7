/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expect.h - a small heap, and the report of it that people should get on a
 * terminal of 80 columns without colour and UTF-8.
 *
 * A test begins with expect_begin(), writes a report of `heap` to `out` in the
 * format `format`, and ends with expect() or EXPECT_LINES().
 */
#ifndef TESTS_UNIT_OUTPUT_EXPECT_H
#define TESTS_UNIT_OUTPUT_EXPECT_H

#include "base/str.h"
#include "heap/heap.h"
#include "output/format.h"

/* Of a module app: a class's cache of two nodes, which are a cycle. */
#define HELD \
	"m->m.d m.d->.cache .cache->a .cache->b a->b b->a; root m:m;" \
	" type module m; type dict/dict m.d .cache; len .cache=2;" \
	" type app.Node/heap a b; size a=1000 b=24;"

extern const struct format format;

/* A heap, and what a report said of it. */
extern struct heap heap;
extern struct str out;

/* Make `heap` with graph_build_process(); all its objects are tracked. */
void expect_begin(const char *text);

/* End the test unless `out` is `text`; else release `out` and `heap`. */
void expect(const char *text);

/* The same for lines that are in `out`, in this order; NULL ends them. */
void expect_lines(const char *const *lines);

#define EXPECT_LINES(...) \
	expect_lines((const char *const[]){ __VA_ARGS__, NULL })

#endif
