/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "heap/pointed.h"
#include "output/stacks/steps.h"
#include "output/words.h"

/* A longer key of a dict is data rather than a name. */
#define KEY_MAX 40

/* --- texts --- */

static bool texts_used(const struct steps *s UNUSED, const uint32_t *item)
{
	return *item != 0;
}

static const char *texts_key(const struct steps *s, const uint32_t *item)
{
	return steps_get(s, *item - 1);
}

static uint64_t texts_hash(const struct steps *s UNUSED, const char *text,
			   uint64_t salt)
{
	return hash_text(salt, text);
}

static bool texts_same(const char *a, const char *b)
{
	return !strcmp(a, b);
}

HASH_DEFINE(texts, uint32_t, const char *, const struct steps *);

uint32_t steps_text(struct steps *s, const char *text)
{
	const uint32_t *found = texts_find(s->texts, s, text);
	uint32_t nr;

	if (found)
		return *found - 1;
	nr = (uint32_t)s->start.nr;
	u64_vec_push(&s->start, s->bytes.len);
	str_add_bytes(&s->bytes, text, strlen(text) + 1);
	texts_put(s->texts, s, nr + 1);
	return nr;
}

struct error *steps_init(struct steps *ret, struct heap *h)
{
	static const char *const fixed[NR_STEPS_TEXTS] = {
		[STEPS_NONE] = "", [STEPS_ITEM] = "[...]", [STEPS_ANY] = ".*",
	};
	struct error *err;

	*ret = (struct steps){ .h = h, .bytes = STR_INIT };
	ret->texts = xcalloc(1, sizeof(*ret->texts));
	if (!h->ops->details)
		return error_new(ERR_UNSUPPORTED, "the names of the"
				 " references were not recorded");
	err = h->ops->details(h, &ret->details);
	if (err)
		return err;
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		steps_text(ret, fixed[i]);
	/* Pages that nothing is written to take no memory. */
	ret->of_type = xcalloc(h->types.nr, sizeof(uint32_t));
	ret->of_name = xcalloc(ret->details.nr_names, sizeof(uint32_t));
	ret->of_attribute = xcalloc(ret->details.nr_texts, sizeof(uint32_t));
	ret->of_key = xcalloc(ret->details.nr_texts, sizeof(uint32_t));
	return NULL;
}

void steps_release(struct steps *s)
{
	str_release(&s->bytes);
	u64_vec_release(&s->start);
	if (s->texts)
		texts_release(s->texts);
	free(s->texts);
	free(s->of_type);
	free(s->of_name);
	free(s->of_attribute);
	free(s->of_key);
	*s = (struct steps){ .bytes = STR_INIT };
}

uint32_t steps_type(struct steps *s, uint32_t type)
{
	if (!s->of_type[type]) {
		const char *name = s->h->types.v[type].name;

		s->of_type[type] = steps_text(s, name && *name ? name : "?");
	}
	return s->of_type[type];
}

/* --- steps --- */

static const struct heap_name *name_of(const struct steps *s, uint32_t code)
{
	uint32_t i = edge_code_arg(code);

	return edge_code_kind(code) == CODE_NAMED && i < s->details.nr_names ?
	       &s->details.names[i] : NULL;
}

static uint32_t code_of(const struct steps *s, oid o, uint32_t edge)
{
	return s->details.codes[s->h->edge_start[o] + edge];
}

bool steps_is_dict(const struct steps *s, oid o, uint32_t edge)
{
	const struct heap_name *n = name_of(s, code_of(s, o, edge));

	return n && n->kind == EDGE_DICT;
}

/* What is numbered has one text for all numbers. */
static void add_name(const struct heap_name *n, struct str *out)
{
	const struct edge_name name = { .kind = n->kind, .name = n->name };

	if (n->kind == EDGE_CELL)
		str_add(out, "closure cell");
	else if (n->kind == EDGE_STACK)
		str_add(out, "stack");
	else if (n->kind == EDGE_OFFSET)
		str_add(out, "member");
	else if (n->kind == EDGE_DICT_ENTRY)
		str_addf(out, ".%s", n->name ? n->name : "");
	else
		words_edge(&name, out);
}

static struct step_text named(struct steps *s, const struct heap_name *n)
{
	uint32_t *text = &s->of_name[n - s->details.names];
	enum steps_kind kind = STEPS_OTHER;

	if (!*text) {
		CLEANUP(str_release) struct str words = STR_INIT;

		add_name(n, &words);
		*text = steps_text(s, words.s);
	}
	if (n->kind == EDGE_ATTRIBUTE || n->kind == EDGE_DICT_ENTRY)
		kind = STEPS_ATTRIBUTE;
	else if (n->kind == EDGE_DICT)
		kind = STEPS_DICT;
	return (struct step_text){ kind, *text };
}

/* A value of a dict, by the text of its key. */
static struct step_text value(struct steps *s, uint32_t text, bool names)
{
	const struct heap_details *d = &s->details;
	uint32_t *of = names ? s->of_attribute : s->of_key;
	CLEANUP(str_release) struct str words = STR_INIT;
	const char *bytes;
	size_t len;

	if (!text || text >= d->nr_texts)
		return (struct step_text){ STEPS_OTHER, STEPS_ITEM };
	if (!of[text]) {
		bytes = d->text_bytes + d->text_start[text];
		len = d->text_start[text + 1] - d->text_start[text];
		if (!naming_is_identifier(bytes, len) ||
		    (!names && len > KEY_MAX + 2))
			str_add(&words, "[...]");
		else if (names)
			str_addf(&words, ".%.*s", (int)len - 2, bytes + 1);
		else
			str_addf(&words, "[%.*s]", (int)len, bytes);
		of[text] = steps_text(s, words.s);
	}
	if (of[text] == STEPS_ITEM)
		return (struct step_text){ STEPS_OTHER, STEPS_ITEM };
	return (struct step_text){ names ? STEPS_ATTRIBUTE : STEPS_KEY,
				   of[text] };
}

static uint32_t text_behind(const struct steps *s, oid o, uint32_t edge)
{
	struct heap_edges edges = heap_edges(s->h, o);

	return edge + 1 < edges.nr ? s->details.text[edges.to[edge + 1]] : 0;
}

struct step_text steps_of(struct steps *s, oid o, uint32_t edge, bool names)
{
	uint32_t code = code_of(s, o, edge);
	const struct heap_name *n = name_of(s, code);
	const char *text = "";

	if (unlikely(s->h->pointed.nr) && heap_is_pointed(s->h, o, edge))
		return (struct step_text){ STEPS_OTHER,
					   steps_text(s, "pointer") };
	if (n)
		return named(s, n);
	switch (edge_code_kind(code)) {
	case CODE_VALUE:
		return value(s, edge_code_arg(code), names);
	case CODE_VALUE_NEXT:
		return value(s, text_behind(s, o, edge), names);
	case CODE_INDEX:
	case CODE_FLAT:
	case CODE_VALUE_OF:
	case CODE_VALUE_LOOSE:
		return (struct step_text){ STEPS_OTHER, STEPS_ITEM };
	case CODE_KEY:
		text = "key";
		break;
	case CODE_CACHE_KEY:
		text = "cached key";
		break;
	case CODE_CACHE_RESULT:
		text = "cached result";
		break;
	default:
		break;
	}
	return (struct step_text){ STEPS_OTHER, steps_text(s, text) };
}
