/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "analysis/graph/referrers.h"
#include "analysis/retained.h"
#include "base/queue.h"
#include "output/export/dot.h"
#include "output/format.h"
#include "output/path.h"
#include "output/trail.h"
#include "output/words.h"

#define TEXT_BYTES 64		/* of a name in a label */
#define PREVIEW_BYTES 40
#define CHAIN_FIRST 4		/* steps of a long chain that are shown */
#define CHAIN_LAST 3
#define TITLE_STEPS 1000	/* of a longer chain, no title is made */
#define CHILDREN 6		/* nodes below a node; the others are one */
#define SINGLE_PART 8		/* one object with this part of what is kept
				   by the node above is a node by itself */
#define SMALL_PART 100		/* what keeps less of the whole stays closed */
#define HOLDERS 4		/* other holders, by type */
#define HOLDERS_SEEN 10000

#define HEAD \
	"digraph pyheld {\n" \
	"\trankdir=LR; nodesep=0.2; ranksep=0.5; labelloc=t;\n" \
	"\tfontname=\"Helvetica\"; fontsize=14;\n" \
	"\tnode [fontname=\"Helvetica\", fontsize=11, shape=box," \
	" style=filled, fillcolor=white, color=\"#404040\"," \
	" margin=\"0.12,0.06\"];\n" \
	"\tedge [fontname=\"Helvetica\", fontsize=10, color=\"#404040\"," \
	" arrowsize=0.7];\n"
#define STYLE_ROOT "style=\"filled,rounded\", fillcolor=\"#d9d9d9\""
#define STYLE_STEP "fillcolor=white"
#define STYLE_CENTER "fillcolor=\"#ffd9a0\", penwidth=2.5"
#define STYLE_KEPT "fillcolor=\"#e3eefb\""
#define STYLE_GROUP "fillcolor=\"#e3eefb\", peripheries=2"
#define STYLE_REST "style=\"filled,dashed\", fillcolor=white"

/* A node of what the object keeps. */
struct kept {
	uint32_t above;		/* in `nodes` */
	uint32_t type;		/* in heap.types; UINT32_MAX: several */
	oid first;		/* the largest of them */
	struct oid_vec members;	/* empty when the node was expanded */
	uint64_t nr;		/* how many objects */
	uint64_t bytes;		/* that they retain */
};
VEC_DEFINE(kept_vec, struct kept);

struct dot {
	struct retained_view view;
	struct heap *h;
	struct kept_vec nodes;	/* [0] is the object itself */
	struct str out;
	uint32_t nr_others;	/* nodes that are not in `nodes` */
};

/* --- text --- */

void dot_add_text(const char *text, struct str *out)
{
	size_t len = 0;

	for (; *text; text++) {
		/* Not within a character. */
		if (++len > TEXT_BYTES &&
		    ((unsigned char)*text & 0xc0) != 0x80) {
			str_add(out, "...");
			return;
		}
		if (*text == '&')
			str_add(out, "&amp;");
		else if (*text == '"' || *text == '\\')
			str_addf(out, "\\%c", *text);
		else
			str_add_char(out, *text);
	}
}

static void add_address(const struct dot *d, oid o, struct str *out)
{
	str_add(out, "\\n");
	format_address(out, d->h->address[o]);
}

/* What an object is, and how much it keeps. */
static void add_object(struct dot *d, oid o, struct str *out)
{
	uint64_t bytes = heap_bytes(d->h, o);
	uint64_t retained = d->view.dominators.bytes[o];
	int64_t length = heap_length(d->h, o);
	CLEANUP(str_release) struct str text = STR_INIT;

	dot_add_text(heap_type_of(d->h, o)->name, out);
	if (heap_text(d->h, o, &text)) {
		CLEANUP(str_release) struct str preview = STR_INIT;

		heap_preview(d->h, o, PREVIEW_BYTES, &preview);
		str_add(out, "\\n");
		dot_add_text(preview.s, out);
	} else if (length >= 0) {
		str_add(out, "\\nlength ");
		format_count(out, (uint64_t)length);
	}
	str_add(out, "\\n");
	format_bytes(out, bytes);
	if (retained > bytes) {
		str_add(out, ", keeps ");
		format_bytes(out, retained);
	}
	add_address(d, o, out);
}

