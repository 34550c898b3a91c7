/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "output/path.h"
#include "output/reports/object.h"
#include "output/reports/retained.h"
#include "tui/browse/browse.h"
#include "tui/browse/named.h"

#define SLICE_MS 30
/* To name more steps takes long. */
#define STEPS_MAX 1000
#define REFERENCES_SHOWN 100

static const char help[] =
	"This shows the dominator tree: what each object retains, which is what"
	" would\n"
	"be freed if it went away.  Objects of one type that are small beside"
	" their\n"
	"holder are folded into one row.\n"
	"\n"
	"  Enter, l, right   go in: what the row retains, or the objects of it\n"
	"  h, left           go out, to the view before\n"
	"  j, k, up, down    the next row, the row before\n"
	"  space, Page Down  a page on; Page Up: a page back\n"
	"  g, G, Home, End   the first row, the last row\n"
	"  /                 search types and names; Escape ends the search\n"
	"  r                 what refers to the object\n"
	"  c                 the chain from a root to the object\n"
	"  o                 the object: its value, counts and references\n"
	"  t                 types of all objects that are retained here\n"
	"  s                 what looks like a leak\n"
	"  d                 sort by growth since the older capture, or by"
	" size\n"
	"  w                 write this view to a file\n"
	"  Ctrl-L            draw again\n"
	"  ?                 this help\n"
	"  q                 quit\n";

/* --- the stack of views --- */

struct view *browse_view(struct browse *b)
{
	return &b->views.v[b->views.nr - 1];
}

static const struct view *view_of(const struct browse *b)
{
	return &b->views.v[b->views.nr - 1];
}

static void show(struct browse *b, struct view *view)
{
	view->list.nr = view_nr(view);
	view_vec_push(&b->views, *view);
}

static void leave(struct browse *b)
{
	if (b->views.nr < 2)
		return;
	if (browse_view(b)->kind == VIEW_FOUND)
		search_release(&b->search);
	view_release(browse_view(b));
	b->views.nr--;
}

static PRINTF(2, 3) void say(struct browse *b, const char *format, ...)
{
	CLEANUP(freep) char *old = b->message;
	va_list args;

	va_start(args, format);
	if (vasprintf(&b->message, format, args) < 0)
		out_of_memory();
	va_end(args);
}

void browse_init(struct browse *b, const struct scene *scene,
		 char *(*type_file)(void),
		 struct error *(*write)(const char *, const struct str *))
{
	struct view view;

	*b = (struct browse){ .scene = *scene,
			      .type_file = type_file, .write = write,
			      .width = 80, .utf8 = true,
			      .prompt = PROMPT_INIT };
	view_tree(&view, &b->scene, OID_NONE, false);
	show(b, &view);
}

void browse_release(struct browse *b)
{
	for (size_t i = 0; i < b->views.nr; i++)
		view_release(&b->views.v[i]);
	view_vec_release(&b->views);
	search_release(&b->search);
	prompt_release(&b->prompt);
	free(b->message);
	free(b->file);
}

/* --- going in --- */

/* The chosen row; false: there is none. */
static bool chosen(struct browse *b, struct row *ret)
{
	struct view *v = browse_view(b);

	if (v->kind == VIEW_TEXT || v->list.at >= view_nr(v))
		return false;
	*ret = view_row(v, &b->scene, v->list.at);
	return true;
}

/* The object that a key is about: that of the row, or of the view. */
static oid about(struct browse *b)
{
	struct row row;

	if (chosen(b, &row)) {
		if (row.object == OID_NONE)
			say(b, "this row is no single object: Enter goes in");
		return row.object;
	}
	if (view_of(b)->holder == OID_NONE)
		say(b, "there is no object here");
	return view_of(b)->holder;
}

static void enter_object(struct browse *b, oid o)
{
	struct view view;

	view_tree(&view, &b->scene, o, b->by_growth);
	if (view_nr(&view)) {
		show(b, &view);
		return;
	}
	view_release(&view);
	say(b, "it retains nothing but itself");
}

static void show_text(struct browse *b, oid o, const char *title,
		      const char *text)
{
	struct view view;

	view_text(&view, title, text);
	view.holder = o;
	show(b, &view);
}

static void show_suspect(struct browse *b, uint32_t i)
{
	const struct leaks_found *leaks = b->scene.leaks;
	CLEANUP(str_release) struct str sentence = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	const struct format f = { .width = b->width, .utf8 = b->utf8 };
	const struct suspect *suspect = &leaks->suspects->v.v[i];

	leaks_add_sentence(leaks->suspects, suspect, &sentence);
	leaks_add_wrapped(sentence.s, 0, &f, &text);
	leaks_add_details(leaks, suspect, &f, &text);
	show_text(b, suspect->object, "suspect", text.s);
}

static void enter(struct browse *b)
{
	struct view *v = browse_view(b), view;
	struct row row;

	if (!chosen(b, &row))
		return;
	if (row.object != OID_NONE) {
		enter_object(b, row.object);
	} else if (row.suspect != UINT32_MAX) {
		show_suspect(b, row.suspect);
	} else if (row.type == UINT32_MAX) {
		say(b, "this row is no object");
	} else {
		view_group(&view, &b->scene, v->holder, row.type,
			   v->kind != VIEW_TREE, b->by_growth);
		show(b, &view);
	}
}

