/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap/capture/capture-format.h"
#include "heap/capture/capture.h"
#include "tiny.h"
#include "output/words.h"
#include "suite.h"

static const struct capture_options packed, plain = { .plain = true };

/* --- helpers --- */

struct file {
	uint8_t *bytes;
	size_t size;
};

static struct file write_file(struct heap *h, const struct capture_options *o)
{
	int fd = memfd_create("capture", 0);
	struct file f = { NULL, 0 };
	struct error *err;

	ck_assert_int_ge(fd, 0);
	err = capture_write(h, o, fd);
	ck_assert_ptr_null(err);
	f.size = (size_t)lseek(fd, 0, SEEK_END);
	f.bytes = xmalloc(f.size);
	ck_assert_int_eq(pread(fd, f.bytes, f.size, 0), (ssize_t)f.size);
	close(fd);
	return f;
}

static void file_release(struct file *f)
{
	free(f->bytes);
}

static struct file tiny_file(const struct capture_options *o)
{
	CLEANUP(heap_release) struct heap h;

	tiny_build(&h);
	return write_file(&h, o);
}

static void add_names(struct heap *h, oid o, struct str *ret)
{
	for (uint32_t i = 0; i < h->edge_nr[o]; i++) {
		CLEANUP(str_release) struct str words = STR_INIT;
		struct edge_name n;

		heap_name_edges(h, o, i, 1, &n);
		words_edge(&n, &words);
		str_addf(ret, "  %" PRIu32 " %s | %s | %s%s\n",
			 h->edges.v[h->edge_start[o] + i], words.s,
			 n.prefix ? n.prefix : "-", n.suffix ? n.suffix : "-",
			 n.stand_in ? " stand-in" : "");
		edge_name_release(&n);
	}
}

static void tell_root(const struct heap *h, const struct heap_root *r,
		      struct str *ret)
{
	words_root(h, r, ret);
	str_add_char(ret, '\n');
	str_addf(ret, "%d %s %s %d %d %" PRIu32 " %" PRIu32 " %d\n", r->kind,
		 r->name, r->expression ? r->expression : "-", r->frame,
		 r->slot, r->number, r->slot == SLOT_THREAD ? r->thread : 0,
		 r->likely);
}

/* All that a heap says, as text. */
static void tell(struct heap *h, struct str *ret)
{
	for (oid o = 0; o < h->nr_objects; o++) {
		str_addf(ret, "%" PRIx64 " %s %" PRIu64 " %" PRIu32 " %u %u"
			 " %" PRId64 " ", h->address[o],
			 heap_type_of(h, o)->name, h->size[o], h->refcount[o],
			 h->generation[o], h->flags[o], heap_length(h, o));
		heap_preview(h, o, 60, ret);
		str_add_char(ret, '\n');
		add_names(h, o, ret);
	}
	for (size_t i = 0; i < h->roots.nr; i++)
		tell_root(h, &h->roots.v[i], ret);
	for (size_t i = 0; i < h->types.nr; i++)
		str_addf(ret, "%s %" PRIu32 " %" PRIu64 "\n",
			 h->types.v[i].name, h->types.v[i].nr_objects,
			 h->types.v[i].bytes);
	for (size_t i = 0; i < h->info.warnings.nr; i++)
		str_addf(ret, "%s\n", h->info.warnings.v[i]);
}

static char *tell_file(const struct file *f)
{
	CLEANUP(heap_release) struct heap h = { 0 };
	struct str s = STR_INIT;

	ck_assert_ptr_null(capture_open_memory(f->bytes, f->size, false, &h));
	tell(&h, &s);
	ck_assert_ptr_null(h.failed);
	return str_take(&s);
}

/* The error, as a word; "" where the file opens and all of it is readable. */
static char *try_file(const uint8_t *bytes, size_t size, bool trusting)
{
	CLEANUP(heap_release) struct heap h = { 0 };
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(error_freep) struct error *err =
		capture_open_memory(bytes, size, trusting, &h);

	if (err)
		return xstrdup(err->message);
	tell(&h, &s);
	return xstrdup(h.failed ? h.failed->message : "");
}

static void expect(const struct file *f, bool trusting, const char *words)
{
	CLEANUP(freep) char *said = try_file(f->bytes, f->size, trusting);

	ck_assert_msg(*said && strstr(said, words), "'%s' is not in '%s'",
		      words, said);
}

