/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"

struct edge {
	oid from, to;
};
VEC_DEFINE(edge_vec, struct edge);

/* What of an object is asked for on demand, by oid. */
struct made {
	char *text;		/* NULL: its name */
	int64_t length;
};
VEC_DEFINE(made_vec, struct made);

struct graph {
	struct str_vec names;
	struct made_vec made;	/* none of a random graph */
};

static void fail(const char *what, const char *where)
{
	fprintf(stderr, "graph: %s: %s\n", what, where);
	abort();
}

static void name_edge(const char *text, struct edge_name *ret)
{
	size_t len = strlen(text);

	*ret = (struct edge_name){ .kind = EDGE_FIELD };
	if (strcmp(text, "__dict__") == 0) {
		ret->kind = EDGE_DICT;
	} else if (strcmp(text, "stack") == 0) {
		ret->kind = EDGE_STACK;
	} else if (*text == '.') {
		ret->kind = EDGE_ATTRIBUTE;
		ret->name = xstrdup(text + 1);
	} else if (strncmp(text, "['", 2) == 0) {
		ret->kind = EDGE_NAMED_VALUE;
		ret->name = xstrndup(text + 2, len - 4);
	} else if (*text == '[') {
		ret->kind = EDGE_INDEX;
		ret->number = strtoul(text + 1, NULL, 10);
	} else {
		ret->name = xstrdup(text);
	}
}

static void name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		       struct edge_name *names)
{
	for (uint32_t i = 0; i < nr; i++) {
		oid to = h->edges.v[h->edge_start[o] + first + i];
		const char *name = graph_name(h, to);
		size_t len = strlen(name);
		bool is_dict = len > 2 && strcmp(name + len - 2, ".d") == 0;
		CLEANUP(freep) char *text =
			xstrndup(name, strcspn(name, "@"));

		name_edge(is_dict ? "__dict__" : text, &names[i]);
		if (!is_dict && name[0] != '.' && name[0] != '[')
			continue;
		names[i].prefix = xstrdup("");
		names[i].suffix = xasprintf("%s%s", is_dict ? "." : "",
					    is_dict ? "__dict__" : text);
	}
}

static void preview(struct heap *h, oid o, size_t max, struct str *ret)
{
	const struct graph *g = h->context;
	bool has_text = o < g->made.nr && g->made.v[o].text;

	(void)max;
	str_add(ret, has_text ? g->made.v[o].text : graph_name(h, o));
}

static bool text(struct heap *h, oid o, struct str *ret)
{
	preview(h, o, 0, ret);
	return true;
}

static int64_t length(struct heap *h, oid o)
{
	const struct graph *g = h->context;

	return o < g->made.nr ? g->made.v[o].length : -1;
}

static oid find(struct heap *h, uint64_t address)
{
	for (oid o = 0; o < h->nr_objects; o++)
		if (h->address[o] == address)
			return o;
	return OID_NONE;
}

static void release(struct heap *h)
{
	struct graph *g = h->context;

	for (size_t i = 0; i < g->names.nr; i++)
		free(g->names.v[i]);
	for (size_t i = 0; i < g->made.nr; i++)
		free(g->made.v[i].text);
	str_vec_release(&g->names);
	made_vec_release(&g->made);
	free(g);
}

static const struct heap_ops ops = {
	.name_edges = name_edges,
	.preview = preview,
	.text = text,
	.length = length,
	.find = find,
	.release = release,
};

const char *graph_name(const struct heap *h, oid o)
{
	const struct graph *g = h->context;

	return o < g->names.nr ? g->names.v[o] : "?";
}

static oid look_up(const struct heap *h, const char *name)
{
	const struct graph *g = h->context;

	for (size_t i = 0; i < g->names.nr; i++)
		if (strcmp(g->names.v[i], name) == 0)
			return (oid)i;
	return OID_NONE;
}

oid graph_oid(const struct heap *h, const char *name)
{
	oid o = look_up(h, name);

	if (o == OID_NONE)
		fail("no such object", name);
	return o;
}

static uint32_t add_type(struct heap *h, const char *name, uint32_t flags)
{
	heap_type_vec_push(&h->types,
			   (struct heap_type){ .name = xstrdup(name),
					       .kind = type_kinds_find(name),
					       .address = 0x100 * h->types.nr,
					       .object = OID_NONE,
					       .flags = flags });
	return (uint32_t)h->types.nr - 1;
}