/* --- what is known of an object --- */

static void show_referrers(struct browse *b)
{
	struct view view;
	oid o = about(b);

	if (o == OID_NONE)
		return;
	view_referrers(&view, &b->scene, o);
	show(b, &view);
}

static void add_chain(struct browse *b, oid o, struct str *out)
{
	const struct format f = { .width = b->width, .utf8 = b->utf8 };
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };
	CLEANUP(freep) char *expression = NULL;
	const struct root *root = retained_path(b->scene.retained, OID_NONE, o,
						&path);

	if (path.nr > STEPS_MAX) {
		format_counted(out, path.nr, "step");
		str_add(out, ": pyheld chain shows them\n");
		return;
	}
	trail_init(&t, b->scene.h, root, &path);
	trail_tree(&t, &f, 0, out);
	expression = trail_expression(&t);
	if (expression)
		str_addf(out, "\n%s\n", expression);
}

static void show_chain(struct browse *b)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	oid o = about(b);

	if (o == OID_NONE)
		return;
	add_chain(b, o, &text);
	show_text(b, o, "chain", text.s);
}

static void show_object(struct browse *b)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const struct format f = { .width = b->width, .utf8 = b->utf8,
				  .header = true };
	struct row row;
	oid o;

	if (chosen(b, &row) && row.suspect != UINT32_MAX) {
		show_suspect(b, row.suspect);
		return;
	}
	o = about(b);
	if (o == OID_NONE)
		return;
	object_text(b->scene.retained, o, REFERENCES_SHOWN, &f, &text);
	show_text(b, o, "object", text.s);
}

/* --- views of the whole --- */

static void show_types(struct browse *b)
{
	const struct view *v = view_of(b);
	struct view view;

	view_types(&view, &b->scene, v->kind == VIEW_TREE ? v->holder :
			   OID_NONE, b->by_growth);
	show(b, &view);
}

static void show_suspects(struct browse *b)
{
	struct view view;

	view_suspects(&view, &b->scene);
	show(b, &view);
}

static void sort_again(struct browse *b)
{
	struct view *v = browse_view(b);

	if (!b->scene.gain) {
		say(b, "no older capture was given: there is no growth");
		return;
	}
	b->by_growth = !b->by_growth;
	say(b, b->by_growth ? "sorted by growth" : "sorted by size");
	if (v->kind == VIEW_GROUP) {
		view_group_sort(v, &b->scene, b->by_growth);
	} else if (v->kind == VIEW_TREE || v->kind == VIEW_TYPES) {
		v->by_growth = b->by_growth;
		view_sort(v, &b->scene);
	}
	list_choose(&v->list, 0);
}

/* --- prompts --- */

static void ask_for_search(struct browse *b)
{
	b->asks = ASKS_SEARCH;
	str_cut(&b->prompt.text, 0);
}

static void start_search(struct browse *b, const char *word)
{
	struct view view;

	if (!*word)
		return;
	while (view_of(b)->kind == VIEW_FOUND)
		leave(b);
	search_start(&b->search, &b->scene, word, &view);
	show(b, &view);
}

static void write_view(struct browse *b)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error *err;

	browse_text(b, &text);
	err = b->write(b->file, &text);
	if (!err) {
		say(b, "written to %s", b->file);
		return;
	}
	say(b, "%s", err->message);
	error_free(err);
}

/* Write to the file that was typed, or ask first when it exists. */
static void choose_file(struct browse *b)
{
	char *typed = b->type_file();
	struct error *err;
	bool exists;

	free(b->file);
	b->file = typed;
	if (!typed || !*typed)
		return;
	err = named_file(typed, &exists);
	if (err) {
		say(b, "%s", err->message);
		error_free(err);
		return;
	}
	if (exists)
		b->asks = ASKS_REPLACE;
	else
		write_view(b);
}

static void take_answer(struct browse *b, uint32_t key)
{
	b->asks = ASKS_NOTHING;
	if (key == 'y' || key == 'Y')
		write_view(b);
	else
		say(b, "not written");
}

static void take_typed(struct browse *b, uint32_t key)
{
	enum prompt_state state;

	if (b->asks == ASKS_REPLACE) {
		take_answer(b, key);
		return;
	}
	state = prompt_key(&b->prompt, key);
	if (state == PROMPT_TYPING)
		return;
	b->asks = ASKS_NOTHING;
	if (state == PROMPT_DONE)
		start_search(b, b->prompt.text.s);
}

/* --- keys --- */

