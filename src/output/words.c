/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "output/words.h"

/* --- roots --- */

/* What stands behind the name of a type; NULL: it is no part of one. */
static const char *const type_parts[NR_ROOT_SLOTS] = {
	[SLOT_TYPE] = "",
	[SLOT_BASE] = ".__base__",
	[SLOT_BASES] = ".__bases__",
	[SLOT_MRO] = ".__mro__",
	[SLOT_DICT] = ".__dict__",
	[SLOT_CACHE] = "'s cache",
	[SLOT_SUBCLASSES] = "'s subclasses",
};

/* What of a frame has no name of its own. */
static const char *const frame_parts[NR_ROOT_SLOTS] = {
	[SLOT_FUNCTION] = "function",
	[SLOT_CODE] = "code",
	[SLOT_F_LOCALS] = "f_locals",
	[SLOT_FRAME_OBJECT] = "frame object",
	[SLOT_C_STACK] = "C stack, likely",
};

void words_thread(const struct heap_thread *t, struct str *out)
{
	str_add(out, "thread");
	if (t->native_id)
		str_addf(out, " %" PRId64, t->native_id);
	if (*t->name)
		str_addf(out, " '%s'", t->name);
}

/* "thread 4242 'MainThread', ", "greenlet 0x7f0c, " */
static void add_stack_of(const struct heap *h, const struct heap_frame *f,
			 struct str *out)
{
	const struct heap_stack *s = heap_stack_of(h, f);

	if (s->kind == STACK_THREAD)
		words_thread(&h->threads.v[s->thread], out);
	else
		str_add(out, heap_stack_kind_names[s->kind]);
	if (s->object != OID_NONE)
		str_addf(out, " 0x%" PRIx64, h->address[s->object]);
}

static void add_frame(const struct heap *h, int32_t index, struct str *out)
{
	const struct heap_frame *f = &h->frames.v[index];

	/* It has no name that could be told. */
	if (h->info.redaction == REDACT_ALL) {
		str_addf(out, "frame %" PRId32, index);
		return;
	}
	add_stack_of(h, f, out);
	str_addf(out, ", %s (%s", f->function, f->file);
	if (f->line)
		str_addf(out, ":%" PRId32, f->line);
	str_add_char(out, ')');
}

static void add_stack(const struct heap_root *root, struct str *out)
{
	str_addf(out, "stack %" PRIu32, root->number);
}

void words_root_frame(const struct heap *h, const struct heap_root *root,
		      struct str *out)
{
	add_frame(h, root->frame, out);
	if (root->slot != SLOT_STACK || !root->likely ||
	    root->number == ROOT_NO_NUMBER)
		return;
	str_add(out, ", ");
	add_stack(root, out);
}

void words_local(const struct heap_root *root, struct str *out)
{
	if (*root->name)
		str_add(out, root->name);
	else
		str_addf(out, "%" PRIu32, root->number);
}

void words_root_slot(const struct heap_root *root, struct str *out)
{
	switch (root->slot) {
	case SLOT_LOCAL:
		str_add(out, "local ");
		words_local(root, out);
		break;
	case SLOT_STACK:
		if (root->likely)
			str_add(out, "likely");
		else
			add_stack(root, out);
		break;
	default:
		str_add(out, frame_parts[root->slot] ? frame_parts[root->slot]
						     : root->name);
	}
}

void words_root(const struct heap *h, const struct heap_root *root,
		struct str *out)
{
	if (root->kind == ROOT_FRAME) {
		if (root->frame >= 0) {
			words_root_frame(h, root, out);
			str_add(out, ", ");
		}
		words_root_slot(root, out);
		return;
	}
	if (root->slot == SLOT_THREAD) {
		words_thread(&h->threads.v[root->thread], out);
		str_add(out, ", ");
	}
	str_add(out, root->name);
	if (type_parts[root->slot])
		str_add(out, type_parts[root->slot]);
}

/* --- references --- */

/* What stands before and behind a name, or a number. */
static const struct {
	const char *before, *behind;
	bool is_numbered;
} edges[NR_EDGE_KINDS] = {
	[EDGE_UNKNOWN] = { "", "", false },
	[EDGE_ATTRIBUTE] = { ".", "", false },
	[EDGE_DICT_ENTRY] = { ".__dict__[", "]", false },
	[EDGE_FIELD] = { "", "", false },
	[EDGE_DICT] = { "__dict__", "", false },
	[EDGE_LOCAL] = { "local ", "", false },
	[EDGE_STACK] = { "stack[", "]", true },
	[EDGE_CELL] = { "closure cell ", "", true },
	[EDGE_OFFSET] = { "at offset ", "", true },
	[EDGE_ELEMENT] = { "element", "", false },
	[EDGE_INDEX] = { "[", "]", true },
	[EDGE_NAMED_VALUE] = { "['", "']", false },
	[EDGE_VALUE] = { "[", "]", false },
	[EDGE_KEY] = { "key ", "", false },
	[EDGE_CACHE_KEY] = { "cached key ", "", false },
	[EDGE_CACHE_RESULT] = { "cached result for ", "", false },
	[EDGE_FLAT] = { ".flat[", "]", true },
	[EDGE_POINTED] = { "", "", false },
};

void words_edge(const struct edge_name *n, struct str *out)
{
	str_add(out, edges[n->kind].before);
	if (edges[n->kind].is_numbered)
		str_addf(out, "%" PRIu64, n->number);
	else if (n->name)
		str_add(out, n->name);
	str_add(out, edges[n->kind].behind);
}

void words_type(const struct heap *h, uint32_t type, struct str *out)
{
	const struct heap_interpreter *i = heap_owner(h, type);

	str_add(out, h->types.v[type].name);
	if (i && i->id)
		str_addf(out, " (interpreter %" PRId64 ")", i->id);
}
