/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "base/files/folder.h"
#include "base/files/input.h"
#include "base/files/scratch.h"
#include "base/log.h"
#include "cli/broker/requests.h"
#include "cli/broker/typed.h"
#include "cli/version.h"
#include "target/file.h"
#include "target/room.h"

#define BUILD_ID_MAX 64

static bool may_open(void *context, pid_t pid)
{
	const struct requests *r = context;

	return names_have_pid(&r->names, pid);
}

static bool may_list(void *context, const struct census_query *q)
{
	const struct requests *r = context;

	if (q->below)
		return names_have_pid(&r->names, q->below);
	return q->name ? names_have_name(&r->names, q->name) : r->lists;
}

void requests_init(struct requests *r, const struct argp *argp, int argc,
		   char **argv, const sigset_t *mask)
{
	*r = (struct requests){ .names = NAMES_INIT };
	names_set(&r->names, argp, argc, argv);
	r->server.may = may_open;
	r->server.may_list = may_list;
	r->server.context = r;
	r->server.never_stops = r->names.never_stops;
	r->mask = mask;
	r->wake = -1;
	r->sample = (struct spawned)SPAWNED_NONE;
}

/* Signals end us until patience_ends(). */
static void patience_begins(const struct requests *q, sigset_t *ours)
{
	pthread_sigmask(SIG_SETMASK, q->mask, ours);
}

static void patience_ends(const sigset_t *ours)
{
	int saved = errno;

	pthread_sigmask(SIG_SETMASK, ours, NULL);
	errno = saved;
}

/* Answer with a descriptor, which the packet takes over, or with errno. */
static bool answer_fd(struct packet *reply, int fd)
{
	task_reply_errno(reply, fd < 0 ? errno : 0);
	if (fd >= 0)
		packet_add_fd(reply, fd);
	return true;
}

static bool answer_number(struct packet *reply, uint64_t x)
{
	task_reply_errno(reply, 0);
	packet_add(reply, x);
	return true;
}

static bool refuse_path(struct packet *reply, const char *path)
{
	task_reply_error(reply, error_new(ERR_PERMISSION, "'%s' was not named "
					  "on the command line", path));
	return true;
}

/* --- files to read --- */

/* In a folder that was named, others may have made links. */
static int open_input(const struct names *n, const char *path)
{
	CLEANUP(freep) char *folder = NULL;
	size_t len;

	if (!names_are_below(n, path, &len))
		return input_open(path);
	folder = xstrndup(path, len);
	path += len;
	return input_open_below(len ? folder : ".", path + strspn(path, "/"));
}

static bool answer_input(const struct requests *q, struct packet_reader *r,
			 struct packet *reply)
{
	CLEANUP(freep) char *path = packet_get_text(r, PATH_MAX);

	if (!packet_is_read(r) || !path)
		return false;
	if (!names_have_path(&q->names, path)) {
		errno = EACCES;
		return answer_fd(reply, -1);
	}
	return answer_fd(reply, open_input(&q->names, path));
}

/* Files of the kernel have no size as a rule, and reading them may do
 * something. */
static bool is_on_disk(int fd)
{
	static const unsigned long others[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
		SECURITYFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
	};
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if ((unsigned long)fs.f_type == others[i])
			return false;
	return true;
}

/* Names of programs and libraries come from a core: only such files are given,
 * and none that has the memory of a process or of the kernel (/proc/kcore). */
static bool is_program(int fd)
{
	Elf64_Ehdr h;

	return is_on_disk(fd) && pread(fd, &h, sizeof(h), 0) == sizeof(h) &&
	       !memcmp(h.e_ident, ELFMAG, SELFMAG) &&
	       (h.e_type == ET_EXEC || h.e_type == ET_DYN ||
		h.e_type == ET_REL);
}

/* The root and the name are as file_open_below() takes them. */
static int open_program(const struct names *n, const char *root,
			const char *path)
{
	CLEANUP(closep) int fd = -1;
	int ret;

	errno = EACCES;
	if (*root && (*path != '/' || !names_have_path(n, root)))
		return -1;
	fd = file_open_below(root, path);
	if (fd < 0)
		return -1;
	errno = EACCES;
	if (!is_program(fd) && (*root || !names_have_path(n, path)))
		return -1;
	ret = fd;
	fd = -1;
	return ret;
}

static bool answer_below(const struct requests *q, struct packet_reader *r,
			 struct packet *reply)
{
	CLEANUP(freep) char *root = packet_get_text(r, PATH_MAX);
	CLEANUP(freep) char *path = packet_get_text(r, PATH_MAX);

