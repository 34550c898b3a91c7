/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "base/files/newfile-task.h"
#include "base/files/newfile.h"

/* --- what is there already --- */

static struct error *cannot_open(void)
{
	return error_errno(ERR_SYSTEM, errno, "can't open");
}

static struct error *open_own(int descriptor, int *fd)
{
	*fd = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
	return *fd < 0 ? cannot_open() : NULL;
}

/* Devices can't be planted: it takes root to make one. */
static bool is_planted(const struct folder_place *place, const struct stat *st)
{
	return S_ISFIFO(st->st_mode) && st->st_uid &&
	       st->st_uid != geteuid() && !folder_is_trusted(place->folder);
}

/* Open the very file that was looked at, not what has its name now. */
static int open_probe(int probe, bool wait)
{
	char name[48];
	int fd;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", probe);
	fd = open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC |
		  (wait ? 0 : O_NONBLOCK));
	if (fd >= 0 && !wait && fcntl(fd, F_SETFL, 0)) {
		/* It can't fail: these flags are every file's. */
	}
	return fd;
}

static struct error *open_special(struct newfile *f, int *fd)
{
	const struct folder_place *place = &f->place;
	CLEANUP(closep) int probe = openat(place->folder, place->name,
					   O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (probe < 0 && errno == ENOENT)
		return NULL;
	if (probe < 0 || fstat(probe, &st))
		return cannot_open();
	/* A link was planted a moment ago: it will be replaced. */
	if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return NULL;
	errno = EISDIR;
	if (S_ISDIR(st.st_mode))
		return cannot_open();
	if (is_planted(place, &st))
		return error_new(ERR_SYSTEM, "it is a FIFO of another user");
	*fd = open_probe(probe, !f->never_wait);
	f->is_unread = *fd < 0 && errno == ENXIO && S_ISFIFO(st.st_mode);
	return *fd < 0 && !f->is_unread ? cannot_open() : NULL;
}

struct error *newfile_find(struct newfile *f, const char *path, int *fd)
{
	struct error *err;

	if (task_is_worker())
		return newfile_task_find(f, path, fd);
	err = folder_find(path, &f->place);
	*fd = -1;
	if (err)
		return err;
	if (f->place.descriptor >= 0)
		return open_own(f->place.descriptor, fd);
	return open_special(f, fd);
}

/* --- a new one --- */

/* mkostemp() knows no folder by its descriptor. */
static char *random_name(const char *name)
{
	uint32_t n;

	if (getrandom(&n, sizeof(n), 0) != sizeof(n))
		return NULL;
	return xasprintf("%s.%08" PRIx32, name, n);
}

/* A file without a name: nothing of it is left if we are killed.  Not every
 * file system has that.  The name is for newfile_publish(). */
static int create_unnamed(struct newfile *f)
{
	CLEANUP(freep) char *name = random_name(f->place.name);
	CLEANUP(closep) int fd = -1;
	int ret;

	if (!name)
		return -1;
	fd = openat(f->place.folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	f->unnamed = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (f->unnamed < 0)
		return -1;
	f->temporary = name;
	name = NULL;
	ret = fd;
	fd = -1;
	return ret;
}

static int create_named(struct newfile *f)
{
	int fd;

	do {
		CLEANUP(freep) char *name = random_name(f->place.name);

		if (!name)
			return -1;
		fd = openat(f->place.folder, name, O_RDWR | O_CREAT | O_EXCL |
			    O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0) {
			f->temporary = name;
			name = NULL;
		}
	} while (fd < 0 && errno == EEXIST);
	return fd;
}

int newfile_create(struct newfile *f, mode_t mode)
{
	int fd;

	if (task_is_worker())
		return newfile_task_create(f, mode);
	fd = create_unnamed(f);
	if (fd < 0)
		fd = create_named(f);
	if (fd < 0)
		return -1;
	if (mode != 0600 && fchmod(fd, mode)) {
		/* The file system has no modes: it can't be helped. */
	}
	return fd;
}

/* False: errno says why. */
static bool give_name(int folder, int unnamed, const char *name)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", unnamed);
	return !linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW);
}

/*
 * Only rename() replaces a file, and it needs a name to rename.  In case of a
 * signal the name is known to newfile_drop() before it is there.
 */
static bool replace_by_unnamed(struct newfile *f)
{
	CLEANUP(closep) int fd = f->unnamed;

	f->unnamed = -1;
	return give_name(f->place.folder, fd, f->temporary) &&
	       !renameat(f->place.folder, f->temporary, f->place.folder,
			 f->place.name);
}

static bool put_in_place(struct newfile *f)
{
	const struct folder_place *place = &f->place;

	if (f->unnamed < 0)
		return !renameat(place->folder, f->temporary, place->folder,
				 place->name);
	if (give_name(place->folder, f->unnamed, place->name))
		return true;
	return errno == EEXIST && replace_by_unnamed(f);
}

/* The descriptor of the folder is one of O_PATH. */
static void sync_folder(int folder)
{
	CLEANUP(closep) int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY |
						     O_CLOEXEC);

	if (fd >= 0 && fsync(fd)) {
		/* Not all file systems can.  The file itself is on disk. */
	}
}

struct error *newfile_publish(struct newfile *f, bool sync)
{
	if (task_is_worker())
		return newfile_task_publish(f, sync);
	if (!put_in_place(f))
		return error_errno(ERR_SYSTEM, errno, "can't rename");
	if (sync)
		sync_folder(f->place.folder);
	return NULL;
}

void newfile_drop(const struct newfile *f)
{
	/* Where there is no folder, the broker removes it. */
	if (f->temporary && f->unnamed < 0 && f->place.folder >= 0)
		unlinkat(f->place.folder, f->temporary, 0);
}

void newfile_release(struct newfile *f)
{
	if (task_is_worker()) {
		newfile_task_release(f);
		return;
	}
	folder_place_release(&f->place);
	closep(&f->unnamed);
	free(f->temporary);
	*f = (struct newfile)NEWFILE_INIT;
}