/*
 * The words of an edge of `from`, for a label; nothing if it has none.
 * `of_several`: it stands for the edges of several objects.  `of_dict`: `from`
 * is the __dict__ of an object and is not shown.
 */
static void add_edge_name(struct dot *d, oid from, uint32_t edge,
			  bool of_several, bool of_dict, struct str *out)
{
	CLEANUP(str_release) struct str words = STR_INIT;
	struct edge_name name;

	heap_name_edges(d->h, from, edge, 1, &name);
	/* The names of attributes are the same for all; keys are not. */
	if (of_dict && name.kind == EDGE_NAMED_VALUE)
		str_addf(&words, ".%s", name.name);
	else if (of_several && edge_is_item(&name))
		str_add(&words, "[...]");
	else if (of_several && name.kind == EDGE_KEY)
		str_add(&words, "keys");
	else if (!of_several || edge_is_attribute(&name) ||
		 name.kind == EDGE_DICT || name.kind == EDGE_FIELD)
		words_edge(&name, &words);
	if (heap_is_guess(d->h, from, edge))
		str_add(&words, " (guessed)");
	/* Space keeps the text off the arrow. */
	str_add_char(out, ' ');
	dot_add_text(words.s, out);
	str_add_char(out, ' ');
	edge_name_release(&name);
}

/* --- what it keeps --- */

/* Sort by type, the largest first: members of a node that is closed. */
static int compare_members(const void *a, const void *b, void *context)
{
	const struct dot *d = context;
	oid x = *(const oid *)a, y = *(const oid *)b;

	if (d->h->type[x] != d->h->type[y])
		return d->h->type[x] < d->h->type[y] ? -1 : 1;
	return dominators_compare(&d->view.dominators, x, y);
}

