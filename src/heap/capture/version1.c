/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/search.h"
#include "heap/capture/version1.h"

/* A thread's name may have commas in it: so many of them are tried.  Names have
 * at most 256 characters, and ", " is two of them. */
#define MAX_COMMAS 130

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* *text becomes `part`, which may be a part of it. */
static void set_text(char **text, const char *part)
{
	char *old = *text;

	*text = xstrdup(part);
	free(old);
}

/* --- frames: "thread 4242 'MainThread', f (app.py:12), " and the slot --- */

/* Less than 2^32 - 1, which stands for no number. */
static bool read_number(const char *text, const char *end, uint32_t *ret)
{
	uint64_t x = 0;

	if (text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		x = x * 10 + (uint64_t)(*text - '0');
		if (x >= ROOT_NO_NUMBER)
			return false;
	}
	*ret = (uint32_t)x;
	return true;
}

static bool read_stack(const char *text, const char *end, uint32_t *ret)
{
	static const char stack[] = "stack ";

	return begins(text, stack) &&
	       read_number(text + strlen(stack), end, ret);
}

/* What has no name of its own. */
static enum root_slot find_part(const char *text)
{
	static const struct {
		const char *text;
		enum root_slot slot;
	} parts[] = {
		{ "function", SLOT_FUNCTION },
		{ "code", SLOT_CODE },
		{ "f_locals", SLOT_F_LOCALS },
		{ "frame object", SLOT_FRAME_OBJECT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strcmp(parts[i].text, text))
			return parts[i].slot;
	return SLOT_NAMED;
}

static void read_frame_root(struct heap_root *root)
{
	const char *before = NULL, *last = root->name, *comma;

	while ((comma = strstr(last, ", "))) {
		before = last;
		last = comma + 2;
	}
	if (begins(last, "local ")) {
		root->slot = SLOT_LOCAL;
		set_text(&root->name, last + strlen("local "));
	} else if (read_stack(last, last + strlen(last), &root->number)) {
		root->slot = SLOT_STACK;
		set_text(&root->name, "");
	} else if (!strcmp(last, "likely")) {
		root->slot = SLOT_STACK;
		root->likely = true;
		if (!before || !read_stack(before, last - 2, &root->number))
			root->number = ROOT_NO_NUMBER;
		set_text(&root->name, "");
	} else {
		root->slot = find_part(last);
		set_text(&root->name, root->slot == SLOT_NAMED ? last : "");
	}
}

/* --- types: "dict" and what of it --- */

static void read_type_root(struct heap_root *root)
{
	static const struct {
		const char *text;
		enum root_slot slot;
	} parts[] = {
		{ ".__base__", SLOT_BASE },
		{ ".__bases__", SLOT_BASES },
		{ ".__mro__", SLOT_MRO },
		{ ".__dict__", SLOT_DICT },
		{ "'s cache", SLOT_CACHE },
		{ "'s subclasses", SLOT_SUBCLASSES },
	};
	size_t len = strlen(root->name);

	root->slot = SLOT_TYPE;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t of_part = strlen(parts[i].text);

		if (len < of_part ||
		    strcmp(root->name + len - of_part, parts[i].text) != 0)
			continue;
		root->slot = parts[i].slot;
		root->name[len - of_part] = '\0';
		return;
	}
}

/* --- threads: "thread 4242 'MainThread', " and the part of its state --- */

struct label {
	char *text;
	uint32_t thread;
};
VEC_DEFINE(label_vec, struct label);

static int compare_labels(const void *a, const void *b)
{
	const struct label *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->thread > y->thread) -
			       (x->thread < y->thread);
}

static char *make_label(const struct heap_thread *t)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	str_add(&s, "thread");
	if (t->native_id)
		str_addf(&s, " %" PRId64, t->native_id);
	if (*t->name)
		str_addf(&s, " '%s'", t->name);
	return xstrndup(s.s, s.len);
}

/* Sorted: a file may have as many threads and roots as it likes. */
static void make_labels(const struct heap *h, struct label_vec *ret)
{
	for (size_t i = 0; i < h->threads.nr; i++)
		label_vec_push(ret, (struct label){
			make_label(&h->threads.v[i]), (uint32_t)i });
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare_labels);
}

