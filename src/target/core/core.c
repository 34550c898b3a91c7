/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/input.h"
#include "base/log.h"
#include "target/core/core-command.h"
#include "target/core/core-files.h"
#include "target/core/core-maps.h"
#include "target/core/core-notes.h"
#include "target/core/core-read.h"
#include "target/core/core-resident.h"
#include "target/core/core-symbols.h"
#include "target/core/core.h"
#include "target/core/unpack.h"
#include "target/file.h"

static void core_free(struct core *c)
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
	core_find_command(c, t);
	if (c->program < c->files.nr) {
		free(t->executable);
		t->executable = xstrdup(c->files.v[c->program].path);
	}
	log_info("core '%s': %zu segments, %zu mappings of %zu files, %zu "
		 "threads, %" PRIu64 " bytes missing, program %s", t->name,
		 c->loads.nr, t->mappings.nr, c->files.nr, t->threads.nr,
		 t->missing, *t->executable ? t->executable : "not known");
	return NULL;
}

static uint64_t time_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint64_t)st.st_mtime;
}

static struct core *core_new(int fd, const struct core_options *options)
{
	struct core *c = xcalloc(1, sizeof(*c));

	c->fd = fd;
	c->program = SIZE_MAX;
	if (options && options->sysroot)
		c->sysroot = xstrdup(options->sysroot);
	if (options && options->executable)
		c->executable = xstrdup(options->executable);
	return c;
}

bool core_is_one(int fd)
{
	Elf64_Ehdr header;

	if (unpack_format(fd))
		return true;
	/* A core of any architecture: core_read() explains what is wrong. */
	return pread(fd, &header, sizeof(header), 0) >=
			(ssize_t)sizeof(Elf32_Ehdr) &&
	       !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
	       (header.e_type == ET_CORE || header.e_type == ET_CORE << 8);
}

/* If the file is compressed, unpack it and continue with the result. */
static struct error *unpack_core(struct core *c, struct target *t)
{
	struct error *err;
	bool damaged;
	int fd;

	if (!unpack_format(c->fd))
		return NULL;
	err = unpack(c->fd, t->name, &fd, &damaged);
	if (err)
		return err;
	if (damaged)
		target_warn(t, "the compressed core is damaged or truncated:"
			    " only the part before that is read");
	log_info("core '%s' is unpacked to an unnamed file", t->name);
	close(c->fd);
	c->fd = fd;
	return NULL;
}

static int file_of_mapping(struct target *t, const struct mapping *m)
{
	return core_file_of(t->core, t, m);
}

static int debug_file_of_mapping(struct target *t, const struct mapping *m,
				 raddr *bias)
{
	return core_debug_file_of(t->core, t, m, bias);
}

static struct error *core_peek(struct target *t, raddr addr, void *buf,
			  uint64_t len)
{
	return memory_read(&t->memory, addr, buf, len);
}

/* The core is the snapshot already: one check, and a warning if it fails. */
static struct error *core_snapshot(struct target *t,
			      const struct snapshot_options *options)
{
	struct error *err;
	bool again = false;

	if (!options)
		return NULL;
	err = target_check_gate(t, &options->gate, &again);
	/* The words that it reads may be missing. */
	if (err && t->missing) {
		log_pass_over(err, "nobody knows whether a collection was "
			      "running");
		err = NULL;
	}
	if (!err && again)
		target_warn(t, "the core was made while a collection was "
			    "running: some objects may be missing");
	return err;
}

static void core_close(struct target *t)
{
	core_free(t->core);
}

static const struct target_source core_source = {
	.peek = core_peek,
	.snapshot = core_snapshot,
	.file = file_of_mapping,
	.debug_file = debug_file_of_mapping,
	.symbol = core_symbol,
	.is_missing = core_is_missing,
	.hole = core_hole,
	.residency = core_find_resident,
	.close = core_close,
};

struct error *core_open(const char *path, const struct core_options *options,
			struct target *t)
{
	struct error *err = NULL;
	int fd;

	if (options && options->executable)
		err = core_check_executable(options->executable);
	if (!err && options && options->sysroot)
		err = core_check_sysroot(options->sysroot);
	if (err)
		return err;
	fd = input_open(path);
	if (fd < 0)
		return error_errno(ERR_SYSTEM, errno, "can't open '%s'", path);
	file_raise_limit();
	t->name = xstrdup(path);
	t->executable = xstrdup("");
	t->command = xstrdup("");
	t->host = xstrdup("");
	t->taken_at = time_of(fd);
	t->source = &core_source;
	t->core = core_new(fd, options);
	err = unpack_core(t->core, t);
	return err ? err : read_all(t->core, t);
}
