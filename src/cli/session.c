#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/pattern.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "output/json.h"
#include "python/python.h"

int session_failed(struct error *err)
{
	progress_stop();
	fprintf(stderr, "pyheld: %s\n", err->message);
	error_free(err);
	return STATUS_FAILED;
}

/* What a path is that can't be a target (yet). */
static struct error *refuse_path(const char *path)
{
	const char *what = "not a process";
	CLEANUP(closep) int fd = -1;
	Elf64_Ehdr header;
	struct stat st;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st))
		return error_errno(ERR_USAGE, errno, "'%s' is no PID, and as a"
				   " file it can't be opened", path);
	if (S_ISDIR(st.st_mode))
		what = "a directory";
	else if (S_ISREG(st.st_mode) &&
		 pread(fd, &header, sizeof(header), 0) == sizeof(header) &&
		 !memcmp(header.e_ident, ELFMAG, SELFMAG))
		what = header.e_type == ET_CORE ? "a core file" :
		       "a program or library, not a process that runs it";
	return error_new(ERR_UNSUPPORTED, "'%s' is %s: give the PID of a"
			 " Python process; core files and captures are not"
			 " supported yet", path, what);
}

static struct error *open_target(const char *name, struct target **ret)
{
	unsigned long pid;

	if (!*name || strspn(name, "0123456789") != strlen(name))
		return refuse_path(name);
	errno = 0;
	pid = strtoul(name, NULL, 10);
	if (errno || pid < 1 || pid > INT_MAX)
		return error_new(ERR_NOT_FOUND, "no process has the PID %s: see"
				 " ps or pgrep -a python", name);
	return target_open_pid((pid_t)pid, ret);
}

int session_open(struct session *s, const char *target)
{
	static const struct python_options options = { 0 };
	struct error *err;

	heap_init(&s->heap);
	progress_start("reading");
	err = open_target(target, &s->target);
	if (!err)
		err = python_load_heap(s->target, &options, &s->heap);
	if (err)
		return session_failed(err);
	progress_start("thinking");
	for (size_t i = 0; i < s->heap.info.warnings.nr; i++) {
		progress_stop();
		fprintf(stderr, "pyheld: warning: %s\n",
			s->heap.info.warnings.v[i]);
	}
	return STATUS_OK;
}

void session_close(struct session *s)
{
	progress_stop();
	heap_release(&s->heap);
	if (s->target)
		target_close(s->target);
}

int session_status(const struct session *s)
{
	return s->heap.info.nr_unread ? STATUS_PARTIAL : STATUS_OK;
}

/* --- addresses that are no object --- */

/* The object that `address` lies in; garbage collector heads not counted. */
static oid find_around(const struct heap *h, uint64_t address)
{
	for (oid o = 0; o < h->nr_objects; o++)
		if (address > h->address[o] &&
		    address - h->address[o] < h->size[o])
			return o;
	return OID_NONE;
}

static const struct mapping *find_mapping(const struct target *t,
					  uint64_t address)
{
	for (size_t i = 0; t && i < t->mappings.nr; i++)
		if (address >= t->mappings.v[i].start &&
		    address < t->mappings.v[i].end)
			return &t->mappings.v[i];
	return NULL;
}

static struct error *no_object(const struct session *s, uint64_t address)
{
	const struct heap *h = &s->heap;
	const struct mapping *m;
	oid around = find_around(h, address);

	if (around != OID_NONE)
		return error_new(ERR_NOT_FOUND, "no object starts at 0x%" PRIx64
				 ": it lies %" PRIu64 " bytes inside of the %s"
				 " at 0x%" PRIx64, address,
				 address - h->address[around],
				 heap_type_of(h, around)->name,
				 h->address[around]);
	m = find_mapping(s->target, address);
	if (!m)
		return error_new(ERR_NOT_FOUND, "no object is at 0x%" PRIx64
				 ": nothing is mapped there", address);
	return error_new(ERR_NOT_FOUND, "no object is at 0x%" PRIx64 ": it lies"
			 " in %s (0x%" PRIx64 "-0x%" PRIx64 "), where no object"
			 " that the collector reaches starts", address,
			 m->path && *m->path ? m->path : "anonymous memory",
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

/* Add up to three types whose name has `word` in it, in whatever case. */
static void add_similar(const struct heap *h, const char *word,
			struct str *ret)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < h->types.nr && nr < 3; i++) {
		if (!strcasestr(h->types.v[i].name, word))
			continue;
		str_add(ret, nr++ ? ", " : "; there is ");
		str_add(ret, h->types.v[i].name);
	}
}

int session_types(struct session *s, const char *pattern, bool **ret)
{
	CLEANUP(str_release) struct str similar = STR_INIT;
	uint32_t nr;
	bool *types = pattern_types(&s->heap, pattern, &nr);

	if (nr) {
		*ret = types;
		return STATUS_OK;
	}
	free(types);
	if (strlen(pattern) > 2)
		add_similar(&s->heap, pattern_last_part(pattern), &similar);
	return session_failed(error_new(ERR_NOT_FOUND, "no type is named '%s'%s",
					pattern, similar.s));
}

/* --- results --- */

static struct error *flush(FILE *out)
{
	if (fflush(out) || ferror(out))
		return error_errno(ERR_SYSTEM, errno, "can't write to stdout");
	return NULL;
}

int session_print_text(const struct str *text, int status)
{
	struct error *err;

	progress_stop();
	fwrite(text->s, 1, text->len, stdout);
	err = flush(stdout);
	return err ? session_failed(err) : status;
}

int session_print_json(json_t *value, int status)
{
	struct error *err;

	progress_stop();
	err = json_write(value, stdout);
	json_decref(value);
	if (!err)
		err = flush(stdout);
	return err ? session_failed(err) : status;
}
