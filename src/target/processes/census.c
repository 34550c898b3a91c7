/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "target/processes/census.h"

void census_release(struct census *c)
{
	for (size_t i = 0; i < c->rows.nr; i++) {
		struct census_row *r = &c->rows.v[i];

		free(r->program.path);
		free(r->library.path);
	}
	census_vec_release(&c->rows);
}

void census_details_release(struct census_details *d)
{
	free(d->user);
	free(d->comm);
	free(d->cgroup);
	free(d->command);
	free(d->refused);
}
