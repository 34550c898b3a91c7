/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files that are cut, damaged or forged. */
#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file.h"
#include "graph.h"
#include "heap/capture/capture-format.h"
#include "suite.h"
#include "tiny.h"

static const struct capture_options packed, plain = { .plain = true };

/* The error, as a word; "" where the file opens and all of it is readable. */
static char *try_file(const uint8_t *bytes, size_t size, bool trusting)
{
	CLEANUP(heap_release) struct heap h = { 0 };
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(error_freep) struct error *err =
		capture_open_memory(bytes, size, trusting, &h);

	if (err)
		return xstrdup(err->message);
	file_tell_heap(&h, &s);
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

START_TEST(every_shorter_file_is_refused)
{
	CLEANUP(file_release) struct file f = file_tiny(&packed);

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
	CLEANUP(file_release) struct file f = file_tiny(&packed);

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
	CLEANUP(file_release) struct file f = file_tiny(&packed);
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
	CLEANUP(file_release) struct file f = file_tiny(&packed);
	CLEANUP(file_release) struct file g = file_tiny(&packed);
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
	CLEANUP(file_release) struct file f = file_tiny(&plain);
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
	expect_value("UNVI", 4, 3, 3, "references out of range");
	expect_value("UNVI", 4, 3, UINT32_MAX, "references out of range");
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

static void add_hash(struct heap *h, oid o)
{
	heap_text_hash_vec_push(&h->text_hashes,
				(struct heap_text_hash){ o, 1 });
}

static void add_lump(struct heap *h, oid object, uint32_t lump)
{
	heap_lump_vec_push(&h->lumps, (struct heap_lump){ 10, 0, 1 });
	heap_lump_holder_vec_push(&h->lump_holders, (struct heap_lump_holder){
							    object, lump });
}

START_TEST(tables_out_of_range_are_refused)
{
	for (int what = 0; what < 32; what++) {
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
			/* It is there for the writer alone. */
			heap_stack_vec_push(&h.stacks, h.stacks.v[0]);
			h.frames.v[0].stack = (uint32_t)--h.stacks.nr;
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
		case 13:
			h.memory.lines.v[0].type = (uint32_t)h.types.nr;
			break;
		case 14:
			h.memory.arenas.v[0].object = h.nr_objects;
			break;
		case 15:	/* the sum of the lines overflows */
			h.memory.lines.v[1].bytes = UINT64_MAX;
			break;
		case 16:
			h.memory.resident = UINT64_MAX;
			break;
		case 17:	/* more edges than the object has */
			heap_pointed_vec_push(&h.pointed,
				(struct heap_pointed){
					.first = h.edge_nr[0], .nr = 1 });
			break;
		case 18:
			add_lump(&h, h.nr_objects, 0);
			break;
		case 19:	/* a lump holds itself */
			add_lump(&h, OID_NONE, 0);
			break;
		case 20:	/* the sum of the lumps overflows */
			add_lump(&h, 0, 0);
			add_lump(&h, 0, 0);
			h.lumps.v[0].bytes = h.lumps.v[1].bytes =
				UINT64_C(1) << 63;
			break;
		case 21:	/* more than is resident */
			h.memory.forked_copied = h.memory.resident + 1;
			break;
		case 22:
			h.memory.forked_shared = UINT64_C(1) << 63;
			h.memory.forked_copied = UINT64_C(1) << 63;
			break;
		case 23:
			add_hash(&h, h.nr_objects);
			break;
		case 24:
			add_hash(&h, 1);
			add_hash(&h, 1);
			break;
		case 25:	/* a greenlet is an object */
			heap_stack_vec_push(&h.stacks, (struct heap_stack){
				STACK_GREENLET, NO_THREAD, OID_NONE });
			break;
		case 26:
			h.interpreters.v[0].callbacks = h.nr_objects;
			break;
		case 27:
			h.interpreters.v[0].generations[1].done.nr = -1;
			break;
		case 28:
			h.interpreters.v[0].generations[2].done.nanoseconds =
				INT64_MIN;
			break;
		case 29:	/* more than there are objects */
			h.info.interned[INTERNED_IMMORTAL].nr = h.nr_objects;
			break;
		case 30:	/* their sum overflows */
			h.info.interned[INTERNED_MORTAL].nr = UINT64_MAX;
			break;
		default:
			h.types.v[0].object = h.nr_objects;
		}
		f = file_write(&h, &packed);
		expect(&f, false, "a reference to what is not there");
	}
}
END_TEST

START_TEST(missing_references_are_refused)
{
	CLEANUP(file_release) struct file f = { NULL, 0 };
	CLEANUP(heap_release) struct heap h;

	tiny_build(&h);
	h.edge_nr[0]--;
	f = file_write(&h, &packed);
	h.edge_nr[0]++;
	expect(&f, false, "references are missing");
}
END_TEST

START_TEST(odd_codes_make_odd_names_only)
{
	CLEANUP(file_release) struct file f = file_tiny(&plain);
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
	CLEANUP(file_release) struct file f = file_tiny(how);
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
					    "GENE", "FLAG", "ENUM", "UNVI",
					    "TEXT" };
	static const struct capture_options *const how[] = { &packed, &plain };

	for (size_t i = 0; i < ARRAY_SIZE(tags) * ARRAY_SIZE(how); i++) {
		for (int packing = PACK_CODES; packing <= PACK_EDGES;
		     packing++) {
			CLEANUP(file_release) struct file f =
				file_tiny(how[i % ARRAY_SIZE(how)]);

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

/* Rows of a table take much more memory than file: a table that claims more of
 * them than its bytes may have is refused, whether the bytes are there or
 * not. */
START_TEST(tables_are_held_against_the_file)
{
	static const struct capture_options *const how[] = { &packed, &plain };

	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(file_release) struct file f = file_tiny(how[i]);
		struct capture_section *s = section(&f, "type");

		s->items = (s->stored + 1) * CAPTURE_TABLE_ROWS;
		expect(&f, true, "smaller than its own counts");
	}
	{
		CLEANUP(file_release) struct file f = file_tiny(&packed);
		struct capture_section *s = section(&f, "type");

		s->packed = s->stored * CAPTURE_TABLE_RATIO +
			    CAPTURE_TABLE_SLACK + 1;
		expect(&f, true, "smaller than its own counts");
	}
}
END_TEST

/* Equal rows compress to less than that: they are written as they are. */
START_TEST(tables_of_equal_rows_can_be_read)
{
	CLEANUP(file_release) struct file f = { NULL, 0 };
	CLEANUP(heap_release) struct heap h;
	CLEANUP(freep) char *said = NULL;

	tiny_build(&h);
	for (int i = 0; i < 500000; i++)
		str_vec_push(&h.info.warnings, xstrdup(""));
	f = file_write(&h, &packed);
	said = try_file(f.bytes, f.size, false);
	ck_assert_str_eq(said, "");
}
END_TEST

static uint64_t free_bytes;

static uint64_t room(void)
{
	return free_bytes;
}

#define NR_MANY 2200000

/* Objects without contents. */
static struct error *no_details(struct heap *h UNUSED, struct heap_details *ret)
{
	static uint32_t codes[16], text[NR_MANY];
	static int64_t length[NR_MANY];
	static uint64_t text_start[2];
	static char empty[] = "";
	static struct heap_name name = { EDGE_UNKNOWN, empty, NULL, NULL, 0,
					 0 };

	*ret = (struct heap_details){
		.codes = codes, .text = text, .length = length,
		.names = &name, .nr_names = 1, .nr_texts = 1,
		.text_start = text_start, .text_bytes = empty,
	};
	return NULL;
}

static const struct heap_ops no_ops = { .details = no_details };

/* A small file unpacks to much more: 2,200,000 addresses of 8 bytes. */
START_TEST(memory_is_there_before_it_is_taken)
{
	CLEANUP(file_release) struct file f = { NULL, 0 };
	CLEANUP(closep) int fd = memfd_create("capture", MFD_CLOEXEC);
	CLEANUP(heap_release) struct heap h, read;
	const struct heap_ops *ops;
	struct error *err;

	graph_random(&h, 1, NR_MANY, 10);
	ops = h.ops;
	h.ops = &no_ops;
	f = file_write(&h, &packed);
	/* They release what the graph was made of. */
	h.ops = ops;
	ck_assert_int_eq(write(fd, f.bytes, f.size), (ssize_t)f.size);
	free_bytes = 15 << 20;
	heap_init(&read);
	err = capture_open_within(fd, room, &read);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	ck_assert_msg(strstr(err->message, "takes 17 MB, but only 15 MB of"
			     " memory are free"), "%s", err->message);
	error_free(err);
	free_bytes = UINT64_MAX;
	heap_release(&read);
	heap_init(&read);
	ck_assert_ptr_null(capture_open_within(fd, room, &read));
	ck_assert_uint_eq(read.nr_objects, h.nr_objects);
}
END_TEST

const char suite_name[] = "capture_bad";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, every_shorter_file_is_refused);
	tcase_add_test(tc, every_flipped_bit_is_seen);
	tcase_add_test(tc, other_files_are_named);
	tcase_add_test(tc, ids_out_of_range_are_refused);
	tcase_add_test(tc, unknown_sections_are_refused_if_vital);
	tcase_add_test(tc, tables_out_of_range_are_refused);
	tcase_add_test(tc, missing_references_are_refused);
	tcase_add_test(tc, odd_codes_make_odd_names_only);
	tcase_add_test(tc, packings_of_other_columns_are_refused);
	tcase_add_test(tc, claims_are_held_against_the_file);
	tcase_add_test(tc, tables_are_held_against_the_file);
	tcase_add_test(tc, tables_of_equal_rows_can_be_read);
	tcase_add_test(tc, memory_is_there_before_it_is_taken);
}
