/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen-layout - print the tables of src/python/layout that come from DWARF.
 *
 *	tools/fetch-builds >LIST
 *	tools/gen-layout LIST >src/python/layout/layout-tables.c
 *	tools/gen-layout --members LIST \
 *		>src/python/layout/member-names-tables.c
 *
 * "make update-layout-tables" does this.  A tool for maintainers; it is not
 * installed.  A line of LIST is one build:
 *
 *	0x030d0ff0 debug "3.13.15 (Debian, debug)" /path/python3.13d /path/x.so
 *
 * The words are sys.hexversion; "release", "debug" or "free-threaded"; a name
 * for reports; the files.  The first file is libpython or the program, the
 * others are extension modules that define types pyheld knows.  The first file
 * that has a member wins.  Debug files are found by build-id below the
 * directory of --root=DIR, or are in the list themselves.
 *
 * A build without files can't be had any more.  It keeps the row that it has
 * in the tables of this program; a message on stderr says so.
 *
 * To add a CPython version:
 *	1. Add the build to tools/builds.txt, and run
 *	   "make update-layout-tables".
 *	2. Look at the diff.  If a member is new or gone, the new spelling of
 *	   its type or name is one more alternative in
 *	   src/python/layout/layout.def or tools/members.def.
 *	3. If _Py_DebugOffsets grew, add the words to
 *	   src/python/layout/debug-offsets.def and raise NEWEST_MINOR and
 *	   DEBUG_OFFSETS_MAX of src/python/layout/debug-offsets.h, and NEWEST
 *	   of src/python/layout/layout-choose.c.
 *	4. Run "make check": check_layout_builds compares the tables with the
 *	   builds that are here.
 *
 * Rows that no binary is at hand for are derived from one that is: see
 * `derived` below, with the evidence.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "gen.h"

#define LINE_WIDTH 80
#define TAB 8

static const char *root = "";

void gen_die(const char *what, struct error *err)
{
	fprintf(stderr, "gen-layout: %s: %s\n", what, err->message);
	exit(1);
}

static uint32_t *fields_of(struct layout *l)
{
	return (uint32_t *)l;
}

/* Rows that are made from another one. */

static void derive_3_12_10(struct layout *l)
{
	l->runtime_size = 459280;
	l->runtime_main_interpreter = 75728;
}

static void derive_3_13_5(struct layout *l)
{
	l->runtime_size = 283376;
	l->runtime_main_interpreter = 88400;
	l->interp_size = 194976;
}

static void derive_3_13_15(struct layout *l)
{
	l->gc_generations = 24;
}

static void derive_3_14_4(struct layout *l)
{
	const uint32_t gc = l->interp_gc, gc_grown = 264 - 240;

	l->gc_generations = l->gc_generation0 = LAYOUT_NONE;
	l->gc_young = 24;
	l->gc_old = 48;
	l->gc_size -= gc_grown;

	for (uint32_t *field = &l->interp_next; field < &l->gc_size; field++)
		if (*field != LAYOUT_NONE && *field > gc)
			*field -= gc_grown;

	l->thread_size -= 8;
	l->thread_running_loop -= 8;
	l->thread_running_task -= 8;

	l->runtime_size = l->runtime_main_interpreter = LAYOUT_NONE;
	l->interp_size -= gc_grown + 8;
}

/* Without a JIT, the thread in the interpreter lacks jit_tracer_state. */
static void derive_3_15_0(struct layout *l)
{
	l->runtime_size -= 8;
	l->interp_size -= 8;
}

