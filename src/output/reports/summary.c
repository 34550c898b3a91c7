/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/coverage.h"
#include "output/emit.h"
#include "output/memory/explained.h"
#include "output/reports/summary.h"
#include "output/table.h"
#include "output/words.h"

#define MAX_THREADS_SHOWN 8
#define LABEL_WIDTH 13

static void add_label(struct str *out, const char *label)
{
	str_add(out, label);
	format_pad(out, LABEL_WIDTH - format_width(label));
}

static void add_process(const struct heap_info *info, const struct format *f,
			struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;

	add_label(out, "process");
	if (info->pid)
		str_addf(&line, "%" PRId64 " ", info->pid);
	str_add(&line, info->executable ? info->executable : "");
	if (info->command && *info->command) {
		str_add(&line, " (");
		format_fit(&line, info->command, 2 * f->width, f->utf8);
		str_add_char(&line, ')');
	}
	format_words(out, line.s, LABEL_WIDTH, LABEL_WIDTH, f);
}

static void add_python(const struct heap_info *info, struct str *out)
{
	add_label(out, "python");
	str_addf(out, "CPython %s", info->version ? info->version : "?");
	if (info->build && *info->build)
		str_addf(out, " %s", info->build);
	if (info->free_threaded)
		str_add(out, ", free-threaded");
	if (info->debug)
		str_add(out, ", debug build");
	if (info->trace_refs)
		str_add(out, ", trace refs");
	if (info->allocator && *info->allocator)
		str_addf(out, ", %s", info->allocator);
	str_add_char(out, '\n');
}

void summary_add_target(const struct heap *h, const struct format *f,
			struct str *out)
{
	add_process(&h->info, f, out);
	add_python(&h->info, out);
}

static void add_memory(const struct heap_info *info, struct str *out)
{
	add_label(out, "memory");
	if (!info->resident && !info->pause_ns) {
		format_bytes(out, info->bytes_copied);
		str_add(out, " in the core file\n");
		return;
	}
	format_bytes(out, info->resident);
	str_add(out, " resident, ");
	format_bytes(out, info->bytes_copied);
	str_add(out, " copied ");
	if (info->stopped == STOPPED_NONE) {
		str_add(out, "in ");
		format_duration(out, info->copy_ns);
		str_add(out, " without stopping it\n");
		return;
	}
	if (info->stopped == STOPPED_HOLDER)
		str_add(out, "while the thread with the GIL was stopped for ");
	else
		str_add(out, "while it was stopped for ");
	format_duration(out, info->pause_ns);
	str_add_char(out, '\n');
}

/* What the types that are shown take of the resident memory. */
static struct explained explained(const struct heap *h,
				  const struct summary *s, uint64_t limit)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < s->rows.nr && (!limit || i < limit); i++)
		bytes += s->rows.v[i].sum.bytes;
	return explained_of(h, bytes);
}

static void add_explained(const struct heap *h, const struct summary *s,
			  uint64_t limit, const struct format *f,
			  struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT, guess = STR_INIT;
	struct explained e = explained(h, s, limit);

	explained_add_share(&e, "the types below explain", &line);
	explained_add_guessed(h, &guess);
	if (line.len) {
		add_label(out, "");
		format_words(out, line.s, LABEL_WIDTH, LABEL_WIDTH + 2, f);
	}
	if (guess.len) {
		add_label(out, "");
		format_words(out, guess.s, LABEL_WIDTH, LABEL_WIDTH + 2, f);
	}
}

static void add_objects(const struct heap *h, const struct summary *s,
			struct str *out)
{
	const struct heap_info *info = &h->info;

	add_label(out, "objects");
	format_count(out, s->all.nr);
	str_add(out, " of ");
	format_counted(out, s->all_types, "type");
	str_add(out, ", ");
	format_bytes(out, s->all.bytes);
	str_add_char(out, '\n');

