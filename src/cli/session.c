/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "analysis/limits/pattern.h"
#include "analysis/limits/similar.h"
#include "base/broker/task.h"
#include "base/die.h"
#include "base/files/input.h"
#include "base/log.h"
#include "cli/progress.h"
#include "cli/running/running.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "heap/capture/capture.h"
#include "output/coverage.h"
#include "output/emit.h"
#include "python/load.h"
#include "target/room.h"

int session_failed(struct error *err)
{
	int status = err->code == ERR_AMBIGUOUS ? STATUS_USAGE : STATUS_FAILED;

	progress_stop();
	fprintf(stderr, "pyheld: %s\n", err->message);
	error_free(err);
	return status;
}

static struct core_options core_options;

void session_set_executable(const char *path)
{
	core_options.executable = path;
}

void session_set_sysroot(const char *path)
{
	core_options.sysroot = path;
}

static struct session_care care;

void session_set_care(const struct session_care *how)
{
	care = *how;
}

/* The error for a file that is no target: it says what the file is. */
static struct error *refuse_file(const char *path, int fd,
				 const struct stat *st)
{
	const char *what = "not a process, capture or core file";
	Elf64_Ehdr header;

	if (S_ISDIR(st->st_mode))
		what = "a directory";
	else if (!S_ISREG(st->st_mode))
		what = "a pipe or a device, which can't be read in any order";
	else if (S_ISREG(st->st_mode) && !st->st_size)
		what = "an empty file";
	else if (S_ISREG(st->st_mode) &&
		 pread(fd, &header, sizeof(header), 0) == sizeof(header) &&
		 !memcmp(header.e_ident, ELFMAG, SELFMAG))
		what = "a program or library, not a process that runs it";
	return error_new(ERR_UNSUPPORTED, "'%s' is %s: give the PID of a"
			 " Python process, a core file or a capture", path,
			 what);
}

/*
 * The handler of SIGBUS.  Cores and captures are mapped; when a page of the
 * file is gone, there is no way to go on.
 */
static void file_is_lost(int number UNUSED)
{
	die("the file was truncated while it was read, or its disk fails");
}

/* On a terminal: erase the line of progress first. */
static void file_is_lost_in_progress(int number)
{
	static const char text[] = "\r\033[K";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(STATUS_FAILED);
	file_is_lost(number);
}

static struct error *list_named(const char *name, struct ps *several)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();

	ps_sort(several, PS_BY_RESIDENT);
	ps_text(several, 0, &format, &text);
	progress_stop();
	fputs(text.s, stderr);
	return error_new(ERR_AMBIGUOUS, "'%s' is the name of %zu processes:"
			 " give the PID of one", name, several->rows.nr);
}

/* What a name means becomes *target.  One that means nothing stays, for
 * open_file() to say so. */
static struct error *name_target(const char **target, bool children)
{
	struct running r;
	struct error *err = running_named(*target, &r);

	if (!err && r.several.rows.nr)
		err = list_named(*target, &r.several);
	if (!err && r.is_new && r.nr_below && !children) {
		progress_stop();
		fprintf(stderr, "pyheld: '%s' is process %s, which is read, and"
			" %" PRIu64 " that it started: leaks, summary, capture"
			" and watch take --children\n", *target, r.pid,
			r.nr_below);
	}
	if (!err && r.pid)
		*target = r.pid;
	ps_release(&r.several);
	return err;
}

int session_target(const char *target, bool children, const char **ret)
{
	struct error *err;

	*ret = target;
	err = name_target(ret, children);
	return err ? session_failed(err) : STATUS_OK;
}

/* Open a file: a capture is read into *ret, a core file becomes *target. */
static struct error *open_file(const char *path, struct heap *ret,
			       struct target **target)
{
	CLEANUP(closep) int fd = -1;
	char magic[CAPTURE_MAGIC_LEN];
	struct error *err;
	struct stat st;