static oid get(struct heap *h, const char *name)
{
	struct graph *g = h->context;
	oid o = look_up(h, name);

	if (o != OID_NONE)
		return o;
	o = heap_add_object(h, 0x1000 + 16 * (uint64_t)h->nr_objects, 0);
	h->size[o] = 16;
	h->generation[o] = 2;
	str_vec_push(&g->names, xstrdup(name));
	made_vec_push(&g->made, (struct made){ NULL, -1 });
	return o;
}

static void start(struct heap *h)
{
	heap_init(h);
	h->ops = &ops;
	h->context = xcalloc(1, sizeof(struct graph));
	add_type(h, "object", 0);
}

/* Put the edges into the heap, those of an object in their order. */
static void set_edges(struct heap *h, const struct edge_vec *edges)
{
	uint64_t at = 0;

	for (size_t i = 0; i < edges->nr; i++)
		h->edge_nr[edges->v[i].from]++;
	for (oid o = 0; o < h->nr_objects; o++) {
		h->edge_start[o] = at;
		at += h->edge_nr[o];
		h->edge_nr[o] = 0;
	}
	oid_vec_resize(&h->edges, at);
	for (size_t i = 0; i < edges->nr; i++) {
		oid from = edges->v[i].from;

		h->edges.v[h->edge_start[from] + h->edge_nr[from]++] =
			edges->v[i].to;
	}
}

static void count_references(struct heap *h)
{
	for (oid o = 0; o < h->nr_objects; o++)
		for (uint32_t i = 0; i < h->edge_nr[o]; i++)
			h->refcount[h->edges.v[h->edge_start[o] + i]]++;
	for (size_t i = 0; i < h->roots.nr; i++)
		h->refcount[h->roots.v[i].object] += h->roots.v[i].counted;
}

static void add_root(struct heap *h, char kind, oid o, bool counted)
{
	static const char letters[] = "mfbtin";
	bool is_stack = kind == 's', is_atexit = kind == 'a';
	const char *at = strchr(letters, is_stack ? 'f' :
					 is_atexit ? 'i' : kind);

	if (!at || !kind)
		fail("no such kind of root", &kind);
	heap_root_vec_push(&h->roots,
			   (struct heap_root){
				   .object = o,
				   .kind = (enum root_kind)(at - letters),
				   .name = xstrdup(is_stack ? "" :
						   is_atexit ?
						   "atexit callback 0" :
						   graph_name(h, o)),
				   .slot = is_stack ? SLOT_STACK :
					   is_atexit ? SLOT_ATEXIT :
					   SLOT_NAMED,
				   .counted = counted,
				   .frame = -1 });
}

static void read_edge(struct heap *h, char *word, struct edge_vec *edges)
{
	char *arrow = strstr(word, "->");
	struct edge e;

	if (!arrow) {
		get(h, word);
		return;
	}
	*arrow = '\0';
	e.from = get(h, word);
	e.to = get(h, arrow + 2);
	edge_vec_push(edges, e);
}

static void read_root(struct heap *h, const char *word)
{
	const char *colon = strchr(word, ':');

	if (!colon)
		fail("not a root", word);
	add_root(h, word[0], get(h, colon + 1), word[1] != '~');
}

static uint32_t read_type(struct heap *h, char *word)
{
	char *slash = strchr(word, '/');
	uint32_t flags = 0;

	if (slash) {
		*slash++ = '\0';
		flags |= strstr(slash, "class") ? TYPE_IS_TYPE : 0;
		flags |= strstr(slash, "heap") ? TYPE_IS_HEAP : 0;
		flags |= strstr(slash, "del") ? TYPE_HAS_DEL : 0;
		flags |= strstr(slash, "legacy") ? TYPE_LEGACY_DEL : 0;
		flags |= strstr(slash, "dict") ? TYPE_IS_DICT : 0;
		flags |= strstr(slash, "descriptor") ?
				 TYPE_IS_DATA_DESCRIPTOR : 0;
	}
	return add_type(h, word, flags);
}

/* A new object may move the columns: its id has to be there first. */
static void set_type(struct heap *h, oid o, uint32_t type)
{
	h->type[o] = type;
}