	add_label(out, "read by");
	coverage_add_all(h, out);
	str_add_char(out, '\n');
	if (!info->emulator)
		str_add(out, "             no emulator: references of C types"
			     " that pyheld does not know may be missing\n");
}

static void add_interned(const struct heap_info *info, const struct format *f,
			 struct str *out)
{
	const struct heap_interned *mortal = &info->interned[INTERNED_MORTAL];
	const struct heap_interned *immortal =
		&info->interned[INTERNED_IMMORTAL];
	CLEANUP(str_release) struct str line = STR_INIT;

	if (!info->interned_known)
		return;
	format_counted(&line, mortal->nr + immortal->nr, "string");
	str_add(&line, ", ");
	format_bytes(&line, mortal->bytes + immortal->bytes);
	if (immortal->nr) {
		str_add(&line, "; ");
		format_count(&line, immortal->nr);
		str_add(&line, " of them immortal, ");
		format_bytes(&line, immortal->bytes);
	}
	add_label(out, "interned");
	format_words(out, line.s, LABEL_WIDTH, LABEL_WIDTH + 2, f);
}

static void add_collections(const struct heap_interpreter *i,
			    const struct heap_collections *c, struct table *t)
{
	if (!i->collections_known)
		return;
	str_addf(table_cell(t), "%" PRId64, c->nr);
	format_count(table_cell(t), (uint64_t)c->collected);
	if (i->durations_known)
		format_duration(table_cell(t), (uint64_t)c->nanoseconds);
}

