/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/rlimit.h"
#include "target/file.h"
#include "target/live/children.h"
#include "target/live/process.h"
#include "target/proc.h"
#include "target/processes/called.h"
#include "target/processes/census-read.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h; shown in stat */
/* Fields of a stat file: proc(5). */
#define STAT_PPID 4
#define STAT_FLAGS 9
#define STAT_THREADS 20
#define STAT_START 22

/* --- what is mapped --- */

/* "libpython3.11.so.1.0": not libpython3.so, which has no CPython in it. */
static bool is_libpython(const char *name, size_t len)
{
	static const char begin[] = "libpython";
	size_t n = sizeof(begin) - 1;

	return len > n + 3 && !memcmp(name, begin, n) &&
	       isdigit((unsigned char)name[n]) && name[n + 1] == '.' &&
	       isdigit((unsigned char)name[n + 2]) &&
	       memmem(name, len, ".so", 3);
}

/* The libpython of a line of maps; false: it has none. */
static bool read_line(const char *line, size_t len, struct census_file *ret)
{
	const char *path = memchr(line, '/', len);
	const char *slash = memrchr(line, '/', len);
	unsigned int major, minor;
	uint64_t inode;

	if (!slash || !is_libpython(slash + 1, len - (slash + 1 - line)) ||
	    sscanf(line, "%*x-%*x %*4c %*x %x:%x %" SCNu64, &major, &minor,
		   &inode) != 3)
		return false;
	ret->device = makedev(major, minor);
	ret->inode = inode;
	ret->path = xstrndup(path, MIN(len - (size_t)(path - line),
				       CENSUS_TEXT_MAX));
	return true;
}

static void find_library(int dir, struct census_file *ret)
{
	CLEANUP(str_release) struct str maps = STR_INIT;
	const char *line, *end;

	if (!proc_read(dir, "maps", &maps))
		str_cut(&maps, 0);
	for (line = maps.s; *line; line = end + 1) {
		end = strchrnul(line, '\n');
		if (read_line(line, (size_t)(end - line), ret) || !*end)
			break;
	}
	if (!ret->path)
		ret->path = xstrdup("");
}

static void find_program(int dir, struct census_row *r)
{
	struct stat st;

	r->program.path = proc_link(dir, "exe");
	r->hidden = !*r->program.path && (errno == EACCES || errno == EPERM);
	if (fstatat(dir, "exe", &st, 0))
		return;
	r->program.device = st.st_dev;
	r->program.inode = st.st_ino;
}

/* --- one process --- */

/*
 * The folder of one process, and that of a thread that has its memory: another
 * one once the main thread has exited.
 */
struct folder {
	int main, other;	/* -1: none */
};
#define FOLDER_NONE { -1, -1 }

static void folder_close(struct folder *f)
{
	closep(&f->other);
	closep(&f->main);
}

static int folder_memory(const struct folder *f)
{
	return f->other < 0 ? f->main : f->other;
}

/* False: there is no such process, or all of its threads have exited.  Its stat
 * file is added to `stat`. */
static bool folder_open(pid_t pid, struct folder *f, struct str *stat)
{
	pid_t tid;
	char state;

	f->main = proc_open(pid);
	if (f->main < 0 || !proc_read(f->main, "stat", stat))
		return false;
	state = proc_stat_state(stat);
	if (state == 'Z' || state == 'X')
		f->other = proc_open_other(f->main, &tid);
	return state && (f->other >= 0 || (state != 'Z' && state != 'X'));
}

/* False, too: it is not the one that started then. */
static bool folder_open_same(pid_t pid, uint64_t start_ticks, struct folder *f)
{
	CLEANUP(str_release) struct str stat = STR_INIT;

	return folder_open(pid, f, &stat) &&
	       proc_stat_u64(&stat, STAT_START) == start_ticks;
}

int census_read_file(pid_t pid, uint64_t start_ticks, bool library)
{
	CLEANUP(folder_close) struct folder f = FOLDER_NONE;
	CLEANUP(maps_release) struct mapping_vec maps = VEC_INIT;
	CLEANUP(file_close_all) struct file_vec files = VEC_INIT;
	CLEANUP(error_freep) struct error *err = NULL;
	CLEANUP(freep) char *root = NULL;
	int dir;

	if (!folder_open_same(pid, start_ticks, &f))
		return -1;
	dir = folder_memory(&f);
	if (!library)
		return file_open_regular(dir, "exe");
	root = proc_link(dir, "root");
	err = maps_read(dir, strcmp(root, "/") ? root : "", &maps);
	for (size_t i = 0; !err && i < maps.nr; i++) {
		const char *slash = strrchr(maps.v[i].path, '/');

		if (slash && is_libpython(slash + 1, strlen(slash + 1)))
			return fcntl(file_of(&files, dir, &maps.v[i]),
				     F_DUPFD_CLOEXEC, 0);
	}
	return -1;
}

/*
 * The line of a cgroup file that says most: that of cgroup v2, unless all are
 * in its root; systemd's of v1, or the first that is no root.
 */
