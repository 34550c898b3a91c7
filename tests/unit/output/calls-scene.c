/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/calls/call-awaits.h"
#include "analysis/calls/call-retained.h"
#include "analysis/graph/roots.h"
#include "calls-scene.h"
#include "expect.h"
#include "graph.h"

struct call_stacks calls;
struct dominators tree;

static struct heap_ops ops;

static void name_locals(struct heap *h, oid o, uint32_t first, uint32_t nr,
			struct edge_name *names)
{
	for (uint32_t i = 0; i < nr; i++) {
		const char *name = graph_name(
			h, heap_edges(h, o).to[first + i]);
		bool is_local = *name == 'v' || !strncmp(name, "cell", 4);

		names[i] = (struct edge_name){
			.kind = is_local ? EDGE_LOCAL : EDGE_FIELD,
			.name = xstrdup(name) };
	}
}

void scene_begin(const char *graph)
{
	expect_begin(graph);
	ops = *heap.ops;
	ops.name_edges = name_locals;
	heap.ops = &ops;
	/* Who awaits a task is in its row. */
	heap.info.hexversion = 0x030e00f0;
}

static oid oid_or_none(const char *name)
{
	return name ? graph_oid(&heap, name) : OID_NONE;
}

void scene_generator(const char *object, const char *function, int32_t line,
		     const char *awaits)
{
	heap_code_vec_push(&heap.codes, (struct heap_code){
		OID_NONE, xstrdup(function), xstrdup("app.py") });
	heap_generator_vec_push(&heap.generators, (struct heap_generator){
		.object = graph_oid(&heap, object),
		.state = GENERATOR_SUSPENDED, .line = line,
		.code = (uint32_t)heap.codes.nr - 1,
		.awaits = oid_or_none(awaits), .frame = -1 });
}

void scene_task(const char *object, const char *name, const char *coroutine,
		const char *waits_for, const char *awaited_by)
{
	heap_future_vec_push(&heap.futures, (struct heap_future){
		.object = graph_oid(&heap, object), .is_task = *object == 't',
		.state = FUTURE_PENDING, .name = xstrdup(name),
		.coroutine = oid_or_none(coroutine),
		.waits_for = oid_or_none(waits_for),
		.callback = OID_NONE, .callbacks = OID_NONE,
		.awaited_by = oid_or_none(awaited_by) });
}

void scene_frame(uint32_t stack, const char *function, int32_t line)
{
	heap_frame_vec_push(&heap.frames, (struct heap_frame){
		.stack = stack, .function = xstrdup(function),
		.file = xstrdup("srv.py"), .line = line, .code = OID_NONE });
}

void scene_local(size_t root, int32_t frame, const char *name)
{
	struct heap_root *r = &heap.roots.v[root];

	free(r->name);
	r->name = xstrdup(name);
	r->slot = SLOT_LOCAL;
	r->frame = frame;
}

void scene_build(void)
{
	CLEANUP(freep) uint32_t *known = roots_count(&heap);

	ck_assert(async_fit(&heap));
	dominators_build_counted(&heap, known, &tree);
	call_stacks_build(&heap, &calls);
	call_awaits_find(&calls);
	call_retained_find(&calls, &tree, known);
}

void scene_text(struct calls_shown shown, const char *text)
{
	str_cut(&out, 0);
	calls_text(&calls, &tree, &shown, &format, &out);
	ck_assert_msg(!strcmp(out.s, text), "not\n%s\nbut\n%s", text, out.s);
}

void scene_json(struct calls_shown shown, const char *text)
{
	CLEANUP(freep) char *quoted = xstrdup(text), *got_text = NULL;
	json_t *got = calls_json(&calls, &tree, &shown), *expected;

	for (char *s = quoted; (s = strchr(s, '\'')); s++)
		*s = '"';
	expected = json_loads(quoted, 0, NULL);
	ck_assert_ptr_nonnull(expected);
	got_text = json_dumps(got, 0);
	ck_assert_msg(json_equal(got, expected), "not\n%s\nbut\n%s", quoted,
		      got_text);
	json_decref(expected);
	json_decref(got);
}

void scene_addresses(struct calls_shown shown, json_int_t nr,
		     const char *addresses)
{
	CLEANUP(str_release) struct str found = STR_INIT;
	json_t *got = calls_json(&calls, &tree, &shown), *stack;
	size_t i;

	str_add(&found, "");
	json_array_foreach(json_object_get(got, "stacks"), i, stack)
		str_addf(&found, "%s ", json_string_value(
			json_object_get(stack, "address")));
	ck_assert_str_eq(found.s, addresses);
	ck_assert_int_eq(json_integer_value(json_object_get(got, "nr_stacks")),
			 nr);
	json_decref(got);
}

void scene_end(void)
{
	call_stacks_release(&calls);
	dominators_release(&tree);
	heap_release(&heap);
	str_release(&out);
}
