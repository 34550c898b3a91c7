/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gen-layout --members: member-names-tables.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "gen.h"
#include "python/layout/member-names.h"

static const struct members {
	const char *types, *structs, *paths;
} members[] = {
#define MEMBERS(types, structs, paths) { types, structs, paths },
#include "members.def"
#undef MEMBERS
};

/* One path of one entry, and where the builds have it. */
struct member {
	const struct members *in;
	char *path, *name;
	uint32_t *offsets;	/* one for each build; LAYOUT_NONE */
};
VEC_DEFINE(member_vec, struct member);

struct name_row {
	char *type;
	uint32_t offset, from, until;
	const char *name;
};
VEC_DEFINE(name_row_vec, struct name_row);

static void add_paths(const struct members *in, size_t nr_builds,
		      struct member_vec *ret)
{
	const char *p = in->paths;

	while (*p) {
		size_t len = strcspn(p, " "), path_len = strcspn(p, " =");
		struct member m = { .in = in };

		m.path = xstrndup(p, path_len);
		m.name = path_len == len ?
			xstrdup(m.path) :
			xstrndup(p + path_len + 1, len - path_len - 1);
		m.offsets = xreallocarray(NULL, nr_builds, sizeof(uint32_t));
		memset(m.offsets, 0xff, nr_builds * sizeof(uint32_t));
		member_vec_push(ret, m);
		p += len;
		p += strspn(p, " ");
	}
}

static void find_member(struct debuginfo *d, const struct member *m,
			uint32_t *ret)
{
	uint64_t offset, size;

	for (const char *p = m->in->structs;; p++) {
		size_t len = strcspn(p, "|");
		CLEANUP(freep) char *type = xstrndup(p, len);
		struct error *err = debuginfo_member(d, type, m->path, &offset,
						     &size);

		if (!err) {
			*ret = (uint32_t)offset;
			return;
		}
		if (err->code != ERR_NOT_FOUND)
			gen_die(type, err);
		error_free(err);
		p += len;
		if (!*p)
			return;
	}
}

static void find_members(const struct build *b, size_t index,
			 struct member_vec *all)
{
	for (size_t i = 0; i < b->files.nr; i++) {
		struct image *im = gen_open_image(b->files.v[i]);
		struct debuginfo *d = gen_debuginfo(im, b->files.v[i]);

		for (size_t k = 0; k < all->nr; k++)
			if (all->v[k].offsets[index] == LAYOUT_NONE)
				find_member(d, &all->v[k],
					    &all->v[k].offsets[index]);
		debuginfo_close(d);
		image_close(im);
	}
}

static bool has_name(const struct member_vec *all, size_t end,
		     const struct member *m, size_t index)
{
	for (size_t i = 0; i < end; i++)
		if (all->v[i].in == m->in && !strcmp(all->v[i].name, m->name) &&
		    all->v[i].offsets[index] != LAYOUT_NONE)
			return true;
	return false;
}

/* Where the last tables have it; LAYOUT_NONE: nowhere. */
static uint32_t kept_offset(const struct build *b, const struct member *m)
{
	const bool free_threaded = b->row.free_threaded;
	const struct member_name *rows = free_threaded ?
		member_names_free_threaded : member_names;
	unsigned int nr = free_threaded ? nr_member_names_free_threaded :
					  nr_member_names;
	size_t len = strcspn(m->in->types, "|");

	for (unsigned int i = 0; i < nr; i++)
		if (strlen(rows[i].type) == len &&
		    !strncmp(rows[i].type, m->in->types, len) &&
		    !strcmp(rows[i].name, m->name) &&
		    rows[i].from <= b->row.hexversion &&
		    b->row.hexversion < rows[i].until)
			return rows[i].offset;
	return LAYOUT_NONE;
}

/* A build without files keeps what the last tables say of it.  They have names,
 * no paths: of several paths of one name the first one gets the offset. */
