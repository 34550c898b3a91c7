/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Print what raw_fields() says of each object of a process, for tests to hold
 * against what the target says:
 *
 *	make tests/unit/python/print-raw
 *	tests/unit/python/print-raw PID
 *
 * One line for each object, then one for each piece of memory that it owns:
 *
 *	object ADDRESS complete|partial TYPE
 *	raw ADDRESS LENGTH FLAGS FIELD
 *
 * FLAGS are letters: l leaf, r references, s shared, o object, - none.
 * Exit status 2: wrong usage; 3: the target can't be read, stderr says why.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "python/load.h"
#include "python/raw/raw.h"
#include "python/state/python.h"

struct piece {
	raddr address;
	uint64_t length;
	enum raw_field field;
	unsigned int flags;
};
VEC_DEFINE(piece_vec, struct piece);

static struct piece_vec pieces;

static void note(void *context, raddr address, uint64_t length,
		 enum raw_field field, unsigned int flags)
{
	(void)context;
	piece_vec_push(&pieces,
		       (struct piece){ address, length, field, flags });
}

static void print_piece(const struct piece *p)
{
	printf("raw 0x%" PRIx64 " %" PRIu64 " %s%s%s%s%s %s\n", p->address,
	       p->length, p->flags & RAW_LEAF ? "l" : "",
	       p->flags & RAW_REFERENCES ? "r" : "",
	       p->flags & RAW_SHARED ? "s" : "",
	       p->flags & RAW_OBJECT ? "o" : "", p->flags ? "" : "-",
	       raw_field_names[p->field]);
}

static void print_objects(struct heap *h)
{
	struct python *py = h->context;

	raw_begin(py);
	for (oid o = 0; o < h->nr_objects; o++) {
		bool complete;

		pieces.nr = 0;
		complete = raw_fields(py, o, note, NULL);
		printf("object 0x%" PRIx64 " %s %s\n", h->address[o],
		       complete ? "complete" : "partial",
		       h->types.v[h->type[o]].name);
		for (size_t i = 0; i < pieces.nr; i++)
			print_piece(&pieces.v[i]);
	}
	piece_vec_release(&pieces);
}

int main(int argc, char **argv)
{
	const struct load_options options = { 0 };
	struct target *t = NULL;
	struct heap h;
	struct error *err;

	if (argc != 2) {
		fprintf(stderr, "usage: print-raw PID\n");
		return 2;
	}
	heap_init(&h);
	err = target_open_pid((pid_t)strtol(argv[1], NULL, 10), &t);
	if (!err)
		err = load_python(t, &options, &h);
	if (err) {
		fprintf(stderr, "print-raw: %s\n", err->message);
		error_free(err);
	} else {
		print_objects(&h);
	}
	heap_release(&h);
	target_close(t);
	return err ? 3 : 0;
}
