/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "target/maps.h"
#include "target/range.h"
#include "target/proc.h"

/* Of lines; the kernel's default limit of mappings is 65530. */
#define MAPS_MAX 4000000

/* The shortest line: "00400000-00401000 r--p 00000000 00:00 0 \n". */
#define LINE_MIN 41

/* What is small and what is near, in bytes: for maps_crowd_end(). */
#define CROWD_SMALL (1ULL << 20)
#define CROWD_NEAR (256ULL << 10)

/* The kernel writes small letters.  There may be 60,000 lines, with five
 * numbers each: strtoull() takes five times as long. */
static bool parse_hex(const char **p, char stop, uint64_t *ret)
{
	const char *at = *p;
	uint64_t x = 0;

	for (;; at++) {
		if (*at >= '0' && *at <= '9')
			x = x << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			x = x << 4 | (uint64_t)(*at - 'a' + 10);
		else
			break;
	}
	if (at == *p || *at != stop)
		return false;
	*ret = x;
	*p = at + 1;
	return true;
}

static unsigned int parse_prot(const char *p)
{
	return (p[0] == 'r' ? SEGMENT_READ : 0) |
	       (p[1] == 'w' ? SEGMENT_WRITE : 0) |
	       (p[2] == 'x' ? SEGMENT_EXEC : 0);
}

/* The path as the target sees it; the kernel writes a newline as \012. */
static char *clean_path(const char *path, size_t len, const char *root)
{
	size_t root_len = strlen(root), to = 0;
	char *clean;

	if (root_len && len > root_len && !memcmp(path, root, root_len) &&
	    path[root_len] == '/') {
		path += root_len;
		len -= root_len;
	}
	clean = xmalloc(len + 1);
	for (size_t i = 0; i < len; i++) {
		if (len - i >= 4 && !memcmp(path + i, "\\012", 4)) {
			clean[to++] = '\n';
			i += 3;
		} else {
			clean[to++] = path[i];
		}
	}
	clean[to] = '\0';
	return clean;
}

static bool parse_line(const char *p, const char *end, const char *root,
		       struct mapping *m)
{
	static const char deleted[] = " (deleted)";
	size_t len = sizeof(deleted) - 1;
	uint64_t high, low;
	char *rest;

	if (!parse_hex(&p, '-', &m->start) || !parse_hex(&p, ' ', &m->end) ||
	    end - p < 5)
		return false;
	m->prot = parse_prot(p);
	m->shared = p[3] == 's';
	p += 5;
	if (!parse_hex(&p, ' ', &m->offset) || !parse_hex(&p, ':', &high) ||
	    !parse_hex(&p, ' ', &low))
		return false;
	m->device = makedev(high, low);
	m->inode = strtoull(p, &rest, 10);
	p = rest;
	while (p < end && *p == ' ')
		p++;
	m->deleted = (size_t)(end - p) > len &&
		     !memcmp(end - len, deleted, len);
	if (m->deleted)
		end -= len;
	m->path = clean_path(p, end - p, root);
	return m->start < m->end;
}

struct error *maps_text(int dir, struct str *ret)
{
	return proc_read(dir, "maps", ret) ? NULL : proc_failed("maps");
}

struct error *maps_parse(const struct str *text, const char *root,
			 struct mapping_vec *ret)
{
	struct mapping_vec maps = VEC_INIT;
	const char *line, *end, *text_end = text->s + text->len;

	mapping_vec_reserve(&maps, MIN(text->len / LINE_MIN, MAPS_MAX));
	for (line = text->s; line < text_end && maps.nr < MAPS_MAX;
	     line = end + 1) {
		struct mapping m = { .path = NULL };

		end = memchr(line, '\n', text_end - line);
		if (!end)
			break;
		if (parse_line(line, end, root, &m))
			mapping_vec_push(&maps, m);
		else
			free(m.path);
	}
	if (!maps.nr) {
		maps_release(&maps);
		return &error_gone;
	}
	*ret = maps;
	return NULL;
}

struct error *maps_read(int dir, const char *root, struct mapping_vec *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error *err = maps_text(dir, &text);

	return err ? err : maps_parse(&text, root, ret);
}

void maps_release(struct mapping_vec *maps)
{
	for (size_t i = 0; i < maps->nr; i++)
		free(maps->v[i].path);
	mapping_vec_release(maps);
}

static bool is_same(const struct mapping *a, const struct mapping *b)
{
	return a->start == b->start && a->end == b->end &&
	       a->prot == b->prot && a->shared == b->shared &&
	       a->offset == b->offset && a->device == b->device &&
	       a->inode == b->inode && a->deleted == b->deleted &&
	       !strcmp(a->path, b->path);
}

bool maps_are_same(const struct mapping_vec *a, const struct mapping_vec *b)
{
	if (a->nr != b->nr)
		return false;
	for (size_t i = 0; i < a->nr; i++)
		if (!is_same(&a->v[i], &b->v[i]))
			return false;
	return true;
}

void maps_copy(const struct mapping_vec *maps, struct mapping_vec *ret)
{
	mapping_vec_reserve(ret, maps->nr);
	for (size_t i = 0; i < maps->nr; i++) {
		struct mapping m = maps->v[i];

		m.path = xstrdup(m.path);
		mapping_vec_push(ret, m);
	}
}

/* Mappings are in order and do not overlap. */
const struct mapping *maps_find(const struct mapping_vec *maps, raddr addr)
{
	size_t i = RANGE_BEHIND(maps, addr);

	return i < maps->nr && maps->v[i].start <= addr ? &maps->v[i] : NULL;
}

static bool is_small(const struct mapping *m)
{
	return m->end - m->start <= CROWD_SMALL;
}

raddr maps_crowd_end(const struct mapping_vec *maps, size_t i)
{
	raddr end = maps->v[i].end;

	if (!is_small(&maps->v[i]))
		return end;
	while (++i < maps->nr && is_small(&maps->v[i]) &&
	       maps->v[i].start - end <= CROWD_NEAR)
		end = maps->v[i].end;
	return end;
}

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* Reading the memory of a device may have effects: read only known kinds. */
static bool is_device(const struct mapping *m)
{
	if (starts_with(m->path, "anon_inode:") ||
	    starts_with(m->path, "socket:") || starts_with(m->path, "/dmabuf"))
		return true;
	return starts_with(m->path, "/dev/") &&
	       strcmp(m->path, "/dev/zero") &&
	       !starts_with(m->path, "/dev/shm/") &&
	       !starts_with(m->path, "/dev/hugepages/");
}

static bool is_anonymous(const struct mapping *m)
{
	/* Shared anonymous memory is a deleted /dev/zero of the kernel's. */
	return !m->inode || !strcmp(m->path, "/dev/zero");
}

enum mapping_kind mapping_kind(const struct mapping *m)
{
	if (!(m->prot & SEGMENT_READ) || starts_with(m->path, "[vvar") ||
	    starts_with(m->path, "[vsyscall") || is_device(m))
		return MAPPING_SKIP;
	if (is_anonymous(m))
		return MAPPING_ANON;
	if (m->shared || !(m->prot & SEGMENT_WRITE))
		return MAPPING_FILE;
	return MAPPING_DATA;
}
