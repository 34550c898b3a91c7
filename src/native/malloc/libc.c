/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "native/malloc/libc.h"

/* Bytes that are searched at once. */
#define PIECE SEGMENT_CHUNK

/* libc.so.6, or libc-2.31.so until 2.33.  musl's is libc.musl-x86_64.so.1. */
static bool is_libc(const char *path)
{
	const char *name = path_base(path);

	return !strncmp(name, "libc.so", 7) || !strncmp(name, "libc-2.", 7);
}

static unsigned int minor_of_name(const char *path)
{
	unsigned int minor = 0;

	if (sscanf(path_base(path), "libc-2.%3u", &minor) != 1)
		return 0;
	return minor;
}

/* "GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36." */
static unsigned int minor_of_banner(const uint8_t *p, uint64_t len)
{
	static const char banner[] = "GNU C Library (";
	static const char version[] = " version 2.";
	const uint8_t *found = memmem(p, len, banner, strlen(banner));
	const uint8_t *number;
	unsigned int minor = 0;

	if (!found)
		return 0;
	len = MIN(len - (uint64_t)(found - p), 200);
	number = memmem(found, len, version, strlen(version));
	if (!number)
		return 0;
	number += strlen(version);
	for (; number < found + len && *number >= '0' && *number <= '9' &&
	       minor < 1000; number++)
		minor = 10 * minor + (*number - (unsigned int)'0');
	return minor;
}

/* Pieces overlap by 256 bytes, so that the banner is in one of them. */
static unsigned int minor_of_mapping(struct native *n, const struct mapping *m)
{
	struct range r = { m->start, m->end };
	unsigned int minor = 0;

	for (; !minor && range_narrow(&r, n->memory); r.end = m->end) {
		uint64_t len = MIN(r.end - r.start, PIECE + 256);
		const uint8_t *p = memory_at(n->memory, r.start, len);

		minor = p ? minor_of_banner(p, len) : 0;
		r.start += MIN(len, PIECE);
	}
	return minor;
}

/* The banner is in .rodata, which is the last read-only mapping or, of older
 * linkers, in the one with the code. */
static unsigned int find_minor(struct native *n, const char *path)
{
	const struct mapping_vec *maps = &n->target->mappings;
	unsigned int minor = minor_of_name(path);

	for (size_t i = maps->nr; !minor && i-- > 0;)
		if (!(maps->v[i].prot & SEGMENT_WRITE) &&
		    !strcmp(maps->v[i].path, path))
			minor = minor_of_mapping(n, &maps->v[i]);
	return minor;
}

void libc_find(struct native *n, struct libc *ret)
{
	const struct mapping_vec *maps = &n->target->mappings;

	*ret = (struct libc){ NULL, 0 };
	for (size_t i = 0; i < maps->nr && !ret->path; i++)
		if (is_libc(maps->v[i].path))
			ret->path = maps->v[i].path;
	if (ret->path)
		ret->minor = find_minor(n, ret->path);
}

const struct mapping *libc_data(struct native *n, const struct libc *libc,
				size_t *i)
{
	const struct mapping_vec *maps = &n->target->mappings;

	while (libc->path && *i < maps->nr) {
		const struct mapping *m = &maps->v[(*i)++];

		if (m->prot & SEGMENT_WRITE && !strcmp(m->path, libc->path))
			return m;
	}
	return NULL;
}
