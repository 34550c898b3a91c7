/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of fields are those of profile.proto.  Its messages have few
 * fields, so they are written by hand, without generated code and its library.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include <zlib.h>

#include "output/export/pprof.h"
#include "output/format.h"

/* --- gzip --- */

/* zlib: 16 more than the bits of the window makes the header of gzip. */
#define WINDOW (MAX_WBITS + 16)
#define PIECE 65536

struct packer {
	z_stream z;
	FILE *out;
	int failed;		/* errno; 0: all was written */
};

static void packer_init(struct packer *p, FILE *out)
{
	*p = (struct packer){ .out = out };
	if (deflateInit2(&p->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW,
			 8, Z_DEFAULT_STRATEGY) != Z_OK)
		out_of_memory();
}

static void packer_release(struct packer *p)
{
	deflateEnd(&p->z);
}

/* `len` is at most INT_MAX: zlib counts in 32 bits. */
static void pack_some(struct packer *p, const char *bytes, size_t len,
		      int flush)
{
	unsigned char piece[PIECE];

	p->z.next_in = (z_const Bytef *)unconst(bytes);
	p->z.avail_in = (uInt)len;
	do {
		p->z.next_out = piece;
		p->z.avail_out = sizeof(piece);
		/* It fails only if it is used wrongly. */
		deflate(&p->z, flush);
		len = sizeof(piece) - p->z.avail_out;
		if (!p->failed && fwrite(piece, 1, len, p->out) != len)
			p->failed = errno;
	} while (!p->z.avail_out);
}

static void pack(struct packer *p, const char *bytes, size_t len, int flush)
{
	for (; len > INT_MAX; len -= INT_MAX, bytes += INT_MAX)
		pack_some(p, bytes, INT_MAX, Z_NO_FLUSH);
	pack_some(p, bytes, len, flush);
}

/* --- protocol buffers --- */

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

static void add_varint(struct str *out, uint64_t x)
{
	for (; x >= 0x80; x >>= 7)
		str_add_char(out, (char)(x | 0x80));
	str_add_char(out, (char)x);
}

static void add_key(struct str *out, uint32_t field, uint32_t wire)
{
	add_varint(out, field << 3 | wire);
}

static void add_number(struct str *out, uint32_t field, uint64_t x)
{
	add_key(out, field, WIRE_VARINT);
	add_varint(out, x);
}

static void add_bytes(struct str *out, uint32_t field, const char *bytes,
		      size_t len)
{
	add_key(out, field, WIRE_BYTES);
	add_varint(out, len);
	str_add_bytes(out, bytes, len);
}

static void add_message(struct str *out, uint32_t field,
			const struct str *message)
{
	add_bytes(out, field, message->s, message->len);
}

/* --- the profile --- */

/* The first texts of the string table. */
enum {
	TEXT_NONE, TEXT_OBJECTS, TEXT_COUNT, TEXT_SPACE, TEXT_BYTES,
	TEXT_PERIOD, TEXT_ROOT, NR_TEXTS,
};
static const char *const texts[NR_TEXTS] = {
	"", "inuse_objects", "count", "inuse_space", "bytes", "space", "root",
};

/* stacks_frame.root is one of fewer static texts. */
#define ROOTS_MAX 16

struct profile {
	const struct stacks *s;
	const struct heap *h;
	struct packer packer;
	struct str piece;	/* fields of the profile, to be packed */
	struct str table;	/* the string table, as fields */
	uint64_t nr_texts;
	uint32_t *way;
	/* The kinds of roots so far, and their texts. */
	struct {
		const char *name;
		uint64_t text;
	} roots[ROOTS_MAX];
	unsigned int nr_roots;
	uint64_t root;		/* the text of the kind of this root */
};

static uint64_t add_text(struct profile *p, const char *text)
{
	add_bytes(&p->table, 6, text, strlen(text));
	return p->nr_texts++;
}

static void put_piece(struct profile *p, size_t least)
{
	if (p->piece.len < least)
		return;
	pack(&p->packer, p->piece.s, p->piece.len, Z_NO_FLUSH);
	str_cut(&p->piece, 0);
}

static void add_value_type(struct profile *p, uint32_t field, uint64_t type,
			   uint64_t unit)
{
	CLEANUP(str_release) struct str message = STR_INIT;

	add_number(&message, 1, type);
	add_number(&message, 2, unit);
	add_message(&p->piece, field, &message);
}

/* A location and a function have the number of their name + 1: 0 is none. */
static void add_sample(struct profile *p, uint32_t frame)
{
	CLEANUP(str_release) struct str message = STR_INIT, part = STR_INIT;
	const struct stacks_frame *f = &p->s->v.v[frame];
	uint32_t nr = stacks_way(p->s, frame, p->way);

	for (uint32_t i = 0; i < nr; i++)
		add_varint(&part, p->s->v.v[p->way[i]].name + UINT64_C(1));
	add_message(&message, 1, &part);
	str_cut(&part, 0);
	add_varint(&part, f->self.nr);
	add_varint(&part, f->self.bytes);
	add_message(&message, 2, &part);
	str_cut(&part, 0);
	add_number(&part, 1, TEXT_ROOT);
	add_number(&part, 2, p->root);
	add_message(&message, 3, &part);
	add_message(&p->piece, 2, &message);
}

