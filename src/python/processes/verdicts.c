/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/str.h"
#include "python/layout/debug-offsets.h"
#include "python/locate/version.h"
#include "python/processes/verdicts.h"
#include "target/elf/image.h"
#include "target/target.h"

/* The version as the file has it in its read-only data (3.11 and later), in the
 * debug offsets (3.13 and later), or by the size of _PyRuntime. */
static uint32_t version_of(struct image *im, raddr runtime, uint64_t size)
{
	uint8_t head[DEBUG_OFFSETS_HEAD];
	uint64_t word = 0;
	raddr at;
	uint64_t len;
	struct error *err = image_symbol(im, "Py_Version", &at, &len);

	if (!err)
		err = image_read(im, at, &word, MIN(len, sizeof(word)));
	log_pass_over_usual(err, "_PyRuntime may say the version");
	if (word)
		return (uint32_t)word;
	err = image_read(im, runtime, head, sizeof(head));
	if (!err)
		word = debug_offsets_version(head, sizeof(head));
	log_pass_over_usual(err, "_PyRuntime is not in the file");
	return word ? (uint32_t)word : version_of_size(size);
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

bool verdict_is_name(const char *path)
{
	const char *name = path_base(path);

	if (!strncmp(name, "lib", 3))
		name += 3;
	return !strncmp(name, "python", 6);
}

/* False: it can't be read. */
static bool judge_file(int fd, const char *path, struct verdict *ret)
{
	struct image *im;
	struct error *err = image_open(fd, path, &im);

	if (err) {
		log_pass_over(err, "the file is judged by its name");
		return false;
	}
	judge_image(im, ret);
	image_close(im);
	return true;
}

/* --- many --- */

static const struct verdict *find(const struct verdicts *known, uint64_t device,
				  uint64_t inode)
{
	return inode ? verdicts_find(known, NULL, (struct verdict_key){
					     device, inode }) : NULL;
}

struct verdict verdicts_judge(struct verdicts *known,
			      const struct census_row *r, bool library)
{
	const struct census_file *f = library ? &r->library : &r->program;
	const struct verdict *v = find(known, f->device, f->inode);
	CLEANUP(closep) int fd = v ? -1 : target_census_file(r, library);
	struct verdict new = { .is_python = verdict_is_name(f->path) };
	struct stat st;

	if (!v && fd >= 0 && !fstat(fd, &st)) {
		/* On btrfs and overlayfs, maps shows another device. */
		new.device = st.st_dev;
		new.inode = st.st_ino;
		v = find(known, new.device, new.inode);
	}
	if (v)
		return *v;
	if (new.inode && judge_file(fd, f->path, &new))
		verdicts_put(known, NULL, new);
	return new;
}
