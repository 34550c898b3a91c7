/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <unistd.h>

#include "library-core.h"

void library_core_forge(struct forge *f, const char *path, uint8_t id,
			unsigned int has)
{
	uint8_t bytes[LIBRARY_LEN];

	library_make(bytes, LIBRARY_WHOLE, id);
	/* The process has written there. */
	bytes[LIBRARY_KEPT] = 1;
	forge_process(f, 42, "python3", "python3 app.py");
	forge_load(f, BIAS, LIBRARY_PAGE, PF_R, bytes,
		   has & HAS_FIRST_PAGE ? LIBRARY_PAGE : 0);
	forge_load(f, BIAS + LIBRARY_TEXT, LIBRARY_PAGE, PF_R | PF_X, NULL, 0);
	forge_load(f, BIAS + LIBRARY_DATA, LIBRARY_PAGE, PF_R | PF_W,
		   bytes + LIBRARY_DATA, has & HAS_DATA ? LIBRARY_PAGE : 0);
	forge_file(f, BIAS, BIAS + LIBRARY_PAGE, 0, path);
	forge_file(f, BIAS + LIBRARY_TEXT, BIAS + LIBRARY_DATA, 1, path);
	forge_file(f, BIAS + LIBRARY_DATA, BIAS + LIBRARY_DATA + LIBRARY_PAGE,
		   2, path);
}

struct target *library_core_open(struct forge *f,
				 const struct core_options *options)
{
	struct target *t = NULL;
	struct error *err;
	char path[32];
	int fd;

	if (!f->file.nr)
		forge_finish(f);
	fd = forge_open(f->file.v, f->file.nr);
	forge_path(fd, path);
	err = target_open_core(path, options, &t);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	close(fd);
	forge_release(f);
	return t;
}

void library_core_has(struct target *t, const char *name, raddr expected,
		      uint64_t expected_size)
{
	raddr at = 0;
	uint64_t size = 0;
	struct error *err = modules_symbol(t, NULL, name, &at, &size);

	ck_assert_msg(!err, "%s", err ? err->message : "");
	ck_assert_uint_eq(at, expected);
	ck_assert_uint_eq(size, expected_size);
}

void library_core_lacks(struct target *t, const char *name)
{
	raddr at;
	uint64_t size;
	struct error *err = modules_symbol(t, NULL, name, &at, &size);

	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_NOT_FOUND);
	error_free(err);
}
