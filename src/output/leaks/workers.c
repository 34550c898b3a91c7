/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "output/coverage.h"
#include "output/emit.h"
#include "output/leaks/workers.h"
#include "output/memory/explained.h"
#include "output/table.h"

#define INDENT 3

void workers_init(struct workers *w, const struct format *format, bool json)
{
	memset(w, 0, sizeof(*w));
	w->format = *format;
	w->json = json;
}

void workers_release(struct workers *w)
{
	for (size_t i = 0; i < w->suspects.nr; i++) {
		free(w->suspects.v[i].sentence);
		free(w->suspects.v[i].details);
		json_decref(w->suspects.v[i].value);
	}
	for (size_t i = 0; i < w->processes.nr; i++) {
		free(w->processes.v[i].target);
		free(w->processes.v[i].command);
		free(w->processes.v[i].head);
		free(w->processes.v[i].tail);
		json_decref(w->processes.v[i].value);
	}
	worker_suspect_vec_release(&w->suspects);
	worker_vec_release(&w->processes);
	worker_row_vec_release(&w->rows);
	free(w->order);
	memset(w, 0, sizeof(*w));
}

/* --- a process is added --- */

/* Add `text` without its numbers, "0x7f12" included: "Thread-1" is "Thread-#".
 */
static void add_without_numbers(const char *text, struct str *out)
{
	while (*text) {
		if (!isdigit((unsigned char)*text)) {
			str_add_char(out, *text++);
			continue;
		}
		str_add_char(out, '#');
		text += !strncmp(text, "0x", 2) ? 2 : 0;
		while (isxdigit((unsigned char)*text))
			text++;
	}
}

static uint64_t key_of(const struct suspects *s, const struct suspect *suspect,
		       const char *place)
{
	const struct heap *h = s->heap;
	uint64_t key = hash_text(0, place);
	const char *type = suspect->object != OID_NONE ?
			   heap_type_of(h, suspect->object)->name :
			   suspect->entry_type != UINT32_MAX ?
			   h->types.v[suspect->entry_type].name : NULL;

	if (type)
		key = hash_u64(key ^ hash_text(0, type));
	return hash_u64(key ^ (uint64_t)suspect->kind);
}

static void set_keys(const struct suspects *s, const struct suspect *suspect,
		     struct worker_suspect *ret)
{
	CLEANUP(str_release) struct str place = STR_INIT, similar = STR_INIT;

	if (suspect->object != OID_NONE)
		leaks_add_place(s, suspect->object, &place);
	add_without_numbers(place.s, &similar);
	ret->key = key_of(s, suspect, place.s);
	ret->similar = key_of(s, suspect, similar.s);
}

static void add_suspects(struct workers *w, const struct leaks_found *found,
			 json_t *values)
{
	const struct suspects *s = found->suspects;

	for (size_t i = 0; i < s->v.nr; i++) {
		const struct suspect *suspect = &s->v.v[i];
		struct worker_suspect new = {
			.process = w->processes.nr,
			.entries = suspect->entries,
			.objects = suspect->objects,
			.bytes = suspect->bytes };
		struct str sentence = STR_INIT, details = STR_INIT;

		set_keys(s, suspect, &new);
		if (values) {
			new.value = json_incref(json_array_get(values, i));
		} else {
			leaks_add_sentence(s, suspect, &sentence);
			leaks_add_details(found, suspect, &w->format,
					  &details);
			new.sentence = str_take(&sentence);
			new.details = str_take(&details);
		}
		worker_suspect_vec_push(&w->suspects, new);
	}
}

