/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of references that the emulator found.
 *
 * A tp_traverse does not say where it found a pointer: look for it.  It goes
 * over its entries in order, and so does this search: it begins where it found
 * the last one, so that naming all entries of a large one is linear.
 */
#include <string.h>

#include "python/layout/fields.h"
#include "python/names/emulated-names.h"
#include "python/objects/facts.h"
#include "python/refs/refs-instance.h"
#include "python/refs/refs-scan.h"
#include "python/refs/refs.h"
#include "python/state/object-head.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/values/dict.h"

struct search {
	struct python *py;
	const struct pytype *t;
	raddr obj;
	struct dict_iter dict;
	bool has_dict;
	raddr link;		/* of functools.lru_cache; 0: none */
	raddr items;		/* an array of nr_items; 0: none */
	uint64_t nr_items;
	struct refs attributes;	/* what lies in its own values */
	uint64_t item;
	unsigned int misses;	/* full rounds without success */
};

/* What holds pointers that are not among its entries is not searched for
 * ever: names stay linear in the references. */
#define MAX_MISSES 16

/*
 * ElementObjectExtra {attrib, length, allocated, children}: what `extra`
 * points to, behind tag, text and tail (Modules/_elementtree.c).
 */
#define ELEMENT_EXTRA 24	/* after tag */
#define EXTRA_CHILDREN 24
/* teedataobject {it, numread, running, nextlink, values[57]}, with `running`
 * since 3.8 (Modules/itertoolsmodule.c). */
#define TEE_VALUES 24		/* after it */
#define TEE_MAX 57

static raddr element_extra(const struct search *s)
{
	struct python *py = s->py;

	if (!type_names_is(py, py->types.v[s->t->native_base].address,
			    "xml.etree.ElementTree.Element"))
		return 0;
	return word_at(py, s->obj + py->layout.object_size + ELEMENT_EXTRA, 0);
}

static void find_items(struct search *s)
{
	struct python *py = s->py;
	const struct layout *l = &py->layout;
	raddr extra = element_extra(s);

	if (s->t->flags & TPFLAG_TUPLE_SUBCLASS) {
		s->items = s->obj + l->tuple_item;
		s->nr_items = word_at(py, s->obj, l->var_size);
	} else if (s->t->flags & TPFLAG_LIST_SUBCLASS) {
		s->items = word_at(py, s->obj, l->list_item);
		s->nr_items = word_at(py, s->obj, l->var_size);
	} else if (extra) {
		s->items = word_at(py, extra + EXTRA_CHILDREN, 0);
		s->nr_items = word_at(py, extra + ELEMENT_EXTRA_LENGTH, 0);
	} else if (type_names_is(py, s->t->address,
				  "itertools._tee_dataobject")) {
		s->items = s->obj + l->object_size + TEE_VALUES;
		s->nr_items = TEE_MAX;
	}
	if (!memory_has_array(py->memory, s->items, s->nr_items, 8))
		s->nr_items = 0;
}

static void search_init(struct search *s, struct python *py,
			const struct pytype *t, raddr obj)
{
	struct pytype own = *t;

	*s = (struct search){ .py = py, .t = t, .obj = obj };
	find_items(s);
	s->attributes.named = true;
	own.visits_managed = t->flags & TPFLAG_MANAGED_DICT;
	own.member_nr = 0;
	own.visits_dict = own.visits_managed;
	own.visits_type = false;
	if (own.visits_managed)
		refs_instance(py, &own, obj, &s->attributes);
	s->has_dict = t->flags & TPFLAG_DICT_SUBCLASS &&
		      dict_iter_init(py, obj, &s->dict);
	if (facts_is_lru_cache(py, t))
		s->link = word_at(py, obj + py->layout.lru_cache_root,
				  py->layout.lru_link_next);
}

/* At most two rounds: from here to the end, and from the start to here. */
static bool find_in_dict(struct search *s, raddr to, struct ref_name *ret)
{
	raddr key, value;

	if (s->misses > MAX_MISSES)
		return false;
	for (int round = 0; s->has_dict && round < 2; round++) {
		while (dict_iter_next(&s->dict, &key, &value)) {
			if (value != to && key != to)
				continue;
			*ret = value == to
				       ? (struct ref_name){ REF_VALUE, key }
				       : (struct ref_name){ REF_KEY, 0 };
			/* Its other half may be asked for next. */
			s->dict.i--;
			return true;
		}
		s->dict.i = 0;
	}
	s->misses += s->has_dict;
	return false;
}

