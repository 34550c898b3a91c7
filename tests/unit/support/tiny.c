/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "heap/labels.h"
#include "heap/naming.h"
#include "tiny.h"

enum { T_OBJECT, T_TYPE, T_MODULE, T_DICT, T_LIST, T_TUPLE, T_STR, T_INT,
       T_FLOAT, T_NODE, T_ODD_DICT };

/* The structs own theirs, usually. */
#define S(text) ((char[]){ text })

static const struct heap_type types[] = {
	[T_OBJECT] = { .name = S("object") },
	[T_TYPE] = { .name = S("type"), .flags = TYPE_IS_TYPE },
	[T_MODULE] = { .name = S("module"), .flags = TYPE_HAS_TRAVERSE },
	[T_DICT] = { .name = S("dict"), .flags = TYPE_IS_DICT,
		     .shape = SHAPE_DICT, .subscript = SUBSCRIPT_PLAIN },
	[T_LIST] = { .name = S("list"), .shape = SHAPE_LIST,
		     .subscript = SUBSCRIPT_PLAIN },
	[T_TUPLE] = { .name = S("tuple"), .shape = SHAPE_TUPLE,
		      .subscript = SUBSCRIPT_TUPLE },
	[T_STR] = { .name = S("str") },
	[T_INT] = { .name = S("int") },
	[T_FLOAT] = { .name = S("float") },
	[T_NODE] = { .name = S("app.Node"), .flags = TYPE_IS_HEAP |
						  TYPE_HAS_DEL },
	[T_ODD_DICT] = { .name = S("app.OddDict"),
			 .flags = TYPE_IS_HEAP | TYPE_IS_DICT },
};

static const struct heap_name names[] = {
	{ EDGE_UNKNOWN, S(""), NULL, NULL, 0, 0 },
	{ EDGE_DICT, S(""), S(""), S(".__dict__"), 0, NAME_STAND_IN },
	{ EDGE_ATTRIBUTE, S("next"), S(""), S(".next"), 0, NAME_IDENTIFIER },
	{ EDGE_ATTRIBUTE, S("__class__"), S("type("), S(")"), 0, 0 },
	{ EDGE_DICT_ENTRY, S("'odd name'"), S(""), S(".__dict__['odd name']"),
	  0, NAME_CONTENT },
	{ EDGE_LOCAL, S("request"), NULL, NULL, 0, NAME_IDENTIFIER },
};
enum { N_NONE, N_DICT, N_NEXT, N_CLASS, N_ODD, N_LOCAL };

/* Number 0 is empty. */
static const char *const texts[] = {
	"", "'it\\'s'", "-12", "~\0\0\0\0\0\0\xf8" "?", "<module 'app'>",
	"'cut'...", "'secret_key'", "'\xe2\x82\xac \\x1b \\U0001f600'",
	"<class 'app.Node'>", "None",
};
enum { X_NONE, X_STR, X_INT, X_FLOAT, X_MODULE, X_CUT, X_KEY, X_ODD, X_CLASS,
       X_NONE_OBJECT };

enum { O_MODULE, O_DICT, O_LIST, O_TUPLE, O_STR, O_INT, O_FLOAT, O_NODE,
       O_CLASS, O_ODD_DICT, O_CUT, O_NODE_2, NR_TINY };

static const struct tiny_object {
	uint32_t type, text;
	int64_t length;
} objects[NR_TINY] = {
	[O_MODULE] = { T_MODULE, X_MODULE, -1 },
	[O_DICT] = { T_DICT, 0, 3 },
	[O_LIST] = { T_LIST, 0, 9 },
	[O_TUPLE] = { T_TUPLE, 0, 2 },
	[O_STR] = { T_STR, X_STR, 4 },
	[O_INT] = { T_INT, X_INT, -1 },
	[O_FLOAT] = { T_FLOAT, X_FLOAT, -1 },
	[O_NODE] = { T_NODE, 0, -1 },
	[O_CLASS] = { T_TYPE, X_CLASS, -1 },
	[O_ODD_DICT] = { T_ODD_DICT, 0, 4 },
	[O_CUT] = { T_STR, X_CUT, 1000 },
	[O_NODE_2] = { T_NODE, 0, INT64_MAX },
};

#define CODE(kind, arg) ((uint32_t)CODE_##kind << EDGE_ARG_BITS | (arg))

