/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "output/export/folded.h"

static void add_frame(const char *name, struct str *out)
{
	const char *end;

	while ((end = strchr(name, ';'))) {
		str_add_bytes(out, name, (size_t)(end - name));
		str_add(out, "\\x3b");
		name = end + 1;
	}
	str_add(out, name);
}

struct error *folded_write(const struct stacks *s, enum stacks_value value,
			   FILE *out)
{
	CLEANUP(freep) uint32_t *way = xreallocarray(NULL, s->deepest,
						     sizeof(*way));
	CLEANUP(str_release) struct str line = STR_INIT;

	for (uint32_t f = 0; f < s->v.nr; f++) {
		uint64_t count = stacks_value(&s->v.v[f].self, value);

		if (!count)
			continue;
		str_cut(&line, 0);
		for (uint32_t i = stacks_way(s, f, way); i--;) {
			str_add(&line, line.len ? ";" : "");
			add_frame(stacks_text(s, s->v.v[way[i]].name), &line);
		}
		str_addf(&line, " %" PRIu64 "\n", count);
		if (fwrite(line.s, 1, line.len, out) != line.len)
			return error_errno(ERR_SYSTEM, errno, "can't write");
	}
	return NULL;
}
