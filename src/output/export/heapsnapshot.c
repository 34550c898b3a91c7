/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/dominators.h"
#include "heap/naming.h"
#include "output/export/heapsnapshot.h"
#include "output/export/node-ids.h"
#include "output/export/strings.h"
#include "output/words.h"

/* V8's enums (HeapEntry::Type, HeapGraphEdge::Type), in the order of HEAD. */
enum node_type { NODE_STRING = 2, NODE_OBJECT, NODE_CODE, NODE_CLOSURE,
		 NODE_NUMBER = 7, NODE_NATIVE, NODE_SYNTHETIC };
enum v8_edge { V8_CONTEXT, V8_ELEMENT, V8_PROPERTY, V8_INTERNAL, V8_WEAK = 6 };

#define NODE_FIELDS 7
#define HEAD_TO_COUNTS \
	"{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\"," \
	"\"self_size\",\"edge_count\",\"trace_node_id\",\"detachedness\"]," \
	"\"node_types\":[[\"hidden\",\"array\",\"string\",\"object\"," \
	"\"code\",\"closure\",\"regexp\",\"number\",\"native\"," \
	"\"synthetic\",\"concatenated string\",\"sliced string\"," \
	"\"symbol\",\"bigint\",\"object shape\"],\"string\",\"number\"," \
	"\"number\",\"number\",\"number\",\"number\"],\"edge_fields\":[" \
	"\"type\",\"name_or_index\",\"to_node\"],\"edge_types\":[[" \
	"\"context\",\"element\",\"property\",\"internal\",\"hidden\"," \
	"\"shortcut\",\"weak\"],\"string_or_number\",\"node\"]," \
	"\"trace_function_info_fields\":[\"function_id\",\"name\"," \
	"\"script_name\",\"script_id\",\"line\",\"column\"]," \
	"\"trace_node_fields\":[\"id\",\"function_info_index\",\"count\"," \
	"\"size\",\"children\"],\"sample_fields\":[\"timestamp_us\"," \
	"\"last_assigned_id\"],\"location_fields\":[\"object_index\"," \
	"\"script_id\",\"line\",\"column\"]}"
#define BEHIND_EDGES \
	"],\n\"trace_function_infos\":[],\n\"trace_tree\":[],\n" \
	"\"samples\":[],\n\"locations\":[],\n\"strings\":["

/* The first nodes; the known roots, the objects and the lumps follow. */
enum { TOP, GROUP_NATIVE, GROUP_IMMORTAL, GROUP_GARBAGE, NR_TOPS };
static const char *const top_names[NR_TOPS] = {
	"", "(native code)", "(immortal)", "(garbage)",
};

/* A lump and one node that holds it. */
struct hold {
	uint32_t node, lump;
};
VEC_DEFINE(hold_vec, struct hold);

struct writer {
	struct heap *h;
	FILE *out;
	struct str piece;	/* numbers that are not written yet */
	bool begun;		/* the array has a number already */
	bool failed;		/* `out` can't be written */
	int saved;		/* errno of that */
	struct strings strings;
	uint32_t *type_names;	/* by type: its string */
	uint32_t first_object, first_lump, nr_nodes;
	uint32_t *ids;		/* by node */
	struct oid_vec groups[NR_TOPS];	/* the objects of each, but TOP */
	struct hold_vec holds;	/* by node, ascending */
	struct edge_name *names; /* of a batch of edges */
};

#define PIECE (1 << 16)
#define PREVIEW_MAX 240

static void writer_release(struct writer *w)
{
	strings_release(&w->strings);
	str_release(&w->piece);
	free(w->type_names);
	free(w->ids);
	free(w->names);
	for (size_t i = 0; i < NR_TOPS; i++)
		oid_vec_release(&w->groups[i]);
	hold_vec_release(&w->holds);
}

/* --- numbers --- */

static void flush(struct writer *w)
{
	if (fwrite(w->piece.s, 1, w->piece.len, w->out) != w->piece.len &&
	    !w->failed) {
		w->failed = true;
		w->saved = errno;
	}
	str_cut(&w->piece, 0);
}

/* Add one line of numbers to the array that is open. */
static void put(struct writer *w, const uint32_t *numbers, size_t nr)
{
	char digits[12];

	for (size_t i = 0; i < nr; i++) {
		char *at = digits + sizeof(digits);
		uint32_t n = numbers[i];

		do
			*--at = (char)('0' + n % 10);
		while (n /= 10);
		if (w->begun)
			str_add_char(&w->piece, ',');
		w->begun = true;
		str_add_bytes(&w->piece, at,
			      (size_t)(digits + sizeof(digits) - at));
	}
	str_add_char(&w->piece, '\n');
	if (w->piece.len > PIECE)
		flush(w);
}

static void put_text(struct writer *w, const char *text)
{
	str_add(&w->piece, text);
	flush(w);
	w->begun = false;
}

