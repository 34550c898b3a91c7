/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "python/processes/pythons.h"
#include "python/processes/verdicts.h"
#include "target/target.h"

/* "3.9" of a name such as python3.9; "" */
static char *version_of_name(const char *path)
{
	const char *p = strstr(path_base(path), "python");
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

	if (d->command_len && verdict_is_name(d->command)) {
		add(p, r, d, &unknown, d->command);
	} else if (verdict_is_name(d->comm)) {
		add(p, r, d, &unknown, d->comm);
	} else if (!p->nr_hidden++) {
		p->hidden_because = d->refused;
		d->refused = NULL;
	}
}

/* Which of its files says that it is a Python; NULL: none. */
static const char *find_file(const struct census_row *r,
			     struct verdicts *known, struct verdict *ret)
{
	if (*r->library.path) {
		*ret = verdicts_judge(known, r, true);
		if (ret->is_python)
			return r->library.path;
	}
	if (*r->program.path)
		*ret = verdicts_judge(known, r, false);
	return ret->is_python ? r->program.path : NULL;
}

static struct error *look_at(struct pythons *p, const struct census_row *r,
			     struct verdicts *known)
{
	CLEANUP(census_details_release) struct census_details d = { NULL };
	struct verdict v = { .is_python = false };
	const char *path = r->hidden ? NULL : find_file(r, known, &v);
	struct error *err;

	if (!path && !r->hidden)
		return NULL;
	err = target_census_details(r, &d);
	if (err && err->code == ERR_GONE) {
		log_pass_over_usual(err, "PID %d is not listed", (int)r->pid);
		return NULL;
	}
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
	CLEANUP(verdicts_release) struct verdicts known = HASH_INIT;
	struct error *err = target_census(q, &ret->census);

	for (size_t i = 0; !err && i < ret->census.rows.nr; i++)
		err = look_at(ret, &ret->census.rows.v[i], &known);
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
	census_release(&p->census);
}
