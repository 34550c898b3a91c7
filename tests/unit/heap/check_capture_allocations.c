/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tracemalloc traces, in captures: whole, damaged or forged. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "heap/capture/capture-format.h"
#include "suite.h"
#include "tiny.h"
#include "traced.h"

static const struct capture_options packed, plain = { .plain = true };
static const struct capture_options *const how[] = { &packed, &plain };

static void build(struct heap *h)
{
	struct heap_allocations *a = &h->allocations;

	tiny_build(h);
	traced_add(a, 0x7fff00001000, 64, "a.py:1 m.py:2");
	traced_add(a, 0x7fff00000000, UINT64_C(1) << 40, "a.py:4294967295");
	traced_add(a, 0x10, 0, "a.py:1 m.py:2");
	traced_add(a, 0x10, 4096, "np.py:0");
	a->v.v[3].domain = UINT32_MAX;
	a->tracebacks.v[0].total = 65535;
	ck_assert_uint_eq(heap_allocations_sort(a), 0);
}

/* "ADDRESS SIZE DOMAIN SITES|TOTAL, ..." */
static void tell(const struct heap_allocations *a, struct str *ret)
{
	for (size_t i = 0; i < a->v.nr; i++) {
		const struct heap_allocation *v = &a->v.v[i];
		const struct heap_traceback *t = &a->tracebacks.v[v->traceback];

		str_addf(ret, "%" PRIx64 " %" PRIu64 " %" PRIu32 " ",
			 v->address, v->size, v->domain);
		for (uint32_t k = 0; k < t->nr; k++) {
			struct heap_site s = a->sites.v[t->first + k];

			str_addf(ret, "%s:%" PRIu32 " ", a->files.v[s.file],
				 s.line);
		}
		str_addf(ret, "|%" PRIu32 ", ", t->total);
	}
}

#define WHOLE "10 0 0 a.py:1 m.py:2 |65535, " \
	      "7fff00000000 1099511627776 0 a.py:4294967295 |1, " \
	      "7fff00001000 64 0 a.py:1 m.py:2 |65535, " \
	      "10 4096 4294967295 np.py:0 |1, "

static void open_file(const struct file *f, struct heap *ret)
{
	struct error *err = capture_open_memory(f->bytes, f->size, false, ret);

	ck_assert_ptr_null(err);
}

START_TEST(what_is_written_is_read)
{
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(str_release) struct str text = STR_INIT;
		CLEANUP(file_release) struct file f = { NULL, 0 };
		CLEANUP(heap_release) struct heap h, read;

		build(&h);
		f = file_write(&h, how[i]);
		open_file(&f, &read);
		ck_assert(read.allocations.known);
		ck_assert(read.allocations.traced);
		tell(&read.allocations, &text);
		ck_assert_str_eq(text.s, WHOLE);
		ck_assert_ptr_nonnull(heap_allocations_find(
			&read.allocations, 0x7fff00001020));
	}
}
END_TEST

/* tracemalloc does not run, or a pyheld did not look. */
START_TEST(known_is_not_traced)
{
	for (int known = 0; known < 2; known++) {
		CLEANUP(file_release) struct file f = { NULL, 0 };
		CLEANUP(heap_release) struct heap h, read;

		tiny_build(&h);
		h.allocations.known = known;
		f = file_write(&h, &packed);
		open_file(&f, &read);
		ck_assert_int_eq(read.allocations.known, known);
		ck_assert(!read.allocations.traced);
		ck_assert_uint_eq(read.allocations.v.nr, 0);
	}
}
END_TEST

/* The error of such a heap's capture; the writer believes it. */
static void expect(struct heap *h, const char *words)
{
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(file_release) struct file f = file_write(h, how[i]);
		CLEANUP(heap_release) struct heap read = { 0 };
		CLEANUP(error_freep) struct error *err =
			capture_open_memory(f.bytes, f.size, false, &read);

		ck_assert_ptr_nonnull(err);
		ck_assert_ptr_nonnull(strstr(err->message, words));
	}
}

