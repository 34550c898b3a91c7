/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analysis/suspects/suspects-since.h"
#include "output/memory/explained.h"
#include "output/memory/growth.h"
#include "output/leaks/allocated.h"
#include "output/leaks/leaks.h"
#include "output/leaks/waits.h"
#include "output/path.h"

#define INDENT 3
#define TYPES_SHOWN 4
/* A class is shown before others if it has an object for so many entries, or
 * the same part of the bytes. */
#define TELLING_RATIO 10
#define WAITS_SHOWN 3
#define WIDTH 80		/* if the format has no width */

/* Growth of the resident memory that is no noise, in bytes. */
#define MUCH_GROWTH ((int64_t)8 << 20)
/* A fresh interpreter has about so much, in bytes, besides mapped files. */
#define FRESH_MEMORY ((uint64_t)8 << 20)

/* --- paragraphs --- */

/* Paragraphs are wrapped in a file, too. */
static void add_wrapped(const char *text, unsigned int column,
			unsigned int indent, const struct format *f,
			struct str *out)
{
	struct format wrapped = *f;

	if (!wrapped.width)
		wrapped.width = WIDTH;
	format_words(out, text, column, indent, &wrapped);
}

static void add_field(const char *name, const char *text,
		      const struct format *f, struct str *out)
{
	format_pad(out, INDENT);
	str_add(out, name);
	add_wrapped(text, INDENT + format_width(name), INDENT + 2, f, out);
}

/* --- a suspect --- */

/* Objects that are not in the heap are no part of its bytes. */
static void add_leaks_share(const struct suspects *s,
			    const struct suspect *suspect, struct str *out)
{
	uint64_t bytes = suspect->bytes;
	uint64_t all = MAX(s->dominators.all_bytes, 1) + suspect->lost.bytes;
	unsigned int percent = (unsigned int)(bytes / (all / 100 + 1));

	if (!percent && bytes)
		str_add(out, "under 1 % of the heap");
	else
		str_addf(out, "%u %% of the heap", percent);
}

static void add_kept(const struct suspects *s, const struct suspect *suspect,
		     struct str *out)
{
	if (suspect->kind != SUSPECT_SPARSE) {
		str_add(out, suspect->kind == SUSPECT_DUPLICATES ?
			"among all equal strings, " :
			suspect->object == OID_NONE ? "with what they hold " :
			"that keeps ");
		format_counted(out, suspect->objects, "object");
		str_add(out, ", ");
	}
	format_bytes(out, suspect->bytes);
	str_add(out, suspect->kind == SUSPECT_SPARSE ? " of it are unused, " :
		suspect->kind == SUSPECT_DUPLICATES ? " are redundant, " : ", ");
	add_leaks_share(s, suspect, out);
}

/* How much row `i` of its types says of what it keeps: 2, the class of most
 * entries; 1, another class; 0, a builtin, or few objects among many others. */
static unsigned int how_telling(const struct suspects *s,
				const struct suspect *suspect, size_t i)
{
	const struct tally_type *row = &suspect->types.v[i];

	if (!suspect_tells(s->heap, row->type))
		return 0;
	if (row->type == suspect->entry_type)
		return 2;
	return row->sum.nr >= suspect->entries / TELLING_RATIO ||
	       row->sum.bytes >= suspect->bytes / TELLING_RATIO;
}

static void add_counted_type(const struct suspects *s,
			     const struct tally_type *row, struct str *out)
{
	leaks_add_type(s, row->type, out);
	str_add_char(out, ' ');
	format_count(out, row->sum.nr);
}