	fd = input_open(path);
	if (fd < 0 || fstat(fd, &st))
		return error_errno(ERR_USAGE, errno, "'%s' is not a PID or"
				   " the name of a Python, and can't be opened"
				   " as a file", path);
	signal(SIGBUS, isatty(STDERR_FILENO) ? file_is_lost_in_progress :
					       file_is_lost);
	room_yield();
	if (S_ISREG(st.st_mode) && target_is_core(fd))
		return target_open_core(path, &core_options, target);
	if (!S_ISREG(st.st_mode) ||
	    pread(fd, magic, sizeof(magic), 0) != sizeof(magic) ||
	    !capture_is_one(magic, sizeof(magic)))
		return refuse_file(path, fd, &st);
	err = capture_open_within(fd, room_left, ret);
	return err ? error_wrap(err, "'%s'", path) : NULL;
}

static void log_heap(const struct heap *h)
{
	log_info("heap: %" PRIu32 " objects of %zu types, %zu references, %zu "
		 "roots, %zu frames", h->nr_objects, h->types.nr, h->edges.nr,
		 h->roots.nr, h->frames.nr);
	log_info("references read by readers %" PRIu64 ", emulated %" PRIu64
		 ", scanned %" PRIu64 ", unread %" PRIu64 "; to no object %"
		 PRIu64, h->info.nr_native, h->info.nr_emulated,
		 h->info.nr_scanned, h->info.nr_unread,
		 h->info.nr_bad_pointers);
}

static bool is_pid(const char *name)
{
	return *name && strspn(name, "0123456789") == strlen(name);
}

static struct error *open_process(const char *name, struct target **ret)
{
	unsigned long pid;

	errno = 0;
	pid = strtoul(name, NULL, 10);
	if (errno || pid < 1 || pid > INT_MAX)
		return error_new(ERR_NOT_FOUND, "no process has the PID %s: try"
				 " pyheld ps", name);
	return target_open_pid((pid_t)pid, ret);
}

/*
 * Add the warnings of the target to `err`: they may be the reason for it.
 * (When the heap can be read, they are in the heap.)
 */
static struct error *explain(struct error *err, const struct target *t)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	enum error_code code = err->code;

	if (!t->warnings.nr)
		return err;
	str_add(&text, err->message);
	error_free(err);
	for (size_t i = 0; i < t->warnings.nr; i++)
		str_addf(&text, "; %s", t->warnings.v[i]);
	return error_new(code, "%s", text.s);
}

static enum stop_when stop;
static uint64_t patience_ms, max_pause_ms;
static bool announces = true;

void session_set_stop(enum stop_when when)
{
	stop = when;
}

void session_set_patience(uint64_t ms)
{
	patience_ms = ms;
}

void session_set_max_pause(uint64_t ms)
{
	max_pause_ms = ms;
}

void session_set_announces(bool does)
{
	announces = does;
}

static struct error *load(struct session *s, const char *target,
			  const struct load_options *options)
{
	struct load_options with_care = { .sample = 0 };
	struct error *err;

	err = name_target(&target, false);
	if (err)
		return err;
	if (is_pid(target)) {
		err = open_process(target, &s->target);
	} else {
		s->file = xstrdup(target);
		err = open_file(target, &s->heap, &s->target);
	}
	if (err || !s->target)
		return err;
	if (options)
		with_care = *options;
	with_care.no_emulator = with_care.crashed = care.no_emulator;
	with_care.avoided = care.avoided;
	with_care.stop = stop;
	with_care.patience_ms = patience_ms;
	with_care.max_pause_ms = max_pause_ms;
	with_care.announces = announces;
	err = load_python(s->target, &with_care, &s->heap);
	return err ? explain(err, s->target) : NULL;
}

/* How many objects of each type `doctor` compares with the emulator. */
#define DOCTOR_SAMPLE 200

static struct session *sessions;	/* all open ones */

static struct error *read_session(struct session *s, const char *target,
				  const struct load_options *options)
{
	struct error *err;

	heap_init(&s->heap);
	s->next = sessions;
	sessions = s;
	progress_start("reading");
	version_log();
	log_info("target '%s' is read", target);
	err = load(s, target, options);
	if (err)
		return err;
	log_heap(&s->heap);
	progress_start("thinking");
	return NULL;
}

