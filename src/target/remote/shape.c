/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "target/live/live-data.h"
#include "target/maps.h"
#include "target/remote/shape.h"

/* Command lines may be longer than paths: as long as the kernel allows. */
#define TEXT_MAX (8 << 20)

/* --- vectors of structs without pointers --- */

#define ADD_VEC(p, vec) \
	packet_add_bytes(p, (vec)->v, (vec)->nr * sizeof(*(vec)->v))

#define GET_VEC(r, vec, name)                                                  \
	do {                                                                   \
		size_t len_;                                                   \
		const void *bytes_ = packet_get_bytes(r, sizeof(*(vec)->v),    \
						      &len_);                  \
		name##_resize(vec, len_ / sizeof(*(vec)->v));                  \
		if (len_)                                                      \
			memcpy((vec)->v, bytes_, len_);                        \
	} while (0)

/* --- mappings --- */

enum {
	MAPPING_IS_SHARED = 1,
	MAPPING_IS_DELETED = 2,
	/* The path is that of the mapping before, and is left out. */
	MAPPING_SAME_PATH = 4,
};

#define MAPPING_NUMBERS 7

static void add_mappings(struct packet *p, const struct mapping_vec *v)
{
	const char *path = "";

	packet_add(p, v->nr);
	str_reserve(&p->body, v->nr * MAPPING_NUMBERS * sizeof(uint64_t));
	for (size_t i = 0; i < v->nr; i++) {
		const struct mapping *m = &v->v[i];
		bool same = m->path && !strcmp(m->path, path);
		uint64_t flags = (m->shared ? MAPPING_IS_SHARED : 0) |
				 (m->deleted ? MAPPING_IS_DELETED : 0) |
				 (same ? MAPPING_SAME_PATH : 0);
		uint64_t numbers[MAPPING_NUMBERS] = { m->start, m->end,
						      m->prot, flags,
						      m->offset, m->device,
						      m->inode };

		packet_add_numbers(p, numbers, MAPPING_NUMBERS);
		if (!same)
			packet_add_text(p, m->path);
		if (m->path)
			path = m->path;
	}
}

static void get_mappings(struct packet_reader *r, struct mapping_vec *ret)
{
	uint64_t nr = packet_get(r), x[MAPPING_NUMBERS];
	const char *path = "";

	/* No more than can be there. */
	mapping_vec_reserve(ret, MIN(nr, r->left / sizeof(x)));
	for (uint64_t i = 0; i < nr && !r->failed; i++) {
		struct mapping m = { .path = NULL };

		packet_get_numbers(r, x, MAPPING_NUMBERS);
		m.start = x[0];
		m.end = x[1];
		m.prot = (unsigned int)x[2];
		m.shared = x[3] & MAPPING_IS_SHARED;
		m.deleted = x[3] & MAPPING_IS_DELETED;
		m.offset = x[4];
		m.device = x[5];
		m.inode = x[6];
		m.path = x[3] & MAPPING_SAME_PATH ?
				 xstrdup(path) : packet_get_text(r, TEXT_MAX);
		if (!m.path) {
			r->failed = true;
			return;
		}
		mapping_vec_push(ret, m);
		path = m.path;
	}
}

void shape_add_mapping_key(struct packet *p, const struct mapping *m)
{
	packet_add(p, m->start);
	packet_add(p, m->end);
	packet_add(p, m->device);
	packet_add(p, m->inode);
}

const struct mapping *shape_find_mapping(struct packet_reader *r,
					 const struct mapping_vec *mappings)
{
	uint64_t start = packet_get(r), end = packet_get(r);
	uint64_t device = packet_get(r), inode = packet_get(r);
	const struct mapping *m = maps_find(mappings, start);

	return m && m->start == start && m->end == end &&
	       m->device == device && m->inode == inode ? m : NULL;
}

/* --- who a process is --- */

void shape_add_target(struct packet *p, const struct target *t)
{
	packet_add_text(p, t->name);
	packet_add(p, (uint64_t)t->pid);
	packet_add_text(p, t->executable);
	packet_add_text(p, t->command);
	packet_add_text(p, t->host);
	packet_add_text(p, t->boot);
	packet_add(p, t->start_time);
	packet_add(p, t->start_ticks);
	packet_add(p, t->pid_namespace);
	packet_add(p, (uint64_t)t->inner_pid);
	packet_add(p, t->resident);
	packet_add_text(p, t->live->root);
	add_mappings(p, &t->mappings);
}

