/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <string.h>

#include "target/remote/shape-census.h"

/* What a message of ours may add to texts of a process. */
#define MESSAGE_MAX (CENSUS_TEXT_MAX + 1024)

void shape_add_query(struct packet *p, const struct census_query *q)
{
	packet_add(p, (uint64_t)q->below);
	packet_add_text(p, q->name);
}

bool shape_get_query(struct packet_reader *r, struct census_query *q,
		     char **name)
{
	uint64_t below = packet_get(r);

	*name = packet_get_text(r, CENSUS_TEXT_MAX);
	q->below = (pid_t)below;
	q->name = *name;
	return packet_is_read(r) && below <= INT_MAX;
}

static void add_file(struct packet *p, const struct census_file *f)
{
	packet_add(p, f->device);
	packet_add(p, f->inode);
	packet_add_text(p, f->path);
}

void shape_add_census(struct packet *p, const struct census *c)
{
	packet_add(p, c->nr_left_out);
	packet_add(p, c->rows.nr);
	for (size_t i = 0; i < c->rows.nr; i++) {
		const struct census_row *r = &c->rows.v[i];

		packet_add(p, (uint64_t)r->pid);
		packet_add(p, (uint64_t)r->parent);
		packet_add(p, (uint64_t)r->inner_pid);
		packet_add(p, r->threads);
		packet_add(p, r->resident);
		packet_add(p, r->start_ticks);
		packet_add(p, r->age);
		packet_add(p, r->hidden);
		add_file(p, &r->program);
		add_file(p, &r->library);
	}
}

/* Never NULL. */
static char *get_text(struct packet_reader *r)
{
	char *text = packet_get_text(r, MESSAGE_MAX);

	return text ? text : xstrdup("");
}

static void get_file(struct packet_reader *r, struct census_file *ret)
{
	ret->device = packet_get(r);
	ret->inode = packet_get(r);
	ret->path = get_text(r);
}

static void get_row(struct packet_reader *r, struct census_row *ret)
{
	ret->pid = (pid_t)packet_get(r);
	ret->parent = (pid_t)packet_get(r);
	ret->inner_pid = (pid_t)packet_get(r);
	ret->threads = packet_get(r);
	ret->resident = packet_get(r);
	ret->start_ticks = packet_get(r);
	ret->age = packet_get(r);
	ret->hidden = packet_get(r);
	get_file(r, &ret->program);
	get_file(r, &ret->library);
}

bool shape_get_census(struct packet_reader *r, struct census *ret)
{
	uint64_t nr;

	ret->nr_left_out = packet_get(r);
	nr = packet_get(r);
	for (uint64_t i = 0; i < nr && !r->failed; i++) {
		struct census_row row = { .pid = 0 };

		get_row(r, &row);
		census_vec_push(&ret->rows, row);
	}
	return packet_is_read(r);
}

void shape_add_details(struct packet *p, const struct census_details *d)
{
	packet_add_text(p, d->user);
	packet_add_text(p, d->comm);
	packet_add_text(p, d->cgroup);
	packet_add_bytes(p, d->command, d->command_len);
	packet_add_text(p, d->refused);
}

bool shape_get_details(struct packet_reader *r, struct census_details *ret)
{
	const char *command;

	ret->user = get_text(r);
	ret->comm = get_text(r);
	ret->cgroup = get_text(r);
	command = packet_get_bytes(r, 1, &ret->command_len);
	ret->command = xmalloc(ret->command_len + 1);
	if (ret->command_len)
		memcpy(ret->command, command, ret->command_len);
	ret->command[ret->command_len] = '\0';
	ret->refused = packet_get_text(r, MESSAGE_MAX);
	return packet_is_read(r);
}