static void add_leaks_types(const struct suspects *s,
			    const struct suspect *suspect,
			    const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	unsigned int nr = 0;

	/* A program's own classes tell more than its dicts and strings. */
	for (unsigned int telling = 3; telling--;)
		for (size_t i = 0; i < suspect->types.nr; i++)
			if (how_telling(s, suspect, i) == telling &&
			    nr < TYPES_SHOWN) {
				str_add(&text, nr++ ? ", " : "");
				add_counted_type(s, &suspect->types.v[i],
						 &text);
			}
	if (suspect->types.nr > TYPES_SHOWN) {
		str_add(&text, " and ");
		format_counted(&text, suspect->types.nr - TYPES_SHOWN,
			       "more type");
	}
	add_field("of types: ", text.s, f, out);
}

static void add_leaks_samples(const struct suspects *s,
			      const struct suspect *suspect,
			      const struct format *f, struct str *out)
{
	CLEANUP(samples_clear) struct samples samples;
	CLEANUP(str_release) struct str text = STR_INIT;

	leaks_find_samples(s, suspect, &samples);
	if (!samples.nr)
		return;
	for (unsigned int i = 0; i < samples.nr; i++)
		str_addf(&text, "%s, ", samples.text[i].s);
	str_add(&text, "...");
	add_field("such as: ", text.s, f, out);
}

static void add_leaks_waits(const struct suspects *s,
			    const struct suspect *suspect,
			    const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	oid futures = waits_add(s, suspect, &text);

	if (futures != OID_NONE) {
		str_add(&text, ", for futures in ");
		leaks_add_place(s, futures, &text);
	}
	if (text.len)
		add_field("tasks: ", text.s, f, out);
}

/* "1,000 -> 8,000 entries" */
static void add_grown_entries(const struct suspects *s,
			      const struct suspect *suspect, struct str *out)
{
	int64_t now = suspect->entries_now;

	if (now < 0)
		return;
	for (size_t i = 0; i < s->nr_compared; i++) {
		if (suspect->old_entries[i] < 0)
			continue;
		format_count(out, (uint64_t)suspect->old_entries[i]);
		str_add(out, " -> ");
	}
	format_counted(out, (uint64_t)now, now == 1 ? "entry" : "entrie");
}

/* Entries and bytes of the holder, then and now; of others what came. */
static void add_growth(const struct suspects *s, const struct suspect *suspect,
		       const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!s->nr_compared)
		return;
	add_grown_entries(s, suspect, &text);
	if (suspect->group != UINT32_MAX) {
		str_add(&text, text.len ? ", " : "");
		for (size_t i = 0; i < s->nr_compared; i++) {
			format_bytes(&text, suspect->old_bytes[i]);
			str_add(&text, " -> ");
		}
		format_bytes(&text, suspect->bytes);
	} else if (!suspects_since_is_known(s, suspect, 0)) {
		str_add(&text, "not known: the older capture was made by a "
			"pyheld that did not look for such objects");
	} else if (suspect->came) {
		format_count(&text, suspect->came);
		str_add(&text, " of the objects came since, ");
		format_bytes(&text, suspect->came_bytes);
	}
	if (suspect->bounded && suspect->fact && suspect->fact->bound >= 0) {
		str_add(&text, "; its bound is ");
		format_count(&text, (uint64_t)suspect->fact->bound);
	}
	if (text.len)
		add_field("grew: ", text.s, f, out);
}

static void add_chain(const struct suspects *s, const struct suspect *suspect,
		      const struct format *f, struct str *out)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail trail = { 0 };
	const struct root *root;
	oid o = suspect->object;

	if (o == OID_NONE || !reach_has(&s->reach, o))
		return;
	root = reach_path(&s->reach, o, &path);
	trail_init(&trail, s->heap, root, &path);
	str_add_char(out, '\n');
	trail_tree(&trail, f, INDENT, out);
}

/* The numbers come first: from them one sees whether to read on. */
void leaks_add_sentence(const struct suspects *s,
			const struct suspect *suspect, struct str *out)
{
	CLEANUP(str_release) struct str place = STR_INIT;

	if (suspect->object != OID_NONE)
		leaks_add_place(s, suspect->object, &place);
	leaks_add_title(s, suspect, place.s, out);
	str_add(out, "; ");
	add_kept(s, suspect, out);
	str_add_char(out, '.');
}