static void read_class(struct heap *h, const char *type, const char *object)
{
	for (size_t i = 0; i < h->types.nr; i++) {
		if (strcmp(h->types.v[i].name, type) != 0)
			continue;
		h->types.v[i].object = graph_oid(h, object);
		return;
	}
	fail("no such type", type);
}

/* "8:5" */
static void read_fact(struct heap *h, oid o, enum fact_kind kind,
		      const char *text)
{
	char *colon;
	int64_t bound = strtoll(text, &colon, 0);

	if (*colon != ':')
		fail("not a fact", text);
	heap_fact_vec_push(&h->facts, (struct heap_fact){
		.object = o, .kind = kind, .bound = bound,
		.length = strtoll(colon + 1, NULL, 0) });
}

static int compare_facts(const void *a, const void *b)
{
	const struct heap_fact *x = a, *y = b;

	return (x->object > y->object) - (x->object < y->object);
}

static void sort_facts(struct heap *h)
{
	if (h->facts.nr)
		qsort(h->facts.v, h->facts.nr, sizeof(*h->facts.v),
		      compare_facts);
}

static void read_value(struct heap *h, const char *keyword, char *word)
{
	char *equals = strchr(word, '=');
	struct graph *g = h->context;
	unsigned long value;
	oid o;

	if (!equals)
		fail("not a value", word);
	*equals++ = '\0';
	if (strcmp(keyword, "class") == 0) {
		read_class(h, word, equals);
		return;
	}
	o = get(h, word);
	value = strcmp(equals, "immortal") == 0 ? REFCOUNT_IMMORTAL
						: strtoul(equals, NULL, 0);
	if (strcmp(keyword, "text") == 0)
		g->made.v[o].text = xstrdup(equals);
	else if (strcmp(keyword, "len") == 0)
		g->made.v[o].length = (int64_t)value;
	else if (strcmp(keyword, "lru") == 0)
		read_fact(h, o, FACT_LRU_CACHE, equals);
	else if (strcmp(keyword, "deque") == 0)
		read_fact(h, o, FACT_DEQUE, equals);
	else if (strcmp(keyword, "refs") == 0)
		h->refcount[o] = (uint32_t)value;
	else if (strcmp(keyword, "gen") == 0)
		h->generation[o] = (uint8_t)value;
	else if (strcmp(keyword, "size") == 0)
		h->size[o] = value;
	else if (strcmp(keyword, "flags") == 0)
		h->flags[o] = (uint8_t)value;
	else if (strcmp(keyword, "unvisited") == 0)
		h->unvisited[o] = (uint32_t)value;
}

static const char *const keywords[] = { "root", "type", "class", "refs", "gen",
					"size", "flags", "len", "text", "lru",
					"deque", "unvisited" };

static const char *find_keyword(const char *word)
{
	for (size_t i = 0; word && i < ARRAY_SIZE(keywords); i++)
		if (strcmp(word, keywords[i]) == 0)
			return keywords[i];
	return NULL;
}

static void read_word(struct heap *h, const char *keyword, uint32_t type,
		      char *word, struct edge_vec *edges)
{
	if (!keyword)
		read_edge(h, word, edges);
	else if (type)
		set_type(h, get(h, word), type);
	else if (strcmp(keyword, "root") == 0)
		read_root(h, word);
	else
		read_value(h, keyword, word);
}

/* The word with each `#N` replaced by `i`; `*ret_nr` is the last N, else 1. */
static char *repeat_word(const char *word, unsigned long i,
			 unsigned long *ret_nr)
{
	struct str ret = STR_INIT;

	*ret_nr = 1;
	for (const char *p = word; *p;) {
		char *end;

		if (*p != '#') {
			str_add_char(&ret, *p++);
			continue;
		}
		*ret_nr = strtoul(p + 1, &end, 10);
		str_addf(&ret, "%lu", i);
		p = end;
	}
	return str_take(&ret);
}

static void read_words(struct heap *h, const char *keyword, uint32_t type,
		       const char *words, struct edge_vec *edges)
{
	unsigned long nr = 1;

	for (unsigned long i = 0; i < nr; i++) {
		CLEANUP(freep) char *word = repeat_word(words, i, &nr);

		read_word(h, keyword, type, word, edges);
	}
}

/*
 * Counts go by what the rest of the text says: two passes over it, values in
 * the second.
 */