static const struct derived {
	uint32_t hexversion;
	const char *name, *from, *why;
	void (*derive)(struct layout *l);
	bool free_threaded;
} derived[] = {
	{ 0x030c0af0, "3.12.10", "3.12.1",
	  "The headers of 3.12.10: _PyRuntime has fewer static strings.",
	  derive_3_12_10, false },
	{ 0x030d05f0, "3.13.5", "3.13.0",
	  "The headers of 3.13.5: more static strings, threads_preallocated.",
	  derive_3_13_5, false },
	{ 0x030d0ff0, "3.13.15", "3.13.15 (Debian)",
	  "The headers of 3.13.15, without Debian's gchead-alignment.diff.",
	  derive_3_13_15, false },
	{ 0x030e04f0, "3.14.0 to 3.14.4", "3.14.8",
	  "The incremental collector: its state is 24 bytes smaller, so what\n"
	  " * follows in the interpreter is 24 lower; a thread has no\n"
	  " * datastack_cached_chunk yet (agrees with bindings that py-spy made\n"
	  " * from the headers of 3.14.0).  Its _PyRuntime was never measured.",
	  derive_3_14_4, false },
	{ 0x030f00f0, "3.15.0", "3.15.0 (Debian)",
	  "The headers of 3.15.2 without --enable-experimental-jit.",
	  derive_3_15_0, false },
	{ 0x030e0af0, "3.14.10t", "3.14.8",
	  "The headers of 3.14.10: see tools/gen-free-threaded.c.",
	  gen_derive_3_14_10t, true },
	{ 0x030f02f0, "3.15.2t", "3.15.0",
	  "The headers of 3.15.2: see tools/gen-free-threaded.c.",
	  gen_derive_3_15_2t, true },
};

/* Comments of rows that were generated. */
static const struct note {
	const char *name, *text;
} notes[] = {
	{ "3.13.15 (Debian)",
	  "Debian's gchead-alignment.diff puts gc.generations at 20, upstream\n"
	  " * has it at 24, and nothing else tells the two apart: gc.c probes." },
};

/* The list of builds. */

static char *next_word(char **p)
{
	char *word;

	*p += strspn(*p, " \t\n");
	word = *p;
	if (*word == '"') {
		word++;
		*p = word + strcspn(word, "\"\n");
	} else {
		*p = word + strcspn(word, " \t\n");
	}
	if (**p)
		*(*p)++ = '\0';
	return *word ? xstrdup(word) : NULL;
}

static bool parse_build(char *line, struct build *ret)
{
	CLEANUP(freep) char *version = next_word(&line);
	CLEANUP(freep) char *kind = version ? next_word(&line) : NULL;
	char *file;

	*ret = (struct build){ .files = VEC_INIT };
	if (!kind || version[0] == '#')
		return false;
	ret->name = next_word(&line);
	ret->row.hexversion = strtoul(version, NULL, 16);
	ret->row.debug = strcmp(kind, "debug") == 0;
	ret->row.free_threaded = strcmp(kind, "free-threaded") == 0;
	ret->row.name = ret->name;
	while ((file = next_word(&line)))
		str_vec_push(&ret->files, file);
	return true;
}

static void read_list(const char *path, struct build_vec *builds)
{
	FILE *f = fopen(path, "re");
	struct build b;
	char *line = NULL;
	size_t room = 0;

	if (!f) {
		perror(path);
		exit(1);
	}
	while (getline(&line, &room, f) >= 0)
		if (parse_build(line, &b))
			build_vec_push(builds, b);
	free(line);
	fclose(f);
}

struct image *gen_open_image(const char *path)
{
	struct error *err;
	struct image *im;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	err = image_open(fd, path, &im);
	if (err)
		gen_die(path, err);
	close(fd);
	return im;
}

struct debuginfo *gen_debuginfo(struct image *im, const char *path)
{
	struct debuginfo *d;
	struct error *err = debuginfo_open(im, root, &d);

	if (err)
		gen_die(path, err);
	return d;
}

static void merge_file(const char *path, bool first, struct layout *ret)
{
	struct image *im = gen_open_image(path);
	struct debuginfo *d = gen_debuginfo(im, path);
	struct layout l;
	struct error *err;

	err = layout_from_debuginfo(d, &l);
	debuginfo_close(d);
	image_close(im);
	if (err && err->code == ERR_NOT_FOUND && !first) {
		error_free(err);
		return;
	}
	if (err)
		gen_die(path, err);
	for (unsigned int i = 0; i < nr_layout_fields; i++)
		if (first || fields_of(ret)[i] == LAYOUT_NONE)
			fields_of(ret)[i] = fields_of(&l)[i];
}

