/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "target/processes/census.h"

void census_release(struct census_vec *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		struct census_row *r = &rows->v[i];

		free(r->program.path);
		free(r->library.path);
	}
	census_vec_release(rows);
}

void census_details_release(struct census_details *d)
{
	free(d->user);
	free(d->comm);
	free(d->cgroup);
	free(d->command);
	free(d->refused);
}