/* As a word of a shell's command line. */
static void add_quoted(const char *word, struct str *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-:,@%=";

	if (*word && word[strspn(word, plain)] == '\0') {
		str_add(out, word);
		return;
	}
	str_add_char(out, '\'');
	for (; *word; word++) {
		size_t nr = strcspn(word, "'");

		str_add_safe(out, word, nr);
		word += nr;
		if (!*word)
			break;
		str_add(out, "'\\''");
	}
	str_add_char(out, '\'');
}

/* It is one line, however narrow the terminal is: people copy it. */
static void add_more_of(const struct leaks_found *found,
			const struct suspect *suspect, struct str *out)
{
	const struct heap *h = found->suspects->heap;
	const char *command = "retained";

	if (suspect->object != OID_NONE)
		command = "object";
	else if (suspect->kind == SUSPECT_NATIVE)
		command = "refs";
	else if (suspect->kind == SUSPECT_GARBAGE ||
		 suspect->kind == SUSPECT_GC_DISABLED ||
		 suspect->kind == SUSPECT_FROZEN)
		command = "garbage";
	if (!found->nr_targets)
		return;
	str_add(out, suspect->object != OID_NONE &&
		     reach_has(&found->suspects->reach, suspect->object) ?
		     "\n" : "");
	format_pad(out, INDENT);
	str_addf(out, "more: pyheld %s ", command);
	add_quoted(found->targets[found->nr_targets - 1], out);
	if (suspect->object != OID_NONE) {
		str_add_char(out, ' ');
		format_address(out, h->address[suspect->object]);
	}
	str_add_char(out, '\n');
}

void leaks_add_details(const struct leaks_found *found,
		       const struct suspect *suspect, const struct format *f,
		       struct str *out)
{
	CLEANUP(str_release) struct str allocated = STR_INIT;
	const struct suspects *s = found->suspects;

	add_leaks_types(s, suspect, f, out);
	add_leaks_samples(s, suspect, f, out);
	leaks_add_allocated(s, suspect, &allocated);
	if (allocated.len)
		add_field("allocated at: ", allocated.s, f, out);
	add_leaks_waits(s, suspect, f, out);
	add_growth(s, suspect, f, out);
	add_field("usual fix: ", leaks_fix(s, suspect), f, out);
	add_chain(s, suspect, f, out);
	add_more_of(found, suspect, out);
}

void leaks_add_wrapped(const char *text, unsigned int indent,
		       const struct format *f, struct str *out)
{
	add_wrapped(text, 0, indent, f, out);
}

static void add_suspect(const struct leaks_found *found,
			const struct suspect *suspect, size_t number,
			const struct format *f, struct str *out)
{
	const struct suspects *s = found->suspects;
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "%zu. ", number);
	leaks_add_sentence(s, suspect, &text);
	add_wrapped(text.s, 0, INDENT, f, out);
	leaks_add_details(found, suspect, f, out);
}

/* --- all of it --- */

static void add_tasks(const struct tasks *t, const struct format *f,
		      struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!t->nr)
		return;
	format_counted(&text, t->nr, "asyncio task");
	str_add(&text, ": ");
	format_count(&text, t->waiting);
	str_add(&text, " waiting, ");
	format_count(&text, t->ready);
	str_add(&text, " ready, ");
	format_count(&text, t->done);
	str_add(&text, " done.");
	for (size_t i = 0; i < t->waits.nr && i < WAITS_SHOWN; i++) {
		const struct task_wait *w = &t->waits.v[i];

		str_add_char(&text, ' ');
		format_count(&text, w->nr);
		str_addf(&text, " of %s wait%s%s%s", w->coroutine,
			 w->nr == 1 ? "s" : "", *w->awaits ? " in " : "",
			 w->awaits);
		str_add_char(&text, '.');
	}
	str_add_char(out, '\n');
	add_wrapped(text.s, 0, 0, f, out);
}

