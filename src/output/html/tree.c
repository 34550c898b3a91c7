/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/emit.h"
#include "output/html/tree.h"
#include "output/reports/retained.h"

/*
 * What two ways have in common, if only a key or an index is different:
 * "[...].name" of "['a'].name" and "['b'].name".  Else nothing is added.
 */
static void add_common(const struct str *a, const struct str *b,
		       struct str *out)
{
	size_t start = 0, end = 0, least = MIN(a->len, b->len);

	while (start < least && a->s[start] == b->s[start])
		start++;
	if (start == a->len && start == b->len) {
		str_add_bytes(out, a->s, a->len);
		return;
	}
	while (end < least - start &&
	       a->s[a->len - end - 1] == b->s[b->len - end - 1])
		end++;
	while (start && a->s[start - 1] != '[')
		start--;
	while (end && a->s[a->len - end] != ']')
		end--;
	if (!start || !end)
		return;
	str_add_bytes(out, a->s, start);
	str_add(out, "...");
	str_add_bytes(out, a->s + a->len - end, end);
}

/* How the objects that retain them refer to several objects, as far as that is
 * the same for the first and the last of them. */
static json_t *name_of_group(struct retained_view *v,
			     const struct cut_node *node)
{
	CLEANUP(str_release) struct str first = STR_INIT, last = STR_INIT;
	CLEANUP(str_release) struct str name = STR_INIT;
	oid above_first = retained_above(v, node->first);
	oid above_last = retained_above(v, node->last);

	/* What roots hold has no name in common. */
	if (above_first == OID_NONE || above_last == OID_NONE)
		return json_null();
	retained_add_way(v, above_first, node->first, &first);
	retained_add_way(v, above_last, node->last, &last);
	add_common(&first, &last, &name);
	return name.len ? emit_text(name.s) : json_null();
}

static json_t *name_of(struct retained_view *v,
		       const struct cut_node_vec *nodes,
		       const struct cut_node *node)
{
	CLEANUP(str_release) struct str name = STR_INIT;

	if (node->first == OID_NONE)
		return json_null();
	if (node->object == OID_NONE)
		return name_of_group(v, node);
	retained_add_way(v, nodes->v[node->above].object, node->object, &name);
	return emit_text(name.s);
}

/* Numbers of the types that nodes have, in the order of their first use. */
static json_t *types_json(const struct retained_view *v,
			  const struct cut_node_vec *nodes, uint32_t *number)
{
	json_t *ret = json_array();
	uint32_t nr = 0;

	for (size_t i = 1; i < nodes->nr; i++) {
		uint32_t type = nodes->v[i].type;

		if (number[type])
			continue;
		number[type] = ++nr;
		emit_push(ret, emit_text(v->h->types.v[type].name));
	}
	return ret;
}

static json_t *index_json(uint32_t i)
{
	return json_integer(i == CUT_NONE ? -1 : (json_int_t)i);
}

static void add_node(struct retained_view *v, const struct cut_node_vec *nodes,
		     const struct cut_node *node, const uint32_t *number,
		     json_t *ret)
{
	emit_push(json_object_get(ret, "above"), index_json(node->above));
	emit_push(json_object_get(ret, "type"),
		  index_json(node->type == CUT_NONE ? CUT_NONE :
						      number[node->type] - 1));
	emit_push(json_object_get(ret, "count"), emit_count(node->nr));
	emit_push(json_object_get(ret, "name"), name_of(v, nodes, node));
	emit_push(json_object_get(ret, "address"),
		  node->object == OID_NONE ? json_null() :
		  emit_address(v->h->address[node->object]));
	emit_push(json_object_get(ret, "objects"), emit_count(node->sum.nr));
	emit_push(json_object_get(ret, "bytes"), emit_count(node->sum.bytes));
	emit_push(json_object_get(ret, "opened"), json_boolean(node->opened));
}

json_t *tree_json(struct retained_view *v, const struct cut_node_vec *nodes)
{
	static const char *const columns[] = { "above", "type", "count", "name",
		"address", "objects", "bytes", "opened" };
	CLEANUP(freep) uint32_t *number = xcalloc(v->h->types.nr,
						  sizeof(*number));
	json_t *ret = json_object();

	emit_put(ret, "types", types_json(v, nodes, number));
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		emit_put(ret, columns[i], json_array());
	for (size_t i = 0; i < nodes->nr; i++)
		add_node(v, nodes, &nodes->v[i], number, ret);
	return ret;
}