static char *head_of(const struct workers *w, const struct leaks_found *found,
		     const char *name)
{
	struct str head = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "%s: ", name);
	format_counted(&text, found->suspects->v.nr, "suspect");
	if (found->explained.known) {
		str_add(&text, "; ");
		explained_add(&found->explained,
			      found->has_findings ?
			      "its suspects and findings explain" :
			      "its suspects explain", &text);
	} else {
		str_add(&text, " in ");
		format_counted(&text, found->suspects->heap->nr_objects,
			       "object");
		str_add(&text, ", ");
		format_bytes(&text, found->suspects->dominators.all_bytes);
	}
	if (leaks_has_native(found))
		str_add(&text, "; native code leaks, see pyheld memory");
	leaks_add_wrapped(text.s, 2, &w->format, &head);
	return str_take(&head);
}

static void add_name(int64_t pid, const char *target, struct str *out)
{
	CLEANUP(str_release) struct str number = STR_INIT;

	str_addf(&number, "%" PRId64, pid);
	if (pid)
		str_addf(out, "PID %s", number.s);
	if (pid && !strcmp(number.s, target))
		return;
	str_add(out, pid ? " (" : "");
	str_add_safe(out, target, strlen(target));
	str_add(out, pid ? ")" : "");
}

static void add_texts(struct workers *w, const struct leaks_found *found,
		      struct worker *process)
{
	struct heap *h = found->suspects->heap;
	struct str tail = STR_INIT;
	CLEANUP(str_release) struct str name = STR_INIT;

	add_name(process->pid, process->target, &name);
	process->head = head_of(w, found, name.s);
	coverage_add_partial(h, name.s, &tail);
	coverage_add_line(h, name.s, &tail);
	process->tail = str_take(&tail);
	add_suspects(w, found, NULL);
}

/* "processes" has the report on each process, without its suspects. */
static void add_values(struct workers *w, const struct leaks_found *found,
		       struct worker *process)
{
	static const char *const drop[] = { "suspects", "processes",
					    "reordered" };
	json_t *report = leaks_json(found), *value;
	json_t *suspects = json_object_get(report, "suspects");

	value = json_array_get(json_object_get(report, "processes"), 0);
	process->value = json_incref(value);
	add_suspects(w, found, suspects);
	for (size_t i = 0; i < ARRAY_SIZE(drop); i++)
		json_object_del(report, drop[i]);
	if (json_object_update_missing(value, report))
		out_of_memory();
	emit_put(value, "coverage", coverage_json(found->suspects->heap));
	json_decref(report);
}

void workers_add(struct workers *w, const struct leaks_found *found,
		 const char *target)
{
	struct heap *h = found->suspects->heap;
	struct str command = STR_INIT;
	struct worker new = {
		.pid = h->info.pid,
		.target = xstrdup(target),
		.objects = h->nr_objects,
		.bytes = found->suspects->dominators.all_bytes };

	add_without_numbers(h->info.command ? h->info.command : "", &command);
	new.command = str_take(&command);
	if (w->json)
		add_values(w, found, &new);
	else
		add_texts(w, found, &new);
	worker_vec_push(&w->processes, new);
}

/* --- the rows --- */

/* What belongs to a suspect while rows are made. */
struct row_key {
	uint64_t key;
	size_t process, nth;	/* the nth of this key of the process */
	size_t suspect;
	uint64_t bytes;
};

static int compare_in_process(const void *a, const void *b)
{
	const struct row_key *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->suspect < y->suspect ? -1 : x->suspect > y->suspect;
}

static int compare_across(const void *a, const void *b)
{
	const struct row_key *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->nth != y->nth)
		return x->nth < y->nth ? -1 : 1;
	return x->process < y->process ? -1 : x->process > y->process;
}

/*
 * Several suspects of a process may have one key.  The largest is the first;
 * the first of a process is compared with the first of another one.
 */
static void sort_keys(struct row_key *keys, size_t nr)
{
	qsort(keys, nr, sizeof(*keys), compare_in_process);
	for (size_t i = 1; i < nr; i++)
		if (keys[i].key == keys[i - 1].key &&
		    keys[i].process == keys[i - 1].process)
			keys[i].nth = keys[i - 1].nth + 1;
	qsort(keys, nr, sizeof(*keys), compare_across);
}