static struct capture_section *sections(struct file *f, uint32_t *nr)
{
	struct capture_trailer trailer;

	memcpy(&trailer, f->bytes + f->size - sizeof(trailer),
	       sizeof(trailer));
	*nr = trailer.nr_sections;
	return (struct capture_section *)(f->bytes + trailer.table);
}

static struct capture_section *section(struct file *f, const char *tag)
{
	uint32_t nr;
	struct capture_section *s = sections(f, &nr);

	for (uint32_t i = 0; i < nr; i++)
		if (!memcmp(s[i].tag, tag, 4))
			return &s[i];
	ck_abort_msg("no section %s", tag);
}

/* --- whole files --- */

START_TEST(a_capture_tells_the_same)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(str_release) struct str live = STR_INIT;
	const struct capture_options *how[] = { &packed, &plain };

	tiny_build(&h);
	tell(&h, &live);
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(file_release) struct file f = write_file(&h, how[i]);
		CLEANUP(freep) char *told = tell_file(&f);

		ck_assert_str_eq(live.s, told);
	}
}
END_TEST

START_TEST(names_and_reprs_are_python)
{
	CLEANUP(file_release) struct file f = tiny_file(&packed);
	CLEANUP(freep) char *told = tell_file(&f);
	static const char *const lines[] = {
		"  1 __dict__ |  | .__dict__ stand-in\n",
		"  2 ['secret_key'] |  | ['secret_key']\n",
		"  7 [('it\\'s', 1.5)] |  | [('it\\'s', 1.5)]\n",
		"  3 key ('it\\'s', 1.5) | - | -\n",
		"  6 [1] |  | [1]\n",
		"  6 [1] | tuple.__getitem__( | , 1)\n",
		"  8 .__class__ | type( | )\n",
		"  7 [<app.Node at 0x7f0000001150>] | list(dict.values( |"
		" ))[0]\n",
		"  4 ['cut'...] | list(dict.values( | ))[2]\n",
		"  4 ['cut'...] | - | -\n",
		"  4 [('it\\'s', 1.5)] | dict.__getitem__( |"
		" , ('it\\'s', 1.5))\n",
		"  5 cached result for ('it\\'s', 1.5) | - | -\n",
		" -12\n", " 1.5\n", " <class 'app.Node'>\n",
		" [-12, 1.5, 'it\\'s', 'cut'..., <list at 0x7f0000001060>,"
		" ... 4 more]\n",
		" {'secret_key': <list at 0x7f0000001060>,"
		" <tuple at 0x7f0000001090>: <app.Node at 0x7f0000001150>,"
		" ... 1 more}\n",
		"  5 ['\xe2\x82\xac \\x1b \\U0001f600'] |  |"
		" ['\xe2\x82\xac \\x1b \\U0001f600']\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		ck_assert_msg(strstr(told, lines[i]), "not in it: %s%s",
			      lines[i], told);
}
END_TEST

START_TEST(a_capture_of_a_capture_is_equal)
{
	CLEANUP(file_release) struct file f = tiny_file(&packed);
	CLEANUP(heap_release) struct heap h = { 0 };
	CLEANUP(file_release) struct file again = { NULL, 0 };

	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false, &h));
	again = write_file(&h, &packed);
	ck_assert_uint_eq(f.size, again.size);
	ck_assert_mem_eq(f.bytes, again.bytes, f.size);
}
END_TEST

