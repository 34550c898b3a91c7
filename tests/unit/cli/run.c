/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "run.h"

static int count(const char *const *arguments)
{
	int nr = 0;

	while (arguments[nr])
		nr++;
	return nr;
}

/* In the child. */
static void call(int out, int err, const char *const *arguments)
{
	int argc = count(arguments) + 1;
	/* commands_main() moves argv's words, and puts others among them. */
	char **argv = xcalloc((size_t)argc + 1, sizeof(*argv));
	char **words = xcalloc((size_t)argc, sizeof(*words));
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int status;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Check has handlers of its own. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	for (int i = 0; i < argc; i++)
		argv[i] = words[i] = xstrdup(i ? arguments[i - 1] : "pyheld");
	status = commands_main(argc, argv);
	for (int i = 0; i < argc; i++)
		free(words[i]);
	free(words);
	free(argv);
	exit(status);
}

static char *read_all(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *ret;

	ck_assert_int_ge(size, 0);
	ret = xcalloc((size_t)size + 1, 1);
	ck_assert_int_eq(pread(fd, ret, (size_t)size, 0), size);
	return ret;
}

static int open_memory(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static void start(struct run *r, int out, const char *const *arguments)
{
	fflush(NULL);
	r->out = xstrdup("");
	r->err_fd = open_memory("err");
	r->pid = fork();
	ck_assert_int_ge(r->pid, 0);
	if (!r->pid)
		call(out, r->err_fd, arguments);
}

void run_start(struct run *r, const char *const *arguments)
{
	r->out_fd = open_memory("out");
	start(r, r->out_fd, arguments);
}

static void read_out(struct run *r)
{
	free(r->out);
	r->out = read_all(r->out_fd);
}

bool run_says(struct run *r, const char *text)
{
	for (unsigned int i = 0; i < 3000; i++) {
		read_out(r);
		if (strstr(r->out, text))
			return true;
		if (waitpid(r->pid, NULL, WNOHANG | WNOWAIT) == r->pid)
			break;
		poll(NULL, 0, 10);
	}
	return false;
}

static void wait_for(struct run *r)
{
	int status;

	ck_assert_int_eq(waitpid(r->pid, &status, 0), r->pid);
	r->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
					  WEXITSTATUS(status);
	r->err = read_all(r->err_fd);
	close(r->err_fd);
}

void run_finish(struct run *r)
{
	wait_for(r);
	read_out(r);
	close(r->out_fd);
}

void run(struct run *r, const char *const *arguments)
{
	run_start(r, arguments);
	run_finish(r);
}

void run_to(struct run *r, int fd, const char *const *arguments)
{
	start(r, fd, arguments);
	wait_for(r);
}

void run_release(struct run *r)
{
	free(r->out);
	free(r->err);
}

void run_expect(const struct run *r, int status)
{
	ck_assert_msg(r->status == status, "status %d, not %d\n%s%s",
		      r->status, status, r->out, r->err);
}

void run_expect_error(const struct run *r, int status, const char *word)
{
	run_expect(r, status);
	ck_assert_str_eq(r->out, "");
	ck_assert_msg(strncmp(r->err, "pyheld", 6) == 0 &&
		      strstr(r->err, word) &&
		      r->err[strlen(r->err) - 1] == '\n',
		      "no '%s' in: %s", word, r->err);
}

void run_expect_out(const struct run *r, const char *text)
{
	ck_assert_msg(strstr(r->out, text), "no '%s' in: %s", text, r->out);
}

/* The value at `path`; *whole is to be freed. */
static const json_t *find_json(const struct run *r, const char *path,
			       json_t **whole)
{
	CLEANUP(freep) char *copy = xstrdup(path);
	json_error_t error;
	const json_t *at;
	char *save;

	*whole = json_loads(r->out, 0, &error);
	ck_assert_msg(*whole, "%s in: %s", error.text, r->out);
	at = *whole;
	for (char *key = strtok_r(copy, ".", &save); key;
	     key = strtok_r(NULL, ".", &save)) {
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key)) :
					 json_object_get(at, key);
		ck_assert_msg(at, "no %s of %s in: %s", key, path, r->out);
	}
	return at;
}

void run_expect_int(const struct run *r, const char *path, int64_t value)
{
	json_t *whole;
	const json_t *at = find_json(r, path, &whole);

	ck_assert_msg(json_is_integer(at) && json_integer_value(at) == value,
		      "%s is not %" PRId64 " in: %s", path, value, r->out);
	json_decref(whole);
}

void run_expect_null(const struct run *r, const char *path)
{
	json_t *whole;
	const json_t *at = find_json(r, path, &whole);

	ck_assert_msg(json_is_null(at), "%s is not null in: %s", path, r->out);
	json_decref(whole);
}

void run_expect_text(const struct run *r, const char *path, const char *value)
{
	json_t *whole;
	const json_t *at = find_json(r, path, &whole);

	ck_assert_msg(json_is_string(at) && !strcmp(json_string_value(at),
						    value),
		      "%s is not '%s' in: %s", path, value, r->out);
	json_decref(whole);
}

void run_expect_true(const struct run *r, const char *path)
{
	json_t *whole;
	const json_t *at = find_json(r, path, &whole);

	ck_assert_msg(json_is_true(at), "%s is not true in: %s", path, r->out);
	json_decref(whole);
}

void run_expect_size(const struct run *r, const char *path, size_t size)
{
	json_t *whole;
	const json_t *at = find_json(r, path, &whole);

	ck_assert_msg(json_is_array(at) && json_array_size(at) == size,
		      "%s has not %zu items in: %s", path, size, r->out);
	json_decref(whole);
}

/* --- the folder --- */

static char folder[4096];

static void enter_folder(void)
{
	const char *temporary = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/pyheld-check-XXXXXX",
		 temporary ? temporary : "/tmp");
	if (!mkdtemp(folder) || chdir(folder)) {
		perror(folder);
		exit(EXIT_FAILURE);
	}
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void leave_folder(void)
{
	if (chdir("/") || nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS))
		perror(folder);
}

void run_in_folder(TCase *tc)
{
	tcase_add_unchecked_fixture(tc, enter_folder, leave_folder);
}
