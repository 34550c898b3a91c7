/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "base/die.h"
#include "cli/outfile.h"

/* The temporary file, while there is one: a signal that ends us removes it. */
static const struct newfile *volatile unfinished;

/* SIGPIPE: a line of --verbose that nobody reads. */
static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };
/* What the signals did before: end us, or give the terminal back, too. */
static struct sigaction old_actions[ARRAY_SIZE(deadly)];

static void remove_unfinished(void)
{
	if (unfinished)
		newfile_drop(unfinished);
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
static void remove_when_killed(const struct newfile *file)
{
	struct sigaction ours = { .sa_handler = remove_and_die };
	struct sigaction now;

	unfinished = file;
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
static int make_temporary(struct outfile *f)
{
	sigset_t all, before;
	int fd, saved;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	fd = newfile_create(&f->file, f->public ? 0644 : 0600);
	saved = errno;
	if (fd >= 0)
		remove_when_killed(&f->file);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return fd;
}

struct error *outfile_open(struct outfile *f, const char *path)
{
	struct error *err;
	int fd;

	task_has_output();
	if (!path || !strcmp(path, "-")) {
		f->stream = stdout;
		return NULL;
	}
	err = newfile_find(&f->file, path, &fd);
	if (err)
		return err;
	if (fd < 0)
		fd = make_temporary(f);
	if (fd < 0)
		return error_errno(ERR_SYSTEM, errno, "can't create");
	f->stream = fdopen(fd, "w");
	if (!f->stream)
		out_of_memory();
	return NULL;
}

bool outfile_is_regular(const struct outfile *f)
{
	return f->file.temporary;
}

static bool is_synced(const struct outfile *f)
{
	return !f->public && !f->many;
}

struct error *outfile_close(struct outfile *f)
{
	FILE *stream = f->stream;
	bool is_new = outfile_is_regular(f);
	int failed = fflush(stream) || ferror(stream);
	struct error *err = NULL;

	if (!failed && is_synced(f) && is_new)
		failed = fsync(fileno(stream));
	if (stream != stdout) {
		f->stream = NULL;
		failed |= fclose(stream);
	}
	if (failed)
		return error_errno(ERR_SYSTEM, errno, "can't write");
	if (is_new)
		err = newfile_publish(&f->file, is_synced(f));
	if (err)
		return err;
	is_finished();
	newfile_release(&f->file);
	return NULL;
}

void outfile_abandon(struct outfile *f)
{
	if (f->stream && f->stream != stdout)
		fclose(f->stream);
	newfile_drop(&f->file);
	is_finished();
	newfile_release(&f->file);
	*f = (struct outfile)OUTFILE_INIT;
}