	if (!packet_is_read(r) || !root || !path)
		return false;
	return answer_fd(reply, open_program(&q->names, root, path));
}

static bool answer_fetch(struct requests *q, struct packet_reader *r,
			 struct packet *reply)
{
	size_t len;
	const void *id = packet_get_bytes(r, 1, &len);
	struct error *err;
	sigset_t ours;
	int fd = -1;

	if (!packet_is_read(r) || !len || len > BUILD_ID_MAX)
		return false;
	patience_begins(q, &ours);
	err = fetch_executable(&q->fetch, id, len, &fd);
	patience_ends(&ours);
	task_reply_error(reply, err);
	if (!err)
		packet_add_fd(reply, fd);
	return true;
}

static bool answer_kind(const struct requests *q, struct packet_reader *r,
			struct packet *reply)
{
	CLEANUP(freep) char *path = packet_get_text(r, PATH_MAX);

	if (!packet_is_read(r) || !path)
		return false;
	return answer_number(reply, names_have_path(&q->names, path) ?
					    input_kind(path) : INPUT_MISSING);
}

/* --- files to write --- */

static bool answer_find(struct requests *q, struct packet_reader *r,
			struct packet *reply)
{
	CLEANUP(freep) char *path = packet_get_text(r, PATH_MAX);
	struct requests_output *o = NULL;
	struct error *err;
	size_t number = 0;
	int fd;

	if (!packet_is_read(r) || !path)
		return false;
	while (number < REQUESTS_OUTPUTS && q->outputs[number].used)
		number++;
	if (number == REQUESTS_OUTPUTS)
		return false;
	if (!names_have_output(&q->names, path))
		return refuse_path(reply, path);
	o = &q->outputs[number];
	*o = (struct requests_output){ .file = NEWFILE_INIT };
	o->file.never_wait = true;
	err = newfile_find(&o->file, path, &fd);
	task_reply_error(reply, err);
	if (err || o->file.is_unread) {
		if (!err)
			packet_add(reply, 0);
		newfile_release(&o->file);
		return true;
	}
	o->used = true;
	o->special = fd >= 0;
	packet_add(reply, number + 1);
	if (fd >= 0)
		packet_add_fd(reply, fd);
	return true;
}

static struct requests_output *output_of(struct requests *q,
					 struct packet_reader *r)
{
	uint64_t number = packet_get(r);

	if (!number || number > REQUESTS_OUTPUTS ||
	    !q->outputs[number - 1].used)
		return NULL;
	return &q->outputs[number - 1];
}

static bool answer_create(struct requests *q, struct packet_reader *r,
			  struct packet *reply)
{
	struct requests_output *o = output_of(q, r);
	uint64_t mode = packet_get(r);

	if (!packet_is_read(r) || !o || o->special || o->file.temporary ||
	    (mode != 0600 && mode != 0644))
		return false;
	answer_fd(reply, newfile_create(&o->file, (mode_t)mode));
	o->temporary = o->file.temporary;
	return true;
}

static bool answer_publish(struct requests *q, struct packet_reader *r,
			   struct packet *reply)
{
	struct requests_output *o = output_of(q, r);
	bool sync = packet_get(r);
	struct error *err;

	if (!packet_is_read(r) || !o || !o->temporary)
		return false;
	err = newfile_publish(&o->file, sync);
	o->temporary = err;
	task_reply_error(reply, err);
	return true;
}

static void end_output(struct requests_output *o)
{
	if (o->temporary)
		newfile_drop(&o->file);
	newfile_release(&o->file);
	*o = (struct requests_output){ .file = NEWFILE_INIT };
}

static bool answer_end(struct requests *q, struct packet_reader *r,
		       struct packet *reply)
{
	struct requests_output *o = output_of(q, r);

	if (!packet_is_read(r) || !o)
		return false;
	end_output(o);
	task_reply_errno(reply, 0);
	return true;
}

static bool answer_typed(struct requests *q, struct packet_reader *r,
			 struct packet *reply)
{
	CLEANUP(freep) char *path = NULL;

	if (!packet_is_read(r) || !q->has_typed)
		return false;
	path = typed_file(q->wake);
	task_reply_errno(reply, path ? 0 : errno);
	if (!path)
		return true;
	packet_add_text(reply, path);
	names_add_output(&q->names, path);
	return true;
}