static const struct tiny_edge {
	oid from, to;
	uint32_t code;
} edges[] = {
	{ O_MODULE, O_DICT, CODE(NAMED, N_DICT) },
	{ O_DICT, O_LIST, CODE(VALUE, X_KEY) },
	{ O_DICT, O_NODE, CODE(VALUE_NEXT, 0) },
	{ O_DICT, O_TUPLE, CODE(KEY, 0) },
	{ O_DICT, O_INT, CODE(VALUE, X_ODD) },
	{ O_LIST, O_INT, CODE(INDEX, 0) },
	{ O_LIST, O_FLOAT, CODE(INDEX, 1) },
	{ O_LIST, O_STR, CODE(INDEX, 2) },
	{ O_LIST, O_CUT, CODE(INDEX, 3) },
	{ O_LIST, O_LIST, CODE(INDEX, 4) },
	{ O_LIST, O_INT, CODE(INDEX, 5) },
	{ O_LIST, O_INT, CODE(INDEX, 6) },
	{ O_LIST, O_INT, CODE(INDEX, 7) },
	{ O_LIST, O_ODD_DICT, CODE(INDEX, 8) },
	{ O_TUPLE, O_STR, CODE(INDEX, 0) },
	{ O_TUPLE, O_FLOAT, CODE(INDEX, 1) },
	{ O_NODE, O_NODE, CODE(NAMED, N_NEXT) },
	{ O_NODE, O_CLASS, CODE(NAMED, N_CLASS) },
	{ O_NODE, O_STR, CODE(NAMED, N_ODD) },
	{ O_NODE, O_STR, CODE(NAMED, N_NONE) },
	{ O_ODD_DICT, O_NODE, CODE(VALUE_OF, O_NODE) },
	{ O_ODD_DICT, O_STR, CODE(VALUE_OF, O_TUPLE) },
	{ O_ODD_DICT, O_STR, CODE(VALUE_OF, O_CUT) },
	{ O_ODD_DICT, O_STR, CODE(VALUE_LOOSE, O_CUT) },
	{ O_ODD_DICT, O_TUPLE, CODE(CACHE_KEY, 0) },
	{ O_ODD_DICT, O_INT, CODE(CACHE_RESULT, O_TUPLE) },
	{ O_ODD_DICT, O_INT, CODE(VALUE, X_STR) },
	{ O_NODE_2, O_NODE, CODE(NAMED, N_NEXT) },
	{ O_NODE_2, O_CLASS, CODE(NAMED, N_CLASS) },
};

struct tiny {
	uint32_t codes[ARRAY_SIZE(edges)], text[NR_TINY];
	int64_t length[NR_TINY];
	uint64_t text_start[ARRAY_SIZE(texts) + 1];
	struct str text_bytes;
};

static bool text_at(const struct tiny *t, uint32_t text, struct str *ret)
{
	str_add_bytes(ret, t->text_bytes.s + t->text_start[text],
		      t->text_start[text + 1] - t->text_start[text]);
	return text;
}

static bool naming_text(struct heap *h, oid o, struct str *ret)
{
	const struct tiny *t = h->context;

	return text_at(t, t->text[o], ret);
}

static bool naming_key(struct heap *h, uint32_t text, struct str *ret)
{
	return text_at(h->context, text, ret);
}

static const uint32_t *naming_codes(struct heap *h, oid o, uint32_t nr)
{
	const struct tiny *t = h->context;

	(void)nr;
	return t->codes + h->edge_start[o];
}

static const struct naming naming = { names, ARRAY_SIZE(names), naming_text,
				      naming_key, naming_codes, NULL };

static void name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		       struct edge_name *ret)
{
	naming_edges(h, &naming, o, first, nr, ret);
}

static void preview(struct heap *h, oid o, size_t max, struct str *ret)
{
	naming_preview(h, &naming, o, max, ret);
}

static int64_t length(struct heap *h, oid o)
{
	const struct tiny *t = h->context;

	return t->length[o];
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
	struct tiny *t = h->context;

	str_release(&t->text_bytes);
	free(t);
}

static struct error *details(struct heap *h, struct heap_details *ret)
{
	struct tiny *t = h->context;

	*ret = (struct heap_details){
		.codes = t->codes,
		.text = t->text,
		.length = t->length,
		.names = names,
		.nr_names = ARRAY_SIZE(names),
		.nr_texts = ARRAY_SIZE(texts),
		.text_start = t->text_start,
		.text_bytes = t->text_bytes.s,
	};
	return NULL;
}

static const struct heap_ops ops = {
	.name_edges = name_edges,
	.preview = preview,
	.text = naming_text,
	.length = length,
	.find = find,
	.release = release,
	.details = details,
};