static void keep_members(const struct build *b, size_t index,
			 struct member_vec *all)
{
	for (size_t i = 0; i < all->nr; i++)
		if (!has_name(all, i, &all->v[i], index))
			all->v[i].offsets[index] = kept_offset(b, &all->v[i]);
}

/* The first version that build `i` speaks for. */
static uint32_t first_version(const struct build_vec *builds, size_t i)
{
	uint32_t version;

	if (i == 0)
		return 0;
	if (i == builds->nr)
		return UINT32_MAX;
	version = builds->v[i].row.hexversion;
	if (version >> 16 != builds->v[i - 1].row.hexversion >> 16)
		return version >> 16 << 16;
	return version;
}

static void add_name_rows(const struct build_vec *builds,
			  const struct member *m, const char *type, size_t len,
			  struct name_row_vec *ret)
{
	for (size_t i = 0, end; i < builds->nr; i = end) {
		uint32_t offset = m->offsets[i];

		for (end = i + 1; end < builds->nr; end++)
			if (m->offsets[end] != offset)
				break;
		if (offset == LAYOUT_NONE)
			continue;
		name_row_vec_push(ret, (struct name_row){
			.type = xstrndup(type, len), .offset = offset,
			.from = first_version(builds, i),
			.until = first_version(builds, end), .name = m->name,
		});
	}
}

static int compare_name_rows(const void *a, const void *b)
{
	const struct name_row *x = a, *y = b;
	int ret = strcmp(x->type, y->type);

	if (ret)
		return ret;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

static void print_version(uint32_t version)
{
	if (version == 0)
		printf(" FIRST,");
	else if (version == UINT32_MAX)
		printf(" LAST,");
	else
		printf(" 0x%08" PRIx32 ",", version);
}

static void print_name_rows(const struct name_row_vec *rows, const char *name)
{
	printf("\nconst struct member_name %s[] = {\n", name);
	for (size_t i = 0; i < rows->nr; i++) {
		const struct name_row *r = &rows->v[i];

		printf("{ \"%s\", %" PRIu32 ",", r->type, r->offset);
		print_version(r->from);
		print_version(r->until);
		printf(" \"%s\" },\n", r->name);
	}
	printf("};\n\n"
	       "const unsigned int nr_%s = ARRAY_SIZE(%s);\n", name, name);
}

static void print_table(const struct build_vec *builds, const char *name)
{
	struct member_vec all = VEC_INIT;
	struct name_row_vec rows = VEC_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		add_paths(&members[i], builds->nr, &all);
	for (size_t i = 0; i < builds->nr; i++) {
		if (builds->v[i].files.nr)
			find_members(&builds->v[i], i, &all);
		else
			keep_members(&builds->v[i], i, &all);
	}
	for (size_t i = 0; i < all.nr; i++) {
		const char *p = all.v[i].in->types;

		for (;; p++) {
			size_t len = strcspn(p, "|");

			add_name_rows(builds, &all.v[i], p, len, &rows);
			p += len;
			if (!*p)
				break;
		}
	}
	qsort(rows.v, rows.nr, sizeof(*rows.v), compare_name_rows);
	print_name_rows(&rows, name);
}

void gen_print_members(struct build_vec *builds)
{
	struct build_vec kinds[2] = { VEC_INIT, VEC_INIT };

	for (size_t i = 0; i < builds->nr; i++)
		build_vec_push(&kinds[builds->v[i].row.free_threaded],
			       builds->v[i]);
	puts("/* SPDX-License-Identifier: GPL-2.0-or-later */");
	printf("/* Made by tools/gen-layout from tools/members.def.  Don't "
	       "edit. */\n"
	       "#include \"python/layout/member-names.h\"\n"
	       "\n"
	       "#define FIRST 0\n"
	       "#define LAST UINT32_MAX\n");
	print_table(&kinds[0], "member_names");
	print_table(&kinds[1], "member_names_free_threaded");
}