static int open_session(struct session *s, const char *target,
			const struct load_options *options,
			char **unreadable)
{
	struct error *err = read_session(s, target, options);

	if (err && unreadable && err->code == ERR_CORRUPT) {
		*unreadable = xstrdup(err->message);
		log_pass_over(err, "the doctor reports it");
		return STATUS_OK;
	}
	if (err)
		return session_failed(err);
	for (size_t i = 0; !s->quiet && i < s->heap.info.warnings.nr; i++) {
		progress_stop();
		fprintf(stderr, "pyheld: warning: %s\n",
			s->heap.info.warnings.v[i]);
	}
	return STATUS_OK;
}

int session_open(struct session *s, const char *target)
{
	return open_session(s, target, NULL, NULL);
}

static const struct load_options with_details = { .details = true };

struct error *session_read(struct session *s, const char *target, bool details)
{
	return read_session(s, target, details ? &with_details : NULL);
}

int session_open_details(struct session *s, const char *target)
{
	return open_session(s, target, &with_details, NULL);
}

int session_open_doctor(struct session *s, const char *target,
			char **unreadable)
{
	const struct load_options options = { .sample = DOCTOR_SAMPLE };

	return open_session(s, target, &options, unreadable);
}

int session_check(struct session *s)
{
	struct error *err = s->heap.failed;

	if (!err)
		return STATUS_OK;
	s->heap.failed = NULL;
	return session_failed(s->file ? error_wrap(err, "'%s'", s->file) :
					err);
}

static void peek_at(const struct target *t, struct heap_info *info)
{
	info->pid = t->pid ? t->pid : t->core_pid;
	info->host = xstrdup(t->host ? t->host : "");
	info->start_time = t->start_time;
	info->boot = xstrdup(t->boot ? t->boot : "");
	info->start_ticks = t->start_ticks;
	info->pid_namespace = t->pid_namespace;
	info->inner_pid = t->inner_pid;
	info->taken_at = t->pid ? (uint64_t)time(NULL) : t->taken_at;
	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];

		heap_mapping_vec_push(&info->mappings, (struct heap_mapping){
			.start = m->start, .end = m->end, .offset = m->offset,
			.path = xstrdup(m->path ? m->path : "") });
	}
}

int session_peek(const char *target, struct heap *ret)
{
	struct target *t = NULL;
	struct heap h;
	struct error *err;

	heap_init(&h);
	heap_init(ret);
	err = name_target(&target, false);
	if (!err)
		err = is_pid(target) ? open_process(target, &t) :
				       open_file(target, &h, &t);
	if (err)
		return session_failed(err);
	if (t) {
		peek_at(t, &ret->info);
		target_close(t);
		return STATUS_OK;
	}
	/* The heap owns what its info points to: move the whole info. */
	ret->info = h.info;
	h.info = (struct heap_info){ 0 };
	heap_release(&h);
	return STATUS_OK;
}

void session_forget_bytes(struct session *s)
{
	/* The column of a capture is the capture's. */
	if (s->target)
		free(s->heap.bytes);
	s->heap.bytes = NULL;
	s->heap.info.bytes_known = false;
}

void session_close(struct session *s)
{
	progress_stop();
	heap_release(&s->heap);
	if (s->target)
		target_close(s->target);
	free(s->file);
	for (struct session **p = &sessions; *p; p = &(*p)->next) {
		if (*p == s) {
			*p = s->next;
			break;
		}
	}
}

int session_status(const struct session *s)
{
	return heap_is_partial(&s->heap) ? STATUS_PARTIAL : STATUS_OK;
}

/* --- addresses that are no object --- */

/* The object that has `address` inside; its PyGC_Head does not count. */
static oid find_around(const struct heap *h, uint64_t address)
{
	for (oid o = 0; o < h->nr_objects; o++)
		if (address > h->address[o] &&
		    address - h->address[o] < h->size[o])
			return o;
	return OID_NONE;
}

static const struct heap_mapping *find_mapping(const struct heap *h,
					       uint64_t address)
{
	const struct heap_mapping_vec *v = &h->info.mappings;

	for (size_t i = 0; i < v->nr; i++)
		if (address >= v->v[i].start && address < v->v[i].end)
			return &v->v[i];
	return NULL;
}

