/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a path leads, and who can change that: base/files/. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/files/newfile.h"
#include "entries.h"
#include "suite.h"
#include "unnamed.h"

const char suite_name[] = "newfile";

#define NOBODY 65534

/* --- a folder for each test --- */

static char home[] = "/tmp/pyheld-newfile.XXXXXX";

static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(home));
	ck_assert_int_eq(chdir(home), 0);
	umask(0);
	ck_assert_int_eq(mkdir("own", 0755), 0);
	ck_assert_int_eq(mkdir("shared", 01777), 0);
}

static void tear_down(void)
{
	CLEANUP(freep) char *command = xasprintf("rm -r %s", home);

	ck_assert_int_eq(system(command), 0); /* NOLINT */
}

static void write_text(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
}

static void expect_text(const char *path, const char *text)
{
	char found[64] = "";
	FILE *in = fopen(path, "re");

	ck_assert_msg(in != NULL, "%s: %s", path, strerror(errno));
	if (!fgets(found, sizeof(found), in))
		found[0] = '\0';
	fclose(in);
	ck_assert_str_eq(found, text);
}

static void plant(const char *text, const char *path)
{
	ck_assert_int_eq(symlink(text, path), 0);
}

/* Write a file as a program would; the error, if there is one. */
static struct error *put(const char *path, const char *text)
{
	CLEANUP(newfile_release) struct newfile f = NEWFILE_INIT;
	CLEANUP(closep) int fd = -1;
	struct error *err = newfile_find(&f, path, &fd);

	if (err)
		return err;
	if (fd < 0)
		fd = newfile_create(&f, 0600);
	if (fd < 0)
		return error_errno(ERR_SYSTEM, errno, "can't create");
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	return f.temporary ? newfile_publish(&f, true) : NULL;
}

static void expect_put(const char *path)
{
	struct error *err = put(path, "new");

	ck_assert_msg(!err, "%s: %s", path, err ? err->message : "");
}

static void expect_refused(const char *path, const char *word)
{
	struct error *err = put(path, "new");

	ck_assert_msg(err != NULL, "%s was written", path);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	ck_assert_msg(strstr(err->message, word), "%s: %s", path, err->message);
	error_free(err);
}

/* --- links --- */

START_TEST(own_links_are_followed)
{
	CLEANUP(freep) char *whole = xasprintf("%s/own/real", home);

	write_text("own/real", "old");
	plant("real", "own/link");
	expect_put("own/link");
	expect_text("own/real", "new");
	/* Absolute, of a folder, by way of others, and to nothing yet. */
	plant(whole, "own/whole");
	plant("own", "folder");
	plant("folder/../folder/whole", "chained");
	write_text("own/real", "old");
	expect_put("chained");
	expect_text("own/real", "new");
	plant("later", "own/dangling");
	expect_put("own/dangling");
	expect_text("own/later", "new");
	plant("..//own/./link", "own/odd");
	write_text("own/real", "old");
	expect_put("folder//odd");
	expect_text("own/real", "new");
}
END_TEST

START_TEST(links_in_shared_folders_are_not)
{
	static const mode_t modes[] = { 01777, 0777, 01757 };

	write_text("own/real", "old");
	plant("../own/real", "shared/link");
	plant("../own", "shared/folder");
	plant("shared/link", "through");
	plant("../own/none", "shared/dangling");
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		ck_assert_int_eq(chmod("shared", modes[i]), 0);
		expect_refused("shared/link", "'link'");
		expect_refused("shared/folder/real", "'folder'");
		expect_refused("shared/folder/", "'folder'");
		expect_refused("through", "'link'");
		expect_refused("shared/dangling", "'dangling'");
	}
	expect_text("own/real", "old");
	ck_assert_int_eq(access("own/none", F_OK), -1);
	/* Without links, it is a folder like others. */
	expect_put("shared/plain");
	expect_put("shared/plain");
	expect_text("shared/plain", "new");
	ck_assert_int_eq(chmod("shared", 0755), 0);
	expect_put("shared/link");
}
END_TEST

