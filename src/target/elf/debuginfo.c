/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "target/elf/build-id.h"
#include "target/elf/debuginfo.h"
#include "target/file.h"

/*
 * Bounds for files whose references form circles.  A libpython with all of its
 * modules has some 300 units with half a million top-level entries.
 */
#define UNITS_MAX 200000
#define ENTRIES_MAX 20000000
#define MEMBERS_MAX 100000
#define TYPEDEFS_MAX 64
#define ANONYMOUS_MAX 8

struct type_name {
	const char *name;	/* libdw's; NULL: a free slot */
	bool is_typedef;
	Dwarf_Die die;
};

/* The key is name and is_typedef. */
static bool type_table_used(const void *none UNUSED, const struct type_name *n)
{
	return n->name;
}

static const struct type_name *type_table_key(const void *none UNUSED,
					      const struct type_name *n)
{
	return n;
}

static uint64_t type_table_hash(const void *none UNUSED,
				const struct type_name *n, uint64_t salt)
{
	return hash_text(salt ^ n->is_typedef, n->name);
}

static bool type_table_same(const struct type_name *a,
			    const struct type_name *b)
{
	return a->is_typedef == b->is_typedef && !strcmp(a->name, b->name);
}

HASH_DEFINE(type_table, struct type_name, const struct type_name *,
	    const void *);

struct debuginfo {
	Dwarf *dwarf;
	Dwarf *alternate;	/* dwz moved shared types there; may be NULL */
	Elf *alternate_elf;
	int alternate_fd;
	struct image *file;	/* owns the ELF */
	bool has_types;		/* types are found at the first question */
	struct type_table types;
};

/*
 * If libdw needs the supplementary file and was not given one, it opens it by
 * the name in the DWARF, even if that is a FIFO or a device.  So it is given an
 * empty one.  That has a line table of one byte: without any section it would
 * not count as DWARF.
 */
static const struct {
	Elf64_Ehdr header;
	Elf64_Shdr sections[3];
	char names[24];
} empty = {
	.header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL, .e_machine = EM_X86_64,
		.e_version = EV_CURRENT, .e_shoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 3,
		.e_shstrndx = 1,
	},
	.sections = {
		[1] = { .sh_name = 1, .sh_type = SHT_STRTAB,
			.sh_offset = sizeof(Elf64_Ehdr) +
				     3 * sizeof(Elf64_Shdr), .sh_size = 24 },
		[2] = { .sh_name = 11, .sh_type = SHT_PROGBITS,
			.sh_offset = sizeof(Elf64_Ehdr) +
				     3 * sizeof(Elf64_Shdr), .sh_size = 1 },
	},
	.names = "\0.shstrtab\0.debug_line",
};

/* The file that a distribution has for a build-id below `root`, or -1. */
static int open_debug_file(const char *root, const char *id)
{
	CLEANUP(freep) char *folder = xasprintf("%s/usr/lib/debug", root);
	CLEANUP(freep) char *path = build_id_path(folder, id, ".debug");
	int fd;

	if (!path)
		return -1;
	fd = file_open_regular(AT_FDCWD, path);
	log_info("debug information: %s %s", fd < 0 ? "no" : "found", path);
	return fd;
}

/* The supplementary file that dwz made, below `root` by its build-id. */
static void open_alternate(struct debuginfo *d, const char *root,
			   struct build_id id)
{
	CLEANUP(freep) char *hex = NULL;

	if (id.len > BUILD_ID_MAX)
		return;
	hex = build_id_hex(id);
	d->alternate_fd = open_debug_file(root, hex);
	if (d->alternate_fd < 0)
		return;
	/* Read, not mapped: see image.h. */
	d->alternate_elf = elf_begin(d->alternate_fd, ELF_C_READ, NULL);
	d->alternate = dwarf_begin_elf(d->alternate_elf, DWARF_C_READ, NULL);
}

static void find_alternate(struct debuginfo *d, const char *root)
{
	const char *name;
	const void *id;
	ssize_t len = dwelf_dwarf_gnu_debugaltlink(d->dwarf, &name, &id);

	if (len <= 0)
		return;
	open_alternate(d, root, (struct build_id){ id, (size_t)len });
	if (!d->alternate) {
		elf_end(d->alternate_elf);
		d->alternate_elf = elf_memory(unconst(&empty),
					      sizeof(empty));
		d->alternate = dwarf_begin_elf(d->alternate_elf, DWARF_C_READ,
					       NULL);
	}
	if (d->alternate)
		dwarf_setalt(d->dwarf, d->alternate);
}

static bool has_units(Dwarf *dwarf)
{
	Dwarf_CU *unit = NULL;

	return !dwarf_get_units(dwarf, NULL, &unit, NULL, NULL, NULL, NULL);
}

/*
 * The DWARF of `fd`, opened as an image of its own: libelf keeps every section
 * that it read until the file is closed, and these are large.  NULL: none, or
 * the file is not the one that `im` was made with.
 */
static struct debuginfo *open_file(struct image *im, int fd, const char *root)
{
	const char *wanted = image_build_id(im), *id;
	struct debuginfo *d;
	struct image *file;
	struct error *err;

