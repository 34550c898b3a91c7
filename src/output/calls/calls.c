/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "output/calls/calls.h"
#include "output/emit.h"
#include "output/table.h"
#include "output/words.h"

#define MAX_INDENT 16u		/* columns, of the tree of tasks */
#define MAX_IN_CIRCLE 5		/* tasks of a circle are named */
#define MAX_PREVIEW 60
#define MAX_PREVIEW_JSON 200

/* --- text --- */

static unsigned int indent_of(const struct stack_row *row)
{
	return MIN(row->depth * 2, MAX_INDENT);
}

static void add_name(const struct call_stacks *c, const struct call_stack *s,
		     struct str *out)
{
	if (s->kind == CALL_THREAD) {
		words_thread(&c->h->threads.v[s->stack], out);
		return;
	}
	str_add(out, call_kind_names[s->kind]);
	if (*s->name)
		str_addf(out, s->kind == CALL_TASK ? " '%s'" : " %s", s->name);
	str_add(out, " at ");
	format_address(out, c->h->address[s->object]);
}

static bool is_done(const struct call_stack *s)
{
	return s->state == CALL_FINISHED || s->state == CALL_CANCELLED;
}

static void add_awaiters(const struct call_stacks *c,
			 const struct call_stack *s, struct str *out)
{
	str_add(out, ", awaited by ");
	for (size_t i = 0; i < s->nr_awaiters; i++) {
		oid o = c->awaiters.v[s->first_awaiter + i];
		const struct heap_future *f = async_future_of(c->h, o);

		if (i == 3) {
			str_add(out, " and ");
			format_count(out, s->nr_awaiters - i);
			str_add(out, " more");
			break;
		}
		str_add(out, i ? ", " : "");
		if (f && *f->name)
			str_addf(out, "'%s'", f->name);
		else
			format_address(out, c->h->address[o]);
	}
}

static void add_title(const struct call_stacks *c, const struct stack_row *row,
		      const struct calls_shown *shown, const struct format *f,
		      struct str *out)
{
	const struct call_stack *s = &c->stacks.v[row->stack];
	CLEANUP(str_release) struct str title = STR_INIT;

	if (row->nr > 1) {
		format_count(&title, row->nr);
		str_add(&title, " alike: ");
	}
	add_name(c, s, &title);
	if (row->again) {
		str_add(&title, ", shown above");
	} else {
		if (call_state_names[s->state])
			str_addf(&title, ", %s",
				 s->kind == CALL_THREAD ?
					 "holds the GIL" :
					 call_state_names[s->state]);
		str_add(&title, row->nr > 1 ? ", retain " : ", retains ");
		format_bytes(&title, row->retained);
		if (s->nr_awaiters && (shown->by_retained || shown->types))
			add_awaiters(c, s, &title);
		else if (s->kind == CALL_TASK && !s->nr_awaiters &&
			 !is_done(s))
			str_add(&title, ", awaited by nobody");
	}
	format_pad(out, indent_of(row));
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add_char(out, '\n');
}

static void add_place(const struct call_frame *frame, struct str *out)
{
	str_add(out, frame->file);
	if (frame->line)
		str_addf(out, ":%" PRId32, frame->line);
}

static void add_local_row(const struct call_stacks *c,
			  const struct dominators *d,
			  const struct call_local *local, struct table *t)
{
	str_add(table_cell(t), local->name);
	format_type(table_cell(t), c->h, local->object);
	format_bytes(table_cell(t), d->bytes[local->object]);
	format_address(table_cell(t), c->h->address[local->object]);
	heap_preview(c->h, local->object, MAX_PREVIEW, table_cell(t));
}

