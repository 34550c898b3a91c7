/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/compiler.h"
#include "heap/redact/redact-names.h"

/* A piece of text: from `p` up to `end`. */
struct piece {
	const char *p, *end;
};

static bool skip(struct piece *t, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(t->end - t->p) < len || memcmp(t->p, word, len) != 0)
		return false;
	t->p += len;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool skip_identifier(struct piece *t)
{
	if (t->p == t->end || !is_letter(*t->p))
		return false;
	while (t->p < t->end && (is_letter(*t->p) || is_digit(*t->p)))
		t->p++;
	return true;
}

/* Names that CPython's compiler gives, and "generic parameters of" (3.12). */
static bool skip_brackets(struct piece *t)
{
	static const char *const words[] = {
		"<locals>", "<lambda>", "<module>", "<listcomp>", "<dictcomp>",
		"<setcomp>", "<genexpr>",
	};
	struct piece rest = *t;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (skip(t, words[i]))
			return true;
	if (!skip(&rest, "<generic parameters of ") ||
	    !skip_identifier(&rest) || !skip(&rest, ">"))
		return false;
	*t = rest;
	return true;
}

static bool skip_name(struct piece *t)
{
	do {
		if (!skip_identifier(t) && !skip_brackets(t))
			return false;
	} while (skip(t, "."));
	return true;
}

bool redact_is_name(const char *text, size_t len)
{
	struct piece t = { text, text + len };

	return skip_name(&t) && t.p == t.end;
}

static bool skip_number(struct piece *t)
{
	const char *start = t->p;

	while (t->p < t->end && is_digit(*t->p))
		t->p++;
	return t->p != start;
}

bool redact_is_module(const char *text)
{
	struct piece t = { text, text + strlen(text) };

	if (!skip_name(&t))
		return false;
	return t.p == t.end ||
	       (skip(&t, " (interpreter ") && skip_number(&t) &&
		skip(&t, ")") && t.p == t.end);
}

bool redact_is_file(const char *text, size_t len)
{
	static const char *const words[] = { "<string>", "<stdin>",
					     "<unknown>" };
	struct piece t = { text, text + len };

	if (len && *text == '/')
		return true;
	if (len >= 3 && *text != '<' && !memcmp(t.end - 3, ".py", 3))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (len == strlen(words[i]) && !memcmp(text, words[i], len))
			return true;
	return skip(&t, "<frozen ") && skip_name(&t) && skip(&t, ">") &&
	       t.p == t.end;
}

bool redact_is_kernels_mapping(const char *name)
{
	static const char *const names[] = {
		"", "[heap]", "[stack]", "[uprobes]", "[vdso]", "[vsyscall]",
		"[vvar]", "[vvar_vclock]",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* --- texts of objects --- */

static bool skip_address(struct piece *t)
{
	const char *start;

	if (!skip(t, "0x"))
		return false;
	start = t->p;
	while (t->p < t->end &&
	       (is_digit(*t->p) || (*t->p >= 'a' && *t->p <= 'f')))
		t->p++;
	return t->p != start;
}

/* " at 0x7f12>", or only the bracket. */
static bool ends_in_address(struct piece *t)
{
	if (skip(t, " at ") && !skip_address(t))
		return false;
	return skip(t, ">") && t->p == t->end;
}

/* Is the text up to `suffix`, which it ends in, the name of a type? */
static bool is_type_up_to(struct piece t, const char *suffix,
			  redact_is_type_fn *is_type, const void *context)
{
	size_t len = (size_t)(t.end - t.p), nr = strlen(suffix);

	if (len < nr || memcmp(t.end - nr, suffix, nr) != 0)
		return false;
	return redact_is_name(t.p, len - nr) || is_type(context, t.p, len - nr);
}

/* "append of list at 0x7f12>": what is behind "<built-in method ". */
static bool is_builtin_method(struct piece t, redact_is_type_fn *is_type,
			      const void *context)
{
	const char *at;

	if (!skip_name(&t) || !skip(&t, " of "))
		return false;
	/* The last one: nothing behind an address has a space in it. */
	for (at = t.end; at > t.p && at[-1] != ' '; at--)
		;
	t.end -= strlen(">");
	if (t.end < at || *t.end != '>')
		return false;
	if (!skip_address(&(struct piece){ at, t.end }))
		return false;
	t.end = at;
	return is_type_up_to(t, " at ", is_type, context);
}

/* "f (/srv/app.py:12)>" */
static bool is_code(struct piece t)
{
	const char *colon;

	if (!skip_name(&t) || !skip(&t, " (") || t.end - t.p < 2 ||
	    memcmp(t.end - 2, ")>", 2) != 0)
		return false;
	for (colon = t.end - 2; colon > t.p && *colon != ':'; colon--)
		;
	return redact_is_file(t.p, (size_t)(colon - t.p));
}

bool redact_is_named(const char *text, size_t len, redact_is_type_fn *is_type,
		     const void *context)
{
	struct piece t = { text, text + len };

	if (skip(&t, "<class '"))
		return is_type_up_to(t, "'>", is_type, context);
	if (skip(&t, "<built-in method "))
		return is_builtin_method(t, is_type, context);
	if (skip(&t, "<code "))
		return is_code(t);
	if (skip(&t, "<bound method "))
		return skip_name(&t) && skip(&t, " of ") &&
		       skip_address(&t) && skip(&t, ">") && t.p == t.end;
	/* A ContextVar has a name, too, but any string may be it: a program
	 * makes them as it likes. */
	return (skip(&t, "<function ") || skip(&t, "<module ") ||
		skip(&t, "<built-in function ")) &&
	       skip_name(&t) && ends_in_address(&t);
}