static void labels_release(struct label_vec *labels)
{
	for (size_t i = 0; i < labels->nr; i++)
		free(labels->v[i].text);
	label_vec_release(labels);
}

/* The label that is the first `len` bytes of the text; NULL: there is none. */
static const struct label *find_label(const struct label_vec *labels,
				      const char *text, size_t len)
{
	size_t first = SEARCH_FIRST(labels->nr, i,
				    strncmp(labels->v[i].text, text, len) >= 0);

	if (first == labels->nr || strncmp(labels->v[first].text, text, len) ||
	    labels->v[first].text[len])
		return NULL;
	return &labels->v[first];
}

static void read_thread_root(const struct label_vec *labels,
			     struct heap_root *root)
{
	const char *comma = strstr(root->name, ", ");

	for (int i = 0; comma && i < MAX_COMMAS; i++) {
		const struct label *label =
			find_label(labels, root->name,
				   (size_t)(comma - root->name));

		if (label) {
			root->slot = SLOT_THREAD;
			root->thread = label->thread;
			set_text(&root->name, comma + 2);
			return;
		}
		comma = strstr(comma + 2, ", ");
	}
}

void version1_roots(struct heap *h)
{
	CLEANUP(labels_release) struct label_vec labels = VEC_INIT;

	make_labels(h, &labels);
	for (size_t i = 0; i < h->roots.nr; i++) {
		struct heap_root *root = &h->roots.v[i];

		if (root->kind == ROOT_FRAME && root->frame >= 0)
			read_frame_root(root);
		else if (root->kind == ROOT_TYPE)
			read_type_root(root);
		else if (root->kind == ROOT_INTERPRETER &&
			 begins(root->name, "atexit callback"))
			root->slot = SLOT_ATEXIT;
		else if (root->kind == ROOT_INTERPRETER)
			read_thread_root(&labels, root);
	}
}

/* --- names of references --- */

/* "closure cell 3", "stack[3]": `end` is what stands behind the number. */
static bool read_numbered(struct heap_name *n, const char *start,
			  const char *end, enum edge_kind kind)
{
	size_t len = strlen(n->name), nr = strlen(end);
	uint32_t number;

	if (!begins(n->name, start) || len < strlen(start) + nr ||
	    strcmp(n->name + len - nr, end) ||
	    !read_number(n->name + strlen(start), n->name + len - nr, &number))
		return false;
	n->kind = kind;
	n->number = number;
	set_text(&n->name, "");
	return true;
}

/* ".__dict__['a b']" */
static bool read_entry(struct heap_name *n)
{
	static const char start[] = ".__dict__[";
	size_t len = strlen(n->name);

	if (!begins(n->name, start) || n->name[len - 1] != ']')
		return false;
	n->name[len - 1] = '\0';
	n->kind = EDGE_DICT_ENTRY;
	set_text(&n->name, n->name + strlen(start));
	return true;
}

static void read_name(struct heap_name *n)
{
	static const char local[] = "local ";

	if (read_entry(n) ||
	    read_numbered(n, "stack[", "]", EDGE_STACK) ||
	    read_numbered(n, "closure cell ", "", EDGE_CELL) ||
	    read_numbered(n, "at offset ", "", EDGE_OFFSET))
		return;
	if (*n->name == '.') {
		n->kind = EDGE_ATTRIBUTE;
		set_text(&n->name, n->name + 1);
	} else if (begins(n->name, local)) {
		n->kind = EDGE_LOCAL;
		set_text(&n->name, n->name + strlen(local));
	} else if (!strcmp(n->name, "__dict__")) {
		n->kind = EDGE_DICT;
		set_text(&n->name, "");
	} else if (!strcmp(n->name, "element")) {
		n->kind = EDGE_ELEMENT;
		set_text(&n->name, "");
	} else {
		n->kind = *n->name ? EDGE_FIELD : EDGE_UNKNOWN;
	}
}

void version1_names(struct heap_name_vec *names)
{
	for (size_t i = 0; i < names->nr; i++)
		read_name(&names->v[i]);
}