static void take_command(struct browse *b, uint32_t key)
{
	switch (key) {
	case INPUT_ENTER: case INPUT_RIGHT: case 'l': enter(b); break;
	case INPUT_LEFT: case INPUT_BACKSPACE: case 'h': leave(b); break;
	case INPUT_ESCAPE: b->search.stopped = true; break;
	case '/': ask_for_search(b); break;
	case 'w': choose_file(b); break;
	case 'r': show_referrers(b); break;
	case 'c': show_chain(b); break;
	case 'o': show_object(b); break;
	case 't': show_types(b); break;
	case 's': show_suspects(b); break;
	case 'd': sort_again(b); break;
	case '?': show_text(b, OID_NONE, "help", help); break;
	case 'q': b->done = true; break;
	default: break;
	}
}

void browse_key(struct browse *b, uint32_t key)
{
	if (key == INPUT_NONE || key == INPUT_RESIZE)
		return;
	free(b->message);
	b->message = NULL;
	if (key == INPUT_CLOSED)
		b->done = true;
	else if (b->asks)
		take_typed(b, key);
	else if (!list_key(&browse_view(b)->list, key))
		take_command(b, key);
}

bool browse_is_busy(const struct browse *b)
{
	return view_of(b)->kind == VIEW_FOUND && !search_is_done(&b->search);
}

void browse_work(struct browse *b)
{
	struct view *v = browse_view(b);

	if (!browse_is_busy(b))
		return;
	search_go_on(&b->search, &b->scene, v, SLICE_MS);
	v->list.nr = view_nr(v);
}

/* --- lines --- */

/* A command line without the folders of its program. */
static const char *without_folder(const char *command)
{
	const char *at = command;

	for (const char *c = command; *c && *c != ' '; c++)
		if (*c == '/')
			at = c + 1;
	return at;
}

/* Add a part of the title, if there is room for it. */
static void add_part(const struct browse *b, const char *text,
		     struct str *out)
{
	if (format_width(out->s) + 2 + format_width(text) <= b->width)
		str_addf(out, "  %s", text);
}

void browse_title(const struct browse *b, struct str *out)
{
	const struct heap_info *i = &b->scene.h->info;
	CLEANUP(str_release) struct str heap = STR_INIT;
	CLEANUP(str_release) struct str resident = STR_INIT;

	str_addf(out, "pyheld browse %s", path_label(i->source));
	if (i->pid && strtoll(i->source, NULL, 10) != i->pid)
		str_addf(out, " (%lld)", (long long)i->pid);
	format_bytes(&heap, b->scene.retained->dominators.all_bytes);
	str_add(&heap, " in ");
	format_counted(&heap, b->scene.h->nr_objects, "object");
	format_bytes(&resident, i->resident);
	str_add(&resident, " resident");
	if (i->resident)
		add_part(b, resident.s, out);
	add_part(b, heap.s, out);
	if (i->command)
		add_part(b, without_folder(i->command), out);
}

static const char *const what_of[NR_VIEW_KINDS] = {
	[VIEW_TYPES] = "types in ",
	[VIEW_REFERRERS] = "what refers to ",
	[VIEW_SUSPECTS] = "what looks like a leak",
};

/* How far a search has come, and that there may be more. */
static void add_found(const struct browse *b, struct str *out)
{
	str_add(out, browse_is_busy(b) ? ": looking, " : ": ");
	if (b->search.full) {
		str_add(out, "the first ");
		format_count(out, SEARCH_ROWS_MAX);
		str_add(out, "; ");
	}
	format_count(out, b->search.next);
	str_add(out, " of ");
	format_counted(out, b->scene.h->nr_objects, "object");
	str_add(out, " looked at");
}

void browse_where(struct browse *b, struct str *out)
{
	const struct view *v = view_of(b);

	if (v->kind == VIEW_GROUP)
		str_addf(out, "%s in ", b->scene.h->types.v[v->type].name);
	else if (v->title)
		str_addf(out, "%s%s", v->title, v->holder == OID_NONE ? "" :
			 " of ");
	else if (what_of[v->kind])
		str_add(out, what_of[v->kind]);
	if (v->holder != OID_NONE)
		retained_add_way(b->scene.retained, OID_NONE, v->holder, out);
	else if (!v->title && v->kind != VIEW_SUSPECTS)
		str_add(out, "the whole heap");
	if (v->kind == VIEW_FOUND && b->search.word)
		add_found(b, out);
}

/* As many of the keys as there is room for; ? tells the others. */
static void add_keys(const struct browse *b, struct str *out)
{
	static const char *const keys[] = {
		"? help", "q quit", "Enter in", "h out", "/ search", "o object",
		"c chain", "r refs", "s suspects", "t types", "d growth",
		"w write",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i][0] == 'd' && !b->scene.gain)
			continue;
		if (out->len + strlen(keys[i]) + 2 > b->width)
			break;
		str_addf(out, "%s%s", i ? "  " : "", keys[i]);
	}
}

void browse_foot(const struct browse *b, struct str *out)
{
	if (b->asks == ASKS_SEARCH)
		str_addf(out, "search: %s", b->prompt.text.s);
	else if (b->asks == ASKS_REPLACE)
		str_addf(out, "y: replace it, any other key: keep it: %s",
			 b->file);
	else if (b->message)
		str_add(out, b->message);
	else
		add_keys(b, out);
}