	if (fd < 0)
		return NULL;
	err = image_open(fd, image_name(im), &file);
	if (err) {
		log_pass_over(err, "look for its debug information elsewhere");
		return NULL;
	}
	d = xcalloc(1, sizeof(*d));
	d->file = file;
	d->alternate_fd = -1;
	id = image_build_id(file);
	if (!wanted || (id && !strcmp(id, wanted)))
		d->dwarf = dwarf_begin_elf(image_elf(file), DWARF_C_READ, NULL);
	if (!d->dwarf || !has_units(d->dwarf)) {
		debuginfo_close(d);
		return NULL;
	}
	find_alternate(d, root);
	return d;
}

struct error *debuginfo_open(struct image *im, const char *root,
			     struct debuginfo **ret)
{
	struct debuginfo *d = open_file(im, image_fd(im), root);

	if (!d) {
		CLEANUP(closep) int fd = open_debug_file(root,
							 image_build_id(im));

		d = open_file(im, fd, root);
	}
	if (!d)
		return error_new(ERR_NOT_FOUND, "no debug information for %s",
				 image_name(im));
	*ret = d;
	return NULL;
}

void debuginfo_close(struct debuginfo *d)
{
	if (!d)
		return;
	if (d->dwarf)
		dwarf_end(d->dwarf);
	if (d->alternate)
		dwarf_end(d->alternate);
	elf_end(d->alternate_elf);
	closep(&d->alternate_fd);
	image_close(d->file);
	type_table_release(&d->types);
	free(d);
}

static const char *own_name(Dwarf_Die *die)
{
	Dwarf_Attribute attr;

	if (!dwarf_attr(die, DW_AT_name, &attr))
		return NULL;
	return dwarf_formstring(&attr);
}

static bool flag(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;
	bool value;

	return dwarf_attr(die, name, &attr) && !dwarf_formflag(&attr, &value) &&
	       value;
}

static const struct type_name *find_name(const struct debuginfo *d,
					 const char *name, bool is_typedef)
{
	const struct type_name key = { .name = name, .is_typedef = is_typedef };

	return type_table_find(&d->types, NULL, &key);
}

static void add_type(struct debuginfo *d, Dwarf_Die *die, int tag)
{
	const char *name;

	if (tag != DW_TAG_structure_type && tag != DW_TAG_union_type &&
	    tag != DW_TAG_typedef)
		return;
	name = own_name(die);
	/* A declaration: the type is defined elsewhere. */
	if (!name || flag(die, DW_AT_declaration))
		return;
	/* The first of a name stays. */
	type_table_put(&d->types, NULL, (struct type_name){
			       name, tag == DW_TAG_typedef, *die });
}

static void add_unit(struct debuginfo *d, Dwarf_Die *unit, size_t *left)
{
	Dwarf_Die die;

	if (dwarf_child(unit, &die))
		return;
	do
		add_type(d, &die, dwarf_tag(&die));
	while (*left && --*left && !dwarf_siblingof(&die, &die));
}

static void add_units(struct debuginfo *d, Dwarf *dwarf, size_t *left)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	for (size_t i = 0; i < UNITS_MAX && *left; i++) {
		if (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die,
				    NULL))
			return;
		add_unit(d, &die, left);
	}
}

static void make_names(struct debuginfo *d)
{
	size_t left = ENTRIES_MAX;

	if (d->has_types)
		return;
	d->has_types = true;
	add_units(d, d->dwarf, &left);
	if (d->alternate)
		add_units(d, d->alternate, &left);
}

static bool find_named(const struct debuginfo *d, const char *name,
		       Dwarf_Die *ret)
{
	const struct type_name *n = find_name(d, name, false);

	if (!n)
		n = find_name(d, name, true);
	if (n)
		*ret = n->die;
	return n;
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) &&
	       dwarf_formref_die(&attr, ret);
}

static bool is_wrapper(int tag)
{
	return tag == DW_TAG_typedef || tag == DW_TAG_const_type ||
	       tag == DW_TAG_volatile_type || tag == DW_TAG_restrict_type ||
	       tag == DW_TAG_atomic_type;
}

/* Follow typedefs and qualifiers, and a declaration to its definition. */
static bool strip(const struct debuginfo *d, Dwarf_Die *die)
{
	const struct type_name *n;
	const char *name;

	for (int i = 0; is_wrapper(dwarf_tag(die)); i++) {
		Dwarf_Die next;

		if (i == TYPEDEFS_MAX || !type_of(die, &next))
			return false;
		*die = next;
	}
	if (!flag(die, DW_AT_declaration))
		return true;
	name = own_name(die);
	if (!name)
		return false;
	n = find_name(d, name, false);
	if (n)
		*die = n->die;
	return n;
}

static bool unsigned_of(Dwarf_Die *die, unsigned int name, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Word word;

	if (!dwarf_attr(die, name, &attr) || dwarf_formudata(&attr, &word))
		return false;
	*ret = word;
	return true;
}

