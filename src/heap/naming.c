/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "heap/naming.h"
#include "heap/pointed.h"

#define MAX_ITEMS 5		/* of a container in a repr */
#define ITEM_MAX 24		/* code points of each */
#define MAX_SHOWN 60		/* code points of a key in a name */
#define MAX_TUPLE 64		/* items of a tuple that is written out */

void heap_name_release(struct heap_name *n)
{
	free(n->name);
	free(n->prefix);
	free(n->suffix);
	*n = (struct heap_name){ 0 };
}

void heap_names_release(struct heap_name_vec *names)
{
	for (size_t i = 0; i < names->nr; i++)
		heap_name_release(&names->v[i]);
	heap_name_vec_release(names);
}

/* --- texts --- */

static void add_float(struct str *ret, const struct str *bits)
{
	size_t len;
	double x = NAN;

	if (bits->len == 1 + sizeof(x))
		memcpy(&x, bits->s + 1, sizeof(x));
	if (!isfinite(x)) {
		str_add(ret, isnan(x) ? "nan" : x < 0 ? "float('-inf')" :
							"float('inf')");
		return;
	}
	len = ret->len;
	str_add_double(ret, x);
	if (!strpbrk(ret->s + len, ".e"))
		str_add(ret, ".0");
}

/* Past one code point of a literal, which may be written as \n, \x1b ... */
static const char *next_codepoint(const char *p)
{
	size_t nr = 1;

	if (*p == '\\') {
		char c = p[1];

		nr = c == 'x' ? 4 : c == 'u' ? 6 : c == 'U' ? 10 : 2;
		return p + strnlen(p, nr);
	}
	while (((unsigned char)p[nr] & 0xc0) == 0x80)
		nr++;
	return p + nr;
}

/* A str or bytes literal, cut where it has more than `max` code points. */
static void add_quoted(struct str *ret, const struct str *text, size_t max)
{
	const char *p = strchr(text->s, '\'');
	size_t nr = 0;

	for (p++; *p && *p != '\''; p = next_codepoint(p)) {
		if (nr++ < max)
			continue;
		str_add_safe(ret, text->s, (size_t)(p - text->s));
		str_add(ret, "'...");
		return;
	}
	str_add_safe(ret, text->s, text->len);
}

static bool is_quoted(const struct str *text)
{
	return text->s[0] == '\'' || (text->s[0] == 'b' && text->s[1] == '\'');
}

static void show_text(struct str *ret, const struct str *text, size_t max)
{
	if (text->s[0] == '~')
		add_float(ret, text);
	else if (is_quoted(text))
		add_quoted(ret, text, max);
	else if (text->s[0] == '=')
		str_add_safe(ret, text->s + 1, text->len - 1);
	else
		str_add_safe(ret, text->s, text->len);
}

/* Does it end where its first quote closes? */
static bool is_whole(const struct str *text)
{
	const char *p = strchr(text->s, '\'') + 1;

	while (*p && *p != '\'')
		p = next_codepoint(p);
	return *p && p + 1 == text->s + text->len;
}

/* Python that gives an equal object; false: it is cut, or no literal. */
static bool add_literal(struct str *ret, const struct str *text)
{
	if (!text->len || text->s[0] == '<' || text->s[0] == '=' ||
	    (is_quoted(text) && !is_whole(text)))
		return false;
	show_text(ret, text, SIZE_MAX);
	return true;
}

bool naming_is_identifier(const char *s, size_t len)
{
	if (len < 3 || s[0] != '\'' || s[len - 1] != '\'' ||
	    (s[1] >= '0' && s[1] <= '9'))
		return false;
	for (size_t i = 1; i + 1 < len; i++)
		if (s[i] != '_' && !(s[i] >= '0' && s[i] <= '9') &&
		    !(s[i] >= 'a' && s[i] <= 'z') &&
		    !(s[i] >= 'A' && s[i] <= 'Z'))
			return false;
	return true;
}

/* --- reprs --- */

static void add_plain(struct heap *h, oid o, struct str *ret)
{
	str_addf(ret, "<%s at 0x%" PRIx64 ">", heap_type_of(h, o)->name,
		 h->address[o]);
}

/* A constant in short, a class by its name, else <type at address>. */
static void add_item(struct heap *h, const struct naming *n, oid o,
		     struct str *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (n->text(h, o, &text) &&
	    (*text.s != '<' || !strncmp(text.s, "<class '", 8)))
		show_text(ret, &text, ITEM_MAX);
	else
		add_plain(h, o, ret);
}

