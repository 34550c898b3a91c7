/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys.getsizeof() of types that have a __sizeof__ of their own: those of the
 * standard library, and numpy's (size-numpy.c).  Each function tells what there
 * is beyond the object itself, whose size is its class's tp_basicsize unless
 * said otherwise.
 *
 * To add a type: a function, a row of the table, members in layout.def.
 */
#include <stddef.h>
#include <string.h>

#include "python/objects/size-dict.h"
#include "python/objects/size-library.h"
#include "python/objects/size-numpy.h"
#include "python/state/object-head.h"
#include "python/state/words.h"
#include "python/types/types.h"

/* No string that a library type keeps is longer; ctypes' formats can nest. */
#define MAX_STRING (1 << 24)
#define MAX_FORMAT_CODES (1 << 24)
#define MAX_NODES (1 << 20)

/* mpd_t.flags: the digits are somebody else's or part of the object. */
#define DECIMAL_NOT_OWN_DATA (32 | 64 | 128)

static uint64_t string_size(struct python *py, raddr s)
{
	const char *text = s ? memory_string(py->memory, s, MAX_STRING) : NULL;

	return text ? strlen(text) + 1 : 0;
}

uint64_t size_library_bytes(struct python *py, raddr bytes)
{
	const struct layout *l = &py->layout;

	return bytes ? l->bytes_value + 1 + word_at(py, bytes, l->var_size) : 0;
}

static uint64_t tuple_words(struct python *py, raddr tuple)
{
	return tuple ? 8 * word_at(py, tuple, py->layout.var_size) : 0;
}

static uint64_t size_array(struct python *py, const struct pytype *t,
			   raddr obj)
{
	const struct layout *l = &py->layout;
	raddr descr = word_at(py, obj, l->array_descr);

	(void)t;
	return word_at(py, obj, l->array_allocated) *
	       (uint32_t)int_at(py, descr, l->arraydescr_itemsize);
}

/* The buffer is a bytes object of its own while nobody else has it. */
static uint64_t size_bytesio(struct python *py, const struct pytype *t,
			     raddr obj)
{
	raddr bytes = word_at(py, obj, py->layout.bytesio_buf);
	const uint8_t *p = memory_at(py->memory, bytes,
				     py->layout.object_size);

	(void)t;
	if (!p || object_head_refcount(py, p) != 1)
		return 0;
	return size_library_bytes(py, bytes);
}

static uint64_t size_buffered(struct python *py, const struct pytype *t,
			      raddr obj)
{
	const struct layout *l = &py->layout;

	(void)t;
	if (!word_at(py, obj, l->buffered_buffer))
		return 0;
	return word_at(py, obj, l->buffered_buffer_size);
}

static uint64_t size_product(struct python *py, const struct pytype *t,
			     raddr obj)
{
	(void)t;
	return tuple_words(py, word_at(py, obj, py->layout.product_pools));
}

static uint64_t size_combinations(struct python *py, const struct pytype *t,
				  raddr obj)
{
	(void)t;
	return 8 * word_at(py, obj, py->layout.combinations_r);
}

static uint64_t size_cwr(struct python *py, const struct pytype *t, raddr obj)
{
	(void)t;
	return 8 * word_at(py, obj, py->layout.cwr_r);
}

static uint64_t size_permutations(struct python *py, const struct pytype *t,
				  raddr obj)
{
	const struct layout *l = &py->layout;

	(void)t;
	return tuple_words(py, word_at(py, obj, l->permutations_pool)) +
	       8 * word_at(py, obj, l->permutations_r);
}

/* An array of codes; the last one has no fmtdef. */
static uint64_t size_struct(struct python *py, const struct pytype *t,
			    raddr obj)
{
	const struct layout *l = &py->layout;
	raddr codes = word_at(py, obj, l->struct_codes);
	uint64_t nr = 0;

	(void)t;
	if (!codes || l->formatcode_size == LAYOUT_NONE)
		return 0;
	while (nr < MAX_FORMAT_CODES &&
	       word_at(py, codes + nr * l->formatcode_size,
		       l->formatcode_fmtdef))
		nr++;
	return (nr + 1) * l->formatcode_size;
}

static uint64_t size_decimal(struct python *py, const struct pytype *t,
			     raddr obj)
{
	const struct layout *l = &py->layout;

	(void)t;
	if (byte_at(py, obj, l->decimal_flags) & DECIMAL_NOT_OWN_DATA)
		return 0;
	return 8 * word_at(py, obj, l->decimal_alloc);
}

