/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "base/files/folder.h"

/* As many as the kernel follows (path_resolution(7)). */
#define LINKS_MAX 40
/* With O_CLOEXEC. */
#define OPEN_FOLDER (O_PATH | O_DIRECTORY | O_NOFOLLOW)

/* A path that is walked. */
struct walk {
	int folder;		/* where we are; -1: nowhere yet */
	char *rest;		/* owned: what of the path is still to walk */
	enum folder_make make;
	unsigned int nr_links;
	int descriptor;		/* as of struct folder_place */
};

static void walk_release(struct walk *w)
{
	closep(&w->folder);
	free(w->rest);
}

/* --- descriptors of ours that have a path --- */

/* These are opened as they are: the links in /proc are no texts. */
static int own_descriptor(const char *path)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };

	if (!strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		size_t len = strlen(folders[i]);
		const char *number = path + len;
		char *end;
		long ret;

		if (strncmp(path, folders[i], len) || *number < '0' ||
		    *number > '9')
			continue;
		ret = strtol(number, &end, 10);
		return *end || ret > INT_MAX ? -1 : (int)ret;
	}
	return -1;
}

/* --- links --- */

static bool is_trusted_owner(const struct stat *st)
{
	return !st->st_uid || st->st_uid == geteuid();
}

bool folder_is_ours(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_uid == geteuid();
}

/* A group of a user's own is usual, and then the umask lets it write. */
static bool is_trusted_group(gid_t group)
{
	return !group || group == getegid();
}

bool folder_is_trusted(int folder)
{
	struct stat st;

	return !fstat(folder, &st) && is_trusted_owner(&st) &&
	       !(st.st_mode & S_IWOTH) &&
	       (!(st.st_mode & S_IWGRP) || is_trusted_group(st.st_gid));
}

static struct error *failed(const struct walk *w)
{
	return error_errno(ERR_SYSTEM, errno, w->make ? "can't be made" :
			   errno == EISDIR ? "can't open" : "can't create");
}

/* Begin at the root, or where this process is. */
static struct error *begin(struct walk *w)
{
	int fd = open(*w->rest == '/' ? "/" : ".", OPEN_FOLDER | O_CLOEXEC);

	if (fd < 0)
		return failed(w);
	closep(&w->folder);
	w->folder = fd;
	return NULL;
}

/* The text of a symbolic link that is open, to be freed; NULL and errno. */
static char *text_of(int link)
{
	char *text = xmalloc(PATH_MAX);
	ssize_t len = readlinkat(link, "", text, PATH_MAX);

	if (len > 0 && len < PATH_MAX) {
		text[len] = '\0';
		return text;
	}
	if (len >= 0)
		errno = ENAMETOOLONG;
	free(text);
	return NULL;
}

/*
 * The kernel may have more reasons not to follow a link: protected_symlinks,
 * the mount option nosymfollow, a security module.  A link to nothing is fine.
 */
static bool kernel_follows(int folder, const char *name)
{
	CLEANUP(closep) int fd = openat(folder, name, O_PATH | O_CLOEXEC);

	return fd >= 0 || errno == ENOENT;
}

/* Go on with the text of the link `name`, and then the rest of the path. */
static struct error *follow(struct walk *w, const char *name)
{
	CLEANUP(closep) int link = openat(w->folder, name, O_PATH | O_NOFOLLOW |
							   O_CLOEXEC);
	CLEANUP(freep) char *text = NULL;
	char *rest;
	struct stat st;

	if (link < 0 || fstat(link, &st))
		return failed(w);
	if (!S_ISLNK(st.st_mode))
		errno = ENOTDIR;
	else if (++w->nr_links > LINKS_MAX)
		errno = ELOOP;
	else if (kernel_follows(w->folder, name))
		text = text_of(link);
	if (!text)
		return failed(w);
	if (!is_trusted_owner(&st) || !folder_is_trusted(w->folder))
		return error_new(ERR_SYSTEM, "the symbolic link '%s' is not"
				 " followed: others than root and you can"
				 " change it", name);
	/* What is left begins with a slash, or is empty. */
	rest = xasprintf("%s%s", text, w->rest);
	free(w->rest);
	w->rest = rest;
	if (*rest != '/')
		return NULL;
	w->descriptor = own_descriptor(rest);
	return begin(w);
}

