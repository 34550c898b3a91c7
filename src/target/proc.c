/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rlimit.h"
#include "target/proc.h"

#define PROC_MAX (256UL << 20)
/* Bytes of one read(); the kernel gives 4096 of most files. */
#define READ_SIZE 16384

int proc_open(pid_t pid)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "/proc/%d", (int)pid);
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		rlimit_check(errno);
	return fd;
}

bool proc_read(int dir, const char *name, struct str *s)
{
	CLEANUP(closep) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t start = s->len;

	if (fd < 0) {
		rlimit_check(errno);
		return false;
	}
	while (s->len - start < PROC_MAX) {
		ssize_t n = read(fd, str_reserve(s, READ_SIZE), READ_SIZE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (!n)
			break;
		str_grow(s, (size_t)n);
	}
	return true;
}

struct error *proc_failed(const char *name)
{
	if (errno == ESRCH || errno == ENOENT)
		return &error_gone;
	return error_errno(errno == EACCES || errno == EPERM ?
			   ERR_PERMISSION : ERR_SYSTEM, errno,
			   "can't read %s of the process in /proc", name);
}

char *proc_link(int dir, const char *name)
{
	char buf[PATH_MAX + 32];
	ssize_t n = readlinkat(dir, name, buf, sizeof(buf));

	return xstrndup(buf, n < 0 ? 0 : n);
}

const char *proc_field(const struct str *status, const char *key)
{
	size_t len = strlen(key);
	const char *line = status->s;

	while (line && *line) {
		if (!strncmp(line, key, len) && line[len] == ':') {
			line += len + 1;
			return line + strspn(line, " \t");
		}
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return NULL;
}

uint64_t proc_field_u64(const struct str *status, const char *key)
{
	const char *value = proc_field(status, key);

	return value ? strtoull(value, NULL, 10) : 0;
}

uint64_t proc_field_last(const struct str *status, const char *key)
{
	const char *p = proc_field(status, key);
	uint64_t value = 0;

	while (p && *p >= '0' && *p <= '9') {
		char *end;

		value = strtoull(p, &end, 10);
		p = end + strspn(end, " \t");
	}
	return value;
}

/* The text behind the name, which may have any characters, even ")". */
static const char *after_name(const struct str *stat)
{
	const char *p = strrchr(stat->s, ')');

	return p && p[1] == ' ' ? p + 2 : "";
}

uint64_t proc_stat_u64(const struct str *stat, unsigned int nr)
{
	const char *p = after_name(stat);

	for (; nr > 3; nr--) {
		p = strchr(p, ' ');
		if (!p)
			return 0;
		p++;
	}
	return strtoull(p, NULL, 10);
}

char proc_stat_state(const struct str *stat)
{
	return *after_name(stat);
}

bool proc_is_foreign(void)
{
	CLEANUP(freep) char *self = proc_link(AT_FDCWD, "/proc/self");

	return *self && strtol(self, NULL, 10) != getpid();
}

static bool has_exited(int dir)
{
	CLEANUP(str_release) struct str stat = STR_INIT;
	char state = proc_read(dir, "stat", &stat) ? proc_stat_state(&stat)
						   : '\0';

	return state == 'Z' || state == 'X';
}

/* A thread that is just ending has no memory any more. */
static bool has_memory(int dir)
{
	CLEANUP(str_release) struct str pages = STR_INIT;

	return proc_read(dir, "statm", &pages) &&
	       strtoull(pages.s, NULL, 10) && !has_exited(dir);
}

int proc_open_other(int dir, pid_t *tid)
{
	int fd = has_exited(dir) ? openat(dir, "task", O_RDONLY | O_DIRECTORY |
					  O_CLOEXEC) : -1;
	DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int ret = -1;

	if (!tasks) {
		closep(&fd);
		return -1;
	}
	while (ret < 0 && (entry = readdir(tasks)) != NULL) {
		pid_t number = atoi(entry->d_name);
		int task = number > 0 ? proc_open(number) : -1;

		if (task >= 0 && has_memory(task)) {
			*tid = number;
			ret = task;
		} else {
			closep(&task);
		}
	}
	closedir(tasks);
	return ret;
}

bool proc_is_alive(pid_t pid)
{
	CLEANUP(closep) int dir = proc_open(pid);
	CLEANUP(closep) int other = -1;
	CLEANUP(str_release) struct str stat = STR_INIT;
	pid_t tid;

	if (dir < 0 || !proc_read(dir, "stat", &stat) ||
	    !proc_stat_state(&stat))
		return false;
	other = proc_open_other(dir, &tid);
	return other >= 0 || !has_exited(dir);
}

char *proc_comm(int dir)
{
	struct str name = STR_INIT;

	if (!proc_read(dir, "comm", &name)) {
		str_cut(&name, 0);
		str_add(&name, "?");
	} else if (name.len && name.s[name.len - 1] == '\n') {
		str_cut(&name, name.len - 1);
	}
	return str_take(&name);
}

char *proc_comm_of(pid_t pid)
{
	CLEANUP(closep) int dir = proc_open(pid);

	return dir < 0 ? xstrdup("?") : proc_comm(dir);
}
