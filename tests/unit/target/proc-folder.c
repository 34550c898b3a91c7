/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc-folder.h"
#include "target/proc.h"

char folder[64];
int dir = -1;

void make_folder(void)
{
	strcpy(folder, "/tmp/check-proc-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	/* Readable by a user that a test becomes. */
	ck_assert_int_eq(chmod(folder, 0777), 0);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(dir, 0);
}

void remove_folder(void)
{
	CLEANUP(freep) char *command = xasprintf("rm -r '%s'", folder);

	closep(&dir);
	ck_assert_int_eq(system(command), 0);
}

void put_bytes(const char *name, const void *bytes, size_t len)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}