static void add_objects(struct heap *h, struct tiny *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct heap_type type = types[i];

		type.name = xstrdup(type.name);
		type.kind = type_kinds_find(type.name);
		type.address = 0x5000 + 0x100 * i;
		type.object = i == T_NODE ? O_CLASS : OID_NONE;
		heap_type_vec_push(&h->types, type);
	}
	h->bytes = xcalloc(NR_TINY, sizeof(*h->bytes));
	for (oid o = 0; o < NR_TINY; o++) {
		heap_add_object(h, 0x7f0000001000 + 48 * (uint64_t)o,
				objects[o].type);
		h->size[o] = 16 + 8 * o;
		h->bytes[o] = 32 + 1000 * o;
		h->refcount[o] = o == O_INT ? REFCOUNT_IMMORTAL : o;
		h->generation[o] = o < 3 ? (uint8_t)o : GENERATION_UNTRACKED;
		h->flags[o] = o == O_NODE ? OBJECT_FINALIZED : 0;
		t->text[o] = objects[o].text;
		t->length[o] = objects[o].length;
		h->types.v[objects[o].type].nr_objects++;
		h->types.v[objects[o].type].size += h->size[o];
	}
	h->nr_collector_objects = NR_TINY - 1;
}

/* Those of the last objects come first, as after the emulator. */
static void add_edges(struct heap *h, struct tiny *t)
{
	for (oid o = NR_TINY; o--;) {
		h->edge_start[o] = h->edges.nr;
		for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
			if (edges[i].from != o)
				continue;
			t->codes[h->edges.nr] = edges[i].code;
			oid_vec_push(&h->edges, edges[i].to);
			h->edge_nr[o]++;
		}
	}
	h->unvisited[O_ODD_DICT] = 2;
}

static void add_texts(struct tiny *t)
{
	t->text_bytes = (struct str)STR_INIT;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		t->text_start[i] = t->text_bytes.len;
		str_add_bytes(&t->text_bytes, texts[i],
			      *texts[i] == '~' ? 9 : strlen(texts[i]));
	}
	t->text_start[ARRAY_SIZE(texts)] = t->text_bytes.len;
}

static void add_root(struct heap *h, struct heap_root root, const char *name)
{
	root.name = xstrdup(name);
	heap_root_vec_push(&h->roots, root);
}

static void add_roots(struct heap *h)
{
	heap_add_thread(h, (struct heap_thread){
		4242, 0, xstrdup("the secret thread"), true });
	heap_frame_vec_push(&h->frames, (struct heap_frame){
		0, xstrdup("handler"), xstrdup("/srv/app.py"), 12, OID_NONE });
	add_root(h, (struct heap_root){
		.object = O_MODULE, .kind = ROOT_MODULE, .counted = true,
		.expression = xstrdup("sys.modules['app']"), .frame = -1 },
		"app");
	add_root(h, (struct heap_root){
		.object = O_NODE_2, .kind = ROOT_FRAME, .counted = true,
		.frame = 0, .slot = SLOT_LOCAL }, "request");
	add_root(h, (struct heap_root){
		.object = O_FLOAT, .kind = ROOT_BUILTINS,
		.expression = xstrdup("__builtins__"), .frame = -1 },
		"builtins");
	add_root(h, (struct heap_root){
		.object = O_DICT, .kind = ROOT_TYPE, .counted = true,
		.frame = -1, .slot = SLOT_SUBCLASSES }, "app.Node");
	add_root(h, (struct heap_root){
		.object = O_DICT, .kind = ROOT_TYPE, .counted = true,
		.frame = -1, .slot = SLOT_SUBCLASSES }, "dict");
	heap_interpreter_vec_push(&h->interpreters, (struct heap_interpreter){
		.gc_enabled = true, .frozen = 3, .garbage = -1,
		.generations = { { 700, -1, 1, { .nr = 5 } }, { 10, 2, 3 },
				 { 10, 1, 9, { 4, 30, 2, 100, 1500000 } } },
		.collections_known = true, .durations_known = true,
		.garbage_list = O_LIST, .callbacks = O_LIST, .nr_threads = 1 });
}

static void add_weak(struct heap *h)
{
	heap_weak_vec_push(&h->weak, (struct heap_weak){
		.reference = O_TUPLE, .referent = O_NODE,
		.callback = O_CLASS });
	heap_weak_vec_push(&h->weak, (struct heap_weak){
		.reference = O_LIST, .referent = O_NODE_2,
		.callback = OID_NONE });
}