static int compare_kept(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static int compare_nodes(const void *context, uint32_t a, uint32_t b)
{
	const struct kept_vec *nodes = context;

	return compare_kept(&nodes->v[a], &nodes->v[b]);
}

static struct kept kept_of(const struct dot *d, uint32_t above,
			   const oid *objects, size_t nr)
{
	struct kept ret = { .above = above, .type = d->h->type[objects[0]],
			    .first = objects[0], .nr = nr };

	for (size_t i = 0; i < nr; i++) {
		oid_vec_push(&ret.members, objects[i]);
		ret.bytes += d->view.dominators.bytes[objects[i]];
	}
	return ret;
}

/* Cut the children, which are sorted, into nodes: by type, but what is large is
 * a node of its own. */
static void group(const struct dot *d, uint32_t above,
		  const struct oid_vec *children, struct kept_vec *ret)
{
	uint64_t large = d->nodes.v[above].bytes / SINGLE_PART;

	for (size_t i = 0, end; i < children->nr; i = end) {
		uint32_t type = d->h->type[children->v[i]];

		end = i + 1;
		while (end < children->nr &&
		       d->h->type[children->v[end]] == type)
			end++;
		for (; i < end && d->view.dominators.bytes[children->v[i]] >
				  large; i++)
			kept_vec_push(ret, kept_of(d, above,
						   children->v + i, 1));
		if (i < end)
			kept_vec_push(ret, kept_of(d, above, children->v + i,
						   end - i));
	}
}

/* Make one node of those from number `first` on. */
static void fold(struct kept_vec *nodes, size_t first)
{
	struct kept *rest = &nodes->v[first];

	for (size_t i = first + 1; i < nodes->nr; i++) {
		rest->nr += nodes->v[i].nr;
		rest->bytes += nodes->v[i].bytes;
		oid_vec_release(&nodes->v[i].members);
	}
	rest->type = UINT32_MAX;
	oid_vec_release(&rest->members);
	nodes->nr = first + 1;
}

static void expand(struct dot *d, uint32_t node, struct queue *open)
{
	CLEANUP(oid_vec_release) struct oid_vec members =
		oid_vec_take(&d->nodes.v[node].members);
	CLEANUP(oid_vec_release) struct oid_vec children = VEC_INIT;
	CLEANUP(kept_vec_release) struct kept_vec below = VEC_INIT;

	for (size_t i = 0; i < members.nr; i++)
		retained_below(&d->view, members.v[i], &children);
	if (!children.nr)
		return;
	qsort_r(children.v, children.nr, sizeof(*children.v), compare_members,
		d);
	group(d, node, &children, &below);
	if (below.nr)
		qsort(below.v, below.nr, sizeof(*below.v),
		      compare_kept);
	if (below.nr > CHILDREN + 1)
		fold(&below, CHILDREN);
	for (size_t i = 0; i < below.nr; i++) {
		kept_vec_push(&d->nodes, below.v[i]);
		if (below.v[i].type != UINT32_MAX)
			queue_push(open, (uint32_t)d->nodes.nr - 1);
	}
}

static void find_kept(struct dot *d, oid o, uint64_t max_nodes)
{
	struct queue open = { VEC_INIT, compare_nodes, &d->nodes };

	kept_vec_push(&d->nodes, kept_of(d, 0, &o, 1));
	queue_push(&open, 0);
	while (open.v.nr && d->nodes.nr < max_nodes) {
		uint32_t node = queue_pop(&open);

		if (d->nodes.v[node].bytes <
		    d->nodes.v[0].bytes / SMALL_PART)
			break;
		expand(d, node, &open);
	}
	queue_release(&open);
}

static void add_group(struct dot *d, const struct kept *k)
{
	dot_add_text(d->h->types.v[k->type].name, &d->out);
	str_add(&d->out, " x ");
	format_count(&d->out, k->nr);
	str_add(&d->out, "\\nthey keep ");
	format_bytes(&d->out, k->bytes);
}

static void add_kept_node(struct dot *d, uint32_t node)
{
	const struct kept *k = &d->nodes.v[node];
	const char *style = node ? STYLE_KEPT : STYLE_CENTER;

	str_addf(&d->out, "\tn%" PRIu32 " [label=\"", node);
	if (k->type == UINT32_MAX) {
		format_counted(&d->out, k->nr, "other object");
		str_add(&d->out, "\\n");
		format_bytes(&d->out, k->bytes);
		style = STYLE_REST;
	} else if (k->nr > 1) {
		add_group(d, k);
		style = STYLE_GROUP;
	} else {
		add_object(d, k->first, &d->out);
	}
	str_addf(&d->out, "\", %s];\n", style);
}

/* The edge to a node is that to its largest object.  If no reference leads
 * there directly, as several objects between share it, it is dotted. */
static void add_kept_edge(struct dot *d, uint32_t node)
{
	const struct kept *k = &d->nodes.v[node];
	oid from = d->view.dominators.parent[k->first];
	struct heap_edges edges = heap_keeps(d->h, from);
	uint32_t i = 0;

	while (i < edges.nr && edges.to[i] != k->first)
		i++;
	str_addf(&d->out, "\tn%" PRIu32 " -> n%" PRIu32 " [", k->above, node);
	if (i < edges.nr && k->type != UINT32_MAX) {
		str_add(&d->out, "label=\"");
		add_edge_name(d, from, i,
			      k->nr > 1 || d->nodes.v[k->above].nr > 1,
			      retained_above(&d->view, k->first) != from,
			      &d->out);
		str_add(&d->out, "\"];\n");
		return;
	}
	str_add(&d->out, "style=dotted];\n");
}

static void add_kept(struct dot *d)
{
	for (uint32_t i = 0; i < d->nodes.nr; i++) {
		add_kept_node(d, i);
		if (i)
			add_kept_edge(d, i);
	}
}

/* --- the chain --- */

/* Write a node beside those of `nodes`, whose label is added by the caller. */
static uint32_t begin_other(struct dot *d)
{
	str_addf(&d->out, "\to%" PRIu32 " [label=\"", d->nr_others);
	return d->nr_others++;
}

static void add_root_node(struct dot *d, const struct trail *t)
{
	begin_other(d);
	if (t->root) {
		CLEANUP(str_release) struct str text = STR_INIT;

		trail_add_root(t, &text);
		dot_add_text(text.s, &d->out);
	} else {
		str_add(&d->out, "garbage");
	}
	str_add(&d->out, "\", " STYLE_ROOT "];\n");
}

static void add_step_edge(struct dot *d, const struct path *path, size_t step)
{
	str_add(&d->out, "label=\"");
	if (step)
		add_edge_name(d, path->v[step - 1].object,
			      path->v[step].edge, false, false, &d->out);
	str_add(&d->out, "\", penwidth=1.6];\n");
}

/* The nodes of the steps before the last one, which is the object. */
static void add_steps(struct dot *d, const struct path *path)
{
	size_t nr = path->nr - 1;
	bool cut = nr > CHAIN_FIRST + CHAIN_LAST + 1;

	for (size_t i = 0; i < nr; i++) {
		uint32_t node = begin_other(d);

		if (cut && i == CHAIN_FIRST) {
			size_t left = nr - CHAIN_FIRST - CHAIN_LAST;

			format_counted(&d->out, left, "step");
			str_add(&d->out, "\", " STYLE_REST "];\n");
			i += left - 1;
		} else {
			add_object(d, path->v[i].object, &d->out);
			str_add(&d->out, "\", " STYLE_STEP "];\n");
		}
		str_addf(&d->out, "\to%" PRIu32 " -> o%" PRIu32 " [", node - 1,
			 node);
		add_step_edge(d, path, cut && i == nr - CHAIN_LAST - 1 ?
			      CHAIN_FIRST : i);
	}
	str_addf(&d->out, "\to%" PRIu32 " -> n0 [", d->nr_others - 1);
	add_step_edge(d, path, nr);
}

/* The place of the object in words.  Each step has a name in it: of a list with
 * millions of links these would take minutes and gigabytes. */
static void add_title(struct dot *d, const struct trail *t)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	trail_readable(t, &text);
	dot_add_text(text.s, &d->out);
}