static char *read_cgroup(int dir)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *line, *end;

	if (!proc_read(dir, "cgroup", &text))
		return xstrdup("");
	for (line = text.s; *line; line = end + !!*end) {
		const char *path;

		end = strchrnul(line, '\n');
		path = memchr(line, '/', (size_t)(end - line));
		if (path && end - path > 1)
			return xstrndup(path, MIN((size_t)(end - path),
						  CENSUS_TEXT_MAX));
	}
	return xstrdup("/");
}

static uint64_t age_of(uint64_t start_ticks)
{
	struct timespec now;
	long hz = sysconf(_SC_CLK_TCK);
	uint64_t start = hz > 0 ? start_ticks / (uint64_t)hz : 0;

	if (clock_gettime(CLOCK_BOOTTIME, &now) ||
	    (uint64_t)now.tv_sec < start)
		return 0;
	return (uint64_t)now.tv_sec - start;
}

static char *why_refused(int dir, pid_t pid)
{
	struct error *err = process_check(dir, pid);
	char *ret = err ? xstrdup(err->message) : NULL;

	error_free(err);
	return ret;
}

/* A longer line of /etc/passwd ends the search. */
#define USER_LINE_MAX 4096

/* Of /etc/passwd alone: other services that know users may take long. */
static char *read_user(int dir)
{
	CLEANUP(str_release) struct str status = STR_INIT;
	FILE *f;
	char line[USER_LINE_MAX], *ret = NULL;
	struct passwd user, *p;
	uint64_t uid;

	if (!proc_read(dir, "status", &status))
		return xstrdup("?");
	uid = proc_field_u64(&status, "Uid");
	f = fopen("/etc/passwd", "re");
	while (f && !ret && !fgetpwent_r(f, &user, line, sizeof(line), &p))
		ret = p->pw_uid == uid ? xstrdup(p->pw_name) : NULL;
	if (f)
		fclose(f);
	return ret ? ret : xasprintf("%" PRIu64, uid);
}

struct error *census_read_details(pid_t pid, uint64_t start_ticks,
				  struct census_details *ret)
{
	CLEANUP(str_release) struct str command = STR_INIT;
	CLEANUP(folder_close) struct folder f = FOLDER_NONE;
	CLEANUP(folder_close) struct folder again = FOLDER_NONE;
	int dir;

	if (!folder_open_same(pid, start_ticks, &f))
		return &error_gone;
	dir = f.main;
	ret->comm = proc_comm(dir);
	if (!proc_read(folder_memory(&f), "cmdline", &command))
		str_cut(&command, 0);
	str_cut(&command, CENSUS_TEXT_MAX);
	ret->command_len = command.len;
	ret->command = str_take(&command);
	ret->cgroup = read_cgroup(dir);
	ret->user = read_user(dir);
	ret->refused = why_refused(dir, pid);
	/* Only now it is known that it ran all the time. */
	return folder_open_same(pid, start_ticks, &again) ? NULL : &error_gone;
}

/* False: it is no process that could be a Python, or not the one that is
 * asked for. */
static bool read_row(pid_t pid, const struct census_query *q,
		     struct census_row *r)
{
	CLEANUP(folder_close) struct folder f = FOLDER_NONE;
	CLEANUP(str_release) struct str stat = STR_INIT, status = STR_INIT;
	CLEANUP(str_release) struct str memory = STR_INIT;
	int dir;

	if ((q->name && !called_pid(pid, q->name)) ||
	    !folder_open(pid, &f, &stat) ||
	    !proc_read(f.main, "status", &status) ||
	    proc_stat_u64(&stat, STAT_FLAGS) & PF_KTHREAD)
		return false;
	dir = folder_memory(&f);
	if (f.other >= 0 && !proc_read(dir, "status", &memory))
		return false;
	r->pid = pid;
	r->parent = (pid_t)proc_stat_u64(&stat, STAT_PPID);
	r->inner_pid = (pid_t)proc_field_last(&status, "NSpid");
	r->threads = proc_stat_u64(&stat, STAT_THREADS);
	r->start_ticks = proc_stat_u64(&stat, STAT_START);
	r->age = age_of(r->start_ticks);
	r->resident = proc_field_u64(f.other >= 0 ? &memory : &status,
				     "VmRSS") * 1024;
	find_program(dir, r);
	find_library(dir, &r->library);
	return true;
}

/* --- all --- */

static struct error *list_pids(struct pid_vec *ret)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc) {
		rlimit_check(errno);
		return error_errno(ERR_SYSTEM, errno, "can't read /proc");
	}
	while ((entry = readdir(proc))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (pid > 0)
			pid_vec_push(ret, pid);
	}
	closedir(proc);
	return NULL;
}

struct error *census_read(const struct census_query *q, size_t max,
			  struct census *ret)
{
	CLEANUP(pid_vec_release) struct pid_vec pids = VEC_INIT;
	struct error *err = NULL;

	if (proc_is_foreign())
		return process_foreign();
	if (q->below) {
		pid_vec_push(&pids, q->below);
		children_find(q->below, SIZE_MAX, &pids);
	} else {
		err = list_pids(&pids);
	}
	if (err)
		return err;
	ret->nr_left_out = pids.nr > max ? pids.nr - max : 0;
	for (size_t i = 0; i < pids.nr && i < max; i++) {
		struct census_row r = { .pid = 0 };

		if (read_row(pids.v[i], q, &r))
			census_vec_push(&ret->rows, r);
	}
	return NULL;
}
