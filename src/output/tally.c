#include "output/format.h"
#include "output/json.h"
#include "output/tally.h"

#define TYPES_SHOWN 6

void tally_text(const struct heap *h, const oid *members, size_t nr,
		struct str *out)
{
	CLEANUP(tally_type_vec_release) struct tally_type_vec types = VEC_INIT;

	tally_types(h, members, nr, &types);
	for (size_t i = 0; i < types.nr && i < TYPES_SHOWN; i++) {
		str_addf(out, "%s%s ", i ? ", " : "",
			 h->types.v[types.v[i].type].name);
		format_count(out, types.v[i].nr);
	}
	if (types.nr > TYPES_SHOWN) {
		str_add(out, " and ");
		format_counted(out, types.nr - TYPES_SHOWN, "more type");
	}
}

json_t *tally_json(const struct heap *h, const oid *members, size_t nr)
{
	CLEANUP(tally_type_vec_release) struct tally_type_vec types = VEC_INIT;
	json_t *ret = json_array();

	tally_types(h, members, nr, &types);
	for (size_t i = 0; i < types.nr; i++) {
		json_t *type = json_object();

		json_put(type, "type",
			 json_text(h->types.v[types.v[i].type].name));
		json_put(type, "count", json_count(types.v[i].nr));
		json_put(type, "bytes", json_count(types.v[i].bytes));
		json_push(ret, type);
	}
	return ret;
}