static void add_items(struct heap *h, const struct naming *n, oid o,
		      size_t max, struct str *ret)
{
	struct heap_edges edges = heap_edges(h, o);
	int64_t nr = MAX(heap_length(h, o), 0);
	size_t start = ret->len;
	uint32_t i;

	for (i = 0; i < edges.nr && i < nr; i++) {
		if (i)
			str_add(ret, ", ");
		if (i == MAX_ITEMS || ret->len - start > max)
			break;
		add_item(h, n, edges.to[i], ret);
	}
	if (i < nr)
		str_addf(ret, "%s... %" PRId64 " more",
			 i == edges.nr && i ? ", " : "", nr - i);
}

static void add_set(struct heap *h, const struct naming *n, oid o, size_t max,
		    const char *call, struct str *ret)
{
	bool called = heap_length(h, o) <= 0 || *call == 'f';

	if (called)
		str_add(ret, call);
	if (heap_length(h, o) > 0) {
		str_add_char(ret, '{');
		add_items(h, n, o, max, ret);
		str_add_char(ret, '}');
	}
	if (called)
		str_add_char(ret, ')');
}

/* The key of an edge that leads to a dict's value, if it does.  `e` is its
 * place among the edges of `o`. */
static oid key_object(const struct heap *h, oid o, uint32_t e, uint32_t code)
{
	struct heap_edges edges = heap_edges(h, o);
	oid key = edge_code_arg(code);

	switch (edge_code_kind(code)) {
	case CODE_VALUE_NEXT:
		key = e + 1 < edges.nr ? edges.to[e + 1] : OID_NONE;
		break;
	case CODE_VALUE_OF:
	case CODE_VALUE_LOOSE:
	case CODE_CACHE_RESULT:
		break;
	default:
		return OID_NONE;
	}
	return key < h->nr_objects ? key : OID_NONE;
}

static bool is_value(uint32_t code)
{
	switch (edge_code_kind(code)) {
	case CODE_VALUE:
	case CODE_VALUE_OF:
	case CODE_VALUE_NEXT:
	case CODE_VALUE_LOOSE:
		return true;
	default:
		return false;
	}
}

static void add_key(struct heap *h, const struct naming *n, oid o, uint32_t e,
		    uint32_t code, struct str *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	oid key = key_object(h, o, e, code);

	if (key != OID_NONE)
		add_item(h, n, key, ret);
	else if (edge_code_kind(code) == CODE_VALUE &&
		 n->key(h, edge_code_arg(code), &text))
		show_text(ret, &text, ITEM_MAX);
	else
		str_add_char(ret, '?');
}

static void add_dict(struct heap *h, const struct naming *n, oid o, size_t max,
		     struct str *ret)
{
	struct heap_edges edges = heap_edges(h, o);
	/* A value and its key each, and one more to know that there is. */
	uint32_t nr = MIN(edges.nr, 2 * (MAX_ITEMS + 1));
	const uint32_t *codes = n->codes(h, o, nr);
	int64_t length = MAX(heap_length(h, o), 0), shown = 0;
	size_t start = ret->len;

	str_add_char(ret, '{');
	for (uint32_t i = 0; i < nr && shown < MAX_ITEMS &&
			     ret->len - start <= max; i++) {
		if (!is_value(codes[i]))
			continue;
		if (shown++)
			str_add(ret, ", ");
		add_key(h, n, o, i, codes[i], ret);
		str_add(ret, ": ");
		add_item(h, n, edges.to[i], ret);
	}
	if (shown < length)
		str_addf(ret, "%s... %" PRId64 " more", shown ? ", " : "",
			 length - shown);
	str_add_char(ret, '}');
}

void naming_preview(struct heap *h, const struct naming *n, oid o, size_t max,
		    struct str *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (n->text(h, o, &text)) {
		show_text(ret, &text, max);
		return;
	}
	switch (heap_type_of(h, o)->shape) {
	case SHAPE_LIST:
		str_add_char(ret, '[');
		add_items(h, n, o, max, ret);
		str_add_char(ret, ']');
		break;
	case SHAPE_TUPLE:
		str_add_char(ret, '(');
		add_items(h, n, o, max, ret);
		str_add(ret, heap_length(h, o) == 1 ? ",)" : ")");
		break;
	case SHAPE_DICT:
		add_dict(h, n, o, max, ret);
		break;
	case SHAPE_SET:
		add_set(h, n, o, max, "set(", ret);
		break;
	case SHAPE_FROZENSET:
		add_set(h, n, o, max, "frozenset(", ret);
		break;
	default:
		add_plain(h, o, ret);
	}
}

/* --- names --- */

static void set_suffix(struct edge_name *n, const char *prefix, char *suffix)
{
	n->prefix = xstrdup(prefix);
	n->suffix = suffix;
}

static void name_index(const struct heap_type *t, uint32_t i,
		       struct edge_name *n)
{
	n->kind = EDGE_INDEX;
	n->number = i;
	if (t->subscript == SUBSCRIPT_PLAIN)
		set_suffix(n, "", xasprintf("[%" PRIu32 "]", i));
	else if (t->subscript == SUBSCRIPT_LIST)
		set_suffix(n, "list.__getitem__(",
			   xasprintf(", %" PRIu32 ")", i));
	else if (t->subscript == SUBSCRIPT_TUPLE)
		set_suffix(n, "tuple.__getitem__(",
			   xasprintf(", %" PRIu32 ")", i));
}