static bool may_make(const struct walk *w)
{
	return w->make == FOLDER_MAKE_ALL || w->make == FOLDER_MAKE_IN_OURS ||
	       (w->make == FOLDER_MAKE_LAST && !w->rest[strspn(w->rest, "/")]);
}

/* Enter the folder `name`, or replace the link of that name by its text. */
static struct error *enter(struct walk *w, const char *name)
{
	int fd = openat(w->folder, name, OPEN_FOLDER | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && may_make(w)) {
		if (w->make == FOLDER_MAKE_IN_OURS &&
		    !folder_is_ours(w->folder))
			return error_new(ERR_SYSTEM, "'%s' would be made in a"
					 " folder of another user", name);
		if (mkdirat(w->folder, name, 0700) && errno != EEXIST)
			return failed(w);
		fd = openat(w->folder, name, OPEN_FOLDER | O_CLOEXEC);
	}
	/* With O_DIRECTORY a link is no directory; else it would be ELOOP. */
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return follow(w, name);
	if (fd < 0)
		return failed(w);
	close(w->folder);
	w->folder = fd;
	return NULL;
}

/* Take the next name from the rest; it is "" at the end. */
static char *next_name(struct walk *w)
{
	const char *next = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(next, "/");
	char *name = xstrndup(next, len), *rest = xstrdup(next + len);

	free(w->rest);
	w->rest = rest;
	return name;
}

/* --- the end of the walk --- */

static bool is_link(int folder, const char *name)
{
	struct stat st;

	return !fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISLNK(st.st_mode);
}

static bool is_name_of_file(const char *name)
{
	return *name && strcmp(name, ".") && strcmp(name, "..");
}

/* Take a step; at the end, `*ret` is the last name. */
static struct error *step(struct walk *w, char **ret)
{
	CLEANUP(freep) char *name = next_name(w);

	if (!is_name_of_file(name) && !*w->rest) {
		errno = EISDIR;
		return failed(w);
	}
	if (*w->rest || is_link(w->folder, name))
		return *w->rest ? enter(w, name) : follow(w, name);
	*ret = name;
	name = NULL;
	return NULL;
}

/* Begin to walk. */
static struct error *start(struct walk *w, const char *path,
			   enum folder_make make)
{
	*w = (struct walk){ -1, xstrdup(path), make, 0, own_descriptor(path) };
	errno = ENOENT;
	return *path ? begin(w) : failed(w);
}

struct error *folder_find(const char *path, struct folder_place *ret)
{
	CLEANUP(walk_release) struct walk w;
	struct error *err = start(&w, path, FOLDER_MAKE_NONE);
	char *name = NULL;

	while (!err && !name && w.descriptor < 0)
		err = step(&w, &name);
	if (err)
		return err;
	*ret = (struct folder_place){ -1, name, w.descriptor };
	if (name) {
		ret->folder = w.folder;
		w.folder = -1;
	}
	return NULL;
}

void folder_place_release(struct folder_place *p)
{
	closep(&p->folder);
	free(p->name);
	*p = (struct folder_place)FOLDER_PLACE_INIT;
}

static struct error *ask_for_folder(const char *path, enum folder_make make)
{
	struct packet request = PACKET_OF(TASK_FOLDER);

	if (!task_takes_path(path))
		return error_errno(ERR_SYSTEM, errno, "can't be made");
	packet_add_text(&request, path);
	packet_add(&request, make);
	return task_do(&request);
}

struct error *folder_open(const char *path, enum folder_make make, int *ret)
{
	CLEANUP(walk_release) struct walk w = { .folder = -1 };
	struct error *err;

	*ret = -1;
	if (task_is_worker())
		return ask_for_folder(path, make);
	err = start(&w, path, make);
	while (!err) {
		CLEANUP(freep) char *name = next_name(&w);

		if (!*name)
			break;
		err = enter(&w, name);
	}
	if (err)
		return err;
	*ret = w.folder;
	w.folder = -1;
	return NULL;
}