static void read_section(struct heap *h, char *section, bool values,
			 struct edge_vec *edges)
{
	char *save = NULL;
	char *word = strtok_r(section, " \t\n", &save);
	const char *keyword = find_keyword(word);
	bool is_value = keyword && strcmp(keyword, "root") != 0 &&
			strcmp(keyword, "type") != 0;
	uint32_t type = 0;

	if (!word || is_value != values)
		return;
	if (keyword)
		word = strtok_r(NULL, " \t\n", &save);
	if (keyword && strcmp(keyword, "type") == 0) {
		type = read_type(h, word);
		word = strtok_r(NULL, " \t\n", &save);
	}
	for (; word; word = strtok_r(NULL, " \t\n", &save))
		read_words(h, keyword, type, word, edges);
}

static void read_text(struct heap *h, const char *text, bool values,
		      struct edge_vec *edges)
{
	CLEANUP(freep) char *copy = xstrdup(text);
	char *save = NULL;

	for (char *s = strtok_r(copy, ";", &save); s;
	     s = strtok_r(NULL, ";", &save))
		read_section(h, s, values, edges);
}

void graph_build(struct heap *h, const char *text)
{
	CLEANUP(edge_vec_release) struct edge_vec edges = VEC_INIT;

	start(h);
	read_text(h, text, false, &edges);
	set_edges(h, &edges);
	count_references(h);
	read_text(h, text, true, &edges);
	sort_facts(h);
}

void graph_path(const struct heap *h, const struct path *p, struct str *ret)
{
	for (size_t i = 0; i < p->nr; i++) {
		struct step s = p->v[i];

		if (i == 0 ? s.edge != PATH_START
			   : s.edge >= h->edge_nr[p->v[i - 1].object] ||
			     h->edges.v[h->edge_start[p->v[i - 1].object] +
					s.edge] != s.object)
			fail("a step that is none to", graph_name(h, s.object));
		if (i)
			str_add_char(ret, ' ');
		str_add(ret, graph_name(h, s.object));
	}
}

uint32_t graph_rand(uint64_t *state, uint32_t limit)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33) % limit;
}

static void add_random_object(struct heap *h, uint64_t *state)
{
	struct graph *g = h->context;
	uint64_t address = 0x1000 + 16 * (uint64_t)h->nr_objects;
	oid o = heap_add_object(h, address, graph_rand(state, 3));

	h->size[o] = 16 + graph_rand(state, 100);
	h->generation[o] = (uint8_t)graph_rand(state, 3);
	if (graph_rand(state, 8) == 0)
		h->generation[o] = GENERATION_UNTRACKED;
	if (graph_rand(state, 32) == 0)
		h->generation[o] = GENERATION_PERMANENT;
	if (graph_rand(state, 32) == 0)
		h->flags[o] = OBJECT_SCANNED;
	str_vec_push(&g->names,
		     xasprintf("o%u%s", o, graph_rand(state, 6) ? "" : ".d"));
}

static void add_random_counts(struct heap *h, uint64_t *state)
{
	count_references(h);
	for (oid o = 0; o < h->nr_objects; o++) {
		h->refcount[o] += graph_rand(state, 10) == 0;
		if (graph_rand(state, 40) == 0)
			h->refcount[o] = REFCOUNT_IMMORTAL;
	}
}

void graph_random(struct heap *h, unsigned int seed, uint32_t nr,
		  uint32_t nr_edges)
{
	CLEANUP(edge_vec_release) struct edge_vec edges = VEC_INIT;
	uint64_t state = seed * UINT64_C(2654435761) + 1;

	start(h);
	add_type(h, "app.Node", TYPE_IS_HEAP);
	add_type(h, "type", TYPE_IS_TYPE);
	for (uint32_t i = 0; i < nr; i++)
		add_random_object(h, &state);
	h->types.v[1].object = graph_rand(&state, nr);
	for (uint32_t i = 0; i < nr_edges; i++)
		edge_vec_push(&edges, (struct edge){ graph_rand(&state, nr),
						     graph_rand(&state, nr) });
	set_edges(h, &edges);
	for (uint32_t i = graph_rand(&state, 5); i > 0; i--)
		add_root(h, "mfbtis"[graph_rand(&state, 6)],
			 graph_rand(&state, nr), graph_rand(&state, 2));
	add_random_counts(h, &state);
}