bool leaks_has_native(const struct leaks_found *found)
{
	for (size_t i = 0; found->ledger && i < found->ledger->findings.nr; i++)
		if (found->ledger->findings.v[i].kind == FINDING_UNOWNED)
			return true;
	return false;
}

/*
 * A process that leaks in another way than by Python objects gets no
 * all-clear.
 */
static void add_no_suspect(const struct leaks_found *found, struct str *out)
{
	const struct suspects *s = found->suspects;
	int64_t more = found->growth ? found->growth->resident : 0;

	str_add(out, "no leak suspected");
	if (leaks_has_native(found)) {
		str_add(out, " among Python objects, but native code leaks");
	} else if (more >= MUCH_GROWTH) {
		str_add(out, " among Python objects, but resident memory grew");
	} else if (s->nr_compared) {
		str_add(out, ": nothing that keeps much of the heap has grown");
	}
	str_add(out, " (");
	format_counted(out, s->heap->nr_objects, "object");
	str_add(out, ", ");
	format_bytes(out, s->dominators.all_bytes);
	str_add(out, ")");
}

static const char *explains(const struct leaks_found *found)
{
	if (!found->suspects->v.nr)
		return "the findings below explain";
	return found->has_findings ? "the suspects and findings below explain" :
				     "the suspects below explain";
}

/* With captures in the wrong order, what shrank would seem to have grown. */
static void add_order(const struct leaks_found *found, const struct format *f,
		      struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!found->reordered)
		return;
	str_add(&text, "the captures were not given in this order; sorted by"
		" time, oldest first: ");
	for (size_t i = 0; i < found->nr_targets; i++) {
		str_add(&text, i ? ", " : "");
		str_add_safe(&text, found->targets[i],
			     strlen(found->targets[i]));
	}
	add_wrapped(text.s, 0, 2, f, out);
}

/* What the process has that a fresh interpreter has not, in bytes. */
static uint64_t bytes_above_fresh(const struct leaks_found *found)
{
	const struct ledger *l = found->ledger;
	uint64_t less = FRESH_MEMORY + l->kinds[MEMORY_FILE].bytes +
			l->kinds[MEMORY_SHARED].bytes;

	return found->explained.resident > less ?
	       found->explained.resident - less : 0;
}

/* Is it mostly objects, and what belongs to them? */
static bool is_mostly_objects(const struct leaks_found *found)
{
	const struct ledger *l = found->ledger;

	return l->kinds[MEMORY_OBJECTS].bytes + l->kinds[MEMORY_RAW].bytes >=
	       bytes_above_fresh(found) / 2;
}

/* How much of what the process has is explained; where it is little, who tells
 * the rest. */
static void add_share(const struct leaks_found *found, struct str *out)
{
	const struct explained *e = &found->explained;
	uint64_t above = bytes_above_fresh(found);
	bool is_little = above >= (uint64_t)MUCH_GROWTH && e->bytes < above / 2;

	if (!e->bytes && !is_little)
		return;
	str_add(out, "; ");
	if (e->bytes) {
		str_addf(out, "%s ", explains(found));
		format_bytes(out, e->bytes);
	} else {
		str_add(out, "nothing below explains any");
	}
	if (!is_little) {
		str_add(out, " of it");
		return;
	}
	str_add(out, " of the ");
	format_bytes(out, above);
	str_addf(out, " above a fresh interpreter, %s: pyheld %s TARGET shows"
		 " %s", e->bytes ? "less than half" : "which may be in use",
		 is_mostly_objects(found) ? "retained" : "memory",
		 is_mostly_objects(found) ? "who holds it" : "what it is");
}