START_TEST(all_that_was_known_comes_back)
{
	CLEANUP(file_release) struct file f = tiny_file(&plain);
	CLEANUP(heap_release) struct heap h = { 0 };

	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false, &h));
	ck_assert_uint_eq(h.nr_collector_objects, h.nr_objects - 1);
	ck_assert_int_eq(h.info.pid, 4242);
	ck_assert_str_eq(h.info.command, "python3 --password=secret_argument");
	ck_assert_uint_eq(h.info.taken_at, 1700000123);
	ck_assert_uint_eq(h.info.hexversion, 0x030d00f0);
	ck_assert_uint_eq(h.info.mappings.nr, 4);
	ck_assert_str_eq(h.info.mappings.v[1].path, "/usr/lib/libpython.so");
	ck_assert_uint_eq(h.info.mappings.v[1].end, 0x7f0000003000);
	ck_assert_uint_eq(h.weak.nr, 2);
	ck_assert_uint_eq(h.weak.v[0].callback, 8);
	ck_assert_uint_eq(h.weak.v[1].callback, OID_NONE);
	ck_assert_int_eq(h.interpreters.v[0].garbage, -1);
	ck_assert_int_eq(h.interpreters.v[0].generations[0].count, -1);
	ck_assert_uint_eq(h.interpreters.v[0].generations[2].objects, 9);
	ck_assert_str_eq(h.threads.v[0].name, "the secret thread");
	ck_assert_int_eq(h.frames.v[0].line, 12);
	ck_assert_uint_eq(h.frames.v[0].code, OID_NONE);
	ck_assert_uint_eq(heap_find(&h, 0x7f0000001030), 1);
	/* By the index, from the fifth on. */
	for (int i = 0; i < 8; i++) {
		ck_assert_uint_eq(heap_find(&h, 0x7f0000001000 + 48 * 9), 9);
		ck_assert_uint_eq(heap_find(&h, 0x7f0000001001), OID_NONE);
	}
}
END_TEST

/* --- bad files --- */

START_TEST(every_shorter_file_is_refused)
{
	CLEANUP(file_release) struct file f = tiny_file(&packed);

	for (size_t size = 0; size < f.size; size++) {
		CLEANUP(freep) uint8_t *bytes = xmalloc(size);
		CLEANUP(freep) char *said = NULL;

		/* A copy: a read behind the end is seen. */
		memcpy(bytes, f.bytes, size);
		said = try_file(bytes, size, false);
		ck_assert_msg(*said, "%zu of %zu bytes", size, f.size);
	}
}
END_TEST