static uint64_t size_element(struct python *py, const struct pytype *t,
			     raddr obj)
{
	const struct layout *l = &py->layout;
	raddr extra = word_at(py, obj, l->element_extra);
	uint64_t size = l->elementextra_size;

	(void)t;
	if (!extra)
		return 0;
	if (word_at(py, extra, l->elementextra_children) !=
	    extra + l->elementextra_inline)
		size += 8 * word_at(py, extra, l->elementextra_allocated);
	return size;
}

static uint32_t layout_field(const struct layout *l, size_t offset)
{
	return *(const uint32_t *)((const char *)l + offset);
}

/*
 * The layout for a class whose struct changed in bugfix releases: where the
 * class is not as large as in py->layout, that of the row with the same size,
 * else of the next smaller one.  _pickle.Unpickler had 264 bytes in 3.13.0,
 * 272 later, 280 with `running` at the end (gh-143638), 296 with two words
 * more before `read` (gh-154848).
 */
const struct layout *size_library_layout(struct python *py,
					 const struct pytype *t, size_t field)
{
	uint64_t size = (uint64_t)py->types.v[t->native_base].basicsize;
	const struct layout *best = &py->layout;
	uint32_t best_size = 0;

	if (layout_field(best, field) == size)
		return best;
	for (unsigned int i = 0; i < nr_layout_rows; i++) {
		const struct layout *l = &layout_rows[i].layout;
		uint32_t row_size = layout_field(l, field);

		if (row_size > size || row_size <= best_size)
			continue;
		best = l;
		best_size = row_size;
	}
	return best;
}

static uint64_t size_pickler(struct python *py, const struct pytype *t,
			     raddr obj)
{
	const struct layout *l = size_library_layout(
		py, t, offsetof(struct layout, pickler_size));
	raddr memo = word_at(py, obj, l->pickler_memo);
	raddr output = word_at(py, obj, l->pickler_output);
	uint64_t size = size_library_bytes(py, output);

	if (memo)
		size += l->memotable_size +
			word_at(py, memo, l->memotable_allocated) *
				l->memoentry_size;
	return size;
}

static uint64_t size_unpickler(struct python *py, const struct pytype *t,
			       raddr obj)
{
	const struct layout *l = size_library_layout(
		py, t, offsetof(struct layout, unpickler_size));
	uint64_t size = 0;

	if (word_at(py, obj, l->unpickler_memo))
		size += 8 * word_at(py, obj, l->unpickler_memo_size);
	if (word_at(py, obj, l->unpickler_marks))
		size += 8 * word_at(py, obj, l->unpickler_marks_size);
	return size +
	       string_size(py, word_at(py, obj, l->unpickler_input_line)) +
	       string_size(py, word_at(py, obj, l->unpickler_encoding)) +
	       string_size(py, word_at(py, obj, l->unpickler_errors));
}

/* Its __sizeof__ came with 3.15 and starts from the struct, not the class. */
static uint64_t size_simplequeue(struct python *py, const struct pytype *t,
				 raddr obj)
{
	const struct layout *l = &py->layout;

	if (py->minor < 15 || l->simplequeue_size == LAYOUT_NONE)
		return 0;
	return l->simplequeue_size - (uint64_t)t->basicsize +
	       8 * word_at(py, obj, l->simplequeue_capacity);
}

static uint64_t size_stginfo(struct python *py, raddr info)
{
	const struct layout *l = &py->layout;
	uint64_t size = 8 * (uint64_t)int_at(py, info, l->stginfo_ndim);

	if (word_at(py, info, l->stginfo_elements))
		size += 8 * (word_at(py, info, l->stginfo_length) + 1);
	return size + string_size(py, word_at(py, info, l->stginfo_format));
}

/* Until 3.12 what ctypes knows of a class is in its dict, a dict subclass.
 * (What it has more than a dict is counted twice.) */
static uint64_t size_stgdict(struct python *py, const struct pytype *t,
			     raddr obj)
{
	const struct layout *l = &py->layout;

	if (l->stgdict_size == LAYOUT_NONE)
		return 0;
	return size_dict(py, t, obj) - (uint64_t)t->basicsize +
	       l->stgdict_size - l->dict_size + size_stginfo(py, obj);
}

/* From 3.13 on it lies behind the class, aligned as max_align_t is; before, it
 * is part of the class's dict. */
raddr size_library_stginfo(struct python *py, raddr class)
{
	const struct layout *l = &py->layout;
	raddr info = class + ((l->heaptype_size + 15ull) & ~15ull);

	if (l->stginfo_initialized == LAYOUT_NONE)
		return types_dict(py, class);
	return int_at(py, info, l->stginfo_initialized) ? info : 0;
}

static uint64_t size_ctype(struct python *py, const struct pytype *t,
			   raddr obj)
{
	uint64_t nr = word_at(py, obj, py->layout.var_size);
	raddr info = size_library_stginfo(py, obj);

	return nr * (uint64_t)t->itemsize +
	       (info ? size_stginfo(py, info) : 0);
}