static void name_flat(const struct heap_type *t, uint32_t i,
		      struct edge_name *n)
{
	n->kind = EDGE_FLAT;
	n->number = i;
	if (t->subscript == SUBSCRIPT_PLAIN)
		set_suffix(n, "", xasprintf(".flat[%" PRIu32 "]", i));
}

/* A constant, or a tuple of constants, as Python that gives an equal. */
static bool object_literal(struct heap *h, const struct naming *n, oid o,
			   struct str *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct heap_edges items = heap_edges(h, o);

	if (n->text(h, o, &text))
		return add_literal(ret, &text);
	if (heap_type_of(h, o)->shape != SHAPE_TUPLE || items.nr > MAX_TUPLE ||
	    heap_length(h, o) != items.nr)
		return false;
	str_add_char(ret, '(');
	for (uint32_t i = 0; i < items.nr; i++) {
		str_cut(&text, 0);
		if (!n->text(h, items.to[i], &text) || !add_literal(ret, &text))
			return false;
		if (i + 1 < items.nr)
			str_add(ret, ", ");
		else if (items.nr == 1)
			str_add_char(ret, ',');
	}
	str_add_char(ret, ')');
	return true;
}

/* How many of an object's references before `at` lead to values.  References
 * are named in their order, so that nothing is counted twice. */
struct value_place {
	uint32_t at, nr;
};

#define PLACES_BLOCK 1024

void naming_places_release(struct naming_places *places)
{
	free(places->values);
	*places = (struct naming_places){ NULL, 0 };
}

static uint32_t count_values(const uint32_t *codes, uint64_t first,
			     uint64_t end)
{
	uint32_t ret = 0;

	for (uint64_t i = first; i < end; i++)
		ret += is_value(codes[i]);
	return ret;
}

/* `codes` is parallel to heap.edges. */
static void build_places(const struct heap *h, const uint32_t *codes,
			 struct naming_places *places)
{
	size_t nr = h->edges.nr / PLACES_BLOCK + 1;

	naming_places_release(places);
	places->nr_codes = h->edges.nr;
	places->values = xcalloc(nr, sizeof(*places->values));
	for (size_t i = 1; i < nr; i++)
		places->values[i] = places->values[i - 1] +
				    count_values(codes, (i - 1) * PLACES_BLOCK,
						 i * PLACES_BLOCK);
}

/* How many of the codes first .. end - 1 of the heap are values. */
static uint32_t find_place(const struct heap *h, const uint32_t *codes,
			   struct naming_places *places, uint64_t first,
			   uint64_t end)
{
	uint64_t low = first / PLACES_BLOCK + 1, high = end / PLACES_BLOCK;

	if (high <= low)
		return count_values(codes, first, end);
	if (!places->values || places->nr_codes != h->edges.nr)
		build_places(h, codes, places);
	return count_values(codes, first, low * PLACES_BLOCK) +
	       places->values[high] - places->values[low] +
	       count_values(codes, high * PLACES_BLOCK, end);
}

/* The value of a key that can't be written: by its place among the values. */
static void name_by_place(struct heap *h, const struct naming *n, oid o,
			  uint32_t e, struct value_place *place,
			  struct edge_name *ret)
{
	const uint32_t *codes = n->codes(h, o, e + 1);

	if (n->places && !place->at) {
		place->nr = find_place(h, codes - h->edge_start[o], n->places,
				       h->edge_start[o],
				       h->edge_start[o] + e);
		place->at = e;
	}
	for (; place->at < e; place->at++)
		place->nr += is_value(codes[place->at]);
	set_suffix(ret, "list(dict.values(",
		   xasprintf("))[%" PRIu32 "]", place->nr));
}

/* The key of a value, as it is shown. */
static void set_key(struct edge_name *n, const struct str *shown)
{
	size_t len = shown->len;

	n->kind = EDGE_VALUE;
	if (!naming_is_identifier(shown->s, len)) {
		n->name = xstrndup(shown->s, len);
		return;
	}
	n->kind = EDGE_NAMED_VALUE;
	n->name = xstrndup(shown->s + 1, len - 2);
}

static void name_value(struct heap *h, const struct naming *n, oid o,
		       uint32_t e, uint32_t code, struct value_place *place,
		       struct edge_name *ret)
{
	CLEANUP(str_release) struct str shown = STR_INIT, literal = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	const struct heap_type *t = heap_type_of(h, o);
	oid key = key_object(h, o, e, code);
	bool written = false;