START_TEST(every_flipped_bit_is_seen)
{
	CLEANUP(file_release) struct file f = tiny_file(&packed);

	for (size_t i = 0; i < f.size * 8; i++) {
		CLEANUP(freep) char *said = NULL;

		f.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		said = try_file(f.bytes, f.size, false);
		/* Zeros between sections, and the header's reserved bytes. */
		ck_assert_msg(*said || f.bytes[i / 8] == 1 << i % 8,
			      "bit %zu", i);
		f.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}
END_TEST

START_TEST(other_files_are_named)
{
	CLEANUP(file_release) struct file f = tiny_file(&packed);
	uint8_t words[] = "a text that is no capture";
	struct file text = { words, sizeof(words) - 1 };
	struct file empty = { words, 0 };

	expect(&empty, false, "empty");
	expect(&text, false, "not a capture");
	f.bytes[10] = 9;
	expect(&f, false, "has version 9");
	f.bytes[10] = CAPTURE_VERSION + 1;
	expect(&f, false, "has version 3");
	f.bytes[10] = 0;
	expect(&f, false, "version is 0");
	f.bytes[8] = 1;
	expect(&f, false, "byte order");
}
END_TEST

/* Of a newer writer: one section can be done without, the other not. */
START_TEST(unknown_sections_are_refused_if_vital)
{
	CLEANUP(file_release) struct file f = tiny_file(&packed);
	CLEANUP(file_release) struct file g = tiny_file(&packed);
	CLEANUP(freep) char *said = NULL;

	memcpy(section(&f, "weak")->tag, "????", 4);
	said = try_file(f.bytes, f.size, true);
	ck_assert_str_eq(said, "");
	memcpy(section(&g, "REFC")->tag, "????", 4);
	expect(&g, true, "made by a newer one");
}
END_TEST

/* One value of a plain capture's column, changed. */
static void expect_value(const char *tag, unsigned int width, size_t i,
			 uint64_t value, const char *words)
{
	CLEANUP(file_release) struct file f = tiny_file(&plain);
	uint8_t *at = f.bytes + section(&f, tag)->offset + i * width;

	memcpy(at, &value, width);
	expect(&f, false, "checksum");
	expect(&f, true, words);
}

START_TEST(ids_out_of_range_are_refused)
{
	const char *missing = "a reference to what is not there";

	expect_value("TYPE", 4, 3, 11, missing);
	expect_value("TYPE", 4, 3, UINT32_MAX, missing);
	expect_value("GENE", 1, 3, 4, missing);
	expect_value("EDGE", 4, 3, 12, missing);
	expect_value("EDGE", 4, 3, UINT32_MAX, missing);
	expect_value("ESTA", 8, 3, UINT64_MAX, "references out of range");
	expect_value("ESTA", 8, 3, 29, "references out of range");
	expect_value("ENUM", 4, 3, UINT32_MAX, "references out of range");
	expect_value("TEXT", 4, 4, 10, "a text that is not there");
	expect_value("TSTA", 8, 2, UINT64_MAX, "a text that is not there");
	/* Behind the next one, but within the bytes. */
	expect_value("TSTA", 8, 2, 60, "a text that is not there");
	expect_value("CODE", 4, 0, 2u << EDGE_ARG_BITS | 10,
		     "a text that is not there");
}
END_TEST

/* Tables that refer to what is not there; the writer believes its heap. */
static void add_borrowed(struct heap *h, oid o, uint32_t first, uint32_t nr)
{
	heap_borrowed_vec_push(&h->borrowed,
			       (struct heap_borrowed){ o, first, nr });
}

static void add_fact(struct heap *h, oid o)
{
	heap_fact_vec_push(&h->facts, (struct heap_fact){
					      .object = o,
					      .kind = FACT_DEQUE });
}

START_TEST(tables_out_of_range_are_refused)
{
	for (int what = 0; what < 14; what++) {
		CLEANUP(file_release) struct file f = { NULL, 0 };
		CLEANUP(heap_release) struct heap h;

		tiny_build(&h);
		switch (what) {
		case 0:
			h.roots.v[0].object = h.nr_objects;
			break;
		case 1:
			h.roots.v[0].frame = (int32_t)h.frames.nr;
			break;
		case 2:
			h.frames.v[0].thread = (uint32_t)h.threads.nr;
			break;
		case 3:
			h.frames.v[0].code = h.nr_objects;
			break;
		case 4:
			h.interpreters.v[0].garbage_list = h.nr_objects;
			break;
		case 5:
			h.weak.v[0].reference = h.nr_objects;
			break;
		case 6:
			h.weak.v[0].referent = h.nr_objects;
			break;
		case 7:
			h.weak.v[0].callback = h.nr_objects;
			break;
		case 8:		/* more edges than the object has */
			add_borrowed(&h, 0, 0, h.edge_nr[0] + 1);
			break;
		case 9:
			add_borrowed(&h, 0, h.edge_nr[0], UINT32_MAX);
			break;
		case 10:	/* they are searched: not in order */
			add_borrowed(&h, 1, 0, 0);
			add_borrowed(&h, 0, 0, 0);
			break;
		case 11:
			add_fact(&h, 1);
			add_fact(&h, 0);
			break;
		case 12:
			h.roots.v[2].slot = SLOT_THREAD;
			h.roots.v[2].thread = (uint32_t)h.threads.nr;
			break;
		default:
			h.types.v[0].object = h.nr_objects;
		}
		f = write_file(&h, &packed);
		expect(&f, false, "a reference to what is not there");
	}
}
END_TEST

START_TEST(facts_of_roots_come_back)
{
	CLEANUP(file_release) struct file f = { NULL, 0 };
	CLEANUP(str_release) struct str before = STR_INIT;
	CLEANUP(freep) char *after = NULL;
	CLEANUP(heap_release) struct heap h;

	tiny_build(&h);
	h.roots.v[1].slot = SLOT_STACK;
	h.roots.v[1].number = 300;
	h.roots.v[1].likely = true;
	h.roots.v[2].kind = ROOT_INTERPRETER;
	h.roots.v[2].slot = SLOT_THREAD;
	tell(&h, &before);
	f = write_file(&h, &packed);
	after = tell_file(&f);
	ck_assert_str_eq(after, before.s);
}
END_TEST

/* Of a newer writer. */
START_TEST(an_unknown_slot_is_a_name)
{
	CLEANUP(heap_release) struct heap h, back;
	CLEANUP(file_release) struct file f = { NULL, 0 };

	tiny_build(&h);
	h.roots.v[1].slot = NR_ROOT_SLOTS;
	f = write_file(&h, &packed);
	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false, &back));
	ck_assert_int_eq(back.roots.v[1].slot, SLOT_NAMED);
	ck_assert_str_eq(back.roots.v[1].name, "request");
}
END_TEST

