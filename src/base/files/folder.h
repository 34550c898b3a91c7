/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/files/folder.h - go where a path leads, but through nobody else's links.
 *
 * pyheld runs as root in folders that others can write to, such as /tmp.  They
 * can plant a symbolic link there at a name that pyheld is going to write to.
 * With fs.protected_symlinks the kernel refuses to follow some of them; not
 * every system has it on, and it says nothing about folders without the sticky
 * bit.
 *
 * A symbolic link is followed, wherever in the path it is, if
 *
 *  - the folder that it is in belongs to root or to us,
 *  - not everybody can write to that folder, sticky or not,
 *  - the link itself belongs to root or to us, and
 *  - the kernel would follow it, too.
 *
 * A path is walked folder by folder with openat() and O_NOFOLLOW, and what is
 * checked is what is open: nothing can be exchanged between the check and the
 * use.  The descriptor of a folder stays right if its path leads elsewhere
 * later.
 *
 * All errors are ERR_SYSTEM; the message has no path but that of a link.
 */
#ifndef BASE_FILES_FOLDER_H
#define BASE_FILES_FOLDER_H

#include <stdbool.h>

#include "base/error.h"

/* What is made of the missing folders of a path, with mode 0700. */
enum folder_make {
	FOLDER_MAKE_NONE,
	FOLDER_MAKE_LAST,
	FOLDER_MAKE_ALL,
	FOLDER_MAKE_IN_OURS,	/* all, but none in a folder of another user */
};

/* Where a path leads.  One of `folder` and `descriptor` is -1. */
struct folder_place {
	int folder;		/* to be used with openat(); owned */
	char *name;		/* of a file in it, never a link; owned */
	/* The path is /dev/stdout, /dev/stderr, /dev/fd/N or /proc/self/fd/N:
	 * N, which is not opened and not owned. */
	int descriptor;
};

#define FOLDER_PLACE_INIT { -1, NULL, -1 }

/*
 * Find the file of `path`, which need not exist, and the folder that it is in,
 * which has to.  The name is that of a file: a path that ends in "/", "." or
 * ".." is refused with the message for EISDIR.
 *
 * Nothing keeps others from planting a link at the name afterwards: open it
 * with O_NOFOLLOW or O_EXCL, relative to the folder.
 */
struct error *folder_find(const char *path, struct folder_place *ret)
	MUST_CHECK;
/* Close and free all; `p` is as FOLDER_PLACE_INIT afterwards.  For CLEANUP().*/
void folder_place_release(struct folder_place *p);

/*
 * Open the folder of `path`.  `*ret` is a descriptor for openat() and fstat()
 * (it is open with O_PATH), which the caller closes.  In the worker it is -1:
 * the folder is there, and newfile.h takes names in it.
 */
struct error *folder_open(const char *path, enum folder_make make, int *ret)
	MUST_CHECK;

/* Is this user the owner of what is open?  Root, too, owns only its own. */
bool folder_is_ours(int fd);
/* Does `folder` belong to root or to us, and can no others write to it than
 * those of root's group and of ours? */
bool folder_is_trusted(int folder);

#endif