START_TEST(hostile_rows_are_refused)
{
	for (int what = 0; what < 8; what++) {
		CLEANUP(heap_release) struct heap h;
		struct heap_allocations *a = &h.allocations;

		build(&h);
		switch (what) {
		case 0:
			a->sites.v[0].file = (uint32_t)a->files.nr;
			break;
		case 1:
			a->sites.v[a->sites.nr - 1].file = UINT32_MAX;
			break;
		case 2:		/* without a site there is no first one */
			a->tracebacks.v[1].nr = 0;
			break;
		case 3:
			a->v.v[0].traceback = (uint32_t)a->tracebacks.nr;
			break;
		case 4:
			a->v.v[3].traceback = UINT32_MAX;
			break;
		case 5:		/* they are searched: not in order */
			a->v.v[0].address = UINT64_MAX;
			break;
		case 6:
			a->v.v[1].address = a->v.v[0].address;
			break;
		default:
			a->v.v[0].domain = 1;
		}
		expect(&h, "a reference to what is not there");
	}
}
END_TEST

static struct capture_section *section(struct file *f, const char *tag)
{
	struct capture_trailer trailer;
	struct capture_section *s;

	memcpy(&trailer, f->bytes + f->size - sizeof(trailer),
	       sizeof(trailer));
	s = (struct capture_section *)(f->bytes + trailer.table);
	for (uint32_t i = 0; i < trailer.nr_sections; i++)
		if (!memcmp(s[i].tag, tag, 4))
			return &s[i];
	ck_abort_msg("no section %s", tag);
}

/* Open a file as it is: an error, or what can be used. */
static bool survives(const struct file *f)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(heap_release) struct heap read = { 0 };
	CLEANUP(error_freep) struct error *err =
		capture_open_memory(f->bytes, f->size, true, &read);

	if (err)
		return false;
	ck_assert(heap_allocations_fit(&read.allocations));
	tell(&read.allocations, &text);
	return true;
}

START_TEST(every_changed_byte_is_refused_or_fits)
{
	static const char *const tags[] = { "trac", "sour", "tbac", "allo" };
	static const uint8_t values[] = { 0, 1, 3, 0x7f, 0x80, 0xff };
	CLEANUP(file_release) struct file f = { NULL, 0 };
	CLEANUP(heap_release) struct heap h;
	unsigned int nr_refused = 0;

	build(&h);
	f = file_write(&h, &plain);
	ck_assert(survives(&f));
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		struct capture_section *s = section(&f, tags[i]);

		for (size_t k = 0; k < s->stored * ARRAY_SIZE(values); k++) {
			uint8_t *at = f.bytes + s->offset +
				      k / ARRAY_SIZE(values);
			uint8_t was = *at;

			*at = values[k % ARRAY_SIZE(values)];
			nr_refused += !survives(&f);
			*at = was;
		}
	}
	ck_assert_uint_gt(nr_refused, 0);
}
END_TEST

/* More rows than there are bytes for, or fewer than others refer to. */
START_TEST(claims_of_rows_are_held_against_the_file)
{
	static const char *const tags[] = { "sour", "tbac", "allo" };
	static const uint64_t claims[] = { 0, 1, 1000, UINT32_MAX, UINT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(tags) * ARRAY_SIZE(claims); i++) {
		const char *tag = tags[i / ARRAY_SIZE(claims)];
		CLEANUP(file_release) struct file f = { NULL, 0 };
		CLEANUP(heap_release) struct heap h;

		build(&h);
		f = file_write(&h, &plain);
		section(&f, tag)->items = claims[i % ARRAY_SIZE(claims)];
		ck_assert_msg(!survives(&f), "%s %zu", tag, i);
	}
}
END_TEST

const char suite_name[] = "capture-allocations";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, what_is_written_is_read);
	tcase_add_test(tc, known_is_not_traced);
	tcase_add_test(tc, hostile_rows_are_refused);
	tcase_add_test(tc, every_changed_byte_is_refused_or_fits);
	tcase_add_test(tc, claims_of_rows_are_held_against_the_file);
}
