/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "python/processes/pythons.h"
#include "python/locate/version.h"
#include "target/elf/image.h"
#include "target/target.h"

#define COOKIE "xdebugpy"

/* What is known of a file that processes have mapped. */
struct verdict {
	uint64_t device, inode;
	bool is_python, too_old;
	uint32_t hexversion;	/* 0: unknown */
};
VEC_DEFINE(verdict_vec, struct verdict);

/* --- one file --- */

/* The version as the file has it in its read-only data (3.11 and later), in the
 * debug offsets (3.13 and later), or by the size of _PyRuntime. */
static uint32_t version_of(struct image *im, raddr runtime, uint64_t size)
{
	char cookie[16];
	uint64_t word = 0;
	raddr at;
	uint64_t len;
	struct error *err = image_symbol(im, "Py_Version", &at, &len);

	if (!err)
		err = image_read(im, at, &word, MIN(len, sizeof(word)));
	log_pass_over_usual(err, "_PyRuntime may say the version");
	if (word)
		return (uint32_t)word;
	err = image_read(im, runtime, cookie, sizeof(cookie));
	if (!err && !memcmp(cookie, COOKIE, 8)) {
		memcpy(&word, cookie + 8, 8);
		return (uint32_t)word;
	}
	log_pass_over_usual(err, "_PyRuntime is not in the file");
	return version_of_size(size);
}

static void judge_image(struct image *im, struct verdict *ret)
{
	struct error *err;
	uint64_t size;
	raddr at;

	err = image_symbol(im, "_PyRuntime", &at, &size);
	/* A section stays when symbols are stripped. */
	if (err) {
		log_pass_over_usual(err, "its section is looked for");
		err = image_section(im, ".PyRuntime", &at, &size);
	}
	if (!err) {
		ret->is_python = true;
		ret->hexversion = version_of(im, at, size);
		return;
	}
	log_pass_over_usual(err, "it is no CPython of today");
	err = image_symbol(im, "Py_GetVersion", &at, &size);
	ret->is_python = ret->too_old = !err;
	log_pass_over_usual(err, "it is no CPython");
}

/* False: the file can't be opened or read. */
static bool judge_file(pid_t pid, bool library, const char *path,
		       struct verdict *ret)
{
	CLEANUP(closep) int fd = target_census_file(pid, library);
	struct image *im;
	struct error *err;

	if (fd < 0)
		return false;
	err = image_open(fd, path, &im);
	if (err) {
		log_pass_over(err, "PID %d is judged by names", (int)pid);
		return false;
	}
	judge_image(im, ret);
	image_close(im);
	return true;
}

/* "python3.11", "libpython3.9.so.1.0" */
static bool is_python_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!strncmp(name, "lib", 3))
		name += 3;
	return !strncmp(name, "python", 6);
}

static struct verdict judge(struct verdict_vec *known,
			    const struct census_row *r, bool library)
{
	const struct census_file *f = library ? &r->library : &r->program;
	struct verdict v = { .device = f->device, .inode = f->inode };

	for (size_t i = 0; f->inode && i < known->nr; i++)
		if (known->v[i].inode == f->inode &&
		    known->v[i].device == f->device)
			return known->v[i];
	if (!judge_file(r->pid, library, f->path, &v))
		v.is_python = is_python_name(f->path);
	if (f->inode)
		verdict_vec_push(known, v);
	return v;
}

/* --- one process --- */

/* "3.9" of a name such as python3.9; "" */
static char *version_of_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *p = strstr(slash ? slash : path, "python");
	size_t len;

	if (!p || !isdigit((unsigned char)p[6]))
		return xstrdup("");
	p += strlen("python");
	len = strspn(p, "0123456789.");
	while (len && p[len - 1] == '.')
		len--;
	return xstrndup(p, MIN(len, (size_t)8));
}

static char *version_text(const struct verdict *v, const char *path)
{
	uint32_t x = v->hexversion;

	if (!x)
		return version_of_name(path);
	/* Without Py_Version, only the series is known. */
	if (!(x & 0xff00) && (x >> 16 & 0xff) < 11)
		return xasprintf("%" PRIu32 ".%" PRIu32, x >> 24,
				 x >> 16 & 0xff);
	return xasprintf("%" PRIu32 ".%" PRIu32 ".%" PRIu32, x >> 24,
			 x >> 16 & 0xff, x >> 8 & 0xff);
}

/* `d` is taken over. */
static void add(struct pythons *p, const struct census_row *r,
		struct census_details *d, const struct verdict *v,
		const char *path)
{
	python_process_vec_push(&p->v, (struct python_process){
		.row = r, .details = *d, .version = version_text(v, path),
		.too_old = v->too_old || (v->hexversion &&
					  v->hexversion < 0x03080000) });
	*d = (struct census_details){ .user = NULL };
}

/* Of such a process only its names are known. */
static void add_hidden(struct pythons *p, const struct census_row *r,
		       struct census_details *d)
{
	static const struct verdict unknown;

	if (d->command_len && is_python_name(d->command)) {
		add(p, r, d, &unknown, d->command);
	} else if (is_python_name(d->comm)) {
		add(p, r, d, &unknown, d->comm);
	} else if (!p->nr_hidden++) {
		p->hidden_because = d->refused;
		d->refused = NULL;
	}
}

/* Which of its files says that it is a Python; NULL: none. */
static const char *find_file(const struct census_row *r,
			     struct verdict_vec *known, struct verdict *ret)
{
	if (*r->library.path) {
		*ret = judge(known, r, true);
		if (ret->is_python)
			return r->library.path;
	}
	if (*r->program.path)
		*ret = judge(known, r, false);
	return ret->is_python ? r->program.path : NULL;
}

static struct error *look_at(struct pythons *p, const struct census_row *r,
			     struct verdict_vec *known)
{
	CLEANUP(census_details_release) struct census_details d = { NULL };
	struct verdict v = { .is_python = false };
	const char *path = r->hidden ? NULL : find_file(r, known, &v);
	struct error *err;

	if (!path && !r->hidden)
		return NULL;
	err = target_census_details(r->pid, &d);
	if (err)
		return err;
	if (path)
		add(p, r, &d, &v, path);
	else
		add_hidden(p, r, &d);
	return NULL;
}

struct error *pythons_find(const struct census_query *q, struct pythons *ret)
{
	CLEANUP(verdict_vec_release) struct verdict_vec known = VEC_INIT;
	struct error *err = target_census(q, &ret->rows);

	for (size_t i = 0; !err && i < ret->rows.nr; i++)
		err = look_at(ret, &ret->rows.v[i], &known);
	return err;
}

void pythons_release(struct pythons *p)
{
	for (size_t i = 0; i < p->v.nr; i++) {
		free(p->v.v[i].version);
		census_details_release(&p->v.v[i].details);
	}
	free(p->hidden_because);
	python_process_vec_release(&p->v);
	census_release(&p->rows);
}