static void add_chain(struct dot *d, oid o, oid *before)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };
	const struct root *root = retained_path(&d->view, OID_NONE, o, &path);
	bool is_far = path.nr > TITLE_STEPS;
	struct path named = { .v = path.v, .nr = is_far ? 1 : path.nr };

	trail_init(&t, d->h, root, &named);
	str_add(&d->out, "\tlabel=\"");
	if (root && !is_far)
		add_title(d, &t);
	str_add(&d->out, "\";\n");
	*before = path.nr > 1 ? path.v[path.nr - 2].object : OID_NONE;
	if (path.nr) {
		add_root_node(d, &t);
		add_steps(d, &path);
	}
}

/* --- other holders --- */

/* A reference to the object, by the object that is shown for it. */
struct holder {
	oid shown;		/* `from`, or the object whose __dict__ it is */
	oid from;
	uint32_t edge;
};
VEC_DEFINE(holder_vec, struct holder);

/* An instance has few references: the edges of others are not searched. */
#define INSTANCE_EDGES 64

/* The object whose __dict__ `o` is; `o` itself if it is none. */
static oid owner_of(struct dot *d, oid o)
{
	oid above = d->view.dominators.parent[o];
	struct heap_edges edges;

	if (above == OID_NONE || heap_kind_of(d->h, o) != TYPE_KIND_DICT)
		return o;
	edges = heap_edges(d->h, above);
	for (uint32_t i = 0; i < MIN(edges.nr, INSTANCE_EDGES); i++) {
		struct edge_name name;
		bool is_dict;

		if (edges.to[i] != o)
			continue;
		heap_name_edges(d->h, above, i, 1, &name);
		is_dict = name.kind == EDGE_DICT;
		edge_name_release(&name);
		return is_dict ? above : o;
	}
	return o;
}

