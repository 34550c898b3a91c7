/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layouts' tables against the builds that this machine has. */
#include <check.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "python/layout/debug-offsets.h"
#include "python/layout/layout-choose.h"
#include "suite.h"

struct binary {
	char *path;
	const char *root;
	const struct layout_row *row;
};
VEC_DEFINE(binary_vec, struct binary);

static struct binary_vec binaries = VEC_INIT;

static struct image *open_binary(const char *path)
{
	struct image *im = NULL;
	struct error *err;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	err = image_open(fd, path, &im);
	error_free(err);
	close(fd);
	return err ? NULL : im;
}

/* sys.hexversion: Py_Version from 3.11 on, else from the path; 0: unknown. */
static uint32_t version_of(struct image *im, const char *path)
{
	const char *version = strstr(path, "/versions/3.");
	unsigned int minor, micro;
	uint32_t ret = 0;
	uint64_t size;
	raddr addr;
	struct error *err = image_symbol(im, "Py_Version", &addr, &size);

	if (!err)
		err = image_read(im, addr, &ret, sizeof(ret));
	if (err && version &&
	    sscanf(version, "/versions/3.%u.%u/", &minor, &micro) == 2)
		ret = 3u << 24 | minor << 16 | micro << 8 | 0xf0;
	error_free(err);
	return ret;
}

static uint64_t runtime_size_of(struct image *im)
{
	uint64_t size = 0;
	raddr addr;

	error_free(image_symbol(im, "_PyRuntime", &addr, &size));
	return size;
}

/* Derived rows are no build's own. */
static bool is_of(const struct layout_row *row, const char *path)
{
	bool debian = strstr(path, "/usr/bin/") != NULL;

	return debian == (strstr(row->name, "(Debian") != NULL);
}

static const struct layout_row *row_of(struct image *im, const char *path)
{
	uint32_t hexversion = version_of(im, path);
	uint64_t size = runtime_size_of(im);

	for (unsigned int i = 0; i < nr_layout_rows; i++)
		if (layout_rows[i].hexversion == hexversion &&
		    layout_rows[i].layout.runtime_size == size &&
		    is_of(&layout_rows[i], path))
			return &layout_rows[i];
	return NULL;
}

