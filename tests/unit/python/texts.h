/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * texts.h - what is made of objects of a fake CPython for people to read, with
 * all of its memory and without some.
 *
 *	fake_init(&f, fake_rows[_i]);
 *	expect_literal(fake_int(&f, 7), "7");
 *	...
 *	check_all();
 *
 * The text "-" says that none is made.
 */
#ifndef TESTS_UNIT_PYTHON_TEXTS_H
#define TESTS_UNIT_PYTHON_TEXTS_H

#include "fake-values.h"

extern struct fake f;

/*
 * Between fake_init() and check_all(): what it has to find.  The text of a str,
 * cut after `max` code points; `cut`: was it cut?
 */
void expect_str(raddr obj, size_t max, const char *text, bool cut);
void expect_no_str(raddr obj);
/* Of text_literal(), text_scalar(), and text_constant() with 3 as `max`. */
void expect_literal(raddr obj, const char *text);
void expect_scalar(raddr obj, size_t max, const char *text);
void expect_constant(raddr obj, const char *text);
/* Of preview_text() and preview_length(). */
void expect_preview(raddr obj, const char *text);
void expect_length(raddr obj, int64_t length);

/*
 * All that is expected; then without each word of the test's own blocks, where
 * a text is refused, or it is the same but for names in previews.  Calls
 * fake_ready() and fake_release(), and forgets what is expected.
 */
void check_all(void);

#endif