/* The number of items of an array; 0: it is flexible. */
static uint64_t array_items(Dwarf_Die *array)
{
	uint64_t items = 1, nr;
	Dwarf_Die die;
	int left = TYPEDEFS_MAX;

	if (dwarf_child(array, &die))
		return 0;
	do {
		if (dwarf_tag(&die) != DW_TAG_subrange_type)
			continue;
		if (!unsigned_of(&die, DW_AT_count, &nr)) {
			if (!unsigned_of(&die, DW_AT_upper_bound, &nr))
				return 0;
			nr++;
		}
		if (__builtin_mul_overflow(items, nr, &items))
			return 0;
	} while (left-- && !dwarf_siblingof(&die, &die));
	return items;
}

/* The size of a type in bytes; 0: it has none (a flexible array). */
static uint64_t size_of(const struct debuginfo *d, Dwarf_Die type)
{
	uint64_t items = 1, size;

	for (int i = 0; i < TYPEDEFS_MAX; i++) {
		Dwarf_Die item;

		if (!strip(d, &type))
			return 0;
		if (unsigned_of(&type, DW_AT_byte_size, &size))
			return __builtin_mul_overflow(items, size, &size) ?
				0 : size;
		if (dwarf_tag(&type) == DW_TAG_pointer_type)
			return items * 8;
		if (dwarf_tag(&type) != DW_TAG_array_type ||
		    __builtin_mul_overflow(items, array_items(&type), &items) ||
		    !type_of(&type, &item))
			return 0;
		type = item;
	}
	return 0;
}

/* The offset of a member in its struct; for a bit-field, of its first byte. */
static uint64_t member_offset(Dwarf_Die *member)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	size_t nr;
	uint64_t value;

	if (unsigned_of(member, DW_AT_data_member_location, &value))
		return value;
	if (unsigned_of(member, DW_AT_data_bit_offset, &value))
		return value / 8;
	/* DWARF 2 could say it only as an expression. */
	if (dwarf_attr(member, DW_AT_data_member_location, &attr) &&
	    !dwarf_getlocation(&attr, &ops, &nr) && nr == 1 &&
	    ops->atom == DW_OP_plus_uconst)
		return ops->number;
	return 0;
}

/* A struct whose members are being searched. */
struct level {
	Dwarf_Die member;
	uint64_t base;
};

/* Begin with the first member of `type`; false: it has none. */
static bool enter(const struct debuginfo *d, Dwarf_Die type, uint64_t base,
		  struct level *ret)
{
	if (!strip(d, &type))
		return false;
	/* A path that goes on into an array means its first item. */
	for (int i = 0; dwarf_tag(&type) == DW_TAG_array_type; i++) {
		Dwarf_Die item;

		if (i == TYPEDEFS_MAX || !type_of(&type, &item))
			return false;
		type = item;
		if (!strip(d, &type))
			return false;
	}
	ret->base = base;
	return !dwarf_child(&type, &ret->member);
}

static bool is_called(Dwarf_Die *die, const char *name, size_t len)
{
	const char *own = own_name(die);

	return own && strlen(own) == len && !memcmp(own, name, len);
}

static bool is_anonymous(Dwarf_Die *member, Dwarf_Die *type)
{
	return !own_name(member) && type_of(member, type);
}

/*
 * Find a member of the struct `type`, also in members of it that are structs
 * and unions without a name.  `*type` becomes the type of the member.
 */
static bool find_member(const struct debuginfo *d, Dwarf_Die *type,
			const char *name, size_t len, uint64_t *offset)
{
	struct level levels[ANONYMOUS_MAX];
	int depth = 0;

	if (!enter(d, *type, *offset, &levels[0]))
		return false;
	for (int left = MEMBERS_MAX; left && depth >= 0; left--) {
		struct level *l = &levels[depth];
		Dwarf_Die member = l->member, inner;
		uint64_t at = l->base;

		/* Step to the next member before this one is entered. */
		if (dwarf_siblingof(&member, &l->member))
			depth--;
		if (dwarf_tag(&member) != DW_TAG_member)
			continue;
		at += member_offset(&member);
		if (is_called(&member, name, len)) {
			*offset = at;
			return type_of(&member, type);
		}
		if (depth + 1 < ANONYMOUS_MAX &&
		    is_anonymous(&member, &inner) &&
		    enter(d, inner, at, &levels[depth + 1]))
			depth++;
	}
	return false;
}

static struct error *not_found(const char *type, const char *path)
{
	return error_new(ERR_NOT_FOUND, "the debug information has no %s%s%s",
			 type, *path ? "." : "", path);
}

struct error *debuginfo_member(struct debuginfo *d, const char *type,
			       const char *path, uint64_t *offset,
			       uint64_t *size)
{
	const char *rest = path;
	uint64_t at = 0;
	Dwarf_Die die;

	make_names(d);
	if (!find_named(d, type, &die) || !strip(d, &die))
		return not_found(type, path);
	while (*rest) {
		size_t len = strcspn(rest, ".");

		if (!find_member(d, &die, rest, len, &at))
			return not_found(type, path);
		rest += len;
		rest += *rest == '.';
	}
	*offset = at;
	*size = size_of(d, die);
	return NULL;
}
