/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/files/newfile.h - put a file where a person has named a place for it.
 *
 * This is all that writing to a name takes, by descriptors of folders:
 *
 *     newfile_find()      what is at the path?
 *     newfile_create()    a temporary file beside it, if a file belongs there
 *     newfile_publish()   the temporary file gets the name
 *     newfile_drop()      the temporary file is removed
 *
 * Nobody else can lead it elsewhere (base/files/folder.h): what is at the name
 * when the file is published is replaced itself, be it a link that was planted
 * since or another name of a file.
 *
 * The temporary file has no name (O_TMPFILE), so that nothing is left of it if
 * pyheld is killed.  It gets one for a moment if it replaces another file.
 * Where the file system has no such files, it is made with O_EXCL under a name
 * of its own.
 *
 * What is no regular file (a FIFO, a terminal, /dev/null) is written to as it
 * is.  A FIFO that somebody else may have planted is refused: whoever reads it
 * would get all, and if nobody does, opening it waits for ever.
 *
 * All errors are ERR_SYSTEM, without the path.
 */
#ifndef BASE_FILES_NEWFILE_H
#define BASE_FILES_NEWFILE_H

#include "base/files/newfile-data.h"

/*
 * Look what `path` names.  `*fd` is a descriptor to write to, which the caller
 * closes; or it is -1: then there is a regular file, or nothing yet, and
 * newfile_create() is to be called.  The caller calls newfile_release() in any
 * case.  It waits until somebody opens a FIFO to read.
 */
struct error *newfile_find(struct newfile *f, const char *path, int *fd)
	MUST_CHECK;
/*
 * Make a temporary file with that mode, whatever the umask is.  Returns a
 * descriptor to read and write, which the caller closes; -1 and errno.
 */
int newfile_create(struct newfile *f, mode_t mode);
/*
 * Give the temporary file its name; a file of that name is replaced.  `sync`:
 * the name is on the disk then.  (What is in it, the caller syncs before.)
 */
struct error *newfile_publish(struct newfile *f, bool sync) MUST_CHECK;
/*
 * Remove the temporary file, if there is one.  It may be called by the handler
 * of a signal, at any time after newfile_create(), and more than once.
 */
void newfile_drop(const struct newfile *f);
/* Free all.  A temporary file stays: newfile_drop() removes it. */
void newfile_release(struct newfile *f);

#endif