static void add_row(struct workers *w, const struct row_key *keys, size_t nr,
		    size_t *nr_ordered)
{
	struct worker_row row = { .first = *nr_ordered, .nr = nr,
				  .largest = keys[0].suspect };

	for (size_t i = 0; i < nr; i++) {
		const struct worker_suspect *s =
			&w->suspects.v[keys[i].suspect];

		row.entries += s->entries;
		row.objects += s->objects;
		row.bytes += s->bytes;
		if (s->bytes > w->suspects.v[row.largest].bytes)
			row.largest = keys[i].suspect;
		w->order[(*nr_ordered)++] = keys[i].suspect;
	}
	worker_row_vec_push(&w->rows, row);
}

static size_t end_of_row(const struct row_key *keys, size_t nr, size_t i)
{
	size_t end = i + 1;

	while (end < nr && keys[end].key == keys[i].key &&
	       keys[end].nth == keys[i].nth)
		end++;
	return end;
}

/*
 * First the very same places; what is then alone in its process is compared
 * without numbers, such as those of threads.
 */
static size_t add_same(struct workers *w, struct row_key *keys, size_t nr,
		       size_t *nr_ordered)
{
	size_t left = 0, end;

	sort_keys(keys, nr);
	for (size_t i = 0; i < nr; i = end) {
		end = end_of_row(keys, nr, i);
		if (end - i > 1) {
			add_row(w, &keys[i], end - i, nr_ordered);
			continue;
		}
		keys[left] = keys[i];
		keys[left].key = w->suspects.v[keys[i].suspect].similar;
		keys[left++].nth = 0;
	}
	return left;
}

static int compare_rows(const void *a, const void *b)
{
	const struct worker_row *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

void workers_finish(struct workers *w)
{
	size_t nr = w->suspects.nr, nr_ordered = 0, end;
	CLEANUP(freep) struct row_key *keys = xcalloc(nr + 1, sizeof(*keys));

	w->order = xcalloc(nr + 1, sizeof(*w->order));
	for (size_t i = 0; i < nr; i++)
		keys[i] = (struct row_key){ .key = w->suspects.v[i].key,
					    .process = w->suspects.v[i].process,
					    .suspect = i,
					    .bytes = w->suspects.v[i].bytes };
	nr = add_same(w, keys, nr, &nr_ordered);
	sort_keys(keys, nr);
	for (size_t i = 0; i < nr; i = end) {
		end = end_of_row(keys, nr, i);
		add_row(w, &keys[i], end - i, &nr_ordered);
	}
	if (w->rows.nr)
		qsort(w->rows.v, w->rows.nr, sizeof(*w->rows.v), compare_rows);
}

/* --- text --- */

/* Do all run the same program?  Then they are workers of it. */
static bool are_workers(const struct workers *w)
{
	const struct worker *p = w->processes.v;

	for (size_t i = 1; i < w->processes.nr; i++)
		if (strcmp(p[i].command, p[0].command))
			return false;
	return true;
}

static void add_figures(const struct workers *w, const struct worker_row *row,
			struct str *out)
{
	static const struct table_column columns[] = {
		{ "PID", .right = true }, { "BYTES", .right = true },
		{ "ENTRIES", .right = true }, { "OBJECTS", .right = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);

	t.indent = INDENT;
	for (size_t i = 0; i < row->nr; i++) {
		const struct worker_suspect *s =
			&w->suspects.v[w->order[row->first + i]];
		const struct worker *p = &w->processes.v[s->process];

		if (p->pid)
			str_addf(table_cell(&t), "%" PRId64, p->pid);
		else
			str_add_safe(table_cell(&t), p->target,
				     strlen(p->target));
		format_bytes(table_cell(&t), s->bytes);
		format_count(table_cell(&t), s->entries);
		format_count(table_cell(&t), s->objects);
	}
	str_add_char(out, '\n');
	table_print(&t, &w->format, out);
}

static void add_row_text(const struct workers *w, size_t number,
			 const char *workers, struct str *out)
{
	const struct worker_row *row = &w->rows.v[number];
	const struct worker_suspect *s = &w->suspects.v[row->largest];
	const struct worker *p = &w->processes.v[s->process];
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "%zu. %s %zu of %zu %s, ", number + 1,
		 row->nr > 1 ? "the same suspect in" : "a suspect in",
		 row->nr, w->processes.nr, workers);
	format_bytes(&text, row->bytes);
	str_add(&text, row->nr > 1 ? " together; the largest, in " : ", in ");
	add_name(p->pid, p->target, &text);
	str_addf(&text, ": %s", s->sentence);
	leaks_add_wrapped(text.s, INDENT, &w->format, out);
	str_add(out, s->details);
	add_figures(w, row, out);
}

void workers_text(const struct workers *w, uint64_t limit, struct str *out)
{
	const char *workers = are_workers(w) ? "workers" : "processes";
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "%zu %s, side by side: what each has, not what grew"
		 " from one to another", w->processes.nr,
		 are_workers(w) ? "processes of one program" :
				  "different processes");
	format_styled(out, text.s, STYLE_HEADING, &w->format);
	str_add_char(out, '\n');
	for (size_t i = 0; i < w->processes.nr; i++)
		str_add(out, w->processes.v[i].head);
	for (size_t i = 0; i < w->rows.nr && (!limit || i < limit); i++) {
		str_add_char(out, '\n');
		add_row_text(w, i, workers, out);
	}
	if (limit && w->rows.nr > limit) {
		str_add(out, "\n... and ");
		format_counted(out, w->rows.nr - limit, "more suspect");
		str_add(out, ", see --limit\n");
	}
	for (size_t i = 0; i < w->processes.nr; i++)
		str_add(out, w->processes.v[i].tail);
}

