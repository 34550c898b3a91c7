/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap/capture/capture-redact.h"
#include "heap/capture/identity.h"
#include "heap/redact/redact-async.h"
#include "heap/redact/redact-files.h"
#include "heap/redact/redact-names.h"
#include "heap/redact/redact-own.h"

/* Searches for hidden names in the warnings: each is looked for in each.  A
 * file may have as many of both as it likes. */
#define MAX_SEARCHES (UINT64_C(1) << 20)

struct redaction {
	struct redacted *to;
	const struct heap *h;
	const struct heap_details *d;
	bool all;
	uint64_t *namespaces;	/* a bit an object: a dict of names */
	uint32_t *renumbered;	/* texts; 0: not yet */
	uint32_t no_key;	/* text of a key that is left out */
	/* Sorted names of static types that stay: of REDACT_ALL only those of
	 * Python itself. */
	struct str_vec static_types; /* the names are the original heap's */
	struct redact_own own;
};

static void find_static_types(struct redaction *r)
{
	const struct heap *h = r->h;
	struct str_vec *to = &r->static_types;

	redact_own_find(&r->own, h);
	for (size_t i = 0; i < h->types.nr; i++) {
		const struct heap_type *t = &h->types.v[i];
		bool is_heap = t->flags & TYPE_IS_HEAP;

		if (t->name && (r->all ? redact_own_has(&r->own, t->name,
							t->address, is_heap)
				       : !is_heap))
			str_vec_push(to, t->name);
	}
	/* A type without instances is only a root. */
	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *root = &h->roots.v[i];

		if (root->kind == ROOT_TYPE && root->slot == SLOT_TYPE &&
		    (!r->all || redact_own_has(&r->own, root->name,
					       h->address[root->object],
					       false)))
			str_vec_push(to, root->name);
	}
	str_vec_sort(to);
}

/* redact_is_type_fn */
static bool is_static_type(const void *redaction, const char *name, size_t len)
{
	const struct str_vec *types =
		&((const struct redaction *)redaction)->static_types;
	size_t low = 0, high = types->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *type = types->v[middle];
		int order = strncmp(type, name, len);

		if (!order && !type[len])
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool type_stays(const struct redaction *r, const char *name)
{
	size_t len = strlen(name);

	return (!r->all && redact_is_name(name, len)) ||
	       is_static_type(r, name, len);
}

/* In place of a name: the address tells captures of one process which class or
 * module it is, and is in the capture anyway. */
static char *name_by_address(const char *what, uint64_t address)
{
	return xasprintf("%s-%" PRIx64, what, address);
}

/* --- texts --- */

static const char *text_at(const struct redaction *r, uint32_t text,
			   size_t *len)
{
	const struct heap_details *d = r->d;

	if (text >= d->nr_texts)
		text = 0;
	*len = d->text_start[text + 1] - d->text_start[text];
	return d->text_bytes + d->text_start[text];
}

static uint32_t add_text(struct redaction *r, const char *text, size_t len)
{
	struct redacted *to = r->to;

	str_add_bytes(&to->text_bytes, text, len);
	u64_vec_push(&to->text_start, to->text_bytes.len);
	return (uint32_t)to->text_start.nr - 2;
}

static uint32_t keep_text(struct redaction *r, uint32_t text)
{
	size_t len;
	const char *s = text_at(r, text, &len);

	if (text >= r->d->nr_texts)
		return 0;
	if (!r->renumbered[text])
		r->renumbered[text] = add_text(r, s, len);
	return r->renumbered[text];
}

static bool is_word(const char *s, size_t len)
{
	static const char *const words[] = { "None", "True", "False" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && !memcmp(s, words[i], len))
			return true;
	return false;
}

/* <function f ...>, <module m> and so on are names, no contents. */
static bool object_text_stays(const struct redaction *r, uint32_t text)
{
	size_t len;
	const char *s = text_at(r, text, &len);

	return len && (is_word(s, len) ||
		       (!r->all && redact_is_named(s, len, is_static_type, r)));
}

static void redact_texts(struct redaction *r)
{
	struct redacted *to = r->to;
	uint32_t nr = r->h->nr_objects;

	to->text_bytes = (struct str)STR_INIT;
	u64_vec_push(&to->text_start, 0);
	u64_vec_push(&to->text_start, 0);
	r->no_key = add_text(r, "<str>", 5);
	to->text = xcalloc(nr, sizeof(*to->text));
	for (oid o = 0; o < nr; o++)
		if (object_text_stays(r, r->d->text[o]))
			to->text[o] = keep_text(r, r->d->text[o]);
}

/* --- keys --- */

static bool is_namespace_name(const struct heap_name *n)
{
	static const char *const names[] = {
		"__globals__", "__builtins__", "f_globals", "f_builtins",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (n->kind == EDGE_ATTRIBUTE && !strcmp(names[i], n->name))
			return true;
	return n->kind == EDGE_DICT;
}

static void set_bit(uint64_t *bits, oid o)
{
	bits[o / 64] |= UINT64_C(1) << o % 64;
}

static bool has_bit(const uint64_t *bits, oid o)
{
	return bits[o / 64] >> o % 64 & 1;
}

static void find_namespaces(struct redaction *r)
{
	const struct heap *h = r->h;
	CLEANUP(freep) bool *is = xcalloc(r->d->nr_names, sizeof(*is));

	r->namespaces = xcalloc((size_t)h->nr_objects / 64 + 1,
				sizeof(*r->namespaces));
	for (uint32_t i = 0; i < r->d->nr_names; i++)
		is[i] = is_namespace_name(&r->d->names[i]);
	for (uint64_t e = 0; e < h->edges.nr; e++) {
		uint32_t code = r->d->codes[e], arg = edge_code_arg(code);

		if (edge_code_kind(code) == CODE_NAMED &&
		    arg < r->d->nr_names && is[arg])
			set_bit(r->namespaces, h->edges.v[e]);
	}
	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].kind == ROOT_BUILTINS)
			set_bit(r->namespaces, h->roots.v[i].object);
}