bool shape_get_target(struct packet_reader *r, struct target *t, char **root)
{
	t->name = packet_get_text(r, TEXT_MAX);
	t->pid = (pid_t)packet_get(r);
	t->executable = packet_get_text(r, TEXT_MAX);
	t->command = packet_get_text(r, TEXT_MAX);
	t->host = packet_get_text(r, TEXT_MAX);
	t->boot = packet_get_text(r, TEXT_MAX);
	t->start_time = packet_get(r);
	t->start_ticks = packet_get(r);
	t->pid_namespace = packet_get(r);
	t->inner_pid = (pid_t)packet_get(r);
	t->resident = packet_get(r);
	*root = packet_get_text(r, TEXT_MAX);
	get_mappings(r, &t->mappings);
	return packet_is_read(r) && t->name && t->executable && t->command &&
	       t->host && t->boot && *root;
}

/* --- a copy --- */

void shape_add_options(struct packet *p, const struct snapshot_options *o)
{
	packet_add(p, o->gate.word);
	packet_add(p, o->gate.list);
	packet_add(p, o->gate.next);
	packet_add(p, o->gate.flag);
	packet_add(p, o->words.holder);
	packet_add(p, o->words.locked);
	packet_add(p, o->words.flag);
	packet_add(p, o->words.tid);
	packet_add(p, o->words.tid_is_pointer);
	packet_add(p, (uint64_t)o->words.own_from);
	packet_add(p, (uint64_t)o->words.own_to);
	packet_add(p, o->retries);
	packet_add(p, o->stop);
	packet_add(p, o->patience_ms);
	packet_add(p, o->max_pause_ms);
	packet_add(p, o->announces);
}

bool shape_get_options(struct packet_reader *r, struct snapshot_options *ret)
{
	uint64_t retries, stop;

	*ret = (struct snapshot_options){ .gate.word = packet_get(r) };
	ret->gate.list = packet_get(r);
	ret->gate.next = packet_get(r);
	ret->gate.flag = packet_get(r);
	ret->words.holder = packet_get(r);
	ret->words.locked = packet_get(r);
	ret->words.flag = packet_get(r);
	ret->words.tid = packet_get(r);
	ret->words.tid_is_pointer = packet_get(r);
	ret->words.own_from = (int32_t)packet_get(r);
	ret->words.own_to = (int32_t)packet_get(r);
	retries = packet_get(r);
	stop = packet_get(r);
	ret->patience_ms = packet_get(r);
	ret->max_pause_ms = packet_get(r);
	ret->announces = packet_get(r);
	if (stop >= NR_STOP_WHEN)
		return false;
	ret->stop = (enum stop_when)stop;
	ret->retries = (unsigned int)MIN(retries, UINT_MAX);
	return packet_is_read(r);
}

static void add_residency(struct packet *p, const struct residency *r)
{
	packet_add(p, r->basis);
	ADD_VEC(p, &r->present);
	ADD_VEC(p, &r->before);
	ADD_VEC(p, &r->changed);
	packet_add(p, r->bytes);
	packet_add(p, r->swapped);
	packet_add(p, r->page_tables);
	packet_add(p, r->shared);
	packet_add(p, r->copied);
}

static void get_residency(struct packet_reader *r, struct residency *ret)
{
	ret->basis = (enum residency_basis)packet_get(r);
	GET_VEC(r, &ret->present, range_vec);
	GET_VEC(r, &ret->before, u64_vec);
	GET_VEC(r, &ret->changed, range_vec);
	ret->bytes = packet_get(r);
	ret->swapped = packet_get(r);
	ret->page_tables = packet_get(r);
	ret->shared = packet_get(r);
	ret->copied = packet_get(r);
}

static void add_areas(struct packet *p, const struct area_vec *v)
{
	packet_add(p, v->nr);
	for (size_t i = 0; i < v->nr; i++) {
		packet_add(p, v->v[i].start);
		packet_add(p, v->v[i].end);
		packet_add(p, v->v[i].offset);
	}
}

static bool is_in_file(const struct area *a, uint64_t size)
{
	return a->start < a->end && !(a->offset % MEMORY_PAGE) &&
	       a->offset < size && a->end - a->start <= size - a->offset;
}

static bool get_areas(struct packet_reader *r, struct copy *c)
{
	uint64_t nr = packet_get(r);
	struct stat st;

	if (fstat(c->file, &st))
		return false;

	for (uint64_t i = 0; i < nr && !r->failed; i++) {
		struct area a = { .start = packet_get(r) };

		a.end = packet_get(r);
		a.offset = packet_get(r);
		if (!is_in_file(&a, (uint64_t)st.st_size))
			return false;
		a.bytes = copy_map(c->file, a.offset, a.end - a.start);
		if (a.bytes == MAP_FAILED)
			out_of_memory();
		area_vec_push(&c->areas, a);
	}
	return !r->failed;
}

