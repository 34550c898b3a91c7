/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/files/input.h"
#include "cli/running/running.h"
#include "python/processes/pythons.h"

/* --- rows --- */

static char *safe(const char *text)
{
	struct str s = STR_INIT;

	str_add_safe(&s, text, strlen(text));
	return str_take(&s);
}

/* Its words, or what it is called if it has none. */
static char *command_of(const struct census_details *r)
{
	struct str s = STR_INIT;
	size_t len = r->command_len;

	while (len && (!r->command[len - 1] || r->command[len - 1] == ' '))
		len--;
	for (size_t at = 0; at < len;) {
		size_t n = strnlen(r->command + at, len - at);

		if (at)
			str_add_char(&s, ' ');
		str_add_safe(&s, r->command + at, n);
		at += n + 1;
	}
	if (!len) {
		str_add_char(&s, '[');
		str_add_safe(&s, r->comm, strlen(r->comm));
		str_add_char(&s, ']');
	}
	return str_take(&s);
}

static char *container_of(const char *cgroup)
{
	struct str s = STR_INIT;

	return ps_container(cgroup, &s) ? str_take(&s) : NULL;
}

static char *why_unreadable(const struct python_process *p)
{
	if (p->details.refused)
		return safe(p->details.refused);
	return p->too_old ? xasprintf("process %d runs a CPython older than"
				      " 3.8; pyheld reads 3.8 and later",
				      (int)p->row->pid) : NULL;
}

static void add_row(struct ps *ret, const struct python_process *p)
{
	const struct census_row *r = p->row;
	const struct census_details *d = &p->details;
	char *cgroup = safe(d->cgroup);

	ps_row_vec_push(&ret->rows, (struct ps_row){
		.pid = r->pid, .parent = r->parent, .inner_pid = r->inner_pid,
		.resident = r->resident, .age = r->age, .threads = r->threads,
		.version = safe(p->version), .user = safe(d->user),
		.command = command_of(d), .cgroup = cgroup,
		.container = container_of(cgroup),
		.unreadable = why_unreadable(p) });
}

struct error *running_find(pid_t below, const char *name, struct ps *ret)
{
	const struct census_query q = { .below = below, .name = name };
	CLEANUP(pythons_release) struct pythons pythons = { .nr_hidden = 0 };
	struct error *err = pythons_find(&q, &pythons);

	*ret = (struct ps){ .nr_hidden = pythons.nr_hidden,
			    .nr_left_out = pythons.census.nr_left_out };
	if (pythons.hidden_because)
		ret->hidden_because = safe(pythons.hidden_because);
	for (size_t i = 0; !err && i < pythons.v.nr; i++)
		add_row(ret, &pythons.v.v[i]);
	return err;
}

/* --- names --- */

static int compare_pids(const void *a, const void *b)
{
	const struct ps_row *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* `sorted` is by PID. */
static bool has_pid(const struct ps *sorted, int64_t pid)
{
	const struct ps_row key = { .pid = pid };

	return bsearch(&key, sorted->rows.v, sorted->rows.nr,
		       sizeof(*sorted->rows.v), compare_pids);
}

/* The one of them that none of them has started; NULL: there are several.
 * Sorts them. */
static const struct ps_row *root_of(struct ps *p)
{
	const struct ps_row *ret = NULL;

	ps_sort(p, PS_BY_PID);
	for (size_t i = 0; i < p->rows.nr; i++) {
		if (has_pid(p, p->rows.v[i].parent))
			continue;
		if (ret)
			return NULL;
		ret = &p->rows.v[i];
	}
	return ret;
}

/* It is asked for again and again, as by watch. */
static struct name {
	char *word, *pid;
	uint64_t nr_below;
	struct name *next;
} *names;

static void keep(const char *word, int64_t pid, uint64_t nr_below)
{
	struct name *n = xcalloc(1, sizeof(*n));

	*n = (struct name){ .word = xstrdup(word),
			    .pid = xasprintf("%" PRId64, pid),
			    .nr_below = nr_below, .next = names };
	names = n;
}

static const struct name *find_kept(const char *word)
{
	const struct name *n = names;

	while (n && strcmp(n->word, word) != 0)
		n = n->next;
	return n;
}

static bool may_be_name(const char *word)
{
	return *word && !strchr(word, '/') &&
	       strspn(word, "0123456789") != strlen(word) &&
	       input_kind(word) == INPUT_MISSING;
}

struct error *running_named(const char *word, struct running *ret)
{
	const struct ps_row *root;
	const struct name *n;
	struct error *err;

	*ret = (struct running){ .pid = word };
	n = find_kept(word);
	if (!n && !may_be_name(word))
		return NULL;
	ret->pid = NULL;
	if (!n) {
		err = running_find(0, word, &ret->several);
		root = err ? NULL : root_of(&ret->several);
		if (!root)
			return err;
		keep(word, root->pid, ret->several.rows.nr - 1);
		ps_release(&ret->several);
		ret->several = (struct ps){ .nr_hidden = 0 };
		ret->is_new = true;
		n = names;
	}
	ret->pid = n->pid;
	ret->nr_below = n->nr_below;
	return NULL;
}

const char *running_word(int64_t pid)
{
	CLEANUP(freep) char *word = xasprintf("%" PRId64, pid);

	if (!find_kept(word))
		keep(word, pid, 0);
	return find_kept(word)->pid;
}