static uint32_t redact_key(struct redaction *r, oid o, uint32_t text)
{
	size_t len;
	const char *s = text_at(r, text, &len);

	if (!r->all && has_bit(r->namespaces, o) &&
	    naming_is_identifier(s, len))
		return keep_text(r, text);
	return r->no_key;
}

static void redact_codes(struct redaction *r)
{
	const struct heap *h = r->h;
	uint32_t *codes = xreallocarray(NULL, h->edges.nr, sizeof(*codes));

	r->to->codes = codes;
	memcpy(codes, r->d->codes, h->edges.nr * sizeof(*codes));
	for (oid o = 0; o < h->nr_objects; o++) {
		for (uint32_t i = 0; i < h->edge_nr[o]; i++) {
			uint64_t at = h->edge_start[o] + i;
			uint32_t code = r->d->codes[at];

			if (edge_code_kind(code) == CODE_VALUE)
				codes[at] = edge_code(
					CODE_VALUE,
					redact_key(r, o, edge_code_arg(code)));
		}
	}
}

/* --- names --- */

/* ".0": a comprehension's argument, which has no name in the source. */
static bool is_implicit(const char *name)
{
	return *name == '.' && name[1] &&
	       strspn(name + 1, "0123456789") == strlen(name + 1);
}

/*
 * Can it be the name of a variable or an attribute in the source?  ".0" is what
 * a comprehension runs over.  Words for the members of C structs are pyheld's.
 */
static bool is_in_source(const struct heap_name *n)
{
	size_t len = strlen(n->name);

	switch (n->kind) {
	case EDGE_ATTRIBUTE:
		return redact_is_name(n->name, len);
	case EDGE_LOCAL:
		return redact_is_name(n->name, len) || is_implicit(n->name);
	case EDGE_DICT_ENTRY:
		return naming_is_identifier(n->name, len);
	default:
		return true;
	}
}

static struct heap_name redact_name(const struct heap_name *n, bool all)
{
	struct heap_name ret = { .flags = n->flags & NAME_STAND_IN };

	if (n->flags & NAME_CONTENT || !is_in_source(n)) {
		ret.kind = EDGE_DICT_ENTRY;
		ret.name = xstrdup("<str>");
	} else if (all && n->flags & NAME_IDENTIFIER) {
		ret.kind = n->kind == EDGE_LOCAL ? EDGE_LOCAL : EDGE_ATTRIBUTE;
		ret.name = xstrdup("?");
	} else {
		ret = *n;
		ret.name = xstrdup(n->name);
		ret.prefix = n->prefix ? xstrdup(n->prefix) : NULL;
		ret.suffix = n->suffix ? xstrdup(n->suffix) : NULL;
	}
	return ret;
}

static void redact_names(struct redaction *r)
{
	for (uint32_t i = 0; i < r->d->nr_names; i++)
		heap_name_vec_push(&r->to->names,
				   redact_name(&r->d->names[i], r->all));
}

/* --- tables --- */

static void redact_types(struct redaction *r)
{
	const struct heap *h = r->h;
	struct heap *to = &r->to->heap;

	to->types = (struct heap_type_vec)VEC_INIT;
	for (size_t i = 0; i < h->types.nr; i++) {
		struct heap_type t = h->types.v[i];

		/* Two static types may have the same name. */
		if (!t.name || !type_stays(r, t.name) ||
		    (r->all && !redact_own_has(&r->own, t.name, t.address,
					       t.flags & TYPE_IS_HEAP)))
			t.name = name_by_address("type", t.address);
		else
			t.name = xstrdup(t.name);
		t.kind = type_kinds_find(t.name);
		heap_type_vec_push(&to->types, t);
	}
}