START_TEST(links_that_a_group_can_change)
{
	plant("../own/real", "shared/link");
	ck_assert_int_eq(chmod("shared", 0775), 0);
	expect_put("shared/link");
	if (geteuid())
		return;
	ck_assert_int_eq(chown("shared", 0, NOBODY), 0);
	expect_refused("shared/link", "'link'");
	ck_assert_int_eq(chmod("shared", 0755), 0);
	expect_put("shared/link");
}
END_TEST

/* Root writes where another user is at home. */
START_TEST(links_of_others_are_not)
{
	if (geteuid())
		return;
	write_text("own/real", "old");
	plant("real", "own/link");
	ck_assert_int_eq(lchown("own/link", NOBODY, NOBODY), 0);
	expect_refused("own/link", "'link'");
	ck_assert_int_eq(lchown("own/link", 0, 0), 0);
	ck_assert_int_eq(chown("own", NOBODY, NOBODY), 0);
	expect_refused("own/link", "'link'");
	expect_put("own/plain");
	expect_text("own/real", "old");
}
END_TEST

START_TEST(loops_of_links_end)
{
	plant("loop", "loop");
	expect_refused("loop", strerror(ELOOP));
	plant("two/x", "one");
	plant("one/x", "two");
	expect_refused("one", strerror(ELOOP));
}
END_TEST

/* --- names --- */

START_TEST(paths_that_lead_nowhere)
{
	write_text("file", "old");
	expect_refused("", strerror(ENOENT));
	expect_refused("none/x", strerror(ENOENT));
	expect_refused("file/x", strerror(ENOTDIR));
	expect_refused("own", strerror(EISDIR));
	expect_refused("own/", strerror(EISDIR));
	expect_refused(".", strerror(EISDIR));
	expect_refused("/", strerror(EISDIR));
	expect_refused("own/..", strerror(EISDIR));
	expect_refused("none/", strerror(ENOENT));
}
END_TEST

START_TEST(folders_are_made)
{
	int fd = -1;
	struct error *err;
	struct stat st;

	err = folder_open("a/b", FOLDER_MAKE_LAST, &fd);
	ck_assert_ptr_nonnull(err);
	error_free(err);
	ck_assert_ptr_null(folder_open("a/b//c/", FOLDER_MAKE_ALL, &fd));
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_mode, S_IFDIR | 0700);
	close(fd);
	ck_assert_ptr_null(folder_open("a/b/d//", FOLDER_MAKE_LAST, &fd));
	close(fd);
	ck_assert_int_eq(access("a/b/d", F_OK), 0);
	/* Not where a link of somebody else leads. */
	plant("../own", "shared/link");
	err = folder_open("shared/link/x", FOLDER_MAKE_ALL, &fd);
	ck_assert_ptr_nonnull(err);
	error_free(err);
	ck_assert_int_eq(access("own/x", F_OK), -1);
	err = folder_open("none", FOLDER_MAKE_NONE, &fd);
	ck_assert_ptr_nonnull(err);
	error_free(err);
}
END_TEST

START_TEST(folders_of_others_get_none)
{
	const char *theirs = geteuid() ? "/usr" : "theirs";
	CLEANUP(freep) char *missing = xasprintf("%s/x/y", theirs);
	int fd = -1;
	struct error *err;
	struct stat st;

	if (!geteuid()) {
		ck_assert_int_eq(mkdir("theirs", 0777), 0);
		ck_assert_int_eq(chown("theirs", NOBODY, NOBODY), 0);
	}
	err = folder_open(missing, FOLDER_MAKE_IN_OURS, &fd);
	ck_assert_ptr_nonnull(err);
	ck_assert_ptr_nonnull(strstr(err->message, "'x' would be made in a"
				     " folder of another user"));
	error_free(err);
	ck_assert_int_eq(fd, -1);
	/* What is there is opened. */
	ck_assert_ptr_null(folder_open(theirs, FOLDER_MAKE_IN_OURS, &fd));
	ck_assert(!folder_is_ours(fd));
	close(fd);
	ck_assert_ptr_null(folder_open("own/x/y", FOLDER_MAKE_IN_OURS, &fd));
	ck_assert(folder_is_ours(fd));
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_mode, S_IFDIR | 0700);
	close(fd);
}
END_TEST