static struct error *no_object(const struct session *s, uint64_t address)
{
	const struct heap *h = &s->heap;
	const struct heap_mapping *m;
	oid around = find_around(h, address);

	if (around != OID_NONE)
		return error_new(ERR_NOT_FOUND, "no object starts at 0x%" PRIx64
				 ": it is %" PRIu64 " bytes inside the %s"
				 " at 0x%" PRIx64, address,
				 address - h->address[around],
				 heap_type_of(h, around)->name,
				 h->address[around]);
	m = find_mapping(h, address);
	if (!m)
		return error_new(ERR_NOT_FOUND, "no object is at 0x%" PRIx64
				 ": nothing is mapped there", address);
	return error_new(ERR_NOT_FOUND, "no object is at 0x%" PRIx64 ": it is"
			 " in %s (0x%" PRIx64 "-0x%" PRIx64 "), but no object"
			 " that the collector reaches starts there", address,
			 *m->path ? m->path : "anonymous memory",
			 m->start, m->end);
}

int session_find(struct session *s, uint64_t address, oid *ret)
{
	oid o = heap_find(&s->heap, address);

	if (o == OID_NONE)
		return session_failed(no_object(s, address));
	*ret = o;
	return STATUS_OK;
}

/* --- types --- */

#define MEANT_MAX 3

/* "; did you mean app.Article, app.Articles (no objects)?" */
static void add_meant(const struct heap *h, const char *pattern,
		      struct str *ret)
{
	CLEANUP(oid_vec_release) struct oid_vec types = VEC_INIT;

	similar_types(h, pattern, MEANT_MAX, &types);
	for (size_t i = 0; i < types.nr; i++) {
		const struct heap_type *type = &h->types.v[types.v[i]];

		str_addf(ret, "%s%s%s", i ? ", " : "; did you mean ",
			 type->name, type->nr_objects ? "" : " (no objects)");
	}
	str_add(ret, types.nr ? "?" : "");
}

int session_types(struct session *s, const char *pattern, bool **ret)
{
	CLEANUP(str_release) struct str meant = STR_INIT;
	uint32_t nr;
	bool *types = pattern_types(&s->heap, pattern, &nr);

	if (nr) {
		*ret = types;
		return STATUS_OK;
	}
	free(types);
	add_meant(&s->heap, pattern, &meant);
	return session_failed(error_new(ERR_NOT_FOUND, "no type is named '%s'%s",
					pattern, meant.s));
}

/* --- results --- */

static struct error *flush(FILE *out)
{
	if (fflush(out) || ferror(out))
		return error_errno(ERR_SYSTEM, errno, "can't write to stdout");
	return NULL;
}

static int check_all(void)
{
	int status = STATUS_OK;

	for (struct session *s = sessions; s && !status; s = s->next)
		status = session_check(s);
	return status;
}

/* Reports on several targets have it in the part of each target. */
static void add_coverage(json_t *value)
{
	if (sessions && !sessions->next && !json_object_get(value, "coverage"))
		emit_put(value, "coverage", coverage_json(&sessions->heap));
}

static void say_coverage(void)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	for (const struct session *s = sessions; s; s = s->next) {
		const char *name = !sessions->next ? NULL :
				   s->file ? s->file : s->heap.info.source;

		coverage_add_partial(&s->heap, name, &text);
		if (!s->says_coverage)
			coverage_add_line(&s->heap, name, &text);
	}
	fwrite(text.s, 1, text.len, stdout);
}

int session_print_text(const struct str *text, int status)
{
	struct error *err;
	int failed = check_all();

	progress_stop();
	if (failed)
		return failed;
	task_has_output();
	fwrite(text->s, 1, text->len, stdout);
	say_coverage();
	err = flush(stdout);
	return err ? session_failed(err) : status;
}

int session_print_json(json_t *value, int status)
{
	struct error *err = NULL;
	int failed = check_all();

	progress_stop();
	add_coverage(value);
	task_has_output();
	if (!failed)
		err = emit_write(value, stdout);
	json_decref(value);
	if (failed)
		return failed;
	if (!err)
		err = flush(stdout);
	return err ? session_failed(err) : status;
}