	if (key != OID_NONE) {
		naming_preview(h, n, key, MAX_SHOWN, &shown);
		written = object_literal(h, n, key, &literal);
	} else if (edge_code_kind(code) == CODE_VALUE &&
		   n->key(h, edge_code_arg(code), &text)) {
		show_text(&shown, &text, MAX_SHOWN);
		written = add_literal(&literal, &text);
	} else {
		str_add_char(&shown, '?');
	}
	set_key(ret, &shown);
	if (written && t->subscript == SUBSCRIPT_PLAIN)
		set_suffix(ret, "", xasprintf("[%s]", literal.s));
	else if (!(t->flags & TYPE_IS_DICT))
		return;
	else if (!written && edge_code_kind(code) != CODE_VALUE_LOOSE)
		name_by_place(h, n, o, e, place, ret);
	else if (written)
		set_suffix(ret, "dict.__getitem__(",
			   xasprintf(", %s)", literal.s));
}

static void name_key(struct heap *h, const struct naming *n, oid key,
		     enum edge_kind kind, struct edge_name *ret)
{
	CLEANUP(str_release) struct str shown = STR_INIT;

	if (key != OID_NONE)
		naming_preview(h, n, key, MAX_SHOWN, &shown);
	ret->kind = kind;
	ret->name = xstrndup(shown.s, shown.len);
}

static void name_named(const struct naming *n, uint32_t i,
		       struct edge_name *ret)
{
	const struct heap_name *from = &n->names[i];

	if (i >= n->nr_names)
		return;
	ret->kind = from->kind;
	ret->number = from->number;
	ret->name = xstrdup(from->name);
	ret->prefix = from->prefix ? xstrdup(from->prefix) : NULL;
	ret->suffix = from->suffix ? xstrdup(from->suffix) : NULL;
	ret->stand_in = from->flags & NAME_STAND_IN;
}

/* Edges that pointers have found have no code.  That of an object itself to its
 * class has a name. */
static void name_pointed(const struct heap *h, oid o, uint32_t e,
			 struct edge_name *ret)
{
	const struct heap_pointed *p = heap_pointed_find(h, o, e);

	if (!p)
		return;
	if (!p->size && heap_edges(h, o).to[e] == heap_type_of(h, o)->object) {
		edge_name_release(ret);
		*ret = (struct edge_name){ .kind = EDGE_ATTRIBUTE,
					   .name = xstrdup("__class__"),
					   .prefix = xstrdup(""),
					   .suffix = xstrdup(".__class__") };
		return;
	}
	ret->number = p->at + (e - p->first) * p->step;
	ret->kind = p->size ? EDGE_POINTED : EDGE_OFFSET;
	if (!p->size)
		return;
	free(ret->name);
	ret->name = xasprintf("at +0x%" PRIx64 " of a block of %" PRIu64
			      " bytes", ret->number, p->size);
}

static void name_edge(struct heap *h, const struct naming *n, oid o,
		      uint32_t e, uint32_t code, struct value_place *place,
		      struct edge_name *ret)
{
	oid to = heap_edges(h, o).to[e];
	uint32_t arg = edge_code_arg(code);

	*ret = (struct edge_name){ 0 };
	switch (edge_code_kind(code)) {
	case CODE_NAMED:
		name_named(n, arg, ret);
		if (!arg)
			name_pointed(h, o, e, ret);
		break;
	case CODE_INDEX:
		name_index(heap_type_of(h, o), arg, ret);
		break;
	case CODE_FLAT:
		name_flat(heap_type_of(h, o), arg, ret);
		break;
	case CODE_VALUE:
	case CODE_VALUE_OF:
	case CODE_VALUE_NEXT:
	case CODE_VALUE_LOOSE:
		name_value(h, n, o, e, code, place, ret);
		break;
	case CODE_KEY:
		name_key(h, n, to, EDGE_KEY, ret);
		break;
	case CODE_CACHE_KEY:
		name_key(h, n, to, EDGE_CACHE_KEY, ret);
		break;
	case CODE_CACHE_RESULT:
		name_key(h, n, key_object(h, o, e, code), EDGE_CACHE_RESULT,
			 ret);
		break;
	case NR_CODE_KINDS:
	default:
		break;
	}
}

void naming_edges(struct heap *h, const struct naming *n, oid o,
		  uint32_t first, uint32_t nr, struct edge_name *names)
{
	CLEANUP(freep) uint32_t *codes = NULL;
	struct value_place place = { 0, 0 };

	if (!nr)
		return;
	/* A copy: to show a key may take the codes of another object. */
	codes = xreallocarray(NULL, nr, sizeof(*codes));
	memcpy(codes, n->codes(h, o, first + nr) + first,
	       nr * sizeof(*codes));
	for (uint32_t i = 0; i < nr; i++)
		name_edge(h, n, o, first + i, codes[i], &place, &names[i]);
}