/* --- what nodes there are --- */

static uint32_t node_of(const struct writer *w, oid o)
{
	return w->first_object + o;
}

static struct error *count_nodes(struct writer *w)
{
	const struct heap *h = w->h;
	uint64_t nr = NR_TOPS + (uint64_t)h->roots.nr + h->nr_objects +
		      h->lumps.nr;

	/* Edges have indexes in the array of all numbers. */
	if (nr > UINT32_MAX / NODE_FIELDS)
		return error_new(ERR_UNSUPPORTED, "more objects than a heap"
				 " snapshot can have");
	w->first_object = NR_TOPS + (uint32_t)h->roots.nr;
	w->first_lump = w->first_object + h->nr_objects;
	w->nr_nodes = (uint32_t)nr;
	return NULL;
}

/* The objects that the dominator tree takes for roots, but those that a known
 * root has. */
static void find_groups(struct writer *w)
{
	const struct heap *h = w->h;
	CLEANUP(dominators_release) struct dominators d;
	CLEANUP(freep) uint64_t *known = bits_new(h->nr_objects);

	dominators_build(h, &d);
	for (size_t i = 0; i < h->roots.nr; i++)
		bits_set(known, h->roots.v[i].object);
	BITS_EACH(o, d.roots, h->nr_objects) {
		if (bits_get(known, o))
			continue;
		oid_vec_push(&w->groups[d.holder[o] == HOLDER_GARBAGE ?
					GROUP_GARBAGE :
					h->refcount[o] == REFCOUNT_IMMORTAL ?
					GROUP_IMMORTAL : GROUP_NATIVE], o);
	}
}

static int compare_holds(const void *a, const void *b)
{
	const struct hold *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return x->lump < y->lump ? -1 : x->lump > y->lump;
}

static void find_holds(struct writer *w)
{
	const struct heap *h = w->h;

	for (uint32_t i = 0; i < h->lumps.nr; i++) {
		const struct heap_lump *lump = &h->lumps.v[i];

		/* Every node has to be reachable. */
		if (!lump->nr)
			hold_vec_push(&w->holds,
				      (struct hold){ GROUP_NATIVE, i });
		for (uint32_t k = 0; k < lump->nr; k++) {
			const struct heap_lump_holder *by =
				&h->lump_holders.v[lump->first + k];

			hold_vec_push(&w->holds, (struct hold){
				by->object == OID_NONE ?
				w->first_lump + by->lump :
				node_of(w, by->object), i });
		}
	}
	if (w->holds.nr)
		qsort(w->holds.v, w->holds.nr, sizeof(*w->holds.v),
		      compare_holds);
}

/* Ids that are the same in the next snapshot of the process: of the address of
 * an object, of the name of a root, of the first holder of a lump. */
static void make_ids(struct writer *w)
{
	const struct heap *h = w->h;
	CLEANUP(freep) uint64_t *addresses = xcalloc(w->nr_nodes,
						     sizeof(*addresses));

	w->ids = xcalloc(w->nr_nodes, sizeof(*w->ids));
	for (uint32_t i = 0; i < NR_TOPS; i++)
		w->ids[i] = 1 + i;
	for (uint32_t i = 0; i < h->roots.nr; i++) {
		CLEANUP(str_release) struct str text = STR_INIT;

		words_root(h, &h->roots.v[i], &text);
		addresses[NR_TOPS + i] = UINT64_MAX;
		w->ids[NR_TOPS + i] = (uint32_t)(hash_text(0, text.s) >> 32);
	}
	for (oid o = 0; o < h->nr_objects; o++) {
		addresses[node_of(w, o)] = h->address[o];
		w->ids[node_of(w, o)] = node_id_wanted(h->address[o]);
	}
	for (uint32_t i = 0; i < h->lumps.nr; i++) {
		const struct heap_lump *lump = &h->lumps.v[i];
		oid o = lump->nr ? h->lump_holders.v[lump->first].object :
				   OID_NONE;

		addresses[w->first_lump + i] = UINT64_MAX;
		w->ids[w->first_lump + i] = o == OID_NONE ? 1 :
			node_id_wanted(h->address[o]);
	}
	node_ids_settle(w->ids, addresses, w->nr_nodes);
}

/* --- nodes --- */

static void put_node(struct writer *w, enum node_type type, uint32_t name,
		     uint32_t node, uint64_t bytes, uint64_t nr_edges)
{
	uint32_t size = (uint32_t)MIN(bytes, HEAPSNAPSHOT_SIZE_MAX);

	put(w, (const uint32_t[]){ type, name, w->ids[node], size,
				   (uint32_t)nr_edges, 0, 0 }, NODE_FIELDS);
}

/* Is the object's name its contents?  Then it is shown with all others of its
 * kind; else with those of its type. */