#define PIECE_NUMBERS 5

static void add_pieces(struct packet *p, const struct piece_vec *v)
{
	packet_add(p, v->nr);
	str_reserve(&p->body, v->nr * PIECE_NUMBERS * sizeof(uint64_t));
	for (size_t i = 0; i < v->nr; i++) {
		const struct piece *q = &v->v[i];
		uint64_t numbers[PIECE_NUMBERS] = {
			q->mapping, q->area, q->first_range, q->end_range,
			(uint64_t)q->from_file | (uint64_t)q->exact << 1,
		};

		packet_add_numbers(p, numbers, PIECE_NUMBERS);
	}
}

static bool is_inside(const struct copy *c, const struct piece *q)
{
	const struct mapping *m;
	const struct area *a;

	if (q->mapping >= c->mappings.nr || q->area >= c->areas.nr ||
	    q->first_range > q->end_range || q->end_range > c->ranges.nr)
		return false;
	m = &c->mappings.v[q->mapping];
	a = &c->areas.v[q->area];
	return m->start >= a->start && m->start <= m->end && m->end <= a->end;
}

static bool get_pieces(struct packet_reader *r, struct copy *c)
{
	uint64_t nr = packet_get(r), x[PIECE_NUMBERS];

	piece_vec_reserve(&c->pieces, MIN(nr, r->left / sizeof(x)));
	for (uint64_t i = 0; i < nr && !r->failed; i++) {
		struct piece q;

		packet_get_numbers(r, x, PIECE_NUMBERS);
		q = (struct piece){ .mapping = x[0], .area = x[1],
				    .first_range = x[2], .end_range = x[3],
				    .from_file = x[4] & 1,
				    .exact = x[4] & 2 };
		if (r->failed || !is_inside(c, &q))
			return false;
		q.bytes = c->areas.v[q.area].bytes +
			  (c->mappings.v[q.mapping].start -
			   c->areas.v[q.area].start);
		piece_vec_push(&c->pieces, q);
	}
	return !r->failed;
}

/* Mostly they are those that the other side has already. */
static void add_shot_mappings(struct packet *p, const struct mapping_vec *v,
			      const struct mapping_vec *known)
{
	bool same = maps_are_same(v, known);

	packet_add(p, same);
	if (!same)
		add_mappings(p, v);
}

static void get_shot_mappings(struct packet_reader *r,
			      const struct mapping_vec *known,
			      struct mapping_vec *ret)
{
	if (packet_get(r))
		maps_copy(known, ret);
	else
		get_mappings(r, ret);
}

bool shape_add_shot(struct packet *p, const struct shot *s,
		    const struct mapping_vec *known)
{
	int fd = fcntl(s->copy.file, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return false;
	packet_add_fd(p, fd);
	packet_add(p, s->stopped);
	packet_add(p, s->pause_ns);
	packet_add(p, s->copy_ns);
	packet_add(p, s->taken_at);
	packet_add(p, s->resident);
	packet_add(p, s->copy.bytes);
	packet_add(p, s->copy.lost);
	ADD_VEC(p, &s->threads);
	add_residency(p, &s->residency);
	add_shot_mappings(p, &s->copy.mappings, known);
	add_areas(p, &s->copy.areas);
	ADD_VEC(p, &s->copy.ranges);
	add_pieces(p, &s->copy.pieces);
	return true;
}

bool shape_get_shot(struct packet *p, struct packet_reader *r,
		    struct live *live, const struct mapping_vec *known,
		    struct shot *ret)
{
	struct copy *c = &ret->copy;

	uint64_t stopped = packet_get(r);

	*ret = (struct shot){ .pause_ns = packet_get(r) };
	ret->copy_ns = packet_get(r);
	copy_init(c, live);
	c->file = packet_take_fd(p);
	if (stopped >= NR_STOPPED)
		return false;
	ret->stopped = (enum stopped)stopped;
	ret->taken_at = packet_get(r);
	ret->resident = packet_get(r);
	c->bytes = packet_get(r);
	c->lost = packet_get(r);
	GET_VEC(r, &ret->threads, thread_vec);
	get_residency(r, &ret->residency);
	get_shot_mappings(r, known, &c->mappings);
	if (!get_areas(r, c))
		return false;
	GET_VEC(r, &c->ranges, range_vec);
	return get_pieces(r, c) && packet_is_read(r);
}