static void keep_row(struct build *b)
{
	for (unsigned int i = 0; i < nr_layout_rows; i++) {
		if (strcmp(layout_rows[i].name, b->name) != 0)
			continue;
		b->row.layout = layout_rows[i].layout;
		fprintf(stderr, "gen-layout: %s has no files here: it keeps its"
			" row, without new members\n", b->name);
		return;
	}
	fprintf(stderr, "gen-layout: %s has no files here and no row yet\n",
		b->name);
	exit(1);
}

static void read_layout(struct build *b)
{
	if (!b->files.nr)
		keep_row(b);
	for (size_t i = 0; i < b->files.nr; i++)
		merge_file(b->files.v[i], i == 0, &b->row.layout);
}

/* A build by name or by the start of it; NULL: none. */
static struct build *find_build(struct build_vec *builds, const char *name)
{
	for (size_t i = 0; i < builds->nr; i++)
		if (strncmp(builds->v[i].name, name, strlen(name)) == 0)
			return &builds->v[i];
	return NULL;
}

static void add_derived(struct build_vec *builds)
{
	for (size_t i = 0; i < ARRAY_SIZE(derived); i++) {
		const struct derived *d = &derived[i];
		struct build *from = find_build(builds, d->from), b;

		if (!from)
			continue;
		b = (struct build){ .row = from->row, .files = VEC_INIT };
		b.row.hexversion = d->hexversion;
		b.row.free_threaded = d->free_threaded;
		b.name = xstrdup(d->name);
		b.row.name = b.name;
		b.why = d->why;
		d->derive(&b.row.layout);
		build_vec_push(builds, b);
	}
}

/* Free-threaded ones last; by version, release before debug, upstream before
 * distributions. */
static int compare_builds(const void *a, const void *b)
{
	const struct build *x = a, *y = b;

	if (x->row.free_threaded != y->row.free_threaded)
		return x->row.free_threaded ? 1 : -1;
	if (x->row.hexversion != y->row.hexversion)
		return x->row.hexversion < y->row.hexversion ? -1 : 1;
	if (x->row.debug != y->row.debug)
		return x->row.debug ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* layout-tables.c */

/* Print ".name = value,", on a new line if it does not fit into this one. */
static void print_member(const char *name, uint32_t value,
			 const char *end_of_line, size_t *column)
{
	CLEANUP(freep) char *number = xasprintf("%" PRIu32, value);
	const char *text = value == LAYOUT_NONE ? "LAYOUT_NONE" : number;
	size_t len = strlen(name) + strlen(text) + strlen(". = ,");
	bool first = *column == TAB;

	if (!first && *column + 1 + len + strlen(end_of_line) > LINE_WIDTH) {
		printf("%s\n\t", end_of_line);
		*column = TAB;
		first = true;
	}
	printf("%s.%s = %s,", first ? "" : " ", name, text);
	*column += len + !first;
}

/* The first of the series, one that was measured if there is. */
static const struct build *base_of(const struct build_vec *builds,
				   const struct build *b)
{
	for (size_t i = 0; i < builds->nr; i++)
		if (!builds->v[i].why &&
		    builds->v[i].row.free_threaded == b->row.free_threaded &&
		    builds->v[i].row.hexversion >> 16 ==
			    b->row.hexversion >> 16)
			return &builds->v[i];
	return b;
}

static void print_base(struct build *b)
{
	size_t column = TAB;

	printf("\n#define BASE_3_%u%s \\\n\t", b->row.hexversion >> 16 & 0xff,
	       b->row.free_threaded ? "T" : "");
	for (unsigned int i = 0; i < nr_layout_fields; i++)
		if (fields_of(&b->row.layout)[i] != LAYOUT_NONE)
			print_member(layout_field_names[i],
				     fields_of(&b->row.layout)[i], " \\",
				     &column);
	printf("\n");
}

/* What a row has otherwise than the base of its series. */
static void print_difference(struct layout *l, const struct build *base)
{
	struct layout base_layout = base->row.layout;
	size_t column = TAB;
	bool any = false;

	for (unsigned int i = 0; i < nr_layout_fields; i++) {
		if (fields_of(l)[i] == fields_of(&base_layout)[i])
			continue;
		printf("%s", any ? "" : "\t");
		print_member(layout_field_names[i], fields_of(l)[i], "",
			     &column);
		any = true;
	}
	printf("%s", any ? "\n" : "");
}

static const char *note_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (strcmp(notes[i].name, name) == 0)
			return notes[i].text;
	return NULL;
}