static char *copy(const char *s, bool hidden)
{
	return xstrdup(hidden ? "?" : s);
}

static void redact_threads(struct redaction *r)
{
	const struct heap *h = r->h;
	struct heap *to = &r->to->heap;

	to->threads = (struct heap_thread_vec)VEC_INIT;
	for (size_t i = 0; i < h->threads.nr; i++) {
		struct heap_thread t = h->threads.v[i];

		t.name = xstrdup("");
		heap_thread_vec_push(&to->threads, t);
	}
	to->frames = (struct heap_frame_vec)VEC_INIT;
	for (size_t i = 0; i < h->frames.nr; i++) {
		struct heap_frame f = h->frames.v[i];

		f.function = redact_function(f.function, r->all);
		f.file = redact_function_file(f.file, r->all);
		heap_frame_vec_push(&to->frames, f);
	}
}

/* The name of a root; each class has a root for its subclasses, and the root
 * does not know the class. */
static char *redact_root_name(const struct redaction *r,
			      const struct heap_root *root)
{
	const char *name = root->name;
	uint64_t address = r->h->address[root->object];
	bool stays = true;

	if (root->kind == ROOT_MODULE)
		return !r->all && redact_is_module(name) ?
			       xstrdup(name) : name_by_address("module",
							       address);
	if (root->kind == ROOT_TYPE)
		return type_stays(r, name) ? xstrdup(name) :
		       name_by_address("class", address);
	if (root->slot == SLOT_LOCAL)
		stays = !r->all && (!*name || is_implicit(name) ||
				    redact_is_name(name, strlen(name)));
	else if (root->slot == SLOT_NAMED)
		/* An old capture has all in one text, and in this one the
		 * name of the thread could not be told from the rest. */
		stays = root->kind != ROOT_FRAME &&
			strncmp(name, "thread ", strlen("thread ")) != 0;
	return copy(name, !stays);
}

static void redact_roots(struct redaction *r)
{
	const struct heap *h = r->h;
	struct heap *to = &r->to->heap;

	to->roots = (struct heap_root_vec)VEC_INIT;
	for (size_t i = 0; i < h->roots.nr; i++) {
		struct heap_root root = h->roots.v[i];
		char *name = redact_root_name(r, &root);
		bool hidden = root.kind != ROOT_BUILTINS &&
			      (r->all || strcmp(name, root.name) != 0);

		root.name = name;
		if (r->all && root.likely)
			root.number = ROOT_NO_NUMBER;
		root.expression = root.expression && !hidden ?
					  xstrdup(root.expression) : NULL;
		heap_root_vec_push(&to->roots, root);
	}
}

/* Names that a warning may have in it, but that the capture has no more. */
static void find_hidden(const struct redaction *r, struct str_vec *ret)
{
	const struct heap *h = r->h, *to = &r->to->heap;

	for (size_t i = 0; i < h->types.nr; i++)
		if (h->types.v[i].name && *h->types.v[i].name &&
		    strcmp(h->types.v[i].name, to->types.v[i].name) != 0)
			str_vec_push(ret, h->types.v[i].name);
	for (size_t i = 0; i < h->info.mappings.nr; i++)
		if (strcmp(h->info.mappings.v[i].path,
			   to->info.mappings.v[i].path) != 0)
			str_vec_push(ret, h->info.mappings.v[i].path);
}

static bool has_any(const char *text, const struct str_vec *words)
{
	for (size_t i = 0; i < words->nr; i++)
		if (strstr(text, words->v[i]))
			return true;
	return false;
}

static void redact_warnings(struct redaction *r)
{
	const struct str_vec *from = &r->h->info.warnings;
	CLEANUP(str_vec_release) struct str_vec hidden = VEC_INIT;

	if (r->all)
		return;
	find_hidden(r, &hidden);
	if ((uint64_t)from->nr * hidden.nr > MAX_SEARCHES)
		return;
	for (size_t i = 0; i < from->nr; i++)
		if (!has_any(from->v[i], &hidden))
			heap_warn(&r->to->heap, "%s", from->v[i]);
}

/* A PID; the names of cores and captures are those of files. */
static char *redact_source(const char *source)
{
	bool is_pid = source && strspn(source, "0123456789") == strlen(source);

	return xstrdup(is_pid ? source : "");
}

