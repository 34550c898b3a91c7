/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <string.h>

#include "expect.h"
#include "graph-file.h"

const struct format format = { .width = 80, .header = true };

struct heap heap;
struct str out;

void expect_begin(const char *text)
{
	graph_build_process(&heap, text);
	heap.nr_collector_objects = heap.nr_objects;
	str_release(&out);
	out = (struct str)STR_INIT;
	str_add(&out, "");
}

void expect(const char *text)
{
	ck_assert_msg(!strcmp(out.s, text), "not\n%s\nbut\n%s", text, out.s);
	heap_release(&heap);
	str_release(&out);
}

void expect_lines(const char *const *lines)
{
	const char *at = out.s;

	for (; *lines; lines++) {
		at = strstr(at, *lines);
		ck_assert_msg(at, "no '%s', or not there, in\n%s", *lines,
			      out.s);
		ck_assert_msg(at == out.s || at[-1] == '\n',
			      "'%s' does not begin a line in\n%s", *lines,
			      out.s);
		at += strlen(*lines);
		ck_assert_msg(*at == '\n', "'%s' does not end a line in\n%s",
			      *lines, out.s);
	}
	heap_release(&heap);
	str_release(&out);
}
