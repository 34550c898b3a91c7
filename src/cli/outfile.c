/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/die.h"
#include "cli/outfile.h"

/* The temporary file, while there is one: a signal that ends us removes it. */
static const char *volatile unfinished;

/* SIGPIPE: a line of --verbose that nobody reads. */
static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };
/* What the signals did before: end us, or give the terminal back, too. */
static struct sigaction old_actions[ARRAY_SIZE(deadly)];

static void remove_unfinished(void)
{
	if (unfinished)
		unlink(unfinished);
}

static void remove_and_die(int signal)
{
	remove_unfinished();
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		if (deadly[i] == signal)
			sigaction(signal, &old_actions[i], NULL);
	/* It waits until this handler returns. */
	raise(signal);
}

/* A signal that is ignored stays ignored. */
static void remove_when_killed(const char *path)
{
	struct sigaction ours = { .sa_handler = remove_and_die };
	struct sigaction now;

	unfinished = path;
	die_file_hook = remove_unfinished;
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++) {
		if (sigaction(deadly[i], NULL, &now) ||
		    now.sa_handler == SIG_IGN ||
		    now.sa_handler == remove_and_die)
			continue;
		old_actions[i] = now;
		sigaction(deadly[i], &ours, NULL);
	}
}

/* Nothing is to be removed any more. */
static void is_finished(void)
{
	struct sigaction now;

	unfinished = NULL;
	die_file_hook = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		if (!sigaction(deadly[i], NULL, &now) &&
		    now.sa_handler == remove_and_die)
			sigaction(deadly[i], &old_actions[i], NULL);
}

/*
 * Make the temporary file.  Signals wait meanwhile: one between the file and
 * the handler would leave the file behind.  Returns -1 and errno on error.
 */
static int make_temporary(char *path)
{
	sigset_t all, before;
	int fd, saved;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	fd = mkostemp(path, O_CLOEXEC);
	saved = errno;
	if (fd >= 0)
		remove_when_killed(path);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return fd;
}

/* The mode of a new file that open() would make. */
static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* mkostemp() makes files with mode 0600. */
static void set_mode(int fd, mode_t mode)
{
	if (fchmod(fd, mode)) {
		/* The file system has no modes: it can't be helped. */
	}
}

static struct error *open_temporary(struct outfile *f, const char *path)
{
	int fd;

	/* Through a symbolic link the file that it names is replaced. */
	f->path = realpath(path, NULL);
	if (!f->path)
		f->path = xstrdup(path);
	f->temporary = xasprintf("%s.XXXXXX", f->path);
	fd = make_temporary(f->temporary);
	if (fd < 0) {
		int saved = errno;

		free(f->temporary);
		f->temporary = NULL;
		return error_errno(ERR_SYSTEM, saved, "can't create");
	}
	if (!f->private)
		set_mode(fd, f->public ? 0644 : usual_mode());
	f->stream = fdopen(fd, "w");
	if (!f->stream)
		out_of_memory();
	return NULL;
}

struct error *outfile_open(struct outfile *f, const char *path)
{
	struct stat st;

	if (!path || !strcmp(path, "-")) {
		f->stream = stdout;
		return NULL;
	}
	if (stat(path, &st) || S_ISREG(st.st_mode))
		return open_temporary(f, path);
	f->stream = fopen(path, "we");
	if (!f->stream)
		return error_errno(ERR_SYSTEM, errno, "can't open");
	return NULL;
}

/* A rename is on the disk only when the folder is. */
static void sync_folder(const char *path)
{
	CLEANUP(freep) char *copy = xstrdup(path);
	CLEANUP(closep) int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY |
						     O_CLOEXEC);

	if (fd >= 0 && fsync(fd)) {
		/* Not all file systems can.  The file itself is on disk. */
	}
}

static bool is_synced(const struct outfile *f)
{
	return f->private && !f->many;
}

struct error *outfile_close(struct outfile *f)
{
	FILE *stream = f->stream;
	int failed = fflush(stream) || ferror(stream);

	if (!failed && is_synced(f) && f->temporary)
		failed = fsync(fileno(stream));
	if (stream != stdout) {
		f->stream = NULL;
		failed |= fclose(stream);
	}
	if (failed)
		return error_errno(ERR_SYSTEM, errno, "can't write");
	if (f->temporary) {
		if (rename(f->temporary, f->path))
			return error_errno(ERR_SYSTEM, errno, "can't rename");
		is_finished();
		if (is_synced(f))
			sync_folder(f->path);
		free(f->temporary);
		f->temporary = NULL;
	}
	return NULL;
}

void outfile_abandon(struct outfile *f)
{
	if (f->stream && f->stream != stdout)
		fclose(f->stream);
	if (f->temporary)
		unlink(f->temporary);
	is_finished();
	free(f->temporary);
	free(f->path);
	*f = (struct outfile)OUTFILE_INIT;
}