/* A row for each generation; what is not known has no column. */
static void add_generations(const struct heap_interpreter *i, struct str *out)
{
	static const struct table_column columns[] = {
		{ "gen", .right = true }, { "objects", .right = true },
		{ "count", .right = true }, { "threshold", .right = true },
		{ "collections", .right = true },
		{ "collected", .right = true }, { "time", .right = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	struct format plain = { .header = true };

	t.indent = LABEL_WIDTH;
	t.nr_columns -= !i->durations_known + (i->collections_known ? 0 : 2);
	for (size_t g = 0; g < ARRAY_SIZE(i->generations); g++) {
		const struct heap_generation *from = &i->generations[g];

		str_addf(table_cell(&t), "%zu", g);
		format_count(table_cell(&t), from->objects);
		str_addf(table_cell(&t), "%" PRId64, from->count);
		str_addf(table_cell(&t), "%" PRId64, from->threshold);
		add_collections(i, &from->done, &t);
	}
	table_print(&t, &plain, out);
}

static void add_uncollectable(const struct heap_interpreter *i, struct str *out)
{
	uint64_t nr = 0;

	for (size_t g = 0; g < ARRAY_SIZE(i->generations); g++)
		nr += (uint64_t)i->generations[g].done.uncollectable;
	if (!nr)
		return;
	add_label(out, "");
	format_count(out, nr);
	str_add(out, nr == 1 ? " object was" : " objects were");
	str_add(out, " uncollectable\n");
}

static void add_collector(const struct heap *h,
			  const struct heap_interpreter *i, struct str *out)
{
	add_label(out, "collector");
	str_add(out, i->gc_enabled ? "enabled" : "DISABLED (gc.disable())");
	if (i->gc_collecting)
		str_add(out, ", in a collection");
	str_add(out, ", ");
	format_count(out, i->frozen);
	str_add(out, " frozen, gc.garbage ");
	if (i->garbage < 0)
		str_add(out, "unknown");
	else
		format_count(out, (uint64_t)i->garbage);
	if (i->callbacks != OID_NONE && h->edge_nr[i->callbacks]) {
		str_add(out, ", gc.callbacks ");
		format_count(out, h->edge_nr[i->callbacks]);
	}
	str_add_char(out, '\n');
	add_generations(i, out);
	add_uncollectable(i, out);
}

static void add_thread(const struct heap *h, size_t i, const struct format *f,
		       struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	const struct heap_thread *thread = &h->threads.v[i];

	if (thread->native_id)
		str_addf(&line, "%" PRId64 " ", thread->native_id);
	str_add(&line, thread->name ? thread->name : "");
	if (thread->holds_gil)
		str_add(&line, " (has the GIL)");
	for (size_t j = 0; j < h->frames.nr; j++) {
		const struct heap_frame *frame = &h->frames.v[j];

		if (frame->stack != i)
			continue;
		str_addf(&line, ": %s (%s", frame->function, frame->file);
		if (frame->line > 0)
			str_addf(&line, ":%" PRId32, frame->line);
		str_add_char(&line, ')');
		break;		/* the innermost frame comes first */
	}
	format_words(out, line.s, LABEL_WIDTH, LABEL_WIDTH + 2, f);
}

static void add_threads(const struct heap *h, const struct heap_interpreter *i,
			const struct format *f, struct str *out)
{
	unsigned int shown = 0, nr = 0;

	/* CPython lists the youngest thread first; show the main one first. */
	for (size_t t = h->threads.nr; t--;) {
		if (h->threads.v[t].interpreter != i->id)
			continue;
		if (nr++ >= MAX_THREADS_SHOWN)
			continue;
		add_label(out, shown++ ? "" : "threads");
		add_thread(h, t, f, out);
	}
	if (nr <= shown)
		return;
	add_label(out, "");
	str_addf(out, "... and %u more\n", nr - shown);
}

VEC_DEFINE(innermost_vec, const struct heap_frame *);

static int compare_frames(const void *a, const void *b)
{
	const struct heap_frame *x = *(const struct heap_frame *const *)a;
	const struct heap_frame *y = *(const struct heap_frame *const *)b;
	int order = strcmp(x->function, y->function);

	if (!order)
		order = strcmp(x->file, y->file);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Frames from first[i] on are the same: how many? */
static size_t nr_same(const struct innermost_vec *first, size_t i)
{
	size_t end = i + 1;

	while (end < first->nr &&
	       !compare_frames(&first->v[i], &first->v[end]))
		end++;
	return end - i;
}

/* The innermost frames of stacks that are no thread's, sorted. */
static void find_innermost(const struct heap *h, struct innermost_vec *ret)
{
	uint32_t last = NO_THREAD;

	for (size_t i = 0; i < h->frames.nr; i++) {
		const struct heap_frame *f = &h->frames.v[i];

		if (f->stack != last &&
		    heap_stack_of(h, f)->kind == STACK_GREENLET)
			innermost_vec_push(ret, f);
		last = f->stack;
	}
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare_frames);
}

/* Those that wait at one line are one line. */
static void add_greenlets(const struct heap *h, const struct format *f,
			  struct str *out)
{
	CLEANUP(innermost_vec_release) struct innermost_vec first = VEC_INIT;
	unsigned int shown = 0;
	size_t nr = 0, i = 0;

	for (size_t k = 0; k < h->stacks.nr; k++)
		nr += h->stacks.v[k].kind == STACK_GREENLET;
	if (!nr)
		return;
	find_innermost(h, &first);
	add_label(out, "greenlets");
	format_counted(out, nr, "greenlet");
	str_add(out, " suspended\n");
	while (i < first.nr && shown++ < MAX_THREADS_SHOWN) {
		CLEANUP(str_release) struct str line = STR_INIT;
		const struct heap_frame *frame = first.v[i];
		size_t same = nr_same(&first, i);

		add_label(out, "");
		format_count(&line, same);
		str_addf(&line, " in %s (%s", frame->function, frame->file);
		if (frame->line > 0)
			str_addf(&line, ":%" PRId32, frame->line);
		str_add_char(&line, ')');
		format_words(out, line.s, LABEL_WIDTH, LABEL_WIDTH + 2, f);
		i += same;
	}
	if (i < first.nr) {
		add_label(out, "");
		str_addf(out, "... and %zu more\n", first.nr - i);
	}
}

static void add_summary_types(const struct heap *h, const struct summary *s,
			      uint64_t limit, const struct format *f,
			      struct str *out)
{
	static const struct table_column columns[] = {
		{ "COUNT", .right = true }, { "SIZE", .right = true },
		{ "BYTES", .right = true }, { "", .right = true },
		{ "%", .right = true }, { "TYPE", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	double all = s->all.bytes ? (double)s->all.bytes : 1;

	for (size_t i = 0; i < s->rows.nr && (!limit || i < limit); i++) {
		const struct tally_type *row = &s->rows.v[i];

		format_count(table_cell(&t), row->sum.nr);
		if (h->types.v[row->type].flags & TYPE_SIZE_UNKNOWN)
			str_add(table_cell(&t), "?");
		else
			format_count(table_cell(&t),
				     h->types.v[row->type].size);
		format_count(table_cell(&t), row->sum.bytes);
		format_bytes(table_cell(&t), row->sum.bytes);
		str_addf(table_cell(&t), "%.1f",
			 100 * (double)row->sum.bytes / all);
		words_type(h, row->type, table_cell(&t));
	}
	table_print(&t, f, out);
	if (!f->header || !limit || s->rows.nr <= limit)
		return;
	str_add(out, "... and ");
	format_counted(out, s->rows.nr - limit, "more type");
	str_add(out, ", see --limit\n");
}

static void add_summary_head(const struct heap *h, const struct summary *s,
			     uint64_t limit, const struct format *f,
			     struct str *out)
{
	summary_add_target(h, f, out);
	add_memory(&h->info, out);
	add_explained(h, s, limit, f, out);
	add_objects(h, s, out);
	add_interned(&h->info, f, out);
	for (size_t i = 0; i < h->interpreters.nr; i++) {
		if (h->interpreters.nr > 1)
			str_addf(out, "\ninterpreter  %" PRId64 "\n",
				 h->interpreters.v[i].id);
		add_collector(h, &h->interpreters.v[i], out);
		add_threads(h, &h->interpreters.v[i], f, out);
	}
	add_greenlets(h, f, out);
	str_add_char(out, '\n');
}

void summary_text(const struct heap *h, const struct summary *s,
		  uint64_t limit, const struct format *f, struct str *out)
{
	if (f->header)
		add_summary_head(h, s, limit, f, out);
	add_summary_types(h, s, limit, f, out);
}

json_t *summary_json(const struct heap *h, const struct summary *s,
		     uint64_t limit)
{
	struct explained e = explained(h, s, limit);
	json_t *ret = json_object(), *types = json_array();

	for (size_t i = 0; i < s->rows.nr && (!limit || i < limit); i++) {
		const struct tally_type *row = &s->rows.v[i];
		const struct heap_type *type = &h->types.v[row->type];
		json_t *to = json_object();

		emit_put(to, "type", emit_text(type->name));
		emit_put(to, "address", emit_address(type->address));
		emit_put(to, "interpreter", emit_interpreter_of(h, row->type));
		emit_put(to, "count", emit_count(row->sum.nr));
		emit_put(to, "size", type->flags & TYPE_SIZE_UNKNOWN ?
			 json_null() : emit_count(type->size));
		emit_put(to, "bytes", emit_count(row->sum.bytes));
		emit_push(types, to);
	}
	emit_put(ret, "target", emit_target(h));
	emit_put(ret, "python", emit_python(h));
	emit_put(ret, "interpreters", emit_interpreters(h));
	emit_put(ret, "interned", emit_interned(h));
	emit_put(ret, "threads", emit_threads(h));
	emit_put(ret, "coverage", coverage_json(h));
	emit_put(ret, "objects", emit_count(s->all.nr));
	emit_put(ret, "size", emit_count(s->all_size));
	emit_put(ret, "sizes_unknown", emit_count(s->sizes_unknown));
	emit_put(ret, "bytes", emit_count(s->all.bytes));
	explained_json(&e, ret);
	explained_guessed_json(h, ret);
	emit_put(ret, "nr_types", emit_count(s->all_types));
	emit_put(ret, "types", types);
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}