static void find_binaries(const char *root, const char *pattern)
{
	const char *home = getenv("HOME");
	CLEANUP(freep) char *full = xasprintf("%s%s%s", home ? home : "", root,
					      pattern);
	glob_t found;

	if (glob(full, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		struct image *im = open_binary(path);
		struct binary b = { .root = root };

		if (!im)
			continue;
		b.row = row_of(im, path);
		b.path = xstrdup(path);
		if (b.row)
			binary_vec_push(&binaries, b);
		else
			free(b.path);
		image_close(im);
	}
	globfree(&found);
}

static struct debuginfo *debuginfo_of(struct image *im, const struct binary *b)
{
	const char *home = getenv("HOME");
	CLEANUP(freep) char *root = xasprintf("%s%s", *b->root ? home : "",
					      b->root);
	struct debuginfo *d;
	struct error *err = debuginfo_open(im, root, &d);

	ck_assert_msg(!err, "%s: %s", b->path, err ? err->message : "");
	return d;
}

/* Private to extension modules where those are not built in. */
static bool may_be_elsewhere(const char *name)
{
	static const char *const prefixes[] = {
		"array_", "arraydescr_", "blob_", "bz2", "cdata_",
		"connection_", "csvreader_", "csvwriter_", "datetime_",
		"decimal_", "element_", "elementextra_", "etreeparser_",
		"formatcode_", "handle_", "hash_", "hmac_", "lzma",
		"memoentry_", "memorybio_", "memotable_", "mmap_", "parser_",
		"pdata_", "pickler_", "poll_", "semlock_", "simplequeue_",
		"ssl", "statement_", "stgdict_", "stginfo_", "struct_", "time_",
		"timezone_", "unpickler_", "xmlparser_", "zlib", "zoneinfo_",
		"zstd",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static uint32_t field(const struct layout *l, unsigned int i)
{
	return ((const uint32_t *)l)[i];
}

static void check_choice(const struct layout_query *q, const char *source,
			 const struct layout *expected)
{
	CLEANUP(freep) char *got = NULL;
	struct layout l;
	struct error *err = layout_choose(q, &l, &got);

	ck_assert_msg(!err, "%s", err ? err->message : "");
	ck_assert_str_eq(got, source);
	ck_assert_mem_eq(&l, expected, sizeof(l));
}

/* The row that a query finds: upstream's, as nothing tells Debian's apart. */
static const struct layout_row *found_row(const struct layout_row *row)
{
	for (const struct layout_row *r = layout_rows; r < row; r++)
		if (r->hexversion == row->hexversion &&
		    r->debug == row->debug &&
		    r->layout.runtime_size == row->layout.runtime_size)
			return r;
	return row;
}

START_TEST(dwarf_agrees_with_the_tables)
{
	const struct binary *b = &binaries.v[_i];
	struct image *im = open_binary(b->path);
	struct debuginfo *d;
	struct layout l;
	struct error *err;

	ck_assert_ptr_nonnull(im);
	d = debuginfo_of(im, b);
	err = layout_from_debuginfo(d, &l);
	ck_assert_msg(!err, "%s: %s", b->path, err ? err->message : "");
	for (unsigned int i = 0; i < nr_layout_fields; i++) {
		uint32_t value = field(&l, i), row = field(&b->row->layout, i);

		ck_assert_msg(value == row ||
			      (value == LAYOUT_NONE &&
			       may_be_elsewhere(layout_field_names[i])),
			      "%s: %s is %u, in the table %u", b->path,
			      layout_field_names[i], value, row);
	}
	debuginfo_close(d);
	image_close(im);
}
END_TEST

START_TEST(choose_takes_dwarf_where_no_row_fits)
{
	const struct binary *b = &binaries.v[_i];
	struct image *im = open_binary(b->path);
	struct debuginfo *d;

	ck_assert_ptr_nonnull(im);
	d = debuginfo_of(im, b);
	check_choice(&(struct layout_query){
		.hexversion = b->row->hexversion,
		.free_threaded = b->row->free_threaded,
		.debug = b->row->debug,
		.runtime_size = 12345, .debuginfo = d,
	}, "DWARF", &b->row->layout);
	debuginfo_close(d);
	image_close(im);
}
END_TEST

START_TEST(debug_offsets_of_builds_agree_with_the_tables)
{
	const struct binary *b = &binaries.v[_i];
	const struct layout_row *row = found_row(b->row);
	CLEANUP(freep) char *source = xasprintf("table %s with debug offsets",
						row->name);
	struct image *im = open_binary(b->path);
	uint8_t bytes[DEBUG_OFFSETS_MAX];
	uint64_t size;
	raddr addr;
	struct error *err;

	ck_assert_ptr_nonnull(im);
	err = image_symbol(im, "_PyRuntime", &addr, &size);
	if (!err)
		err = image_read(im, addr, bytes, sizeof(bytes));
	ck_assert_msg(!err, "%s", err ? err->message : "");
	check_choice(&(struct layout_query){
		.hexversion = b->row->hexversion,
		.free_threaded = b->row->free_threaded,
		.debug = b->row->debug,
		.runtime_size = size, .debug_offsets = bytes,
		.debug_offsets_len = sizeof(bytes),
	}, source, &row->layout);
	image_close(im);
}
END_TEST

static int compare_binaries(const void *a, const void *b)
{
	const struct binary *x = a, *y = b;

	return x->row < y->row ? -1 : x->row > y->row;
}

static void add_binary_tests(TCase *tc)
{
	size_t first;

	find_binaries("", "/.pyenv/versions/3.*/lib/libpython3.*.so.1.0");
	find_binaries("/.cache/pyheld/forky", "/usr/bin/python3.[0-9][0-9]");
	find_binaries("/.cache/pyheld/forky", "/usr/bin/python3.[0-9][0-9]d");
	find_binaries("", "/.cache/pyheld/python3.*t/bin/python3.[0-9][0-9]t");
	if (!binaries.nr) {
		printf("no Python of the tables is installed\n");
		exit(77);
	}
	qsort(binaries.v, binaries.nr, sizeof(*binaries.v), compare_binaries);
	tcase_add_loop_test(tc, dwarf_agrees_with_the_tables, 0,
			    (int)binaries.nr);
	tcase_add_loop_test(tc, choose_takes_dwarf_where_no_row_fits, 0,
			    (int)binaries.nr);
	/* They are sorted: those that have debug offsets are the last ones. */
	for (first = 0; first < binaries.nr; first++)
		if (binaries.v[first].row->hexversion >= 0x030d0000)
			break;
	tcase_add_loop_test(tc, debug_offsets_of_builds_agree_with_the_tables,
			    (int)first, (int)binaries.nr);
}

const char suite_name[] = "layout_builds";

void suite_add_tests(TCase *tc)
{
	add_binary_tests(tc);
}