static bool answer_folder(const struct requests *q, struct packet_reader *r,
			  struct packet *reply)
{
	CLEANUP(freep) char *path = packet_get_text(r, PATH_MAX);
	CLEANUP(closep) int folder = -1;
	uint64_t make = packet_get(r);

	if (!packet_is_read(r) || !path || make > FOLDER_MAKE_ALL)
		return false;
	if (!names_have_output(&q->names, path))
		return refuse_path(reply, path);
	task_reply_error(reply, folder_open(path, (enum folder_make)make,
					    &folder));
	return true;
}

/* --- samples --- */

static bool answer_sample(struct requests *q, struct packet_reader *r,
			  struct packet *reply)
{
	uint64_t pid = packet_get(r), start_time = packet_get(r);
	uint64_t start_ticks = packet_get(r), taken_at = packet_get(r);
	CLEANUP(freep) char *file = packet_get_text(r, PATH_MAX);
	struct sample_order order = {
		.pid = pid <= INT_MAX ? (pid_t)pid : 0,
		.last = { start_time, start_ticks, taken_at }, .file = file,
	};

	if (!packet_is_read(r) || !q->run || q->sample.pid)
		return false;
	errno = EACCES;
	if (!names_have_pid(&q->names, order.pid) ||
	    (file && !names_have_output(&q->names, file)) ||
	    !sample_spawn(&q->sample, &order, &q->names.stops, q->run)) {
		task_reply_errno(reply, errno);
		return true;
	}
	task_reply_errno(reply, 0);
	packet_add(reply, (uint64_t)q->sample.pid);
	packet_add_fd(reply, q->sample.out);
	packet_add_fd(reply, q->sample.err);
	q->sample.out = q->sample.err = -1;
	return true;
}

static bool answer_sample_end(struct requests *q, struct packet_reader *r,
			      struct packet *reply)
{
	bool stop = packet_get(r);
	int status;

	if (!packet_is_read(r) || !q->sample.pid)
		return false;
	status = spawn_end(&q->sample, stop);
	return answer_number(reply, status < 0 ? 0 : (uint64_t)status + 1);
}

/* --- all --- */

static bool answer_log(struct packet_reader *r, struct packet *reply)
{
	uint64_t level = packet_get(r);

	if (!packet_is_read(r) || level > LOG_DETAIL)
		return false;
	log_set_level((unsigned int)level);
	version_log();
	task_reply_errno(reply, 0);
	return true;
}

static bool answer(struct requests *q, const struct packet *request,
		   struct packet_reader *r, struct packet *reply)
{
	switch (request->kind) {
	case TASK_INPUT:
		return answer_input(q, r, reply);
	case TASK_BELOW:
		return answer_below(q, r, reply);
	case TASK_FETCH:
		return answer_fetch(q, r, reply);
	case TASK_KIND:
		return answer_kind(q, r, reply);
	case TASK_SCRATCH:
		return answer_fd(reply, scratch_file());
	case TASK_ROOM:
		return answer_number(reply, room_left());
	case TASK_OUTPUT_FIND:
		return answer_find(q, r, reply);
	case TASK_OUTPUT_CREATE:
		return answer_create(q, r, reply);
	case TASK_OUTPUT_PUBLISH:
		return answer_publish(q, r, reply);
	case TASK_OUTPUT_END:
		return answer_end(q, r, reply);
	case TASK_OUTPUT_TYPED:
		return answer_typed(q, r, reply);
	case TASK_SAMPLE_START:
		return answer_sample(q, r, reply);
	case TASK_SAMPLE_END:
		return answer_sample_end(q, r, reply);
	case TASK_FOLDER:
		return answer_folder(q, r, reply);
	case TASK_LOG:
		return answer_log(r, reply);
	default:
		return false;
	}
}

bool requests_answer(struct requests *q, const struct packet *request,
		     struct packet *reply)
{
	struct packet_reader r = packet_read(request);

	if (request->kind >= TASK_PROCESS_OPEN &&
	    request->kind <= TASK_PROCESS_CLOSE)
		return serve_request(&q->server, request, reply);
	return answer(q, request, &r, reply);
}

void requests_end_worker(struct requests *q)
{
	for (size_t i = 0; i < REQUESTS_OUTPUTS; i++)
		if (q->outputs[i].used)
			end_output(&q->outputs[i]);
	spawn_end(&q->sample, true);
	serve_end(&q->server);
}

void requests_release(struct requests *q)
{
	requests_end_worker(q);
	fetch_close(q->fetch);
	names_release(&q->names);
}