static enum node_type type_of(const struct heap *h, oid o)
{
	switch (heap_kind_of(h, o)) {
	case TYPE_KIND_STR:
		return NODE_STRING;
	case TYPE_KIND_INT:
	case TYPE_KIND_FLOAT:
		return NODE_NUMBER;
	case TYPE_KIND_FUNCTION:
		return NODE_CLOSURE;
	case TYPE_KIND_CODE:
		return NODE_CODE;
	default:
		return NODE_OBJECT;
	}
}

/* Viewers put quotes around a string themselves. */
static void unquote(struct str *text)
{
	char *last = strrchr(text->s, '\'');

	if (!last || last == text->s)
		last = strrchr(text->s, '"');
	if (!last || last == text->s || *text->s != *last)
		return;
	memmove(last, last + 1, strlen(last));
	memmove(text->s, text->s + 1, text->len - 1);
	str_cut(text, text->len - 2);
}

/* Viewers call strings of one name duplicates: say what else is in it. */
static void add_rest(struct heap *h, oid o, struct str *text)
{
	int64_t length = heap_length(h, o);
	uint64_t hash;

	if (length <= TEXT_MAX)
		return;
	str_addf(text, " (%lld characters", (long long)length);
	if (heap_text_hash(h, o, &hash))
		str_addf(text, ", hash %016llx", (unsigned long long)hash);
	str_add_char(text, ')');
}

static uint32_t name_of(struct writer *w, oid o, enum node_type type)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (type == NODE_OBJECT)
		return w->type_names[w->h->type[o]];
	heap_preview(w->h, o, PREVIEW_MAX, &text);
	if (type == NODE_STRING) {
		unquote(&text);
		add_rest(w->h, o, &text);
	}
	return strings_add_new(&w->strings, text.s);
}

/* How many lumps the next nodes hold: `*at` is where `node` begins. */
static uint32_t nr_holds(const struct writer *w, uint32_t node, size_t *at)
{
	size_t first = *at;

	while (*at < w->holds.nr && w->holds.v[*at].node == node)
		(*at)++;
	return (uint32_t)(*at - first);
}

static void put_roots(struct writer *w, size_t *at)
{
	const struct heap *h = w->h;

	put_node(w, NODE_SYNTHETIC, strings_add(&w->strings, top_names[TOP]),
		 TOP, 0, NR_TOPS - 1 + h->roots.nr);
	for (uint32_t i = 1; i < NR_TOPS; i++)
		put_node(w, NODE_SYNTHETIC,
			 strings_add(&w->strings, top_names[i]), i, 0,
			 w->groups[i].nr + nr_holds(w, i, at));
	for (uint32_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *root = &h->roots.v[i];
		CLEANUP(str_release) struct str text = STR_INIT;

		str_addf(&text, "%s ", root_kind_names[root->kind]);
		words_root(h, root, &text);
		put_node(w, NODE_NATIVE, strings_add_new(&w->strings, text.s),
			 NR_TOPS + i, 0, 1);
	}
}

static void put_nodes(struct writer *w)
{
	struct heap *h = w->h;
	size_t at = 0;

	put_roots(w, &at);
	for (oid o = 0; o < h->nr_objects && !w->failed; o++) {
		enum node_type type = type_of(h, o);

		put_node(w, type, name_of(w, o, type), node_of(w, o),
			 heap_bytes(h, o), (uint64_t)h->edge_nr[o] +
			 nr_holds(w, node_of(w, o), &at));
	}
	for (uint32_t i = 0; i < h->lumps.nr; i++)
		put_node(w, NODE_NATIVE,
			 strings_add(&w->strings, "shared raw blocks"),
			 w->first_lump + i, h->lumps.v[i].bytes,
			 nr_holds(w, w->first_lump + i, &at));
}

/* --- edges --- */

static void put_edge(struct writer *w, enum v8_edge type, uint32_t name,
		     uint32_t to)
{
	put(w, (const uint32_t[]){ type, name, to * NODE_FIELDS }, 3);
}

/* The types of edges differ only in how viewers show the name. */
static enum v8_edge edge_type(const struct edge_name *n)
{
	switch (n->kind) {
	case EDGE_ATTRIBUTE:
	case EDGE_DICT_ENTRY:
	case EDGE_NAMED_VALUE:
	case EDGE_VALUE:
		return V8_PROPERTY;
	case EDGE_LOCAL:
		return V8_CONTEXT;
	default:
		return V8_INTERNAL;
	}
}