/* The links form a ring through the cache itself. */
static bool find_in_links(struct search *s, raddr to, struct ref_name *ret)
{
	const struct layout *l = &s->py->layout;
	uint64_t left = s->py->memory->bytes_copied / 16;

	/* Each link's class is visited, too. */
	if (!s->link || s->misses > MAX_MISSES ||
	    to == word_at(s->py, s->link, l->object_type))
		return false;
	for (int round = 0; s->link && round < 2; round++) {
		for (; s->link && s->link != s->obj + l->lru_cache_root &&
		       left--; s->link = word_at(s->py, s->link,
						 l->lru_link_next)) {
			raddr key = word_at(s->py, s->link, l->lru_link_key);

			if (word_at(s->py, s->link, l->lru_link_result) == to)
				*ret = (struct ref_name){ REF_CACHE_RESULT,
							  key };
			else if (key == to)
				*ret = (struct ref_name){ REF_CACHE_KEY, 0 };
			else
				continue;
			return true;
		}
		s->link = word_at(s->py, s->obj + l->lru_cache_root,
				  l->lru_link_next);
	}
	s->misses++;
	return false;
}

static bool find_in_items(struct search *s, raddr to, struct ref_name *ret)
{
	if (!s->nr_items || s->misses > MAX_MISSES)
		return false;
	for (uint64_t i = 0; i < s->nr_items; i++, s->item++) {
		s->item %= s->nr_items;
		if (word_at(s->py, s->items + s->item * 8, 0) == to) {
			*ret = (struct ref_name){ REF_INDEX, s->item++ };
			return true;
		}
	}
	s->misses++;
	return false;
}

static bool find_in_attributes(struct search *s, raddr to,
			       struct ref_name *ret)
{
	for (size_t i = 0; i < s->attributes.to.nr; i++) {
		if (s->attributes.to.v[i] != to)
			continue;
		*ret = s->attributes.names.v[i];
		return true;
	}
	return false;
}

/* What lies in memory of its own, where only the type's code finds it. */
static struct ref_name name_by_type(struct search *s, raddr to)
{
	static const struct {
		const char *type;
		enum ref_field field;
	} types[] = {
		{ "module", FIELD_MODULE_STATE },
		{ "_pickle.Pickler", FIELD_MEMO },
		{ "_pickle.Unpickler", FIELD_MEMO },
		{ "_queue.SimpleQueue", FIELD_ITEM },
		{ "_elementtree._element_iterator", FIELD_NODE },
		{ "pyexpat.xmlparser", FIELD_HANDLER },
	};
	struct python *py = s->py;
	raddr type = py->types.v[s->t->native_base].address;
	raddr extra = element_extra(s);

	if (extra && word_at(py, extra, 0) == to)
		return (struct ref_name){ REF_FIELD, FIELD_ATTRIB };
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (type_names_is(py, type, types[i].type))
			return (struct ref_name){ REF_FIELD, types[i].field };
	return (struct ref_name){ REF_NONE, 0 };
}

static bool find_in_words(struct search *s, raddr to, struct ref_name *ret)
{
	const struct pytype *t = s->t;
	struct python *py = s->py;
	uint64_t end = (uint64_t)t->basicsize;

	/* Items that lie in the object itself. */
	if (s->nr_items && s->items >= s->obj)
		end = MIN(end, s->items - s->obj);
	if (t->flags & TPFLAG_MANAGED_DICT &&
	    word_at(py, object_head_managed_dict(py, s->obj), 0) == to) {
		*ret = (struct ref_name){ REF_DICT, 0 };
		return true;
	}
	if (t->dictoffset > 0 &&
	    word_at(py, s->obj + (uint64_t)t->dictoffset, 0) == to) {
		*ret = (struct ref_name){ REF_DICT, 0 };
		return true;
	}
	for (uint64_t at = py->layout.object_size; at + 8 <= end; at += 8) {
		if ((word_at(py, s->obj + at, 0) & ~3ull) == to) {
			*ret = (struct ref_name){ REF_OFFSET, at };
			return true;
		}
	}
	return false;
}

static struct ref_name name_found(struct search *s, raddr to)
{
	struct ref_name name = { REF_NONE, 0 };

	if (to == s->t->address)
		name.kind = REF_TYPE;
	else if (!find_in_words(s, to, &name) &&
		 !find_in_attributes(s, to, &name) &&
		 !find_in_dict(s, to, &name) && !find_in_links(s, to, &name) &&
		 !find_in_items(s, to, &name))
		name = name_by_type(s, to);
	return name;
}

void emulated_names_find(struct python *py, const struct pytype *t, raddr obj,
		 const raddr *to, size_t nr, struct ref_name_vec *ret)
{
	struct search search;

	search_init(&search, py, t, obj);
	ref_name_vec_resize(ret, 0);
	ref_name_vec_reserve(ret, nr);
	for (size_t i = 0; i < nr; i++)
		ref_name_vec_push(ret, name_found(&search, to[i]));
	refs_release(&search.attributes);
}
