/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "target/core/core.h"
#include "target/file.h"
#include "target/live/live.h"
#include "target/core/unpack.h"

/* The kernel's own limit for all arguments is 6 MB. */
#define STRINGS_MAX (UINT64_C(6) << 20)
#define ARGUMENTS_MAX 100000
#define COMMAND_MAX (1U << 20)

void core_warn(struct core *c, const char *format, ...)
{
	struct str safe = STR_INIT;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* There are names of files in it. */
	str_add_safe(&safe, text, strlen(text));
	str_vec_push(c->warnings, str_take(&safe));
}

void core_free(struct core *c)
{
	if (!c)
		return;
	if (c->elf)
		elf_end(c->elf);
	if (c->bytes)
		munmap(c->bytes, c->size);
	closep(&c->fd);
	core_release_files(c);
	core_load_vec_release(&c->loads);
	core_range_vec_release(&c->ranges);
	free(c->sysroot);
	free(c->executable);
	free(c);
}

/* --- the command line --- */

/* Where the kernel put the auxiliary vector on the main stack; 0: unknown. */
static raddr find_auxv(struct core *c, struct target *t)
{
	const struct segment *s = memory_find(&t->memory, c->execfn);
	uint64_t at, end;

	/* AT_EXECFN's string is the last thing on it. */
	if (!s || s->filled || c->auxv_len < 32 ||
	    c->execfn - s->start < c->auxv_len)
		return 0;
	at = (c->execfn & ~UINT64_C(7)) - s->start;
	end = at - MIN(at, STRINGS_MAX);
	for (; at >= end + 8; at -= 8)
		if (s->end - s->start - at >= c->auxv_len &&
		    !memcmp(s->bytes + at, c->auxv, c->auxv_len))
			return s->start + at;
	return 0;
}

/* argc, argv ..., NULL, envp ..., NULL, auxv: from the end to `*argc`. */
static raddr find_argv(struct target *t, raddr auxv, uint64_t *argc)
{
	raddr at = auxv - 16;
	uint64_t word, nr;

	/* The environment: down to the NULL that ends argv. */
	for (nr = 0; nr < ARGUMENTS_MAX; nr++, at -= 8) {
		if (!memory_u64(&t->memory, at, &word))
			return 0;
		if (!word)
			break;
	}
	for (nr = 0; nr < ARGUMENTS_MAX; nr++) {
		at -= 8;
		if (!memory_u64(&t->memory, at, &word))
			return 0;
		if (word == nr) {
			*argc = nr;
			return at + 8;
		}
	}
	return 0;
}

void core_describe(struct core *c, struct target *t)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	raddr auxv = find_auxv(c, t), argv = 0, arg;
	uint64_t argc = 0;

	if (auxv)
		argv = find_argv(t, auxv, &argc);
	for (uint64_t i = 0; argv && i < argc && line.len < COMMAND_MAX; i++) {
		const char *s = NULL;

		if (memory_u64(&t->memory, argv + 8 * i, &arg))
			s = memory_string(&t->memory, arg, COMMAND_MAX);
		if (!s)
			return;
		str_add(&line, i ? " " : "");
		str_add(&line, s);
	}
	if (line.len) {
		free(t->command);
		t->command = str_take(&line);
	}
}

/* --- the target --- */

static struct error *read_all(struct core *c, struct target *t)
{
	struct error *err = core_read(c, t->name);

	if (err)
		return err;
	core_read_notes(c, t);
	err = core_map(c, t);
	if (err)
		return error_wrap(err, "'%s'", t->name);
	core_warn_of_files(c, t);
	core_describe(c, t);
	if (c->program < c->files.nr) {
		free(t->executable);
		t->executable = xstrdup(c->files.v[c->program].path);
	}
	modules_find(t);
	return core_restore(c, t);
}

static uint64_t time_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint64_t)st.st_mtime;
}

static struct core *core_new(int fd, const struct core_options *options,
			     struct str_vec *warnings)
{
	struct core *c = xcalloc(1, sizeof(*c));

	c->fd = fd;
	c->program = SIZE_MAX;
	c->warnings = warnings;
	if (options && options->sysroot)
		c->sysroot = xstrdup(options->sysroot);
	if (options && options->executable)
		c->executable = xstrdup(options->executable);
	return c;
}

bool target_is_core(int fd)
{
	Elf64_Ehdr header;

	if (unpack_format(fd))
		return true;
	/* Of any architecture: core_read() says what is wrong with it. */
	return pread(fd, &header, sizeof(header), 0) >=
			(ssize_t)sizeof(Elf32_Ehdr) &&
	       !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
	       (header.e_type == ET_CORE || header.e_type == ET_CORE << 8);
}

/* Read another file in place of a compressed one. */
static struct error *unpack_core(struct core *c, const char *path)
{
	struct error *err;
	bool damaged;
	int fd;

	if (!unpack_format(c->fd))
		return NULL;
	err = unpack(c->fd, path, &fd, &damaged);
	if (err)
		return err;
	if (damaged)
		core_warn(c, "the compressed core is damaged or cut short: it "
			  "is read up to there");
	close(c->fd);
	c->fd = fd;
	return NULL;
}

struct error *target_open_core(const char *path,
			       const struct core_options *options,
			       struct target **ret)
{
	struct error *err = NULL;
	struct target *t;
	int fd;

	if (options && options->executable)
		err = core_check_executable(options->executable);
	if (!err && options && options->sysroot)
		err = core_check_sysroot(options->sysroot);
	if (err)
		return err;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return error_errno(ERR_SYSTEM, errno, "can't open '%s'", path);
	file_raise_limit();
	t = xcalloc(1, sizeof(*t));
	t->name = xstrdup(path);
	t->executable = xstrdup("");
	t->command = xstrdup("");
	t->host = xstrdup("");
	t->taken_at = time_of(fd);
	t->core = core_new(fd, options, &t->warnings);
	err = unpack_core(t->core, path);
	if (!err)
		err = read_all(t->core, t);
	if (err) {
		target_close(t);
		return err;
	}
	*ret = t;
	return NULL;
}

struct error *core_check(struct target *t,
			 const struct snapshot_options *options)
{
	struct error *err;
	bool again = false;

	if (!options || !options->check)
		return NULL;
	err = options->check(t, options->context, &again);
	/* What tells of it may be missing. */
	if (err && t->missing) {
		error_free(err);
		err = NULL;
	}
	if (!err && again)
		core_warn(t->core, "the core was made while a collection was "
			  "running: some objects may be missing");
	return err;
}
