/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/input.h"
#include "base/log.h"
#include "base/str.h"
#include "target/core/core-files.h"
#include "target/core/core-verify.h"
#include "target/core/fetch.h"
#include "target/file.h"
#include "target/elf/first-page.h"
#include "target/elf/image.h"

#define NAMES_MAX 3		/* named in a warning */

static void page_of_core(struct target *t, const struct core_file *f,
			 struct first_page *ret)
{
	first_page_set(ret, f->start ? memory_at(&t->memory, f->start,
						 FIRST_PAGE_LEN) : NULL);
}

/* --- is it the same file? --- */

/* A file that is searched for, and how it is recognized. */
struct wanted {
	struct target *target;
	struct core *core;
	struct core_file *file;
	struct first_page page;
	struct build_id id;	/* in `page` */
};

static void refuse(struct wanted *w, const char *path, const char *why)
{
	target_warn(w->target, "%s is not the file that the process had (%s):"
		    " not used", path, why);
	w->file->refused = true;
}

static void take_symbols(struct wanted *w, int fd, const char *path)
{
	log_info("file %s: %s is used for symbols, it is debug information",
		 w->file->path, path);
	w->file->debug_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/*
 * Is it a separate debug file?  Such a file has the headers and the build-id of
 * the program, but not its code: it is used for symbols.
 */
static bool take_debug(struct wanted *w, int fd, const char *path)
{
	CLEANUP(freep) char *id = build_id_hex(w->id);
	struct image *im;
	struct error *err = image_open(fd, path, &im);
	bool is_one = !err && image_is_debug(im);
	const char *its_id;

	log_pass_over_usual(err, "it is no file of debug information");
	if (is_one) {
		its_id = image_build_id(im);
		if (!*id || !its_id || strcmp(id, its_id) != 0)
			refuse(w, path, "another build-id");
		else if (w->file->debug_fd < 0)
			take_symbols(w, fd, path);
	}
	if (!err)
		image_close(im);
	return is_one;
}

static void log_ids(const struct wanted *w, const struct first_page *page,
		    const char *path)
{
	CLEANUP(freep) char *of_core = build_id_hex(w->id);
	CLEANUP(freep) char *of_file = build_id_hex(first_page_id(page));

	log_info("file %s: %s is another one: build-id %s, the core's %s",
		 w->file->path, path, *of_file ? of_file : "none",
		 *of_core ? of_core : "none");
}

/* Use the file if it is the right one; `fd` stays the caller's. */
static bool take_fd(struct wanted *w, int fd, const char *path)
{
	struct first_page page;
	struct stat st;

	/* Files of /proc have no size, and reading some has effects. */
	if (fd < 0 || fstat(fd, &st) || !st.st_size)
		return false;
	first_page_read(&page, fd);
	if (first_page_is_elf(&page) && take_debug(w, fd, path))
		return false;
	if (w->page.len && !first_page_same(&w->page, &page)) {
		log_ids(w, &page, path);
		refuse(w, path, w->id.len ? "another build-id" :
					    "it begins otherwise");
		return false;
	}
	if (!w->page.len && first_page_is_elf(&page)) {
		if (!core_verify(w->core, w->target,
				 (size_t)(w->file - w->core->files.v), fd,
				 path)) {
			refuse(w, path, "its data is not the core's");
			return false;
		}
		w->core->unverified = true;
	}
	log_info("file %s is used%s%s, %s", path,
		 strcmp(path, w->file->path) ? " in place of " : "",
		 strcmp(path, w->file->path) ? w->file->path : "",
		 !w->page.len ? "by its name: the core does not hold its first"
				" page" :
		 w->id.len ? "its build-id is the core's" :
			     "its first page is the core's");
	w->file->size = st.st_size;
	w->file->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return w->file->fd >= 0;
}

/* --- where it is searched for --- */

/* Try `path` below `root`; "": our own root. */
static bool take_below(struct wanted *w, const char *root, const char *path)
{
	CLEANUP(closep) int fd = file_open_below(root, path);
	CLEANUP(freep) char *whole = xasprintf("%s%s", root, path);

	if (fd < 0)
		log_detail("file %s: no %s", w->file->path, whole);
	return take_fd(w, fd, whole);
}

/*
 * Try the folders of build-ids.  Distributions have links to the files there
 * (Fedora below /usr/lib), or separate debug files.
 */
static bool take_by_id(struct wanted *w, const char *root)
{
	static const struct {
		const char *folder, *suffix;
	} places[] = {
		{ "/usr/lib/debug", "" },
		{ "/usr/lib", "" },
		{ "/usr/lib/debug", ".debug" },
	};
	CLEANUP(freep) char *id = build_id_hex(w->id);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		CLEANUP(freep) char *path = build_id_path(
			places[i].folder, id, places[i].suffix);

		if (path && take_below(w, root, path))
			return true;
	}
	return false;
}

static bool take_fetched(struct wanted *w)
{
	CLEANUP(closep) int fd = -1;
	struct core *c = w->core;
	struct error *err;

	if (!w->id.len || c->fetch_failed)
		return false;
	err = fetch_executable(&c->fetch, w->id.bytes, w->id.len, &fd);
	if (err && err->code != ERR_NOT_FOUND) {
		/* Each file would wait for the same server again. */
		c->fetch_failed = true;
		target_warn(w->target, "%s", err->message);
	}
	log_pass_over_usual(err, "file %s is not fetched", w->file->path);
	return take_fd(w, fd, "the file from the debuginfod server");
}

