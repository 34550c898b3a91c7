#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "target/core.h"
#include "target/file.h"

#define PAGE_LEN 4096
#define HEADERS_MAX 64
#define BUILD_ID_MAX 64
#define NAMES_MAX 3		/* named in a warning */

/* --- the first page of an ELF file, of the core or of a file --- */

struct page {
	uint8_t bytes[PAGE_LEN];
	size_t len;		/* 0: not there */
};

struct build_id {
	const uint8_t *bytes;	/* in the page */
	size_t len;		/* 0: none */
};

static bool is_elf(const struct page *p)
{
	return p->len >= sizeof(Elf64_Ehdr) && !memcmp(p->bytes, ELFMAG,
						       SELFMAG) &&
	       p->bytes[EI_CLASS] == ELFCLASS64;
}

/* Program header `i`, where it is in the page. */
static bool get_header(const struct page *p, unsigned int i, Elf64_Phdr *ret)
{
	Elf64_Ehdr e;

	if (!is_elf(p))
		return false;
	memcpy(&e, p->bytes, sizeof(e));
	if (i >= e.e_phnum || i >= HEADERS_MAX ||
	    e.e_phentsize != sizeof(*ret) || e.e_phoff > p->len ||
	    (i + 1) * sizeof(*ret) > p->len - e.e_phoff)
		return false;
	memcpy(ret, p->bytes + e.e_phoff + i * sizeof(*ret), sizeof(*ret));
	return true;
}

static struct build_id id_in_notes(const uint8_t *p, uint64_t len)
{
	while (len >= 12) {
		uint64_t name = ((uint64_t)get_u32(p) + 3) & ~UINT64_C(3);
		uint64_t desc = get_u32(p + 4), type = get_u32(p + 8);

		p += 12;
		len -= 12;
		if (name > len || desc > len - name)
			break;
		if (type == NT_GNU_BUILD_ID && name == 4 &&
		    !memcmp(p, "GNU", 4) && desc && desc <= BUILD_ID_MAX)
			return (struct build_id){ p + name, desc };
		desc = (desc + 3) & ~UINT64_C(3);
		if (desc > len - name)
			break;
		p += name + desc;
		len -= name + desc;
	}
	return (struct build_id){ NULL, 0 };
}

/* Linkers put it right behind the headers. */
static struct build_id find_id(const struct page *p)
{
	struct build_id id = { NULL, 0 };
	Elf64_Phdr h;

	for (unsigned int i = 0; !id.len && get_header(p, i, &h); i++)
		if (h.p_type == PT_NOTE && h.p_offset < p->len)
			id = id_in_notes(p->bytes + h.p_offset,
					 MIN(h.p_filesz,
					     p->len - h.p_offset));
	return id;
}

static void page_of_core(struct target *t, const struct core_file *f,
			 struct page *ret)
{
	const uint8_t *p = f->start ? memory_at(&t->memory, f->start,
						PAGE_LEN) : NULL;

	ret->len = p ? PAGE_LEN : 0;
	if (p)
		memcpy(ret->bytes, p, PAGE_LEN);
}

static void page_of_file(int fd, struct page *ret)
{
	ssize_t n;

	memset(ret->bytes, 0, PAGE_LEN);
	n = pread(fd, ret->bytes, PAGE_LEN, 0);
	ret->len = n > 0 ? PAGE_LEN : 0;
}

/* --- is it that very file? --- */

/*
 * By build-id; where there is none, a file that is mapped privately begins as
 * its mapping does.
 */
static bool is_same(const struct page *core, const struct page *file)
{
	struct build_id a = find_id(core), b = find_id(file);

	if (a.len || b.len)
		return a.len == b.len && !memcmp(a.bytes, b.bytes, a.len);
	return file->len && !memcmp(core->bytes, file->bytes, PAGE_LEN);
}

/* Takes the file where it is the right one. */
static bool take(struct core *c, struct core_file *f, const struct page *core,
		 const char *path)
{
	CLEANUP(closep) int fd = file_open_regular(AT_FDCWD, path);
	struct page file;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return false;
	page_of_file(fd, &file);
	if (core->len && !is_same(core, &file)) {
		core_warn(c, "%s is not the file that the process had (%s): "
			  "not used", path, is_elf(core) && find_id(core).len ?
			  "another build-id" : "it begins otherwise");
		f->refused = true;
		return false;
	}
	if (!core->len && is_elf(&file))
		c->unverified = true;
	f->size = st.st_size;
	f->fd = fd;
	fd = -1;
	return true;
}

