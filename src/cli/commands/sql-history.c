/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/commands/sql-history.h"

#define FILE_NAME "sql_history"
#define FILE_MAX (2 * SQL_HISTORY_LINES * SQL_HISTORY_LINE_MAX)

static struct error *failed(const char *path)
{
	return error_errno(ERR_SYSTEM, errno, "%s", path);
}

/* --- where it is --- */

static bool is_ours(const char *folder)
{
	struct stat st;

	return !stat(folder, &st) && st.st_uid == geteuid();
}

/* The folder for the state of programs, as the XDG Base Directory
 * Specification says: a relative path in the variable is no path. */
static struct error *add_state_home(struct str *path)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/') {
		str_add(path, state);
		return NULL;
	}
	if (!home || *home != '/')
		return error_new(ERR_SYSTEM, "neither XDG_STATE_HOME nor HOME"
				 " is the path of a folder");
	if (!is_ours(home))
		return error_new(ERR_SYSTEM, "%s belongs to another user",
				 home);
	str_addf(path, "%s/.local/state", home);
	return NULL;
}

/* Make the folders of `path`, for this user alone. */
static struct error *make_folders(const char *path)
{
	CLEANUP(freep) char *part = xstrdup(path);

	for (char *end = part + 1; *end; end++) {
		if (*end != '/')
			continue;
		*end = '\0';
		if (mkdir(part, 0700) && errno != EEXIST)
			return failed(part);
		*end = '/';
	}
	if (mkdir(part, 0700) && errno != EEXIST)
		return failed(part);
	return is_ours(part) ? NULL :
			       error_new(ERR_SYSTEM, "%s belongs to another"
					 " user", part);
}

/* --- reading and writing --- */

/* Open `name` without following a link, and only if it is a file of ours. */
static struct error *open_file(const char *name, int flags, int *ret)
{
	int fd = open(name, flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC |
			    O_NONBLOCK, 0600);
	struct stat st;

	if (fd < 0)
		return failed(name);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && st.st_size <= FILE_MAX) {
		*ret = fd;
		return NULL;
	}
	close(fd);
	return error_new(ERR_SYSTEM, "%s is no history of this user", name);
}

static void lines_release(struct line_vec *lines)
{
	for (size_t i = 0; i < lines->nr; i++)
		free(lines->v[i]);
	line_vec_release(lines);
}

/* Keep the last SQL_HISTORY_LINES.  Were there twice as many? */
static bool drop_oldest(struct line_vec *lines)
{
	bool many = lines->nr >= 2 * SQL_HISTORY_LINES;
	size_t old = lines->nr > SQL_HISTORY_LINES ?
			     lines->nr - SQL_HISTORY_LINES : 0;

	for (size_t i = 0; i < old; i++)
		free(lines->v[i]);
	memmove(lines->v, lines->v + old,
		(lines->nr - old) * sizeof(*lines->v));
	lines->nr -= old;
	return many;
}

static void read_lines(int fd, struct line_vec *ret)
{
	int copy = dup(fd);
	FILE *in = copy < 0 ? NULL : fdopen(copy, "r");
	CLEANUP(freep) char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while (in && (len = getline(&line, &room, in)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		line_vec_push(ret, xstrdup(line));
	}
	if (in)
		fclose(in);
	else if (copy >= 0)
		close(copy);
}

static struct error *write_line(int fd, const char *line)
{
	CLEANUP(freep) char *text = xasprintf("%s\n", line);
	size_t len = strlen(text);

	/* One write: lines of several prompts do not mix. */
	return write(fd, text, len) == (ssize_t)len ? NULL :
						      failed("can't write");
}

/* Replace the file by one with `lines` alone, and append to that one. */
static struct error *rewrite(struct sql_history *h, const char *path)
{
	CLEANUP(freep) char *name = xasprintf("%s.new", path);
	struct error *err;
	int fd;

	err = open_file(name, O_RDWR | O_APPEND | O_TRUNC, &fd);
	if (err)
		return err;
	for (size_t i = 0; i < h->lines.nr && !err; i++)
		err = write_line(fd, h->lines.v[i]);
	if (!err && rename(name, path))
		err = failed(path);
	if (err) {
		unlink(name);
		close(fd);
		return err;
	}
	close(h->fd);
	h->fd = fd;
	return NULL;
}

static struct error *open_history(struct sql_history *h)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	struct error *err = add_state_home(&path);

	if (err)
		return err;
	str_add(&path, "/pyheld");
	err = make_folders(path.s);
	if (err)
		return err;
	str_add(&path, "/" FILE_NAME);
	err = open_file(path.s, O_RDWR | O_APPEND, &h->fd);
	if (err)
		return err;
	read_lines(h->fd, &h->lines);
	return drop_oldest(&h->lines) ? rewrite(h, path.s) : NULL;
}

void sql_history_open(struct sql_history *ret)
{
	*ret = (struct sql_history){ -1, VEC_INIT };
	log_pass_over(open_history(ret), "the history of the prompt is not"
		      " kept");
}

void sql_history_add(struct sql_history *history, const char *line)
{
	if (history->fd >= 0 && strlen(line) <= SQL_HISTORY_LINE_MAX)
		log_pass_over(write_line(history->fd, line),
			      "a line is not in the history");
}

void sql_history_close(struct sql_history *history)
{
	if (history->fd >= 0)
		close(history->fd);
	history->fd = -1;
	lines_release(&history->lines);
}