static void redact_info(struct redaction *r, enum heap_redaction how)
{
	const struct heap_info *from = &r->h->info;
	struct heap *h = &r->to->heap;
	struct heap_info *to = &h->info;

	to->redaction = how;
	to->command = xstrdup("");
	to->source = redact_source(from->source);
	to->executable = xstrdup(r->all ? "" : from->executable);
	to->host = xstrdup(r->all ? "" : from->host);
	/* Which captures are of one process has to be known for a
	 * comparison. */
	if (r->all)
		identity_hide(from, to);
	else
		to->boot = xstrdup(from->boot ? from->boot : "");
	to->version = xstrdup(from->version);
	to->build = xstrdup(from->build);
	to->allocator = xstrdup(from->allocator);
	to->layout = xstrdup(from->layout);
	to->warnings = (struct str_vec)VEC_INIT;
	/* The user gave them to be read; but they may have any name. */
	to->labels = (struct str_vec)VEC_INIT;
	for (size_t i = 0; i < from->labels.nr && !r->all; i++)
		str_vec_push(&to->labels, xstrdup(from->labels.v[i]));
	/* These are for `doctor` alone, and in no capture. */
	to->checks = (struct heap_check_vec)VEC_INIT;
	to->samples = (struct heap_sample_vec)VEC_INIT;
	redact_mappings(from, r->all, to);
	heap_warn(h, r->all ? "this capture is redacted: it has neither the"
			      " contents of strings and numbers nor the"
			      " program's names" :
			      "this capture is redacted: it does not have the"
			      " contents of strings and numbers");
	redact_warnings(r);
}

/* --- older captures --- */

/* *name becomes one by address if it is one by number. */
static void rename_number(char **name, const char *what, size_t number,
			  uint64_t address)
{
	CLEANUP(freep) char *by_number = xasprintf("%s-%zu", what, number);

	if (strcmp(*name, by_number) != 0)
		return;
	free(*name);
	*name = name_by_address(what, address);
}

void redact_rename(struct heap *h)
{
	if (h->info.redaction != REDACT_ALL)
		return;
	for (size_t i = 0; i < h->types.nr; i++)
		rename_number(&h->types.v[i].name, "type", i,
			      h->types.v[i].address);
	for (size_t i = 0; i < h->roots.nr; i++) {
		struct heap_root *root = &h->roots.v[i];
		bool is_module = root->kind == ROOT_MODULE;

		if (is_module || root->slot == SLOT_SUBCLASSES)
			rename_number(&root->name,
				      is_module ? "module" : "class", i,
				      h->address[root->object]);
	}
}

/* --- all of it --- */

void redact(struct heap *h, const struct heap_details *details,
	    enum heap_redaction how, struct redacted *ret)
{
	struct redaction r = { .to = ret, .h = h, .d = details,
			       .all = how == REDACT_ALL };

	ret->heap = *h;
	ret->heap.ops = NULL;
	ret->heap.failed = NULL;
	/* Who guesses a text, such as a password, could tell by its hash
	 * whether the guess is right. */
	ret->heap.text_hashes = (struct heap_text_hash_vec)VEC_INIT;
	r.renumbered = xcalloc(details->nr_texts, sizeof(*r.renumbered));
	find_static_types(&r);
	redact_texts(&r);
	find_namespaces(&r);
	redact_codes(&r);
	redact_names(&r);
	redact_types(&r);
	redact_threads(&r);
	redact_async(h, r.all, &ret->heap);
	redact_roots(&r);
	redact_info(&r, how);
	redact_memory(h, r.all, &ret->heap.memory);
	redact_sources(&h->allocations, r.all, &ret->heap.allocations);
	ret->details = (struct heap_details){
		.codes = ret->codes,
		.text = ret->text,
		.length = details->length,
		.names = ret->names.v,
		.nr_names = (uint32_t)ret->names.nr,
		.nr_texts = (uint32_t)ret->text_start.nr - 1,
		.text_start = ret->text_start.v,
		.text_bytes = ret->text_bytes.s,
	};
	free(r.renumbered);
	free(r.namespaces);
	/* The names are those of `h`. */
	str_vec_release(&r.static_types);
	redact_own_release(&r.own);
}

void redacted_release(struct redacted *r)
{
	/* All that is not made here is the original's. */
	struct heap made = {
		.types = r->heap.types,
		.roots = r->heap.roots,
		.frames = r->heap.frames,
		.threads = r->heap.threads,
		.codes = r->heap.codes,
		.futures = r->heap.futures,
		.info = r->heap.info,
		.memory.lines = r->heap.memory.lines,
		.allocations.files = r->heap.allocations.files,
	};

	if (!r->codes)
		return;
	heap_release(&made);
	free(r->codes);
	free(r->text);
	heap_names_release(&r->names);
	u64_vec_release(&r->text_start);
	str_release(&r->text_bytes);
}