START_TEST(missing_references_are_refused)
{
	CLEANUP(file_release) struct file f = { NULL, 0 };
	CLEANUP(heap_release) struct heap h;

	tiny_build(&h);
	h.edge_nr[0]--;
	f = write_file(&h, &packed);
	h.edge_nr[0]++;
	expect(&f, false, "references are missing");
}
END_TEST

START_TEST(odd_codes_make_odd_names_only)
{
	CLEANUP(file_release) struct file f = tiny_file(&plain);
	uint32_t code;
	uint8_t *at = f.bytes + section(&f, "CODE")->offset;

	for (uint32_t kind = 0; kind < 16; kind++) {
		CLEANUP(freep) char *said = NULL;

		if (kind == CODE_VALUE)
			continue;
		code = kind << EDGE_ARG_BITS | EDGE_ARG_MAX;
		for (size_t i = 0; i < section(&f, "CODE")->items; i++)
			memcpy(at + i * 4, &code, 4);
		said = try_file(f.bytes, f.size, true);
		ck_assert_str_eq(said, "");
	}
}
END_TEST

/* A field of a section's entry, changed. */
static void expect_field(const char *tag, size_t offset, uint64_t value,
			 const struct capture_options *how)
{
	CLEANUP(file_release) struct file f = tiny_file(how);
	uint8_t *at = (uint8_t *)section(&f, tag) + offset;

	if (!memcmp(at, &value, sizeof(value)))
		return;
	memcpy(at, &value, sizeof(value));
	expect(&f, true, "damaged");
}

/* Codes and edges are unpacked by object, so no other column can be packed like
 * them: those that come first are read before it is known what objects have. */
START_TEST(packings_of_other_columns_are_refused)
{
	static const char *const tags[] = { "ADDR", "TYPE", "SIZE", "REFC",
					    "GENE", "FLAG", "ENUM", "TEXT" };
	static const struct capture_options *const how[] = { &packed, &plain };

	for (size_t i = 0; i < ARRAY_SIZE(tags) * ARRAY_SIZE(how); i++) {
		for (int packing = PACK_CODES; packing <= PACK_EDGES;
		     packing++) {
			CLEANUP(file_release) struct file f =
				tiny_file(how[i % ARRAY_SIZE(how)]);

			section(&f, tags[i / ARRAY_SIZE(how)])->packing =
				(uint8_t)packing;
			expect(&f, true, "damaged");
		}
	}
}
END_TEST

START_TEST(claims_are_held_against_the_file)
{
	static const uint64_t values[] = { 0, 1, 1 << 20, UINT32_MAX,
					   UINT64_MAX, UINT64_MAX - 4095 };
	static const size_t fields[] = {
		offsetof(struct capture_section, offset),
		offsetof(struct capture_section, stored),
		offsetof(struct capture_section, packed),
		offsetof(struct capture_section, items),
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(fields); j++) {
			expect_field("ADDR", fields[j], values[i], &packed);
			expect_field("EDGE", fields[j], values[i], &packed);
			expect_field("TBYT", fields[j], values[i], &packed);
			expect_field("type", fields[j], values[i], &packed);
			if (j == 2)
				continue;
			expect_field("REFC", fields[j], values[i], &plain);
			expect_field("info", fields[j], values[i], &plain);
		}
	}
}
END_TEST

/* Rows of a table take much more memory than file. */
START_TEST(tables_are_held_against_the_file)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(heap_release) struct heap h;
	uint64_t state = 1;

	tiny_build(&h);
	/* What does not compress, so that the rest may compress more. */
	for (int i = 0; i < 10000; i++) {
		state = state * UINT64_C(6364136223846793005) + 1;
		str_add_char(&text, (char)('0' + (state >> 58)));
	}
	heap_warn(&h, "%s", text.s);
	for (int i = 0; i < 500000; i++)
		str_vec_push(&h.info.warnings, xstrdup(""));
	{
		CLEANUP(file_release) struct file f = write_file(&h, &packed);

		ck_assert_uint_lt(f.size, 20000);
		expect(&f, false, "smaller than its own counts");
	}
}
END_TEST

/* --- packing --- */

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return *state >> (*state >> 58);
}