/* --- JSON --- */

static json_t *row_json(const struct workers *w, const struct worker_row *row)
{
	json_t *ret = w->suspects.v[row->largest].value, *all = json_array();

	for (size_t i = 0; i < row->nr; i++)
		emit_push(all, json_incref(json_array_get(json_object_get(
			w->suspects.v[w->order[row->first + i]].value,
			"workers"), 0)));
	emit_put(ret, "workers", all);
	return json_incref(ret);
}

/* The values of one process that several have in "processes" alone. */
static const char *const of_one[] = {
	"large", "asyncio", "memory", "memory_growth", "resident",
	"resident_growth", "explained", "guessed", "coverage",
};

json_t *workers_json(struct workers *w, uint64_t limit)
{
	json_t *ret = json_object(), *heap = json_object();
	json_t *processes = json_array(), *suspects = json_array();
	json_t *warnings = json_array();
	uint64_t objects = 0, bytes = 0;

	for (size_t i = 0; i < w->processes.nr; i++) {
		const struct worker *p = &w->processes.v[i];

		objects += p->objects;
		bytes += p->bytes;
		json_array_extend(warnings,
				  json_object_get(p->value, "warnings"));
		emit_push(processes, json_incref(p->value));
	}
	for (size_t i = 0; i < w->rows.nr && (!limit || i < limit); i++)
		emit_push(suspects, row_json(w, &w->rows.v[i]));
	emit_put(heap, "objects", emit_count(objects));
	emit_put(heap, "bytes", emit_count(bytes));
	emit_put(ret, "processes", processes);
	emit_put(ret, "reordered", json_false());
	emit_put(ret, "heap", heap);
	emit_put(ret, "nr_suspects", emit_count(w->rows.nr));
	emit_put(ret, "suspects", suspects);
	for (size_t i = 0; i < ARRAY_SIZE(of_one); i++)
		emit_put(ret, of_one[i], json_null());
	emit_put(ret, "warnings", warnings);
	return ret;
}
