/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats of profiles. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "graph-file.h"
#include "output/export/folded.h"
#include "output/export/pprof.h"
#include "output/export/speedscope.h"
#include "suite.h"

static char *folded_of(const struct stacks *s, enum stacks_value value)
{
	char *ret = NULL;
	size_t len;
	FILE *out = open_memstream(&ret, &len);

	ck_assert_ptr_null(folded_write(s, value, out));
	ck_assert_int_eq(fclose(out), 0);
	return ret;
}

static void add_frame(struct stacks *s, uint32_t above, const char *name,
		      uint64_t nr, uint64_t bytes)
{
	stacks_frame_vec_push(&s->v, (struct stacks_frame){
		.above = above, .name = (uint32_t)s->names.nr,
		.root = above == STACKS_TOP ? "module" : NULL,
		.self = { nr, bytes } });
	stacks_name_vec_push(&s->names, (struct stacks_name){
		s->bytes.len, -1 });
	str_add_bytes(&s->bytes, name, strlen(name) + 1);
	s->all.nr += nr;
	s->all.bytes += bytes;
	s->deepest++;
}

/* Three frames, one below the other; a class can have any name. */
static void build_hostile(struct heap *h, struct stacks *s)
{
	graph_build_process(h, "a");
	*s = (struct stacks){ .bytes = STR_INIT };
	add_frame(s, STACKS_TOP, "module m", 2, 32);
	add_frame(s, 0, "m.a: a;b\"\xc3\xa4", 1, 100);
	add_frame(s, 1, ".x: object", 1, 16);
}

START_TEST(folded_has_no_semicolon_in_a_name)
{
	CLEANUP(stacks_release) struct stacks s;
	CLEANUP(freep) char *text = NULL;
	struct heap h;

	build_hostile(&h, &s);
	text = folded_of(&s, STACKS_BYTES);
	ck_assert_str_eq(text,
		"module m 32\n"
		"module m;m.a: a\\x3bb\"\xc3\xa4 100\n"
		"module m;m.a: a\\x3bb\"\xc3\xa4;.x: object 16\n");
	heap_release(&h);
}
END_TEST

START_TEST(speedscope_has_two_profiles)
{
	CLEANUP(stacks_release) struct stacks s;
	char *text = NULL, *dump;
	json_t *all, *profiles;
	struct heap h;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	build_hostile(&h, &s);
	ck_assert_ptr_null(speedscope_write(&s, &h, out));
	ck_assert_int_eq(fclose(out), 0);
	all = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(all);
	dump = json_dumps(json_object_get(all, "shared"), JSON_COMPACT);
	ck_assert_str_eq(dump, "{\"frames\":[{\"name\":\"module m\"},"
			 "{\"name\":\"m.a: a;b\\\"\xc3\xa4\"},"
			 "{\"name\":\".x: object\"}]}");
	free(dump);
	profiles = json_object_get(all, "profiles");
	ck_assert_uint_eq(json_array_size(profiles), 2);
	dump = json_dumps(json_array_get(profiles, 1), JSON_COMPACT);
	ck_assert_str_eq(dump, "{\"type\":\"sampled\",\"name\":\"objects\","
			 "\"unit\":\"none\",\"startValue\":0,\"endValue\":4,"
			 "\"samples\":[[0],[0,1],[0,1,2]],"
			 "\"weights\":[2,1,1]}");
	free(dump);
	json_decref(all);
	free(text);
	heap_release(&h);
}
END_TEST

/* Field numbers, wire types and lengths, as they come. */
static uint64_t varint(const unsigned char **p, const unsigned char *end)
{
	uint64_t ret = 0;

	for (unsigned int shift = 0; *p < end && shift < 64; shift += 7) {
		ret |= (uint64_t)(**p & 0x7f) << shift;
		if (!(*(*p)++ & 0x80))
			return ret;
	}
	ck_abort_msg("no varint");
}

/* How often each field comes; the bytes of the strings into `strings`. */
static void count_fields(const unsigned char *p, size_t len, unsigned int *nr,
			 struct str *strings)
{
	const unsigned char *end = p + len;

	while (p < end) {
		uint64_t key = varint(&p, end), x = varint(&p, end);

		ck_assert_uint_lt(key >> 3, 16);
		nr[key >> 3]++;
		if ((key & 7) == 0)
			continue;
		ck_assert_uint_eq(key & 7, 2);
		ck_assert_uint_le(x, (size_t)(end - p));
		if (key >> 3 == 6) {
			str_add_bytes(strings, (const char *)p, x);
			str_add_char(strings, '|');
		}
		p += x;
	}
}

START_TEST(pprof_is_a_packed_message)
{
	CLEANUP(stacks_release) struct stacks s;
	CLEANUP(str_release) struct str strings = STR_INIT;
	unsigned char plain[4096];
	unsigned int nr[16] = { 0 };
	z_stream z = { .next_out = plain, .avail_out = sizeof(plain) };
	char *text = NULL;
	struct heap h;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	build_hostile(&h, &s);
	ck_assert_ptr_null(pprof_write(&s, &h, out));
	ck_assert_int_eq(fclose(out), 0);
	z.next_in = (unsigned char *)text;
	z.avail_in = (uInt)len;
	ck_assert_int_eq(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
	ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	count_fields(plain, z.total_out, nr, &strings);
	ck_assert_uint_eq(nr[1], 2);	/* sample types */
	ck_assert_uint_eq(nr[2], 3);	/* samples */
	ck_assert_uint_eq(nr[3], 1);	/* a mapping */
	ck_assert_uint_eq(nr[4], s.names.nr);
	ck_assert_uint_eq(nr[5], s.names.nr);
	ck_assert_uint_eq(nr[13], 3);	/* comments */
	ck_assert_uint_eq(nr[14], 1);
	ck_assert_ptr_eq(strstr(strings.s, "|inuse_objects|count|inuse_space"
				"|bytes|space|root|module|"), strings.s);
	ck_assert_ptr_nonnull(strstr(strings.s,
				     "|m.a: a;b\"\xc3\xa4|"));
	ck_assert_ptr_nonnull(strstr(strings.s, "|PID 4242 on host|"));
	inflateEnd(&z);
	free(text);
	heap_release(&h);
}
END_TEST

START_TEST(formats_say_that_the_disk_is_full)
{
	CLEANUP(stacks_release) struct stacks s;
	FILE *full = fopen("/dev/full", "we");
	struct heap h;

	build_hostile(&h, &s);
	ck_assert_ptr_nonnull(full);
	setvbuf(full, NULL, _IONBF, 0);
	for (unsigned int i = 0; i < 3; i++) {
		struct error *err = i == 0 ? folded_write(&s, 0, full) :
				    i == 1 ? speedscope_write(&s, &h, full) :
					     pprof_write(&s, &h, full);

		ck_assert_ptr_nonnull(err);
		ck_assert_int_eq(err->code, ERR_SYSTEM);
		error_free(err);
		clearerr(full);
	}
	fclose(full);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "profiles";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, folded_has_no_semicolon_in_a_name);
	tcase_add_test(tc, speedscope_has_two_profiles);
	tcase_add_test(tc, pprof_is_a_packed_message);
	tcase_add_test(tc, formats_say_that_the_disk_is_full);
}