START_TEST(what_is_packed_comes_out)
{
	static const struct {
		enum packing packing;
		unsigned int width;
	} ways[] = {
		{ PACK_NONE, 1 }, { PACK_NONE, 8 }, { PACK_VARINT, 4 },
		{ PACK_VARINT, 8 }, { PACK_ZIGZAG, 8 }, { PACK_DELTA, 8 },
		{ PACK_ADDRESS, 8 }, { PACK_ID, 4 },
	};
	uint64_t state = (uint64_t)_i, in[64], out[64];

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		CLEANUP(packed_release) struct packed p = PACKED_INIT;
		uint64_t nr = next_random(&state) % 64;

		for (size_t j = 0; j < ARRAY_SIZE(in); j++)
			in[j] = next_random(&state);
		pack_column(ways[i].packing, ways[i].width, in, nr, &p);
		ck_assert(unpack_column(ways[i].packing, ways[i].width,
					p.bytes, p.len, out, nr));
		ck_assert_mem_eq(in, out, nr * ways[i].width);
		ck_assert(!unpack_column(ways[i].packing, ways[i].width,
					 p.bytes, p.len, out, nr + 1));
		if (nr)
			ck_assert(!unpack_column(ways[i].packing,
						 ways[i].width, p.bytes,
						 p.len - 1, out, nr));
	}
}
END_TEST

START_TEST(edges_and_codes_come_out)
{
	uint64_t state = (uint64_t)_i, start[20];
	uint32_t nr[20], edges[400], codes[400], out[2][400];
	CLEANUP(packed_release) struct packed p = PACKED_INIT;
	CLEANUP(packed_release) struct packed q = PACKED_INIT;
	struct pack_edges e = { 20, start, nr, edges, codes, 0 };

	for (int o = 0; o < 20; o++) {
		start[o] = e.nr_edges;
		nr[o] = (uint32_t)next_random(&state) % 20;
		e.nr_edges += nr[o];
	}
	for (int i = 0; i < 400; i++) {
		edges[i] = (uint32_t)next_random(&state);
		codes[i] = (uint32_t)next_random(&state) ^
			   (uint32_t)(i % NR_CODE_KINDS) << EDGE_ARG_BITS;
	}
	pack_codes(&e, &p);
	pack_edges(&e, &q);
	e.codes = out[0];
	e.edges = out[1];
	ck_assert(unpack_codes(&e, p.bytes, p.len));
	ck_assert(unpack_edges(&e, q.bytes, q.len));
	ck_assert_mem_eq(codes, out[0], e.nr_edges * 4);
	ck_assert_mem_eq(edges, out[1], e.nr_edges * 4);
}
END_TEST

/* --- a large dict --- */

#define NR_KEYS 400000

static uint32_t key_codes[2 * NR_KEYS];

static bool no_text(struct heap *h, oid o, struct str *ret)
{
	(void)h;
	(void)o;
	(void)ret;
	return false;
}

static const uint32_t *codes_of_keys(struct heap *h, oid o, uint32_t nr)
{
	(void)h;
	(void)o;
	(void)nr;
	return key_codes;
}

/* Values of keys that can't be written go by their place: each is found from
 * the one before, or this would take minutes. */
START_TEST(values_of_many_objects_are_named)
{
	const struct naming n = { .text = no_text, .codes = codes_of_keys };
	struct edge_name *names = xcalloc(2 * NR_KEYS, sizeof(*names));
	struct heap h;

	heap_init(&h);
	heap_type_vec_push(&h.types, (struct heap_type){
		.name = xstrdup("dict"), .object = OID_NONE,
		.flags = TYPE_IS_DICT, .subscript = SUBSCRIPT_PLAIN });
	heap_add_object(&h, 16, 0);
	heap_add_object(&h, 32, 0);
	h.edge_nr[0] = 2 * NR_KEYS;
	for (uint32_t i = 0; i < 2 * NR_KEYS; i++) {
		oid_vec_push(&h.edges, 1);
		key_codes[i] = edge_code(i % 2 ? CODE_KEY : CODE_VALUE_NEXT,
					 0);
	}
	naming_edges(&h, &n, 0, 0, 2 * NR_KEYS, names);
	for (uint32_t i = 0; i < NR_KEYS; i++) {
		char place[40];

		snprintf(place, sizeof(place), "))[%" PRIu32 "]", i);
		ck_assert_str_eq(names[2 * i].suffix, place);
		edge_name_release(&names[2 * i]);
		edge_name_release(&names[2 * i + 1]);
	}
	/* Some from the middle. */
	naming_edges(&h, &n, 0, 2 * 1000 + 1, 2, names);
	ck_assert_str_eq(names[1].suffix, "))[1001]");
	edge_name_release(&names[0]);
	edge_name_release(&names[1]);
	free(names);
	heap_release(&h);
}
END_TEST