/* --- what comes between the check and the use --- */

START_TEST(links_planted_later_are_replaced)
{
	CLEANUP(newfile_release) struct newfile f = NEWFILE_INIT;
	struct stat st;
	int fd;

	write_text("own/real", "old");
	ck_assert_ptr_null(newfile_find(&f, "shared/out", &fd));
	ck_assert_int_eq(fd, -1);
	plant("../own/real", "shared/out");
	fd = newfile_create(&f, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "new", 3), 3);
	close(fd);
	ck_assert_ptr_null(newfile_publish(&f, false));
	expect_text("own/real", "old");
	ck_assert_int_eq(lstat("shared/out", &st), 0);
	ck_assert_int_eq(st.st_mode, S_IFREG | 0644);
}
END_TEST

/* The folder's path leads elsewhere, but we are in it. */
START_TEST(folders_are_exchanged)
{
	CLEANUP(newfile_release) struct newfile f = NEWFILE_INIT;
	int fd;

	ck_assert_int_eq(mkdir("shared/theirs", 0777), 0);
	write_text("own/out", "old");
	ck_assert_ptr_null(newfile_find(&f, "shared/theirs/out", &fd));
	ck_assert_int_eq(rename("shared/theirs", "shared/moved"), 0);
	plant("../own", "shared/theirs");
	fd = newfile_create(&f, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_ptr_null(newfile_publish(&f, true));
	expect_text("own/out", "old");
	ck_assert_int_eq(access("shared/moved/out", F_OK), 0);
}
END_TEST

START_TEST(another_name_of_a_file_is_replaced)
{
	write_text("own/real", "old");
	ck_assert_int_eq(link("own/real", "shared/out"), 0);
	expect_put("shared/out");
	expect_text("own/real", "old");
	expect_text("shared/out", "new");
}
END_TEST

START_TEST(temporary_files_are_dropped)
{
	CLEANUP(newfile_release) struct newfile f = NEWFILE_INIT;
	CLEANUP(freep) char *path = NULL;
	int fd;

	forbid_unnamed();
	newfile_drop(&f);
	ck_assert_ptr_null(newfile_find(&f, "own/out", &fd));
	fd = newfile_create(&f, 0600);
	close(fd);
	path = xasprintf("own/%s", f.temporary);
	ck_assert_int_eq(access(path, F_OK), 0);
	newfile_drop(&f);
	ck_assert_int_eq(access(path, F_OK), -1);
	newfile_drop(&f);
}
END_TEST

START_TEST(temporary_files_have_no_name)
{
	CLEANUP(newfile_release) struct newfile f = NEWFILE_INIT;
	unsigned int before = count_fds();
	int fd;

	ck_assert_ptr_null(newfile_find(&f, "own/out", &fd));
	fd = newfile_create(&f, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(count_entries("own"), 2 + nr_names());
	close(fd);
	newfile_drop(&f);
	ck_assert_uint_eq(count_entries("own"), 2);
	newfile_release(&f);
	ck_assert_uint_eq(count_fds(), before);
}
END_TEST

/* With the name of a file, and where there is none. */
static void expect_files(void)
{
	struct stat st;

	expect_put("own/out");
	expect_text("own/out", "new");
	write_text("own/out", "old");
	expect_put("own/out");
	expect_text("own/out", "new");
	ck_assert_int_eq(stat("own/out", &st), 0);
	ck_assert_int_eq(st.st_nlink, 1);
	ck_assert_uint_eq(count_entries("own"), 3);
}

START_TEST(files_are_replaced)
{
	expect_files();
	ck_assert_int_eq(unlink("own/out"), 0);
	forbid_unnamed();
	expect_files();
}
END_TEST

/* --- no regular files --- */

static void expect_fifo(const char *path)
{
	int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char found[8] = "";

	expect_put(path);
	ck_assert_int_eq(read(reader, found, sizeof(found) - 1), 3);
	ck_assert_str_eq(found, "new");
	close(reader);
}

START_TEST(fifos)
{
	ck_assert_int_eq(mkfifo("own/fifo", 0600), 0);
	expect_fifo("own/fifo");
	ck_assert_int_eq(mkfifo("shared/fifo", 0600), 0);
	expect_fifo("shared/fifo");
	if (geteuid())
		return;
	/* Somebody else's, where we trust nobody.  It does not wait. */
	ck_assert_int_eq(chown("shared/fifo", NOBODY, NOBODY), 0);
	expect_refused("shared/fifo", "FIFO of another user");
	ck_assert_int_eq(chown("own/fifo", NOBODY, NOBODY), 0);
	expect_fifo("own/fifo");
}
END_TEST

START_TEST(devices)
{
	struct stat st;

	expect_put("/dev/null");
	ck_assert_int_eq(stat("/dev/null", &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	plant("/dev/null", "own/nothing");
	expect_put("own/nothing");
}
END_TEST

START_TEST(descriptors_of_ours)
{
	static const char *const folders[] = { "/dev/fd", "/proc/self/fd" };
	char found[64] = "";
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		CLEANUP(freep) char *path = xasprintf("%s/%d", folders[i],
						      ends[1]);
		CLEANUP(freep) char *name = xasprintf("own/link%zu", i);

		expect_put(path);
		plant(path, name);
		expect_put(name);
	}
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	expect_put("/dev/stderr");
	plant("/dev", "own/dev");
	expect_put("own/dev/stderr");
	ck_assert_int_eq(read(ends[0], found, sizeof(found) - 1), 18);
	expect_refused("/dev/fd/9999", strerror(EBADF));
	expect_refused("/dev/fd/9x", "can't");
	/* Only from the root. */
	ck_assert_int_eq(mkdir("own/real", 0700), 0);
	ck_assert_int_eq(mkdir("own/real/dev", 0700), 0);
	expect_put("own/real/dev/stderr");
	expect_text("own/real/dev/stderr", "new");
}
END_TEST

/* What a shell appends to goes on where it is. */
START_TEST(descriptor_of_a_file)
{
	CLEANUP(freep) char *path = NULL;
	int fd;

	write_text("own/log", "old");
	fd = open("own/log", O_WRONLY | O_APPEND | O_CLOEXEC);
	path = xasprintf("/dev/fd/%d", fd);
	expect_put(path);
	expect_text("own/log", "oldnew");
	close(fd);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, own_links_are_followed);
	tcase_add_test(tc, links_in_shared_folders_are_not);
	tcase_add_test(tc, links_that_a_group_can_change);
	tcase_add_test(tc, links_of_others_are_not);
	tcase_add_test(tc, loops_of_links_end);
	tcase_add_test(tc, paths_that_lead_nowhere);
	tcase_add_test(tc, folders_are_made);
	tcase_add_test(tc, folders_of_others_get_none);
	tcase_add_test(tc, links_planted_later_are_replaced);
	tcase_add_test(tc, folders_are_exchanged);
	tcase_add_test(tc, another_name_of_a_file_is_replaced);
	tcase_add_test(tc, temporary_files_are_dropped);
	tcase_add_test(tc, temporary_files_have_no_name);
	tcase_add_test(tc, files_are_replaced);
	tcase_add_test(tc, fifos);
	tcase_add_test(tc, devices);
	tcase_add_test(tc, descriptors_of_ours);
	tcase_add_test(tc, descriptor_of_a_file);
}
