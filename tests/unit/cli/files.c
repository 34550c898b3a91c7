/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "files.h"

char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *ret = xcalloc(1 << 20, 1);

	ck_assert_msg(f, "%s", path);
	ck_assert_uint_lt(fread(ret, 1, 1 << 20, f), 1 << 20);
	fclose(f);
	return ret;
}

void expect_content(const char *path, const char *content)
{
	CLEANUP(freep) char *s = read_file(path);

	ck_assert_str_eq(s, content);
}

void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

unsigned int nr_files(const char *pattern)
{
	unsigned int nr;
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		return 0;
	nr = (unsigned int)found.gl_pathc;
	globfree(&found);
	return nr;
}

mode_t mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_mode & 0777;
}