static void open_file(struct core *c, struct target *t, struct core_file *f)
{
	bool is_program = (size_t)(f - c->files.v) == c->program;
	struct wanted w = { .target = t, .core = c, .file = f };

	page_of_core(t, f, &w.page);
	w.id = first_page_id(&w.page);
	if (is_program && c->executable) {
		take_below(&w, "", c->executable);
		return;
	}
	if (f->path[0] != '/')
		return;
	if (c->sysroot && (take_below(&w, c->sysroot, f->path) ||
			   take_by_id(&w, c->sysroot)))
		return;
	/* With --sysroot, a file of ours must be recognized by its contents. */
	if ((!c->sysroot || w.page.len) && take_below(&w, "", f->path))
		return;
	if (!take_by_id(&w, ""))
		take_fetched(&w);
}

static struct core_file *opened_file(struct core *c, struct target *t,
				     const struct mapping *m)
{
	struct core_file *f;

	if (!m->inode || m->inode > c->files.nr)
		return NULL;
	f = &c->files.v[m->inode - 1];
	if (!f->tried) {
		f->tried = true;
		open_file(c, t, f);
	}
	return f;
}

int core_file_of(struct core *c, struct target *t, const struct mapping *m)
{
	struct core_file *f = opened_file(c, t, m);

	return f ? f->fd : -1;
}

int core_debug_file_of(struct core *c, struct target *t,
		       const struct mapping *m, raddr *bias)
{
	struct core_file *f = opened_file(c, t, m);
	struct first_page page;

	if (!f || f->debug_fd < 0)
		return -1;
	page_of_core(t, f, &page);
	*bias = f->start - first_page_address(&page);
	return f->debug_fd;
}

struct error *core_check_sysroot(const char *path)
{
	enum input_kind kind = input_kind(path);

	if (kind == INPUT_MISSING)
		return error_errno(ERR_UNSUPPORTED, ENOENT, "--sysroot: '%s'",
				   path);
	if (kind != INPUT_FOLDER)
		return error_new(ERR_UNSUPPORTED, "--sysroot: '%s' is not a "
				 "directory", path);
	return NULL;
}

struct error *core_check_executable(const char *path)
{
	CLEANUP(closep) int fd = file_open_regular(AT_FDCWD, path);
	struct first_page page;

	if (fd < 0)
		return error_new(ERR_UNSUPPORTED, "--executable: '%s' can't be "
				 "opened", path);
	first_page_read(&page, fd);
	if (page.len && !memcmp(page.bytes, "#!", 2))
		return error_new(ERR_UNSUPPORTED, "--executable: '%s' is a "
				 "script: name the Python that runs it", path);
	if (!first_page_is_elf(&page))
		return error_new(ERR_UNSUPPORTED, "--executable: '%s' is not a "
				 "64-bit ELF program", path);
	return NULL;
}

unsigned int core_file_prot(struct core *c, struct target *t,
			    const struct mapping *m)
{
	unsigned int prot = SEGMENT_READ;
	struct first_page page;
	Elf64_Phdr h;
	int fd;

	if (!m->inode)
		return 0;
	page_of_core(t, &c->files.v[m->inode - 1], &page);
	fd = page.len ? -1 : core_file_of(c, t, m);
	if (fd >= 0)
		first_page_read(&page, fd);
	if (!first_page_is_elf(&page))
		return SEGMENT_READ;
	for (unsigned int i = 0; first_page_header(&page, i, &h); i++) {
		uint64_t first = memory_page_start(h.p_offset);

		if (h.p_type != PT_LOAD || m->offset < first ||
		    m->offset - first >= h.p_filesz + (h.p_offset - first))
			continue;
		/* A page of the file may end one load and begin the next: lld
		 * does that.  The one that begins with it is mapped there. */
		prot = SEGMENT_READ | (h.p_flags & PF_X ? SEGMENT_EXEC : 0);
		if (first == m->offset)
			break;
	}
	return prot;
}

/* --- what is not available --- */

void core_warn_of_files(struct core *c, struct target *t)
{
	CLEANUP(str_release) struct str names = STR_INIT;
	size_t nr = 0, nr_symbols = 0;

	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];
		struct core_file *f;

		if (!m->inode || !(m->prot & SEGMENT_EXEC))
			continue;
		f = &c->files.v[m->inode - 1];
		if (!f->tried || f->fd >= 0 || f->refused)
			continue;
		f->refused = true;	/* a warning says so */
		nr_symbols += f->debug_fd >= 0;
		if (nr++ < NAMES_MAX) {
			str_add(&names, nr > 1 ? ", " : "");
			str_add(&names, f->path);
		}
	}
	if (nr)
		target_warn(t, "%zu of the process's files can't be found: "
			    "%s%s (see --sysroot, --executable)", nr, names.s,
			    nr > NAMES_MAX ? ", ..." : "");
	if (c->executable && c->program >= c->files.nr)
		target_warn(t, "the core does not say which of its files is "
			    "the program: --executable is not used");
	if (nr_symbols)
		target_warn(t, "for %zu of these there is debug information: "
			    "its symbols are used", nr_symbols);
	if (c->unverified)
		target_warn(t, "the core lacks the first pages of files: "
			    "these are found by name alone");
}

void core_release_files(struct core *c)
{
	for (size_t i = 0; i < c->files.nr; i++) {
		closep(&c->files.v[i].fd);
		closep(&c->files.v[i].debug_fd);
		free(c->files.v[i].path);
	}
	core_file_vec_release(&c->files);
	fetch_close(c->fetch);
}
