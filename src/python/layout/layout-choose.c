/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables are of x86-64.  What differs on aarch64 with glibc, where a
 * pthread_mutex_t has 48 bytes instead of 40 (objects are the same):
 *	3.12 and later	members of the interpreter after _gil: +16 (codecs,
 *			dict, atexit, obmalloc, types, cached_objects ...)
 *	3.8 to 3.11	members of _PyRuntime after ceval.gil: +16
 *			(gilstate.*, 3.11's small ints and main interpreter)
 * _PyRuntime then has another size, so no row fits by it.
 */
#include "python/layout/layout-choose.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "python/layout/debug-offsets.h"

#define OLDEST 0x0308u
#define NEWEST 0x030fu

static const struct field {
	const char *name, *where;
	bool is_size;
} fields[] = {
#define FIELD(name, where) { #name, where, false },
#define SIZE(name, where) { #name, where, true },
#include "python/layout/layout.def"
#undef FIELD
#undef SIZE
};

const char *const layout_field_names[] = {
#define FIELD(name, where) #name,
#define SIZE(name, where) #name,
#include "python/layout/layout.def"
#undef FIELD
#undef SIZE
};

const unsigned int nr_layout_fields = ARRAY_SIZE(fields);

_Static_assert(sizeof(struct layout) == sizeof(uint32_t) * ARRAY_SIZE(fields),
	       "struct layout is not an array of its fields");

static uint32_t *layout_array(struct layout *l)
{
	return (uint32_t *)l;
}

static const uint32_t *layout_const_array(const struct layout *l)
{
	return (const uint32_t *)l;
}

/* NULL with `*found` false: the build has no such type or member. */
static struct error *lookup(struct debuginfo *d, const char *type,
			    const char *path, bool want_size, bool *found,
			    uint32_t *ret)
{
	uint64_t offset = 0, size = 0, value;
	struct error *err;

	*found = false;
	err = debuginfo_member(d, type, path, &offset, &size);
	if (err && err->code == ERR_NOT_FOUND) {
		/* Not logged: most members exist only in some versions. */
		error_free(err);
		return NULL;
	}
	if (err)
		return err;
	value = want_size ? size : offset;
	/* DWARF comes from the target: refuse a size of 4 GB and more. */
	if (value >= LAYOUT_NONE)
		return NULL;
	*found = true;
	*ret = (uint32_t)value;
	return NULL;
}

/* `where` is one alternative of layout.def: "Type" or "Type:member.path". */
static struct error *lookup_alternative(struct debuginfo *d, const char *where,
					size_t len, bool *found, uint32_t *ret)
{
	CLEANUP(freep) char *type = xstrndup(where, len);
	char *path = strchr(type, ':');

	if (path)
		*path++ = '\0';
	return lookup(d, type, path ? path : "", !path, found, ret);
}

static struct error *field_from_debuginfo(struct debuginfo *d,
					  const struct field *f, uint32_t *ret)
{
	const char *where = f->where;
	struct error *err;
	bool found;
	size_t len;

	*ret = LAYOUT_NONE;
	for (;; where += len + 1) {
		len = strcspn(where, "|");
		err = lookup_alternative(d, where, len, &found, ret);
		if (err)
			return error_wrap(err, "%s", f->name);
		if (found || !where[len])
			return NULL;
	}
}

struct error *layout_from_debuginfo(struct debuginfo *d, struct layout *ret)
{
	struct error *err;
	struct layout l;

	for (unsigned int i = 0; i < nr_layout_fields; i++) {
		err = field_from_debuginfo(d, &fields[i], &layout_array(&l)[i]);
		if (err)
			return err;
	}
	*ret = l;
	/* Extension modules define types of their own, too. */
	if (l.object_type == LAYOUT_NONE || l.type_name == LAYOUT_NONE)
		return error_new(ERR_NOT_FOUND, "no types of CPython in DWARF");
	return NULL;
}

/* Does the DWARF have any of the types that the field may be in? */
static struct error *has_type(struct debuginfo *d, const struct field *f,
			      bool *ret)
{
	const char *where = f->where;
	struct error *err;
	uint32_t size;
	size_t len;

	*ret = false;
	for (;; where += len + 1) {
		len = strcspn(where, "|");
		err = lookup_alternative(d, where, MIN(len, strcspn(where, ":")),
					 ret, &size);
		if (err || *ret || !where[len])
			return err;
	}
}

/* datetime, deque and others are private to a .c file, which may be an
 * extension module.  Its DWARF was not opened: take these members from the
 * row. */
static struct error *fill_missing_types(struct debuginfo *d, struct layout *l,
					const struct layout *row)
{
	struct error *err;
	bool known;

	for (unsigned int i = 0; i < nr_layout_fields; i++) {
		if (layout_array(l)[i] != LAYOUT_NONE ||
		    layout_const_array(row)[i] == LAYOUT_NONE)
			continue;
		err = has_type(d, &fields[i], &known);
		if (err)
			return err;
		if (!known)
			layout_array(l)[i] = layout_const_array(row)[i];
	}
	return NULL;
}

/* What layout_choose() works with. */
struct choice {
	uint32_t hexversion;
	bool free_threaded, debug;
	uint64_t runtime_size;
	bool told;		/* `debug_offsets` is there */
	struct layout debug_offsets;
};

/*
 * 3.14.0 to 3.14.4 have another garbage collector than 3.14.5 and later, and
 * the debug offsets tell them apart (240, 264).
 */
static bool same_gc(const struct choice *c, const struct layout_row *row)
{
	return !c->told || c->debug_offsets.gc_size == row->layout.gc_size;
}

static bool fits(const struct choice *c, const struct layout_row *row)
{
	if (row->hexversion >> 16 != c->hexversion >> 16 ||
	    row->free_threaded != c->free_threaded ||
	    row->debug != c->debug || !same_gc(c, row))
		return false;
	if (!c->runtime_size)
		return row->hexversion == c->hexversion;
	return row->layout.runtime_size == c->runtime_size;
}

/*
 * The distance between a row and the target; smaller is nearer.  The minor
 * version counts most.  Within a minor version a later row is nearer than an
 * earlier one: a row stands for all releases since the row before it (3.14.4,
 * 3.14.8; 3.13.5, 3.13.15).
 */
static uint32_t distance(const struct choice *c, const struct layout_row *row)
{
	int minor = (int)(c->hexversion >> 16) - (int)(row->hexversion >> 16);
	int micro = (int)(c->hexversion >> 8 & 0xff);
	int row_micro = (int)(row->hexversion >> 8 & 0xff);
	uint32_t ret = (uint32_t)abs(minor) << 16;

	if (!same_gc(c, row))
		ret += 1 << 15;
	if (row->debug != c->debug)
		ret += 1 << 14;
	if (minor > 0)		/* a newer target: the last of the series */
		return ret + 255 - row_micro;
	if (minor < 0)
		return ret + row_micro;
	return ret + (row_micro >= micro ? row_micro - micro :
					   256 + micro - row_micro);
}

/* The nearest row; with `must_fit` only of the rows that fit.  NULL: none. */
static const struct layout_row *find_row(const struct choice *c, bool must_fit)
{
	const struct layout_row *ret = NULL;
	uint32_t d, best = UINT32_MAX;

	for (unsigned int i = 0; i < nr_layout_rows; i++) {
		const struct layout_row *row = &layout_rows[i];

		if (row->free_threaded != c->free_threaded ||
		    (must_fit && !fits(c, row)))
			continue;
		d = distance(c, row);
		if (d < best) {
			best = d;
			ret = row;
		}
	}
	return ret;
}

static char *version_text(uint32_t hexversion)
{
	return xasprintf("%u.%u.%u", hexversion >> 24, hexversion >> 16 & 0xff,
			 hexversion >> 8 & 0xff);
}

static void describe_nearest(const struct choice *c,
			     const struct layout_row *row, struct str *source)
{
	CLEANUP(freep) char *version = version_text(c->hexversion);

	str_addf(source, "table %s, the nearest to %s%s", row->name, version,
		 c->debug && !row->debug ? " (debug)" : "");
	if (c->hexversion >> 16 > NEWEST)
		str_add(source, ", which is newer than pyheld: don't rely on "
			"what it says, debug symbols of Python would help");
}

/* Overwrite offsets with those that the target tells.  Returns how many
 * changed. */
static unsigned int overlay(const struct layout *told, bool shift_thread,
			    struct layout *l)
{
	unsigned int nr_changed = 0;
	uint32_t grown = 0;

	/* _PyThreadStateImpl begins with the PyThreadState.  If that has
	 * another size than in the row, the members behind it move by the
	 * difference (3.13.0 304 bytes, 3.13.15 312; 3.14 early 824, 3.14.8
	 * 832). */
	if (shift_thread && told->thread_size != LAYOUT_NONE &&
	    l->thread_size != LAYOUT_NONE)
		grown = told->thread_size - l->thread_size;
	if (l->thread_running_loop != LAYOUT_NONE)
		l->thread_running_loop += grown;
	if (l->thread_running_task != LAYOUT_NONE)
		l->thread_running_task += grown;

	for (unsigned int i = 0; i < nr_layout_fields; i++) {
		uint32_t value = layout_const_array(told)[i];

		if (value == LAYOUT_NONE || value == layout_array(l)[i])
			continue;
		layout_array(l)[i] = value;
		nr_changed++;
	}
	return nr_changed;
}

static struct debuginfo *find_debuginfo(const struct layout_query *q)
{
	if (q->debuginfo)
		return q->debuginfo;
	return q->find_debuginfo ? q->find_debuginfo(q->context) : NULL;
}

/* `*found` is false, without an error, if there is no DWARF of a CPython. */
static struct error *choose_dwarf(const struct layout_query *q,
				  const struct choice *c, bool *found,
				  struct layout *ret)
{
	struct debuginfo *d = find_debuginfo(q);
	const struct layout_row *row;
	struct error *err;
	struct layout l;

	*found = false;
	if (!d)
		return NULL;
	err = layout_from_debuginfo(d, &l);
	if (err && err->code == ERR_NOT_FOUND) {
		log_pass_over(err, "the layout comes from a table");
		return NULL;
	}
	if (err)
		return err;
	/* Only a row of the same series and of the same kind of build. */
	row = find_row(c, false);
	if (row && row->hexversion >> 16 == c->hexversion >> 16) {
		err = fill_missing_types(d, &l, &row->layout);
		if (err)
			return err;
	}
	*ret = l;
	*found = true;
	return NULL;
}

static struct error *unsupported(const struct choice *c)
{
	CLEANUP(freep) char *version = version_text(c->hexversion);

	if (!c->hexversion)
		return error_new(ERR_UNSUPPORTED,
				 "can't tell which version of Python this is");
	return error_new(ERR_UNSUPPORTED, "this is Python %s: pyheld reads 3.8 "
			 "and later", version);
}

/* The version of a row with that size of _PyRuntime; 0: none. */
static uint32_t version_by_runtime_size(uint64_t size)
{
	for (unsigned int i = 0; size && i < nr_layout_rows; i++)
		if (layout_rows[i].layout.runtime_size == size)
			return layout_rows[i].hexversion;
	return 0;
}

static void choice_init(struct choice *c, const struct layout_query *q)
{
	c->free_threaded = q->free_threaded;
	c->debug = q->debug;
	c->runtime_size = q->runtime_size;
	c->hexversion = q->hexversion;
	if (!c->hexversion)
		c->hexversion = debug_offsets_version(q->debug_offsets,
						      q->debug_offsets_len);
	if (!c->hexversion)
		c->hexversion = version_by_runtime_size(q->runtime_size);
	c->told = debug_offsets_read(q->debug_offsets, q->debug_offsets_len,
				     c->hexversion, c->free_threaded,
				     &c->debug_offsets);
}

static struct error *choose_base(const struct layout_query *q,
				 const struct choice *c, bool *from_row,
				 struct layout *ret, struct str *source)
{
	const struct layout_row *row;
	struct error *err;
	bool found;

	*from_row = true;
	row = find_row(c, true);
	if (row) {
		str_addf(source, "table %s", row->name);
		*ret = row->layout;
		return NULL;
	}
	err = choose_dwarf(q, c, &found, ret);
	if (err)
		return err;
	if (found) {
		str_add(source, "DWARF");
		*from_row = false;
		return NULL;
	}
	row = c->hexversion ? find_row(c, false) : NULL;
	if (!row)
		return unsupported(c);
	describe_nearest(c, row, source);
	*ret = row->layout;
	return NULL;
}

struct error *layout_choose(const struct layout_query *q, struct layout *ret,
			    char **source)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error *err;
	struct choice c;
	struct layout l;
	bool from_row;
	unsigned int nr;

	choice_init(&c, q);
	if (c.hexversion && c.hexversion >> 16 < OLDEST)
		return unsupported(&c);
	err = choose_base(q, &c, &from_row, &l, &text);
	if (err)
		return err;
	if (c.told) {
		nr = overlay(&c.debug_offsets, from_row, &l);
		str_add(&text, " with debug offsets");
		if (nr)
			str_addf(&text, " (%u corrected)", nr);
	}
	*ret = l;
	*source = str_take(&text);
	return NULL;
}
