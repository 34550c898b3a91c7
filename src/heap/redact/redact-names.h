/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/redact/redact-names.h - which text can be a name in a program's source.
 *
 * A program can give any string as a name to a class, a function, a module or
 * a code object.  REDACT_CONTENTS keeps names, so it has to tell them from
 * other strings.  This is decided by their form alone: identifiers of ASCII
 * letters, and what CPython itself writes in angle brackets.
 *
 * Nothing here allocates memory or trusts the text.
 */
#ifndef HEAP_REDACT_REDACT_NAMES_H
#define HEAP_REDACT_REDACT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is it a name: "app.User", "f.<locals>.<lambda>"?  Parts are separated by
 * dots.  Each is an identifier or one of CPython's names in angle brackets.
 */
bool redact_is_name(const char *text, size_t len);

/* Like redact_is_name(), but the text may end in " (interpreter 2)", which is
 * how a root names the module of a subinterpreter. */
bool redact_is_module(const char *text);

/*
 * Is it the name of a source file?  It is an absolute path, ends in .py, or is
 * what CPython writes for source that has no file: "<string>", "<frozen os>".
 */
bool redact_is_file(const char *text, size_t len);

/* Is it the name of a mapping that the kernel gave: "[heap]"?  A program gives
 * names to its mappings, too: "[anon:any text]". */
bool redact_is_kernels_mapping(const char *name);

/* Is `name`, of `len` bytes, the name of a static type? */
typedef bool redact_is_type_fn(const void *context, const char *name,
			       size_t len);

/*
 * Is the text of an object one that has nothing but names in it, such as
 * "<function f at 0x7f12>" and "<class 'app.User'>"?  A text that does not have
 * the form that python/objects/ makes is none.  `is_type` permits types that
 * redact_is_name() does not; it is called with `context`.
 */
bool redact_is_named(const char *text, size_t len, redact_is_type_fn *is_type,
		     const void *context);

#endif
