/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap/capture/capture-redact.h"
#include "heap/capture/identity.h"

struct redaction {
	struct redacted *to;
	const struct heap *h;
	const struct heap_details *d;
	bool all;
	uint64_t *namespaces;	/* a bit an object: a dict of names */
	uint32_t *renumbered;	/* texts; 0: not yet */
	uint32_t no_key;	/* text of a key that is left out */
	const char **static_types; /* names, sorted */
	size_t nr_static_types;
};

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

/* <function f ...>, <module 'm'> and so on are names, no contents. */
static bool object_text_stays(const struct redaction *r, uint32_t text)
{
	size_t len;
	const char *s = text_at(r, text, &len);

	return len && (is_word(s, len) || (!r->all && *s == '<'));
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

static struct heap_name redact_name(const struct heap_name *n, bool all)
{
	struct heap_name ret = { .flags = n->flags & NAME_STAND_IN };

	if (n->flags & NAME_CONTENT) {
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
		bool hidden = r->all && t.flags & TYPE_IS_HEAP;

		t.name = hidden ? xasprintf("type-%zu", i)
				: xstrdup(t.name ? t.name : "");
		t.kind = type_kinds_find(t.name);
		heap_type_vec_push(&to->types, t);
	}
}

static char *copy(const char *s, bool hidden)
{
	return xstrdup(hidden || !s ? "?" : s);
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

		f.function = copy(f.function, r->all);
		f.file = copy(f.file, r->all);
		heap_frame_vec_push(&to->frames, f);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void find_static_types(struct redaction *r)
{
	const struct heap_type_vec *types = &r->h->types;
	const char **names = xcalloc(types->nr, sizeof(*names));

	r->static_types = names;
	for (size_t i = 0; i < types->nr; i++)
		if (!(types->v[i].flags & TYPE_IS_HEAP) && types->v[i].name)
			names[r->nr_static_types++] = types->v[i].name;
	if (r->nr_static_types)
		qsort(names, r->nr_static_types, sizeof(*names),
		      compare_names);
}

static bool is_static_type(const struct redaction *r, const char *name)
{
	return r->nr_static_types &&
	       bsearch(&name, r->static_types, r->nr_static_types,
		       sizeof(*r->static_types), compare_names);
}

/*
 * The name of a root where no name of the program may be told; `i` is its
 * number.  Each class has a root for its subclasses, and the root does not
 * know the class.
 */
static char *hide_name(const struct redaction *r,
		       const struct heap_root *root, size_t i)
{
	if (root->kind == ROOT_MODULE)
		return xasprintf("module-%zu", i);
	if (root->slot == SLOT_LOCAL)
		return xstrdup("?");
	if (root->slot == SLOT_SUBCLASSES && !is_static_type(r, root->name))
		return xasprintf("class-%zu", i);
	return xstrdup(root->name);
}

static void redact_roots(struct redaction *r)
{
	const struct heap *h = r->h;
	struct heap *to = &r->to->heap;

	to->roots = (struct heap_root_vec)VEC_INIT;
	find_static_types(r);
	for (size_t i = 0; i < h->roots.nr; i++) {
		struct heap_root root = h->roots.v[i];
		bool hidden = r->all && root.kind != ROOT_BUILTINS;

		root.name = r->all ? hide_name(r, &root, i)
				   : xstrdup(root.name);
		if (r->all && root.likely)
			root.number = ROOT_NO_NUMBER;
		root.expression = root.expression && !hidden ?
					  xstrdup(root.expression) : NULL;
		heap_root_vec_push(&to->roots, root);
	}
}

/*
 * What has code in it is a program or a library; any other file that is mapped
 * is data, whose name may tell something.  Mappings are by address: those of
 * one library stand together.
 */
static void redact_mappings(const struct redaction *r)
{
	const struct heap_mapping_vec *from = &r->h->info.mappings;
	struct heap_mapping_vec *to = &r->to->heap.info.mappings;
	size_t end;

	*to = (struct heap_mapping_vec)VEC_INIT;
	for (size_t i = 0; i < from->nr; i = end) {
		const char *path = from->v[i].path;
		bool has_code = false, hidden;

		for (end = i; end < from->nr && !strcmp(from->v[end].path,
							path); end++)
			has_code |= from->v[end].flags & MAPPING_EXECUTE;
		hidden = *path == '/' && (r->all || !has_code);
		for (size_t j = i; j < end; j++) {
			struct heap_mapping m = from->v[j];

			m.path = xstrdup(hidden ? "" : path);
			heap_mapping_vec_push(to, m);
		}
	}
}

/* Files with code: the rule of redact_mappings().  Sorted. */
static void find_code(const struct redaction *r, struct str_vec *ret)
{
	const struct heap_mapping_vec *from = &r->h->info.mappings;

	for (size_t i = 0; i < from->nr; i++)
		if (from->v[i].flags & MAPPING_EXECUTE &&
		    (!ret->nr || strcmp(ret->v[ret->nr - 1],
					from->v[i].path) != 0))
			str_vec_push(ret, from->v[i].path);
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare_names);
}

static void redact_memory(const struct redaction *r)
{
	const struct heap_memory_line_vec *from = &r->h->memory.lines;
	struct heap_memory_line_vec *to = &r->to->heap.memory.lines;
	CLEANUP(str_vec_release) struct str_vec code = VEC_INIT;

	*to = (struct heap_memory_line_vec)VEC_INIT;
	find_code(r, &code);
	for (size_t i = 0; i < from->nr; i++) {
		struct heap_memory_line l = from->v[i];
		bool has_code = code.nr && bsearch(&l.name, code.v, code.nr,
						   sizeof(*code.v),
						   compare_names);
		bool hidden = *l.name == '/' && (r->all || !has_code);

		l.name = xstrdup(hidden ? "" : l.name);
		heap_memory_line_vec_push(to, l);
	}
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
	heap_warn(h, r->all ? "this capture is redacted: it has neither the"
			      " contents of strings and numbers nor the"
			      " program's names" :
			      "this capture is redacted: it does not have the"
			      " contents of strings and numbers");
	for (size_t i = 0; i < from->warnings.nr && !r->all; i++)
		heap_warn(h, "%s", from->warnings.v[i]);
	redact_mappings(r);
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
	redact_texts(&r);
	find_namespaces(&r);
	redact_codes(&r);
	redact_names(&r);
	redact_types(&r);
	redact_threads(&r);
	redact_roots(&r);
	redact_info(&r, how);
	redact_memory(&r);
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
	free(r.static_types);
}

void redacted_release(struct redacted *r)
{
	/* All that is not made here is the original's. */
	struct heap made = {
		.types = r->heap.types,
		.roots = r->heap.roots,
		.frames = r->heap.frames,
		.threads = r->heap.threads,
		.info = r->heap.info,
		.memory.lines = r->heap.memory.lines,
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
