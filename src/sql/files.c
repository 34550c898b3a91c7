/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files/scratch.h"
#include "base/str.h"
#include "sql/files.h"

/* Look for room again after so many bytes. */
#define LOOK_AFTER (UINT64_C(256) << 10)

/* SQLite allocates it, and knows of `base` only. */
struct file {
	sqlite3_file base;
	int fd;
	bool scratch;
	uint64_t room;		/* may be written before the next look */
};

static struct file *of_base(sqlite3_file *base)
{
	return (struct file *)base;
}

/* --- reading and writing --- */

static int file_close(sqlite3_file *base)
{
	close(of_base(base)->fd);
	return SQLITE_OK;
}

/* Beyond the end there are zeros, and SQLite wants to know. */
static int file_read(sqlite3_file *base, void *buf, int len,
		     sqlite3_int64 offset)
{
	size_t done = 0, size = (size_t)len;

	while (done < size) {
		ssize_t nr = pread(of_base(base)->fd, (char *)buf + done,
				   size - done, offset + (off_t)done);

		if (nr < 0 && errno != EINTR)
			return SQLITE_IOERR_READ;
		if (!nr) {
			memset((char *)buf + done, 0, size - done);
			return SQLITE_IOERR_SHORT_READ;
		}
		done += nr > 0 ? (size_t)nr : 0;
	}
	return SQLITE_OK;
}

static int write_failed(void)
{
	return errno == ENOSPC || errno == EDQUOT ? SQLITE_FULL :
						    SQLITE_IOERR_WRITE;
}

/* Of the disk, others keep some: what is sorted can be any size. */
static bool take_room(struct file *f, size_t size)
{
	bool in_memory;

	if (f->room < size)
		f->room = MIN(scratch_room(f->fd, &in_memory),
			      MAX(LOOK_AFTER, size));
	if (f->room < size)
		return false;
	f->room -= size;
	return true;
}

static int file_write(sqlite3_file *base, const void *buf, int len,
		      sqlite3_int64 offset)
{
	struct file *f = of_base(base);
	size_t done = 0, size = (size_t)len;

	if (f->scratch && !take_room(f, size))
		return SQLITE_FULL;
	while (done < size) {
		ssize_t nr = pwrite(f->fd, (const char *)buf + done,
				    size - done, offset + (off_t)done);

		if (nr < 0 && errno != EINTR)
			return write_failed();
		done += nr > 0 ? (size_t)nr : 0;
	}
	return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	return ftruncate(of_base(base)->fd, size) ? SQLITE_IOERR_TRUNCATE :
						    SQLITE_OK;
}

/* Nobody opens a temporary file again, and who gave us the descriptor of a
 * database writes it to the disk. */
static int file_sync(sqlite3_file *base UNUSED, int flags UNUSED)
{
	return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret)
{
	struct stat st;

	if (fstat(of_base(base)->fd, &st))
		return SQLITE_IOERR_FSTAT;
	*ret = st.st_size;
	return SQLITE_OK;
}

/* --- what one process does not need --- */

static int file_lock(sqlite3_file *base UNUSED, int level UNUSED)
{
	return SQLITE_OK;
}

static int file_is_locked(sqlite3_file *base UNUSED, int *ret)
{
	*ret = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *base UNUSED, int op UNUSED,
			void *argument UNUSED)
{
	return SQLITE_NOTFOUND;
}

static int file_device(sqlite3_file *base UNUSED)
{
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_lock,
	.xCheckReservedLock = file_is_locked,
	.xFileControl = file_control,
	.xDeviceCharacteristics = file_device,
};

/* --- opening --- */

char *sql_files_name(int fd)
{
	return xasprintf("%d", fd);
}

/* A copy of the descriptor that is the name of a database; -1: none is. */
static int open_named(const char *name)
{
	char *end;
	long fd = strtol(name, &end, 10);

	if (*name < '0' || *name > '9' || *end || fd > INT32_MAX)
		return -1;
	return fcntl((int)fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

/* A temporary file can have a name, too; it stays without.  `base` is `struct
 * file`; one without pMethods is not open. */
static int files_open(sqlite3_vfs *vfs UNUSED, const char *name,
		      sqlite3_file *base, int flags, int *ret_flags)
{
	struct file *f = of_base(base);

	*f = (struct file){ .fd = -1 };
	if (!name || (flags & SQLITE_OPEN_DELETEONCLOSE)) {
		f->scratch = true;
		f->fd = scratch_file();
	} else if (flags & SQLITE_OPEN_MAIN_DB) {
		f->fd = open_named(name);
	}
	if (f->fd < 0)
		return SQLITE_CANTOPEN;
	f->base.pMethods = &methods;
	if (ret_flags)
		*ret_flags = flags;
	return SQLITE_OK;
}

/* Of what has a name there is nothing. */
static int files_delete(sqlite3_vfs *vfs UNUSED, const char *name UNUSED,
			int sync UNUSED)
{
	return SQLITE_OK;
}

static int files_access(sqlite3_vfs *vfs UNUSED, const char *name UNUSED,
			int flags UNUSED, int *ret)
{
	*ret = 0;
	return SQLITE_OK;
}

static int files_full_name(sqlite3_vfs *vfs UNUSED, const char *name, int room,
			   char *ret)
{
	size_t len = strlen(name);

	if (len >= (size_t)room)
		return SQLITE_CANTOPEN;
	memcpy(ret, name, len + 1);
	return SQLITE_OK;
}

/* --- the rest of the system --- */

/* Returns how many bytes are random.  The urandom source is initialized long
 * before; if there is none, SQLite's numbers are less random. */
static int files_random(sqlite3_vfs *vfs UNUSED, int len, char *ret)
{
	ssize_t nr = getrandom(ret, (size_t)len, GRND_NONBLOCK);

	return nr < 0 ? 0 : (int)nr;
}

static int files_sleep(sqlite3_vfs *vfs UNUSED, int us)
{
	struct timespec time = { us / 1000000, us % 1000000 * 1000L };

	nanosleep(&time, NULL);
	return us;
}

/* In milliseconds since noon of the 24th of November 4714 BC: 1970 began
 * 2440587.5 days later. */
static int files_time(sqlite3_vfs *vfs UNUSED, sqlite3_int64 *ret)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now))
		return SQLITE_ERROR;
	*ret = INT64_C(2440587) * 86400000 + 43200000 +
	       (sqlite3_int64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	return SQLITE_OK;
}

int sql_files_register(void)
{
	static sqlite3_vfs files = {
		.iVersion = 2,
		.szOsFile = sizeof(struct file),
		.mxPathname = 512,
		.zName = "pyheld",
		.xOpen = files_open,
		.xDelete = files_delete,
		.xAccess = files_access,
		.xFullPathname = files_full_name,
		.xRandomness = files_random,
		.xSleep = files_sleep,
		.xCurrentTimeInt64 = files_time,
	};

	return sqlite3_vfs_register(&files, true);
}