static void add_info(struct heap *h)
{
	struct heap_info *i = &h->info;

	i->pid = 4242;
	i->source = xstrdup("/var/crash/secret.core");
	i->executable = xstrdup("/usr/bin/python3");
	i->command = xstrdup("python3 --password=secret_argument");
	i->host = xstrdup("host");
	i->start_time = 1700000000;
	i->boot = xstrdup("0f5e1a2b-7c3d-4e8f-9a0b-1c2d3e4f5a6b");
	i->start_ticks = 123456;
	i->pid_namespace = 4026531836;
	i->inner_pid = 17;
	labels_set(&i->labels, "release=1.4.2");
	labels_set(&i->labels, "note=");
	i->taken_at = 1700000123;
	i->resident = 12345678;
	i->pause_ns = 1234567;
	i->bytes_copied = 7654321;
	i->version = xstrdup("3.13.0");
	i->build = xstrdup("(main)");
	i->hexversion = 0x030d00f0;
	i->allocator = xstrdup("pymalloc");
	i->layout = xstrdup("table 3.13");
	i->nr_native = NR_TINY;
	i->emulator = true;
	i->interned_known = true;
	i->interned[INTERNED_MORTAL] = (struct heap_interned){ 2, 110, 128 };
	i->interned[INTERNED_IMMORTAL] = (struct heap_interned){ 1, 60, 64 };
	heap_warn(h, "a warning");
	/* The types are in it: see add_objects(). */
	heap_mapping_vec_push(&i->mappings, (struct heap_mapping){
		0x5000, 0x6000, MAPPING_READ | MAPPING_EXECUTE, 0,
		xstrdup("/usr/lib/libpython.so") });
	heap_mapping_vec_push(&i->mappings, (struct heap_mapping){
		0x7f0000001000, 0x7f0000002000, MAPPING_READ | MAPPING_WRITE,
		0, xstrdup("[heap]") });
	heap_mapping_vec_push(&i->mappings, (struct heap_mapping){
		0x7f0000002000, 0x7f0000003000, MAPPING_READ, 0,
		xstrdup("/usr/lib/libpython.so") });
	heap_mapping_vec_push(&i->mappings, (struct heap_mapping){
		0x7f0000003000, 0x7f0000004000, MAPPING_READ | MAPPING_EXECUTE,
		4096, xstrdup("/usr/lib/libpython.so") });
	heap_mapping_vec_push(&i->mappings, (struct heap_mapping){
		0x7f0000004000, 0x7f0000005000, MAPPING_READ, 0,
		xstrdup("/srv/secret.db") });
}

static void add_line(struct heap *h, enum memory_part part, uint32_t type,
		     const char *name, uint64_t bytes, uint64_t count)
{
	heap_memory_line_vec_push(&h->memory.lines, (struct heap_memory_line){
		part, type, xstrdup(name), bytes, count });
}

static void add_memory(struct heap *h)
{
	struct heap_memory *m = &h->memory;

	*m = (struct heap_memory){
		.basis = MEMORY_PAGEMAP, .nr_parts = NR_MEMORY_PARTS,
		.resident = 12345678,
		.swapped = 4096, .page_tables = 8192, .guessed = 100,
		.forked_shared = 12288, .forked_copied = 16384,
		.nr_damaged = 2, .mmapped = 135168, .nr_mmapped = 1,
		.knows_mmapped = true, .own_mmapped = 135168,
		.own_nr_mmapped = 1,
	};
	add_line(h, PART_OBJECTS, T_LIST, "", 120, 2);
	add_line(h, PART_RAW, T_NODE, "", 9000000, 1);
	add_line(h, PART_RAW, OID_NONE, "", 300, 3);
	add_line(h, PART_UNOWNED, OID_NONE, "malloc", 2000000, 1000);
	add_line(h, PART_CODE, OID_NONE, "/usr/lib/libpython.so", 4096, 1);
	add_line(h, PART_DATA, OID_NONE, "/srv/secret.db", 4096, 1);
	add_line(h, PART_KERNEL, OID_NONE, "[vdso]", 4096, 1);
	heap_memory_unowned_vec_push(&m->unowned, (struct heap_memory_unowned){
		ALLOCATOR_MALLOC, 2000, 1000, 2000000, { 0x1000, 0x2000, 0 } });
	heap_memory_arena_vec_push(&m->arenas, (struct heap_memory_arena){
		0x7f0000100000, 1 << 20, 1, 65536, 64, O_LIST });
	heap_memory_arena_vec_push(&m->arenas, (struct heap_memory_arena){
		0x7f0000200000, 1 << 20, 7, 1 << 20, 700, OID_NONE });
	heap_memory_malloc_vec_push(&m->mallocs, (struct heap_memory_malloc){
		0x7f0000300000, 135168, 90000, 5000, 40000, 7, 600, 2, 3000,
		4, 168, true });
	m->unexplained = 12345678;
	for (size_t i = 0; i < m->lines.nr; i++)
		m->unexplained -= (int64_t)m->lines.v[i].bytes;
}

void tiny_build(struct heap *h)
{
	struct tiny *t = xcalloc(1, sizeof(*t));

	heap_init(h);
	h->ops = &ops;
	h->context = t;
	add_texts(t);
	add_objects(h, t);
	add_edges(h, t);
	add_roots(h);
	add_weak(h);
	add_info(h);
	add_memory(h);
}