static void add_locals(const struct call_stacks *c, const struct dominators *d,
		       const struct call_frame *frame, unsigned int indent,
		       const struct format *f, struct str *out)
{
	static const struct table_column columns[] = {
		{ "LOCAL", .shrinks = true }, { "TYPE", .shrinks = true },
		{ "RETAINED", .right = true }, { .head = "ADDRESS" },
		{ "VALUE", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	CLEANUP(call_locals_release) struct call_local_vec locals = VEC_INIT;
	struct format plain = *f;

	plain.header = false;
	t.indent = indent;
	call_locals(c, frame, &locals);
	for (size_t i = 0; i < locals.nr; i++)
		add_local_row(c, d, &locals.v[i], &t);
	table_print(&t, &plain, out);
}

static void add_frames(const struct call_stacks *c, const struct dominators *d,
		       const struct stack_row *row,
		       const struct calls_shown *shown,
		       const struct format *f, struct str *out)
{
	static const struct table_column columns[] = {
		{ "FUNCTION", .shrinks = true }, { "PLACE", .shrinks = true },
	};
	const struct call_stack *s = &c->stacks.v[row->stack];
	CLEANUP(table_release) struct table t = TABLE(columns);
	struct format plain = *f;

	plain.header = false;
	t.indent = indent_of(row) + 2;
	for (size_t i = 0; i < s->nr; i++) {
		const struct call_frame *frame = &c->frames.v[s->first + i];

		str_add(table_cell(&t), frame->function);
		add_place(frame, table_cell(&t));
		if (!shown->locals)
			continue;
		table_print(&t, &plain, out);
		table_release(&t);
		add_locals(c, d, frame, t.indent + 4, f, out);
	}
	table_print(&t, &plain, out);
}

static void add_head(const struct call_stacks *c, struct str *out)
{
	uint64_t nr[NR_CALL_KINDS] = { 0 };

	for (size_t i = 0; i < c->stacks.nr; i++)
		nr[c->stacks.v[i].kind]++;
	format_counted(out, nr[CALL_THREAD], "thread");
	for (unsigned int kind = CALL_GREENLET; kind < NR_CALL_KINDS; kind++)
		if (nr[kind]) {
			str_add(out, ", ");
			format_counted(out, nr[kind], call_kind_names[kind]);
		}
	str_add_char(out, '\n');
}

/* The circle of tasks `v`. */
static void add_circle(const struct call_stacks *c, const size_t *v, size_t nr,
		       const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;

	for (size_t i = 0; i < nr && i < MAX_IN_CIRCLE; i++) {
		str_add(&line, i ? ", which is awaited by " :
			       "tasks wait for each other in a circle: ");
		add_name(c, &c->stacks.v[v[i]], &line);
	}
	if (nr > MAX_IN_CIRCLE) {
		str_add(&line, ", ... and ");
		format_count(&line, nr - MAX_IN_CIRCLE);
		str_add(&line, " more");
	}
	format_words(out, line.s, 0, 2, f);
}

static void add_circles(const struct call_stacks *c,
			const struct calls_shown *shown,
			const struct format *f, struct str *out)
{
	CLEANUP(call_number_vec_release) struct call_number_vec v = VEC_INIT;
	uint64_t nr = 0;
	size_t first = 0;

	call_awaits_circles(c, &v);
	for (size_t i = 0; i < v.nr; i++) {
		if (v.v[i] != SIZE_MAX)
			continue;
		if (nr++ < shown->limit || !shown->limit)
			add_circle(c, v.v + first, i - first, f, out);
		first = i + 1;
	}
	if (!shown->limit || nr <= shown->limit)
		return;
	format_counted(out, nr - shown->limit, "more circle");
	str_add(out, " (see --limit)\n");
}

void calls_text(const struct call_stacks *c, const struct dominators *d,
		 const struct calls_shown *shown, const struct format *f,
		 struct str *out)
{
	CLEANUP(stack_row_vec_release) struct stack_row_vec rows = VEC_INIT;
	size_t i = 0;

	add_head(c, out);
	add_circles(c, shown, f, out);
	calls_order(c, shown, &rows);
	for (; i < rows.nr && (!shown->limit || i < shown->limit); i++) {
		const struct stack_row *row = &rows.v[i];

		if (!row->depth)
			str_add_char(out, '\n');
		add_title(c, row, shown, f, out);
		if (!row->again)
			add_frames(c, d, row, shown, f, out);
	}
	if (i == rows.nr)
		return;
	str_add(out, "\n");
	format_count(out, rows.nr - i);
	str_add(out, " more (see --limit)\n");
}

/* --- JSON --- */

static json_t *local_json(const struct call_stacks *c,
			  const struct dominators *d,
			  const struct call_local *local)
{
	CLEANUP(str_release) struct str preview = STR_INIT;
	json_t *ret = json_object();
	oid o = local->object;

	heap_preview(c->h, o, MAX_PREVIEW_JSON, &preview);
	emit_put(ret, "name", emit_text(local->name));
	emit_put(ret, "type", emit_text(heap_type_of(c->h, o)->name));
	emit_put(ret, "address", emit_address(c->h->address[o]));
	emit_put(ret, "preview", emit_text(preview.s));
	emit_put(ret, "retained", emit_count(d->bytes[o]));
	return ret;
}

static json_t *frame_json(const struct call_stacks *c,
			  const struct dominators *d,
			  const struct calls_shown *shown,
			  const struct call_frame *frame)
{
	CLEANUP(call_locals_release) struct call_local_vec locals = VEC_INIT;
	json_t *ret = json_object(), *list = json_array();

	emit_put(ret, "function", emit_text(frame->function));
	emit_put(ret, "file", emit_text(frame->file));
	emit_put(ret, "line", frame->line ? emit_count((uint32_t)frame->line) :
					    json_null());
	if (shown->locals)
		call_locals(c, frame, &locals);
	for (size_t i = 0; i < locals.nr; i++)
		emit_push(list, local_json(c, d, &locals.v[i]));
	emit_put(ret, "locals", list);
	return ret;
}

static json_t *stack_json(const struct call_stacks *c,
			  const struct dominators *d,
			  const struct calls_shown *shown,
			  const struct call_stack *s)
{
	json_t *ret = json_object(), *frames = json_array();
	json_t *awaiters = json_array();

	emit_put(ret, "kind", emit_text(call_kind_names[s->kind]));
	emit_put(ret, "name", emit_text(s->name));
	emit_put(ret, "state", emit_text(call_state_names[s->state]));
	emit_put(ret, "address", s->object == OID_NONE ?
		 json_null() : emit_address(c->h->address[s->object]));
	for (size_t i = 0; i < s->nr_awaiters; i++)
		emit_push(awaiters, emit_address(c->h->address[
			c->awaiters.v[s->first_awaiter + i]]));
	emit_put(ret, "awaited_by", awaiters);
	emit_put(ret, "retained", emit_count(s->retained));
	for (size_t i = 0; i < s->nr; i++)
		emit_push(frames, frame_json(c, d, shown,
					     &c->frames.v[s->first + i]));
	emit_put(ret, "frames", frames);
	return ret;
}

static int compare_retained(const void *a, const void *b)
{
	const struct call_stack *x = *(const struct call_stack *const *)a;
	const struct call_stack *y = *(const struct call_stack *const *)b;

	if (x->retained != y->retained)
		return x->retained > y->retained ? -1 : 1;
	return (x > y) - (x < y);
}

json_t *calls_json(const struct call_stacks *c, const struct dominators *d,
		    const struct calls_shown *shown)
{
	size_t nr = c->stacks.nr;
	CLEANUP(freep) const struct call_stack **v = xcalloc(nr + 1,
							     sizeof(*v));
	json_t *ret = json_object(), *stacks = json_array();
	uint64_t nr_shown = 0;

	for (size_t i = 0; i < nr; i++)
		v[i] = &c->stacks.v[i];
	if (nr && shown->by_retained)
		qsort(v, nr, sizeof(*v), compare_retained);
	for (size_t i = 0; i < nr; i++) {
		if (!calls_has_type(c, v[i], shown->types) ||
		    (nr_shown++ >= shown->limit && shown->limit))
			continue;
		emit_push(stacks, stack_json(c, d, shown, v[i]));
	}
	emit_put(ret, "nr_stacks", emit_count(nr_shown));
	emit_put(ret, "stacks", stacks);
	emit_put(ret, "warnings", emit_warnings(c->h));
	return ret;
}