static void print_row(struct build *b, const struct build *base)
{
	const char *note = b->why ? b->why : note_of(b->name);

	if (note)
		printf("/*\n * %s%s\n */\n", b->why ? "Derived.  " : "", note);
	printf("{ .hexversion = 0x%08" PRIx32 ",%s%s .name = \"%s\",\n"
	       ".layout = {\n"
	       "#include \"python/layout/layout.def\"\n"
	       "\tBASE_3_%u%s\n", b->row.hexversion,
	       b->row.free_threaded ? " .free_threaded = true," : "",
	       b->row.debug ? " .debug = true," : "", b->name,
	       base->row.hexversion >> 16 & 0xff,
	       b->row.free_threaded ? "T" : "");
	print_difference(&b->row.layout, base);
	printf("} },\n");
}

static void print_tables(struct build_vec *builds)
{
	puts("/* SPDX-License-Identifier: GPL-2.0-or-later */");
	printf("/* Made by tools/gen-layout from builds' DWARF.  "
	       "Don't edit. */\n"
	       "#include \"python/layout/layout.h\"\n"
	       "\n"
	       "/* A row: all absent, then its series' first, then its own. */\n"
	       "#pragma GCC diagnostic ignored \"-Woverride-init\"\n"
	       "#define FIELD(name, where) .name = LAYOUT_NONE,\n"
	       "#define SIZE(name, where) .name = LAYOUT_NONE,\n");
	for (size_t i = 0; i < builds->nr; i++)
		if (base_of(builds, &builds->v[i]) == &builds->v[i])
			print_base(&builds->v[i]);
	printf("\nconst struct layout_row layout_rows[] = {\n");
	for (size_t i = 0; i < builds->nr; i++)
		print_row(&builds->v[i], base_of(builds, &builds->v[i]));
	printf("};\n\n"
	       "const unsigned int nr_layout_rows = ARRAY_SIZE(layout_rows);\n");
}

/* Members are the same in debug builds, but for a few that nobody names. */
static void drop_debug_builds(struct build_vec *builds)
{
	size_t nr = 0;

	for (size_t i = 0; i < builds->nr; i++)
		if (!builds->v[i].row.debug)
			builds->v[nr++] = builds->v[i];
	build_vec_resize(builds, nr);
}

static void sort_builds(struct build_vec *builds)
{
	qsort(builds->v, builds->nr, sizeof(*builds->v), compare_builds);
}

int main(int argc, char **argv)
{
	struct build_vec builds = VEC_INIT;
	bool want_members = false;
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--members") == 0)
			want_members = true;
		else if (strncmp(argv[i], "--root=", 7) == 0)
			root = argv[i] + 7;
		else
			break;
	}
	if (i != argc - 1) {
		fprintf(stderr, "Usage: gen-layout [--members] [--root=DIR] "
			"BUILDS\n");
		return 2;
	}
	read_list(argv[i], &builds);
	if (want_members) {
		drop_debug_builds(&builds);
		sort_builds(&builds);
		gen_print_members(&builds);
		return 0;
	}
	for (size_t k = 0; k < builds.nr; k++)
		read_layout(&builds.v[k]);
	add_derived(&builds);
	sort_builds(&builds);
	print_tables(&builds);
	return 0;
}
