/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "python/objects/preview.h"
#include "python/types/types.h"
#include "python/values/text.h"
#include "texts.h"

enum what { STR, LITERAL, SCALAR, CONSTANT, PREVIEW, LENGTH };

/* One object, and the text that one of the functions makes of it. */
struct expected {
	enum what what;
	raddr obj;
	size_t max;
	bool cut;		/* STR: was it cut? */
	int64_t length;		/* LENGTH */
	char *text;		/* "-": it is refused */
};
VEC_DEFINE(expected_vec, struct expected);

struct fake f;

static struct expected_vec all;

static void expect(enum what what, raddr obj, size_t max, bool cut,
		   const char *text)
{
	expected_vec_push(&all, (struct expected){ what, obj, max, cut, 0,
						   xstrdup(text) });
}

void expect_str(raddr obj, size_t max, const char *text, bool cut)
{
	expect(STR, obj, max, cut, text);
}

void expect_no_str(raddr obj)
{
	expect(STR, obj, 100, false, "-");
}

void expect_literal(raddr obj, const char *text)
{
	expect(LITERAL, obj, 0, false, text);
}

void expect_scalar(raddr obj, size_t max, const char *text)
{
	expect(SCALAR, obj, max, false, text);
}

void expect_constant(raddr obj, const char *text)
{
	expect(CONSTANT, obj, 3, false, text);
}

void expect_preview(raddr obj, const char *text)
{
	expect(PREVIEW, obj, 0, false, text);
}

void expect_length(raddr obj, int64_t length)
{
	expected_vec_push(&all, (struct expected){ LENGTH, obj, 0, false,
						   length, NULL });
}

static bool make(const struct expected *e, const struct pytype *t,
		 struct str *s, bool *cut)
{
	switch (e->what) {
	case STR:
		return text_str(&f.py, e->obj, e->max, s, cut);
	case LITERAL:
		return text_literal(&f.py, e->obj, s);
	case SCALAR:
		return text_scalar(&f.py, e->obj, e->max, s);
	case CONSTANT:
		return text_constant(&f.py, t->address, e->obj, e->max, s);
	default:
		return preview_text(&f.py, t, e->obj, s);
	}
}

static const struct pytype *type_of(const struct expected *e)
{
	return e->what >= CONSTANT ? fake_pytype(&f, e->obj) : NULL;
}

static void check_one(const struct expected *e)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	const struct pytype *t = type_of(e);
	bool cut = !e->cut, found;

	if (e->what == LENGTH) {
		ck_assert_int_eq(preview_length(&f.py, t, e->obj), e->length);
		return;
	}
	found = make(e, t, &s, &cut);
	ck_assert_str_eq(found ? s.s : "-", e->text);
	if (e->what == STR && found)
		ck_assert_int_eq(cut, e->cut);
}

/*
 * Some of the memory is not there: the text is refused, or it is the same.  Of
 * a preview only the names may differ.
 */
static void check_without(const struct expected *e, const struct pytype *t)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	bool cut;

	if (e->what == LENGTH) {
		preview_length(&f.py, t, e->obj);
		return;
	}
	if (!make(e, t, &s, &cut))
		return;
	if (e->what == PREVIEW)
		ck_assert_msg(!strncmp(s.s, e->text, 3), "%s, not %s", s.s,
			      e->text);
	else
		ck_assert_str_eq(s.s, e->text);
}

void check_all(void)
{
	const struct pytype **types;

	fake_ready(&f);
	for (size_t i = 0; i < all.nr; i++)
		check_one(&all.v[i]);
	types = xcalloc(all.nr, sizeof(*types));
	for (size_t i = 0; i < all.nr; i++)
		types[i] = type_of(&all.v[i]);
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		for (size_t i = 0; i < all.nr; i++)
			check_without(&all.v[i], types[i]);
		fake_map_again(&f);
	}
	free(types);
	for (size_t i = 0; i < all.nr; i++)
		free(all.v[i].text);
	expected_vec_release(&all);
	fake_release(&f);
}