/* --- where it may be --- */

static bool take_by_id(struct core *c, struct core_file *f,
		       const struct page *core, const char *root)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	struct build_id id = find_id(core);

	if (id.len < 2)
		return false;
	str_addf(&path, "%s/usr/lib/debug/.build-id/%02x/", root, id.bytes[0]);
	for (size_t i = 1; i < id.len; i++)
		str_addf(&path, "%02x", id.bytes[i]);
	return take(c, f, core, path.s);
}

static bool take_below(struct core *c, struct core_file *f,
		       const struct page *core, const char *root)
{
	CLEANUP(freep) char *path = xasprintf("%s%s", root, f->path);

	return take(c, f, core, path);
}

static void open_file(struct core *c, struct target *t, struct core_file *f)
{
	bool is_program = (size_t)(f - c->files.v) == c->program;
	struct page core;

	page_of_core(t, f, &core);
	if (is_program && c->executable) {
		take(c, f, &core, c->executable);
		return;
	}
	if (f->path[0] != '/')
		return;
	if (c->sysroot && (take_below(c, f, &core, c->sysroot) ||
			   take_by_id(c, f, &core, c->sysroot)))
		return;
	/* Of another root a file is known by what is in it alone. */
	if ((!c->sysroot || core.len) && take_below(c, f, &core, ""))
		return;
	take_by_id(c, f, &core, "");
}

int core_file_of(struct core *c, struct target *t, const struct mapping *m)
{
	struct core_file *f;

	if (!m->inode || m->inode > c->files.nr)
		return -1;
	f = &c->files.v[m->inode - 1];
	if (!f->tried) {
		f->tried = true;
		open_file(c, t, f);
	}
	return f->fd;
}

struct error *core_check_executable(const char *path)
{
	CLEANUP(closep) int fd = file_open_regular(AT_FDCWD, path);
	struct page page;

	if (fd < 0)
		return error_new(ERR_UNSUPPORTED, "--executable: '%s' can't be "
				 "opened", path);
	page_of_file(fd, &page);
	if (page.len && !memcmp(page.bytes, "#!", 2))
		return error_new(ERR_UNSUPPORTED, "--executable: '%s' is a "
				 "script: name the Python that runs it", path);
	if (!is_elf(&page))
		return error_new(ERR_UNSUPPORTED, "--executable: '%s' is no "
				 "64-bit ELF program", path);
	return NULL;
}

unsigned int core_file_prot(struct core *c, struct target *t,
			    const struct mapping *m)
{
	struct page page;
	Elf64_Phdr h;
	int fd;

	if (!m->inode)
		return 0;
	page_of_core(t, &c->files.v[m->inode - 1], &page);
	fd = page.len ? -1 : core_file_of(c, t, m);
	if (fd >= 0)
		page_of_file(fd, &page);
	if (!is_elf(&page))
		return SEGMENT_READ;
	for (unsigned int i = 0; get_header(&page, i, &h); i++) {
		uint64_t first = h.p_offset / PAGE_LEN * PAGE_LEN;

		if (h.p_type == PT_LOAD && m->offset >= first &&
		    m->offset - first < h.p_filesz + (h.p_offset - first))
			return SEGMENT_READ |
			       (h.p_flags & PF_X ? SEGMENT_EXEC : 0);
	}
	return SEGMENT_READ;
}

/* --- what can't be had --- */

void core_warn_of_files(struct core *c, const struct target *t)
{
	CLEANUP(str_release) struct str names = STR_INIT;
	size_t nr = 0;

	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];
		struct core_file *f;

		if (!m->inode || !(m->prot & SEGMENT_EXEC))
			continue;
		f = &c->files.v[m->inode - 1];
		if (!f->tried || f->fd >= 0 || f->refused)
			continue;
		f->refused = true;	/* said, that is */
		if (nr++ < NAMES_MAX) {
			str_add(&names, nr > 1 ? ", " : "");
			str_add(&names, f->path);
		}
	}
	if (nr)
		core_warn(c, "%zu of the process's files can't be found: %s%s "
			  "(see --sysroot, --executable)", nr, names.s,
			  nr > NAMES_MAX ? ", ..." : "");
	if (c->unverified)
		core_warn(c, "the core does not hold the first pages of files:"
			  " they are taken by their names");
}

void core_release_files(struct core *c)
{
	for (size_t i = 0; i < c->files.nr; i++) {
		closep(&c->files.v[i].fd);
		free(c->files.v[i].path);
	}
	core_file_vec_release(&c->files);
}