static int compare_holders(const void *a, const void *b, void *context)
{
	const struct heap *h = context;
	const struct holder *x = a, *y = b;

	if (h->type[x->shown] != h->type[y->shown])
		return h->type[x->shown] < h->type[y->shown] ? -1 : 1;
	return x->shown < y->shown ? -1 : x->shown > y->shown;
}

static void add_holder(struct dot *d, const struct holder *first, size_t nr)
{
	uint32_t node = begin_other(d);

	if (nr > 1) {
		dot_add_text(heap_type_of(d->h, first->shown)->name, &d->out);
		str_add(&d->out, " x ");
		format_count(&d->out, nr);
		str_add(&d->out, "\", " STYLE_STEP ", peripheries=2];\n");
	} else {
		add_object(d, first->shown, &d->out);
		str_add(&d->out, "\", " STYLE_STEP "];\n");
	}
	str_addf(&d->out, "\to%" PRIu32 " -> n0 [label=\"", node);
	add_edge_name(d, first->from, first->edge, nr > 1,
		      first->shown != first->from, &d->out);
	str_add(&d->out, "\", style=dashed];\n");
}

static void add_more(struct dot *d, uint64_t nr, const char *what)
{
	uint32_t node;

	if (!nr)
		return;
	node = begin_other(d);
	format_counted(&d->out, nr, what);
	str_addf(&d->out, "\", " STYLE_REST "];\n\to%" PRIu32
		 " -> n0 [style=dashed];\n", node);
}

/* The references but those of the chain and of the object itself. */
static void find_holders(struct dot *d, const struct referrers *r, oid o,
			 oid before, struct holder_vec *ret)
{
	for (size_t i = 0; i < r->v.nr; i++) {
		struct referrer by = r->v.v[i];

		if (by.from != before && by.from != o)
			holder_vec_push(ret, (struct holder){
				owner_of(d, by.from), by.from, by.edge });
	}
	if (ret->nr)
		qsort_r(ret->v, ret->nr, sizeof(*ret->v), compare_holders,
			d->h);
}

static void add_holders(struct dot *d, oid o, oid before)
{
	CLEANUP(holder_vec_release) struct holder_vec holders = VEC_INIT;
	struct referrers r;
	size_t i, end, shown = 0;

	referrers_build(d->h, o, HOLDERS_SEEN, &r);
	find_holders(d, &r, o, before, &holders);
	for (i = 0; i < holders.nr && shown < HOLDERS; i = end, shown++) {
		uint32_t type = d->h->type[holders.v[i].shown];

		end = i + 1;
		while (end < holders.nr &&
		       d->h->type[holders.v[end].shown] == type)
			end++;
		add_holder(d, &holders.v[i], end - i);
	}
	add_more(d, holders.nr - i + (r.total - r.v.nr), "more reference");
	/* The chain has one of the roots if it begins with the object. */
	if (r.roots.nr)
		add_more(d, r.roots.nr - (before == OID_NONE), "more root");
	if (r.surplus)
		add_more(d, r.surplus, "reference of native code");
	referrers_release(&r);
}

/* --- the file --- */

static void dot_release(struct dot *d)
{
	for (size_t i = 0; i < d->nodes.nr; i++)
		oid_vec_release(&d->nodes.v[i].members);
	kept_vec_release(&d->nodes);
	str_release(&d->out);
	retained_release(&d->view);
}

struct error *dot_write(struct heap *h, oid o, uint64_t max_nodes, FILE *out)
{
	CLEANUP(dot_release) struct dot d = { .h = h, .out = STR_INIT };
	oid before;

	retained_build(h, &d.view);
	find_kept(&d, o, max_nodes);
	str_add(&d.out, HEAD);
	add_chain(&d, o, &before);
	add_holders(&d, o, before);
	add_kept(&d);
	str_add(&d.out, "}\n");
	if (fwrite(d.out.s, 1, d.out.len, out) != d.out.len)
		return error_errno(ERR_SYSTEM, errno, "can't write");
	return NULL;
}