/* --- redaction, write errors --- */

static bool holds(const struct file *f, const char *word)
{
	return memmem(f->bytes, f->size, word, strlen(word));
}

START_TEST(redaction_leaves_nothing_behind)
{
	static const char *const contents[] = {
		"it\\'s", "-12", "\xf8" "?", "cut", "odd name", "secret thread",
		"secret_argument", "secret.core", "secret.db",
	};
	static const char *const identifiers[] = {
		"secret_key", ".next", "app.Node", "handler", "/srv/app.py",
		"request", "libpython", "host",
	};
	const struct capture_options some = {
		.plain = true, .redaction = REDACT_CONTENTS };
	const struct capture_options all = {
		.plain = true, .redaction = REDACT_ALL };
	CLEANUP(file_release) struct file f = tiny_file(&plain);
	CLEANUP(file_release) struct file g = tiny_file(&some);
	CLEANUP(file_release) struct file h = tiny_file(&all);
	CLEANUP(freep) char *told = tell_file(&g);
	CLEANUP(freep) char *told_all = tell_file(&h);

	for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
		ck_assert_msg(holds(&f, contents[i]), "%s", contents[i]);
		ck_assert_msg(!holds(&g, contents[i]), "%s", contents[i]);
		ck_assert_msg(!holds(&h, contents[i]), "%s", contents[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(identifiers); i++) {
		ck_assert_msg(holds(&g, identifiers[i]), "%s", identifiers[i]);
		ck_assert_msg(!holds(&h, identifiers[i]), "%s",
			      identifiers[i]);
	}
	ck_assert_ptr_nonnull(strstr(told, "redacted"));
	ck_assert_ptr_nonnull(strstr(told, "thread 4242, handler"));
	ck_assert_ptr_nonnull(strstr(told_all, "redacted"));
	ck_assert_ptr_nonnull(strstr(told_all, "local ?"));
	ck_assert_ptr_nonnull(strstr(told_all, "dict's subclasses"));
}
END_TEST

START_TEST(write_errors_are_said)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(error_freep) struct error *err = NULL;
	CLEANUP(closep) int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	tiny_build(&h);
	err = capture_write(&h, &packed, fd);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	ck_assert_ptr_nonnull(strstr(err->message, strerror(ENOSPC)));
}
END_TEST

const char suite_name[] = "capture";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, a_capture_tells_the_same);
	tcase_add_test(tc, names_and_reprs_are_python);
	tcase_add_test(tc, a_capture_of_a_capture_is_equal);
	tcase_add_test(tc, all_that_was_known_comes_back);
	tcase_add_test(tc, every_shorter_file_is_refused);
	tcase_add_test(tc, every_flipped_bit_is_seen);
	tcase_add_test(tc, other_files_are_named);
	tcase_add_test(tc, ids_out_of_range_are_refused);
	tcase_add_test(tc, unknown_sections_are_refused_if_vital);
	tcase_add_test(tc, tables_out_of_range_are_refused);
	tcase_add_test(tc, facts_of_roots_come_back);
	tcase_add_test(tc, an_unknown_slot_is_a_name);
	tcase_add_test(tc, missing_references_are_refused);
	tcase_add_test(tc, odd_codes_make_odd_names_only);
	tcase_add_test(tc, packings_of_other_columns_are_refused);
	tcase_add_test(tc, claims_are_held_against_the_file);
	tcase_add_test(tc, tables_are_held_against_the_file);
	tcase_add_loop_test(tc, what_is_packed_comes_out, 0, 50);
	tcase_add_loop_test(tc, edges_and_codes_come_out, 0, 50);
	tcase_add_test(tc, values_of_many_objects_are_named);
	tcase_add_test(tc, redaction_leaves_nothing_behind);
	tcase_add_test(tc, write_errors_are_said);
}