/* Compared with an older capture: what grew; else what is resident. */
static void add_resident(const struct leaks_found *found,
			 const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT, parts = STR_INIT;
	struct heap old = { .info.taken_at = found->older_taken_at };
	const struct memory_growth growth = { &old, found->suspects->heap,
					      found->growth };

	if (found->explained.compares) {
		explained_add(&found->explained, explains(found), &text);
		if (found->growth)
			growth_add_parts(&growth, &parts);
	} else if (found->ledger) {
		if (found->growth)
			growth_add_kinds(&growth, &parts);
		memory_add_sum(found->suspects->heap, found->ledger, &text);
		add_share(found, &text);
	}
	if (text.len)
		format_words(out, text.s, 0, 2, f);
	if (parts.len)
		format_words(out, parts.s, 0, 2, f);
}

/* One capture can't tell what grows from what a program needs. */
static bool has_only_size(const struct suspects *s)
{
	if (s->nr_compared)
		return false;
	for (size_t i = 0; i < s->v.nr; i++)
		if (s->v.v[i].group != UINT32_MAX)
			return true;
	return false;
}

static void add_leaks_head(const struct leaks_found *found,
			   const struct format *f, struct str *out)
{
	const struct suspects *s = found->suspects;
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format wrapped = *f;

	if (!wrapped.width)
		wrapped.width = WIDTH;
	if (!s->v.nr) {
		add_no_suspect(found, &text);
	} else {
		format_counted(&text, s->v.nr, "suspect");
		if (found->limit && s->v.nr > found->limit) {
			str_add(&text, ", the first ");
			format_count(&text, found->limit);
			str_add(&text, " of them (see --limit)");
		}
	}
	format_styled(out, text.s, STYLE_HEADING, f);
	str_add_char(out, '\n');
	add_resident(found, &wrapped, out);
	str_cut(&text, 0);
	explained_add_guessed(s->heap, &text);
	if (text.len)
		format_words(out, text.s, 0, 2, &wrapped);
	if (has_only_size(s))
		format_words(out, "this is what is large at one moment, which"
			     " may be what the program needs: compare with an"
			     " older capture to see what grows", 0, 2,
			     &wrapped);
}

/* What is large is no secret, and one capture alone can't say more of it. */
static void add_large(const struct suspects *s, const struct format *f,
		      struct str *out)
{
	for (size_t i = 0; i < s->large.nr; i++) {
		const struct suspect *large = &s->large.v[i];
		CLEANUP(str_release) struct str text = STR_INIT;

		str_add(&text, s->nr_compared ? "large, and not growing: " :
						"large: ");
		leaks_add_sentence(s, large, &text);
		if (!s->nr_compared)
			str_add(&text, " Only a comparison with an older"
				" capture shows whether it grows.");
		str_add(out, i ? "" : "\n");
		add_wrapped(text.s, 0, 2, f, out);
	}
}

/* What stands out in the memory. */
static void add_findings(const struct leaks_found *found,
			 const struct format *f, struct str *out)
{
	struct format wrapped = *f;

	if (!wrapped.width)
		wrapped.width = WIDTH;
	if (found->ledger)
		memory_findings_text(found->suspects->heap, found->ledger,
				     &wrapped, out);
}

void leaks_set_memory(struct leaks_found *found,
		      const struct suspects_memory *memory)
{
	found->ledger = suspects_memory_ledger(memory);
	found->growth = suspects_memory_growth(memory);
	found->older_taken_at = memory->older_taken_at;
	found->explained = suspects_memory_explained(memory, found->suspects,
						     found->limit,
						     &found->has_findings);
}

void leaks_text(const struct leaks_found *found, const struct format *f,
		struct str *out)
{
	const struct suspects *s = found->suspects;

	add_order(found, f, out);
	add_leaks_head(found, f, out);
	for (size_t i = 0; i < s->v.nr; i++) {
		if (found->limit && i >= found->limit)
			break;
		str_add_char(out, '\n');
		add_suspect(found, &s->v.v[i], i + 1, f, out);
	}
	add_large(s, f, out);
	add_tasks(found->tasks, f, out);
	add_findings(found, f, out);
}