static void set_root(struct profile *p, const char *name)
{
	unsigned int i = 0;

	while (i < p->nr_roots && strcmp(p->roots[i].name, name) != 0)
		i++;
	if (i == p->nr_roots) {
		assert(i < ROOTS_MAX);
		p->roots[i].name = name;
		p->roots[i].text = add_text(p, name);
		p->nr_roots++;
	}
	p->root = p->roots[i].text;
}

static void add_samples(struct profile *p)
{
	for (uint32_t f = 0; f < p->s->v.nr; f++) {
		const struct stacks_frame *frame = &p->s->v.v[f];

		if (frame->root)
			set_root(p, frame->root);
		if (frame->self.nr)
			add_sample(p, f);
		put_piece(p, PIECE);
	}
}

static void add_mapping(struct profile *p)
{
	CLEANUP(str_release) struct str message = STR_INIT;
	const char *path = p->h->info.executable;

	add_number(&message, 1, 1);
	add_number(&message, 5, add_text(p, path && *path ? path : "python"));
	/* All names are there: nobody has to look for symbols. */
	for (uint32_t field = 7; field <= 9; field++)
		add_number(&message, field, true);
	add_message(&p->piece, 3, &message);
}

static const struct heap_frame *function_of(const struct profile *p,
					    uint32_t name)
{
	int32_t i = p->s->names.v[name].function;

	return i < 0 ? NULL : &p->h->frames.v[i];
}

static void add_location(struct profile *p, uint32_t name)
{
	CLEANUP(str_release) struct str message = STR_INIT, line = STR_INIT;
	const struct heap_frame *f = function_of(p, name);

	add_number(&line, 1, name + UINT64_C(1));
	if (f && f->line > 0)
		add_number(&line, 2, (uint64_t)f->line);
	add_number(&message, 1, name + UINT64_C(1));
	add_number(&message, 2, 1);
	add_message(&message, 4, &line);
	add_message(&p->piece, 4, &message);
}

/*
 * There is no system name.  pprof takes a name that is the same as that for
 * C++, and leaves out what is in parentheses.
 */
static void add_function(struct profile *p, uint32_t name)
{
	CLEANUP(str_release) struct str message = STR_INIT;
	const struct heap_frame *f = function_of(p, name);

	add_number(&message, 1, name + UINT64_C(1));
	add_number(&message, 2, add_text(p, stacks_text(p->s, name)));
	if (f)
		add_number(&message, 4, add_text(p, f->file));
	add_message(&p->piece, 5, &message);
}

static void add_comment(struct profile *p, const char *text)
{
	add_number(&p->piece, 13, add_text(p, text));
}

static void add_comments(struct profile *p)
{
	const struct heap_info *info = &p->h->info;
	CLEANUP(str_release) struct str text = STR_INIT;

	add_comment(p, "pyheld " PACKAGE_VERSION);
	if (info->pid)
		str_addf(&text, "PID %" PRId64, info->pid);
	if (info->pid && info->host && *info->host)
		str_addf(&text, " on %s", info->host);
	if (text.len)
		add_comment(p, text.s);
	str_cut(&text, 0);
	str_addf(&text, "Python %s", info->version ? info->version : "?");
	add_comment(p, text.s);
	str_cut(&text, 0);
	stacks_add_cut(p->s, &text);
	if (text.len)
		add_comment(p, text.s);
	for (size_t i = 0; i < info->warnings.nr; i++)
		add_comment(p, info->warnings.v[i]);
}

static void add_profile(struct profile *p)
{
	for (size_t i = 0; i < NR_TEXTS; i++)
		add_text(p, texts[i]);
	add_value_type(p, 1, TEXT_OBJECTS, TEXT_COUNT);
	add_value_type(p, 1, TEXT_SPACE, TEXT_BYTES);
	add_samples(p);
	add_mapping(p);
	for (uint32_t name = 0; name < p->s->names.nr; name++) {
		add_location(p, name);
		add_function(p, name);
		put_piece(p, PIECE);
	}
	add_number(&p->piece, 9, p->h->info.taken_at * UINT64_C(1000000000));
	add_value_type(p, 11, TEXT_PERIOD, TEXT_BYTES);
	add_number(&p->piece, 12, 1);
	add_comments(p);
	add_number(&p->piece, 14, TEXT_SPACE);
}

struct error *pprof_write(const struct stacks *s, const struct heap *h,
			  FILE *out)
{
	struct profile p = { .s = s, .h = h, .piece = STR_INIT,
			     .table = STR_INIT };
	int failed;

	p.way = xreallocarray(NULL, s->deepest, sizeof(*p.way));
	packer_init(&p.packer, out);
	add_profile(&p);
	put_piece(&p, 0);
	pack(&p.packer, p.table.s, p.table.len, Z_FINISH);
	failed = p.packer.failed;
	packer_release(&p.packer);
	str_release(&p.piece);
	str_release(&p.table);
	free(p.way);
	return failed ? error_errno(ERR_SYSTEM, failed, "can't write") : NULL;
}
