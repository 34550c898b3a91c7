/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instances of classes made at run time: what subtype_traverse() does itself
 * (Objects/typeobject.c) and PyObject_VisitManagedDict()
 * (Objects/dictobject.c).
 *
 * Where the attributes are, with the object at 0:
 *
 *	3.8 .. 3.10	dict at tp_dictoffset (from the end if negative)
 *	3.11		-32 values or NULL, -24 dict or NULL
 *	3.12		-24 dict, or values - 1: bit 0 tells
 *	3.13 ..		-24 dict or NULL (-8 in free-threaded builds); values
 *			inside of the object, behind tp_basicsize, where the
 *			class has INLINE_VALUES
 *
 * The names of values are the keys that the class shares (ht_cached_keys).
 */
#include "python/refs/refs-instance.h"
#include "python/refs/refs.h"
#include "python/state/object-head.h"
#include "python/state/words.h"
#include "python/values/dict.h"

static enum refs_result add_values(struct python *py, const struct pytype *t,
				   raddr values, uint64_t max,
				   struct refs *ret)
{
	struct dict_iter it;
	raddr key, value;

	if (!dict_iter_init_split(py, t->cached_keys, values, max, &it))
		return max ? REFS_UNREADABLE : REFS_OK;
	while (dict_iter_next(&it, &key, &value))
		refs_add(ret, value, REF_ATTRIBUTE, key);
	return REFS_OK;
}

static enum refs_result add_inline(struct python *py, const struct pytype *t,
				   raddr obj, bool *valid, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr values = obj + (uint64_t)t->basicsize;

	*valid = byte_at(py, values, l->values_valid) == 1;
	if (!*valid)
		return REFS_OK;
	return add_values(py, t, values + l->values_values,
			  byte_at(py, values, l->values_capacity), ret);
}

static enum refs_result add_managed_13(struct python *py,
				       const struct pytype *t, raddr obj,
				       struct refs *ret)
{
	raddr dict = word_at(py, object_head_managed_dict(py, obj), 0);
	enum refs_result result = REFS_OK;
	bool valid = false;

	if (t->flags & TPFLAG_INLINE_VALUES &&
	    (!dict || py->embedded_by_object))
		result = add_inline(py, t, obj, &valid, ret);
	if (!valid)
		refs_add(ret, dict, REF_DICT, 0);
	return result;
}

enum refs_result refs_instance_managed(struct python *py,
				       const struct pytype *t,
			      raddr obj, struct refs *ret)
{
	enum refs_result result = REFS_OK;
	uint64_t word;

	if (py->minor >= 13)
		return add_managed_13(py, t, obj, ret);
	word = word_at(py, object_head_managed_dict(py, obj), 0);
	if (py->minor == 12) {
		if (word & 1)
			return add_values(py, t, word + 1, UINT64_MAX, ret);
		refs_add(ret, word, REF_DICT, 0);
		return REFS_OK;
	}
	if (word_at(py, object_head_values(obj), 0))
		result = add_values(py, t,
				    word_at(py, object_head_values(obj), 0),
				    UINT64_MAX, ret);
	if (t->visits_dict)
		refs_add(ret, word, REF_DICT, 0);
	return result;
}

/* _PyObject_GetDictPtr() of a class without a managed dict. */
static raddr dict_of(struct python *py, const struct pytype *t, raddr obj)
{
	int64_t offset = t->dictoffset, nr, size;

	if (offset >= 0)
		return offset ? word_at(py, obj + (uint64_t)offset, 0) : 0;
	nr = (int64_t)word_at(py, obj, py->layout.var_size);
	if (nr < -INT32_MAX || nr > INT32_MAX)
		return 0;
	if (nr < 0)
		nr = -nr;
	size = (t->basicsize + nr * t->itemsize + 7) & ~7LL;
	if (size + offset < 16)
		return 0;
	return word_at(py, obj + (uint64_t)(size + offset), 0);
}

/* How many bytes the items of a tuple take. */
static uint64_t items_of(struct python *py, const struct pytype *t, raddr obj)
{
	uint64_t nr = word_at(py, obj, py->layout.var_size);

	return nr < INT32_MAX && t->itemsize > 0 ?
		       (nr * (uint64_t)t->itemsize + 7) & ~UINT64_C(7) : 0;
}

enum refs_result refs_instance(struct python *py, const struct pytype *t,
			       raddr obj, struct refs *ret)
{
	enum refs_result result = REFS_OK;

	for (uint32_t i = 0; i < t->member_nr; i++) {
		uint32_t member = py->members.v[t->member_first + i];
		uint32_t offset = member & ~MEMBER_BEHIND;
		raddr at = obj + (member & MEMBER_BEHIND ? items_of(py, t, obj)
							 : 0);

		refs_add(ret, word_at(py, at, offset), REF_OFFSET, offset);
	}
	if (t->visits_managed)
		result = refs_instance_managed(py, t, obj, ret);
	else if (t->visits_dict)
		refs_add(ret, dict_of(py, t, obj), REF_DICT, 0);
	if (t->visits_type)
		refs_add(ret, t->address, REF_TYPE, 0);
	return result;
}
