/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/folder.h"
#include "base/log.h"
#include "cli/sql/sql-history.h"

#define FOLDER_NAME "pyheld"
#define FILE_NAME "sql_history"
/* Of a larger file, only the end is read. */
#define FILE_MAX (INT64_C(2) * SQL_HISTORY_LINES * SQL_HISTORY_LINE_MAX)

static struct error *failed(const char *path)
{
	return error_errno(ERR_SYSTEM, errno, "%s", path);
}

/* --- where it is --- */

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
	str_addf(path, "%s/.local/state", home);
	return NULL;
}

/*
 * Open our folder in the folder `path`, and make what is missing.  What is
 * there has to be ours, and our folder is no link.
 */
static struct error *open_folder(const char *path, int *ret)
{
	CLEANUP(closep) int above = -1;
	struct error *err = folder_open(path, FOLDER_MAKE_IN_OURS, &above);

	if (err)
		return error_wrap(err, "%s", path);
	if (!folder_is_ours(above))
		return error_new(ERR_SYSTEM, "%s belongs to another user",
				 path);
	if (mkdirat(above, FOLDER_NAME, 0700) && errno != EEXIST)
		return failed(FOLDER_NAME);
	*ret = openat(above, FOLDER_NAME, O_RDONLY | O_DIRECTORY |
					  O_NOFOLLOW | O_CLOEXEC);
	if (*ret < 0)
		return failed(FOLDER_NAME);
	return folder_is_ours(*ret) ? NULL :
		error_new(ERR_SYSTEM, FOLDER_NAME " belongs to another user");
}

/* Open the file without following a link, and only if it is ours. */
static struct error *open_in(int folder, int *ret)
{
	int fd = openat(folder, FILE_NAME, O_RDWR | O_APPEND | O_CREAT |
			O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	struct stat st;

	if (fd < 0)
		return failed(FILE_NAME);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && folder_is_ours(fd)) {
		*ret = fd;
		return NULL;
	}
	close(fd);
	return error_new(ERR_SYSTEM, FILE_NAME " is no file of this user");
}

static struct error *open_file(int *ret)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(closep) int folder = -1;
	struct error *err = add_state_home(&path);

	if (!err)
		err = open_folder(path.s, &folder);
	return err ? err : open_in(folder, ret);
}

int sql_history_file(void)
{
	int fd = -1;

	log_pass_over(open_file(&fd), "the history of the prompt is not"
		      " kept");
	return fd;
}

/* --- reading and writing --- */

/* Keep the last SQL_HISTORY_LINES. */
static void drop_oldest(struct str_vec *lines)
{
	size_t old = lines->nr > SQL_HISTORY_LINES ?
			     lines->nr - SQL_HISTORY_LINES : 0;

	if (!old)
		return;
	for (size_t i = 0; i < old; i++)
		free(lines->v[i]);
	memmove(lines->v, lines->v + old,
		(lines->nr - old) * sizeof(*lines->v));
	lines->nr -= old;
}

/* Of a file that is too large, read the end. */
static void read_lines(int fd, off_t size, struct str_vec *ret)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *in = copy < 0 ? NULL : fdopen(copy, "r");
	CLEANUP(freep) char *line = NULL;
	size_t room = 0;
	ssize_t len;
	bool whole = size <= FILE_MAX;

	if (in && fseek(in, whole ? 0 : (long)(size - FILE_MAX), SEEK_SET)) {
		fclose(in);
		return;
	}
	while (in && (len = getline(&line, &room, in)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (whole && len <= SQL_HISTORY_LINE_MAX + 1)
			str_vec_push(ret, xstrdup(line));
		whole = true;
	}
	if (in)
		fclose(in);
	else if (copy >= 0)
		close(copy);
}

/* One write: lines of several prompts do not mix. */
static struct error *append(int fd, const struct str *text)
{
	ssize_t nr = write(fd, text->s, text->len);

	if (nr < 0)
		return failed("can't write");
	return (size_t)nr == text->len ? NULL :
		error_new(ERR_SYSTEM, "there is no room for all of it");
}

/* Write the lines again, into the same file: other prompts have it open. */
static struct error *rewrite(struct sql_history *h)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	for (size_t i = 0; i < h->lines.nr; i++)
		str_addf(&text, "%s\n", h->lines.v[i]);
	if (ftruncate(h->fd, 0))
		return failed(FILE_NAME);
	return append(h->fd, &text);
}

static struct error *read_history(struct sql_history *h)
{
	struct stat st;
	bool many;

	if (fstat(h->fd, &st))
		return failed(FILE_NAME);
	read_lines(h->fd, st.st_size, &h->lines);
	many = h->lines.nr / 2 >= SQL_HISTORY_LINES || st.st_size > FILE_MAX;
	drop_oldest(&h->lines);
	return many ? rewrite(h) : NULL;
}

/* Prompts that run at once wait for each other. */
static struct error *read_locked(struct sql_history *h)
{
	struct error *err;

	if (flock(h->fd, LOCK_EX))
		return failed(FILE_NAME);
	err = read_history(h);
	flock(h->fd, LOCK_UN);
	return err;
}

void sql_history_open(struct sql_history *ret, int fd)
{
	*ret = (struct sql_history){ fd, VEC_INIT };
	if (fd >= 0)
		log_pass_over(read_locked(ret), "the history of the prompt is"
			      " not read");
}

/* A prompt that shortens the file has it locked. */
static struct error *add_line(int fd, const char *line)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error *err;

	str_addf(&text, "%s\n", line);
	if (flock(fd, LOCK_EX))
		return failed(FILE_NAME);
	err = append(fd, &text);
	flock(fd, LOCK_UN);
	return err;
}

void sql_history_add(struct sql_history *history, const char *line)
{
	if (history->fd >= 0 && strlen(line) <= SQL_HISTORY_LINE_MAX)
		log_pass_over(add_line(history->fd, line),
			      "a line is not in the history");
}

void sql_history_close(struct sql_history *history)
{
	if (history->fd >= 0)
		close(history->fd);
	history->fd = -1;
	str_vec_free(&history->lines);
}