/* Room for `nr` children: XXXROUNDUP() of Parser/node.c. */
static uint64_t node_room(uint64_t nr)
{
	uint64_t room = 256;

	if (nr <= 1)
		return nr;
	if (nr <= 128)
		return (nr + 3) & ~3ull;
	while (room < nr)
		room *= 2;
	return room;
}

/* The tree of the module parser, gone with 3.10. */
static uint64_t size_parser(struct python *py, const struct pytype *t,
			    raddr obj)
{
	CLEANUP(raddr_vec_release) struct raddr_vec todo = VEC_INIT;
	const struct layout *l = &py->layout;
	raddr node = word_at(py, obj, l->parser_node);
	uint64_t size = 0, nr_seen = 0;

	(void)t;
	if (!node || l->node_size == LAYOUT_NONE)
		return 0;
	raddr_vec_push(&todo, node);
	size += l->node_size;
	while (todo.nr && nr_seen < MAX_NODES) {
		raddr children;
		uint32_t nr;

		node = todo.v[--todo.nr];
		size += string_size(py, word_at(py, node, l->node_str));
		children = word_at(py, node, l->node_children);
		nr = (uint32_t)int_at(py, node, l->node_nr_children);
		if (!children || !memory_has_array(py->memory, children, nr,
						   l->node_size))
			continue;
		size += node_room(nr) * l->node_size;
		nr_seen += nr;
		for (uint32_t i = 0; i < nr && nr_seen < MAX_NODES; i++)
			raddr_vec_push(&todo,
				       children + (uint64_t)i * l->node_size);
	}
	return size;
}

static const struct {
	const char *name;	/* tp_name */
	uint64_t (*size)(struct python *py, const struct pytype *t, raddr obj);
} rows[] = {
	{ NULL, NULL },
	{ "Struct", size_struct },		/* 3.8 */
	{ "StgDict", size_stgdict },
	{ "_ctypes.CType_Type", size_ctype },
	{ "_io.BufferedRandom", size_buffered },
	{ "_io.BufferedReader", size_buffered },
	{ "_io.BufferedWriter", size_buffered },
	{ "_io.BytesIO", size_bytesio },
	{ "_pickle.Pickler", size_pickler },
	{ "_pickle.Unpickler", size_unpickler },
	{ "_queue.SimpleQueue", size_simplequeue },
	{ "_struct.Struct", size_struct },
	{ "array.array", size_array },
	{ "decimal.Decimal", size_decimal },
	{ "itertools.combinations", size_combinations },
	{ "itertools.combinations_with_replacement", size_cwr },
	{ "itertools.permutations", size_permutations },
	{ "itertools.product", size_product },
	{ "numpy.bool", size_numpy_1 },
	{ "numpy.bool_", size_numpy_1 },
	{ "numpy.clongdouble", size_numpy_32 },
	{ "numpy.complex128", size_numpy_16 },
	{ "numpy.complex256", size_numpy_32 },
	{ "numpy.complex64", size_numpy_8 },
	{ "numpy.datetime64", size_numpy_8 },
	{ "numpy.float128", size_numpy_16 },
	{ "numpy.float16", size_numpy_2 },
	{ "numpy.float32", size_numpy_4 },
	{ "numpy.float64", size_numpy_8 },
	{ "numpy.int16", size_numpy_2 },
	{ "numpy.int32", size_numpy_4 },
	{ "numpy.int64", size_numpy_8 },
	{ "numpy.int8", size_numpy_1 },
	{ "numpy.intc", size_numpy_4 },
	{ "numpy.longdouble", size_numpy_16 },
	{ "numpy.longlong", size_numpy_8 },
	{ "numpy.ndarray", size_numpy_array },
	{ "numpy.timedelta64", size_numpy_8 },
	{ "numpy.uint16", size_numpy_2 },
	{ "numpy.uint32", size_numpy_4 },
	{ "numpy.uint64", size_numpy_8 },
	{ "numpy.uint8", size_numpy_1 },
	{ "numpy.uintc", size_numpy_4 },
	{ "numpy.ulonglong", size_numpy_8 },
	{ "numpy.void", size_numpy_void },
	{ "parser.st", size_parser },
	{ "xml.etree.ElementTree.Element", size_element },
};

uint8_t size_library_find(const char *name)
{
	for (unsigned int i = 1; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return i;
	return 0;
}

uint64_t size_library_of(struct python *py, const struct pytype *t, raddr obj)
{
	return (uint64_t)t->basicsize + rows[t->size_row].size(py, t, obj);
}