static void put_reference(struct writer *w, const struct edge_name *n,
			  bool weak, bool guess, uint32_t to)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	enum v8_edge type = edge_type(n);

	if (n->kind == EDGE_INDEX && !weak && !guess &&
	    n->number <= UINT32_MAX) {
		put_edge(w, V8_ELEMENT, (uint32_t)n->number, to);
		return;
	}
	if (type == V8_INTERNAL)
		words_edge(n, &text);
	else
		str_add(&text, n->name);
	if (guess)
		str_add(&text, text.len ? " (guessed)" : "(guessed)");
	else if (!text.len)
		str_add(&text, "(unknown)");
	put_edge(w, weak ? V8_WEAK : type, strings_add(&w->strings, text.s),
		 to);
}

static void put_references(struct writer *w, oid o)
{
	struct heap *h = w->h;
	struct heap_edges edges = heap_edges(h, o);
	bool weak = heap_keeps(h, o).nr < edges.nr;

	for (uint32_t first = 0, some; first < edges.nr; first += some) {
		some = MIN(edges.nr - first, HEAP_NAMES_AT_ONCE);
		heap_name_edges(h, o, first, some, w->names);
		for (uint32_t i = 0; i < some; i++) {
			put_reference(w, &w->names[i], weak,
				      heap_is_guess(h, o, first + i),
				      node_of(w, edges.to[first + i]));
			edge_name_release(&w->names[i]);
		}
	}
}

/* The edges of `node` to lumps; `*at` is where it begins. */
static void put_holds(struct writer *w, uint32_t node, uint32_t name,
		      size_t *at)
{
	for (; *at < w->holds.nr && w->holds.v[*at].node == node; (*at)++)
		put_edge(w, V8_INTERNAL, name,
			 w->first_lump + w->holds.v[*at].lump);
}

static void put_root_edges(struct writer *w, uint32_t lump, size_t *at)
{
	const struct heap *h = w->h;
	uint32_t to = strings_add(&w->strings, "object");

	for (uint32_t i = 1; i < w->first_object; i++)
		put_edge(w, V8_ELEMENT, i - 1, i);
	for (uint32_t i = 1; i < NR_TOPS; i++) {
		for (uint32_t k = 0; k < w->groups[i].nr; k++)
			put_edge(w, V8_ELEMENT, k,
				 node_of(w, w->groups[i].v[k]));
		put_holds(w, i, lump, at);
	}
	for (size_t i = 0; i < h->roots.nr; i++)
		put_edge(w, V8_INTERNAL, to,
			 node_of(w, h->roots.v[i].object));
}

static void put_edges(struct writer *w)
{
	uint32_t name = strings_add(&w->strings, "shared raw blocks");
	size_t at = 0;

	put_root_edges(w, name, &at);
	for (oid o = 0; o < w->h->nr_objects && !w->failed; o++) {
		put_references(w, o);
		put_holds(w, node_of(w, o), name, &at);
	}
	for (uint32_t i = 0; i < w->h->lumps.nr; i++)
		put_holds(w, w->first_lump + i, name, &at);
}

/* --- the file --- */

static void put_head(struct writer *w)
{
	const struct heap *h = w->h;
	uint64_t nr_edges = w->first_object - 1 + h->roots.nr + w->holds.nr;

	for (oid o = 0; o < h->nr_objects; o++)
		nr_edges += h->edge_nr[o];
	for (size_t i = 1; i < NR_TOPS; i++)
		nr_edges += w->groups[i].nr;
	str_addf(&w->piece, "%s,\"node_count\":%lu,\"edge_count\":%llu,"
		 "\"trace_function_count\":0},\n", HEAD_TO_COUNTS,
		 (unsigned long)w->nr_nodes, (unsigned long long)nr_edges);
}

/* Types of one name are one to viewers. */
static void name_types(struct writer *w)
{
	const struct heap *h = w->h;

	w->type_names = xcalloc(h->types.nr, sizeof(*w->type_names));
	for (size_t i = 0; i < h->types.nr; i++)
		w->type_names[i] = strings_add(&w->strings,
					       h->types.v[i].name);
}

struct error *heapsnapshot_write(struct heap *h, FILE *out)
{
	CLEANUP(writer_release) struct writer w = {
		.h = h, .out = out, .piece = STR_INIT,
		.strings = STRINGS_INIT };
	struct error *err = count_nodes(&w);

	if (!err)
		err = strings_open(&w.strings);
	if (err)
		return err;
	w.names = xcalloc(HEAP_NAMES_AT_ONCE, sizeof(*w.names));
	find_groups(&w);
	find_holds(&w);
	make_ids(&w);
	put_head(&w);
	put_text(&w, "\"nodes\":[");
	name_types(&w);
	put_nodes(&w);
	put_text(&w, "],\n\"edges\":[");
	put_edges(&w);
	put_text(&w, BEHIND_EDGES);
	if (w.failed)
		return error_errno(ERR_SYSTEM, w.saved, "can't write");
	err = strings_write(&w.strings, out);
	put_text(&w, "]}\n");
	if (!err && w.failed)
		err = error_errno(ERR_SYSTEM, w.saved, "can't write");
	return err;
}
