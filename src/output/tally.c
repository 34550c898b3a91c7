/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/emit.h"
#include "output/tally.h"

#define TYPES_SHOWN 6

void tally_text(const struct heap *h, const oid *members, size_t nr,
		const char *label, const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(tally_type_vec_release) struct tally_type_vec types = VEC_INIT;

	tally_types(h, members, nr, &types);
	for (size_t i = 0; i < types.nr && i < TYPES_SHOWN; i++) {
		str_addf(&text, "%s%s ", i ? ", " : "",
			 h->types.v[types.v[i].type].name);
		format_count(&text, types.v[i].sum.nr);
	}
	if (types.nr > TYPES_SHOWN) {
		str_add(&text, " and ");
		format_counted(&text, types.nr - TYPES_SHOWN, "more type");
	}
	str_add(out, label);
	format_words(out, text.s, format_width(label), 4, f);
}

json_t *tally_json(const struct heap *h, const oid *members, size_t nr)
{
	CLEANUP(tally_type_vec_release) struct tally_type_vec types = VEC_INIT;
	json_t *ret = json_array();

	tally_types(h, members, nr, &types);
	for (size_t i = 0; i < types.nr; i++) {
		json_t *type = json_object();

		emit_put(type, "type",
			 emit_text(h->types.v[types.v[i].type].name));
		emit_put(type, "count", emit_count(types.v[i].sum.nr));
		emit_put(type, "bytes", emit_count(types.v[i].sum.bytes));
		emit_push(ret, type);
	}
	return ret;
}
