/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracemalloc's tables in fake CPythons: what is in them, and tables that lie.
 */
#include <check.h>
#include <string.h>

#include "fake-values.h"
#include "python/allocators/traces-table.h"
#include "python/allocators/traces.h"
#include "suite.h"

#define NR_BUCKETS 16
#define ENTRY_SIZE 48
#define RUNTIME_SIZE 256
/* Words of the runtime that lead to the tables. */
#define TRACES 8
#define DOMAINS 16

static struct fake f;

/* Modules/_tracemalloc.c and Python/hashtable.c; 3.8 has the trace in the
 * entry, and other words first. */
static bool embeds(void)
{
	return f.py.minor < 9;
}

static void begin(int row)
{
	fake_init(&f, fake_rows[row]);
	f.py.runtime = fake_block(&f, RUNTIME_SIZE);
	f.py.runtime_size = RUNTIME_SIZE;
	mapping_vec_push(&f.target.mappings, (struct mapping){
		.start = f.py.runtime, .end = f.py.runtime + RUNTIME_SIZE,
		.prot = SEGMENT_READ | SEGMENT_WRITE });
}

static void end(void)
{
	mapping_vec_release(&f.target.mappings);
	fake_release(&f);
}

static void load(void)
{
	fake_ready(&f);
	traces_load(&f.py);
	ck_assert(f.heap.allocations.known);
	ck_assert(heap_allocations_fit(&f.heap.allocations));
}

/* --- tables --- */

static void put_nr(raddr table, uint64_t nr)
{
	fake_put(&f, table, embeds() ? 8 : 0, nr);
}

static void put_nr_buckets(raddr table, uint64_t nr)
{
	fake_put(&f, table, embeds() ? 0 : 8, nr);
}

static raddr buckets_of(raddr table)
{
	return fake_word(&f, table, 16);
}

static raddr new_table(void)
{
	raddr table = fake_block(&f, 80);

	fake_put(&f, table, 16, fake_block(&f, NR_BUCKETS * 8));
	put_nr_buckets(table, NR_BUCKETS);
	for (uint32_t i = 24; i < (embeds() ? 72 : 80); i += 8)
		fake_put(&f, table, i, fake_function(&f));
	if (embeds()) {
		fake_put(&f, table, 24, 8);
		fake_put(&f, table, 32, 16);
	}
	return table;
}

/* Put the entry first in bucket `bucket`, and count it. */
static void link_entry(raddr table, unsigned int bucket, raddr entry)
{
	raddr at = buckets_of(table) + bucket * 8;

	fake_put(&f, entry, 0, fake_word(&f, at, 0));
	fake_put(&f, at, 0, entry);
	put_nr(table, fake_word(&f, table, embeds() ? 8 : 0) + 1);
}

/* A trace in bucket `bucket`; returns the entry. */
static raddr add_trace(raddr table, unsigned int bucket, raddr block,
		       uint64_t size, raddr traceback)
{
	raddr entry = fake_block(&f, ENTRY_SIZE), trace;

	fake_put(&f, entry, 16, block);
	trace = embeds() ? entry + 24 : fake_block(&f, 16);
	if (!embeds())
		fake_put(&f, entry, 24, trace);
	fake_put(&f, trace, 0, size);
	fake_put(&f, trace, 8, traceback);
	link_entry(table, bucket, entry);
	return entry;
}

static void put_nr_frames(raddr traceback, uint16_t nr, uint16_t total)
{
	fake_put32(&f, traceback, 8, embeds() ? nr :
				     nr | (uint32_t)total << 16);
}

/* One frame for each name; they are at lines 1, 2, ... */
static raddr traceback_of(uint16_t nr, const raddr *names)
{
	raddr at = fake_block(&f, 12 + 12 * (uint64_t)nr);

	put_nr_frames(at, nr, nr);
	for (uint32_t i = 0; i < nr; i++) {
		fake_put(&f, at, 12 + 12 * i, names[i]);
		fake_put32(&f, at, 20 + 12 * i, i + 1);
	}
	return at;
}

static raddr one_frame(const char *file)
{
	raddr name = fake_str(&f, file);

	return traceback_of(1, &name);
}

/* --- what there is --- */

/* "ADDRESS SIZE DOMAIN FILE:LINE ...|TOTAL, ..." */
static void check(const char *expected)
{
	const struct heap_allocations *a = &f.heap.allocations;
	CLEANUP(str_release) struct str got = STR_INIT;

	for (size_t i = 0; i < a->v.nr; i++) {
		const struct heap_allocation *v = &a->v.v[i];
		const struct heap_traceback *t;

		t = &a->tracebacks.v[v->traceback];
		str_addf(&got, "%s%x %d %d", i ? ", " : "",
			 (unsigned int)v->address, (int)v->size,
			 (int)v->domain);
		for (uint32_t k = 0; k < t->nr; k++) {
			struct heap_site s = a->sites.v[t->first + k];

			str_addf(&got, " %s:%d", a->files.v[s.file],
				 (int)s.line);
		}
		str_addf(&got, "|%d", (int)t->total);
	}
	ck_assert_str_eq(got.s, expected);
}

static void check_lost(const char *nr)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!nr) {
		ck_assert(!f.heap.info.partial);
		ck_assert_uint_eq(f.heap.info.warnings.nr, 0);
		return;
	}
	ck_assert(f.heap.info.partial);
	ck_assert_uint_eq(f.heap.info.warnings.nr, 1);
	str_addf(&text, "%s of the blocks that tracemalloc traces are not"
		 " known", nr);
	ck_assert_str_eq(f.heap.info.warnings.v[0], text.s);
}

START_TEST(without_tables_nothing_is_traced)
{
	raddr table;

	begin(_i);
	table = new_table();
	/* It has no entry: tracemalloc does not run. */
	fake_put(&f, f.py.runtime, TRACES, table);
	fake_put(&f, f.py.runtime, DOMAINS, 0xffffffffffff);
	load();
	ck_assert(!f.heap.allocations.traced);
	check("");
	check_lost(NULL);
	ck_assert_uint_eq(f.py.torn, 0);
	end();
}
END_TEST

START_TEST(traces_are_read)
{
	raddr table, two, names[2];

	begin(_i);
	table = new_table();
	names[0] = fake_str(&f, "a.py");
	names[1] = fake_str(&f, "m.py");
	two = traceback_of(2, names);
	/* There were more frames than it keeps: 3.8 does not say that. */
	put_nr_frames(two, 2, 7);
	add_trace(table, 0, 0x2000, 64, two);
	add_trace(table, 0, 0x1000, 32, one_frame("m.py"));
	add_trace(table, NR_BUCKETS - 1, 0x3000, 0, two);
	fake_put(&f, f.py.runtime, TRACES, table);
	load();
	ck_assert(f.heap.allocations.traced);
	check(embeds() ? "1000 32 0 m.py:1|1, 2000 64 0 a.py:1 m.py:2|2,"
			 " 3000 0 0 a.py:1 m.py:2|2" :
			 "1000 32 0 m.py:1|1, 2000 64 0 a.py:1 m.py:2|7,"
			 " 3000 0 0 a.py:1 m.py:2|7");
	/* Names and tracebacks are there once. */
	ck_assert_uint_eq(f.heap.allocations.files.nr, 2);
	ck_assert_uint_eq(f.heap.allocations.tracebacks.nr, 2);
	ck_assert_uint_eq(f.heap.allocations.sites.nr, 3);
	check_lost(NULL);
	ck_assert_uint_eq(f.py.torn, 0);
	end();
}
END_TEST

/* 3.8 has the domain in the key, later versions a table for each. */
START_TEST(other_domains_are_read)
{
	raddr table, domains, other, entry;

	begin(_i);
	table = new_table();
	add_trace(table, 3, 0x1000, 32, one_frame("a.py"));
	fake_put(&f, f.py.runtime, TRACES, table);
	if (embeds()) {
		raddr traceback = one_frame("np.py");

		/* Keys have 12 bytes: the trace is 4 bytes on. */
		fake_put(&f, table, 24, 12);
		entry = fake_word(&f, buckets_of(table), 3 * 8);
		fake_put(&f, entry, 36, fake_word(&f, entry, 32));
		fake_put(&f, entry, 28, 32);
		fake_put32(&f, entry, 24, 0);
		entry = add_trace(table, 5, 0x1000, 0, 0);
		fake_put32(&f, entry, 24, 389047);
		fake_put(&f, entry, 28, 4096);
		fake_put(&f, entry, 36, traceback);
	} else {
		domains = new_table();
		other = new_table();
		add_trace(other, 1, 0x1000, 4096, one_frame("np.py"));
		entry = fake_block(&f, ENTRY_SIZE);
		fake_put(&f, entry, 16, 389047);
		fake_put(&f, entry, 24, other);
		link_entry(domains, 7, entry);
		fake_put(&f, f.py.runtime, DOMAINS, domains);
	}
	load();
	check("1000 32 0 a.py:1|1, 1000 4096 389047 np.py:1|1");
	check_lost(NULL);
	end();
}
END_TEST

/* 3.15 has names as strings of C. */
START_TEST(names_may_be_strings_of_c)
{
	raddr table, name;

	begin(_i);
	table = new_table();
	name = fake_c_string(&f, "caf\xc3\xa9\x1b.py");
	add_trace(table, 0, 0x1000, 32, traceback_of(1, &name));
	fake_put(&f, f.py.runtime, TRACES, table);
	load();
	ck_assert_int_eq(f.heap.allocations.traced, f.py.minor >= 15);
	check(f.py.minor >= 15 ? "1000 32 0 caf\xc3\xa9\\x1b.py:1|1" : "");
	end();
}
END_TEST

/* --- tables that lie --- */

/* Are there too many, impossible or unmapped buckets?  It is no table. */
START_TEST(impossible_tables_are_none)
{
	for (int lie = 0; lie < 9; lie++) {
		raddr table;

		begin(_i);
		table = new_table();
		add_trace(table, 0, 0x1000, 32, one_frame("a.py"));
		fake_put(&f, f.py.runtime, TRACES, table);
		switch (lie) {
		case 0:
			put_nr_buckets(table, 17);
			break;
		case 1:
			put_nr_buckets(table, UINT64_C(1) << 40);
			break;
		case 2:
			put_nr_buckets(table, UINT64_C(1) << 31);
			break;
		case 3:
			put_nr_buckets(table, 0);
			break;
		case 4:		/* more entries than buckets */
			put_nr(table, NR_BUCKETS + 1);
			break;
		case 5:
			fake_put(&f, table, 16, 0x1000);
			break;
		case 6:
			fake_put(&f, table, 16, UINT64_MAX - 7);
			break;
		case 7:		/* no free() */
			fake_put(&f, table, embeds() ? 64 : 72, 0);
			break;
		default:	/* CPython has none with so few */
			put_nr_buckets(table, 8);
		}
		load();
		ck_assert_msg(!f.heap.allocations.traced, "lie %d", lie);
		ck_assert_uint_eq(f.heap.allocations.v.nr, 0);
		end();
	}
}
END_TEST

/* A list that goes round ends with the number of entries. */
START_TEST(lists_that_go_round_end)
{
	raddr table, entry;

	begin(_i);
	table = new_table();
	entry = add_trace(table, 0, 0x1000, 32, one_frame("a.py"));
	fake_put(&f, entry, 0, entry);
	put_nr(table, NR_BUCKETS);
	fake_put(&f, f.py.runtime, TRACES, table);
	load();
	check("1000 32 0 a.py:1|1");
	check_lost("15");
	end();
}
END_TEST

/* All buckets have the same list. */
START_TEST(lists_that_are_shared_are_one)
{
	raddr table, entry;

	begin(_i);
	table = new_table();
	entry = add_trace(table, 0, 0x1000, 32, one_frame("a.py"));
	for (uint32_t i = 1; i < NR_BUCKETS; i++)
		fake_put(&f, buckets_of(table), i * 8, entry);
	fake_put(&f, f.py.runtime, TRACES, table);
	load();
	check("1000 32 0 a.py:1|1");
	check_lost(NULL);
	end();
}
END_TEST

/* It says more entries, or its lists have more. */
START_TEST(a_wrong_number_of_entries_is_torn)
{
	raddr table, traceback;

	begin(_i);
	table = new_table();
	traceback = one_frame("a.py");
	add_trace(table, 0, 0x1000, 32, traceback);
	add_trace(table, 1, 0x2000, 32, traceback);
	put_nr(table, 5);
	fake_put(&f, f.py.runtime, TRACES, table);
	load();
	check("1000 32 0 a.py:1|1, 2000 32 0 a.py:1|1");
	check_lost("3");
	ck_assert_uint_ne(f.py.torn, 0);
	end();

	begin(_i);
	table = new_table();
	traceback = one_frame("a.py");
	add_trace(table, 0, 0x1000, 32, traceback);
	add_trace(table, 1, 0x2000, 32, traceback);
	put_nr(table, 1);
	fake_put(&f, f.py.runtime, TRACES, table);
	load();
	check("1000 32 0 a.py:1|1");
	end();
}
END_TEST

/* One of eleven traces is broken: the others are there. */
START_TEST(what_cannot_be_read_is_left_out)
{
	for (int lie = 0; lie < 10; lie++) {
		raddr table, good, bad, last, trace, name;

		begin(_i);
		table = new_table();
		good = one_frame("a.py");
		bad = one_frame("a.py");
		for (unsigned int i = 0; i < 11; i++)
			add_trace(table, i, 0x1000 * (i + 1), 32, good);
		last = add_trace(table, 11, 0xf000, 32, bad);
		trace = embeds() ? last + 24 : fake_word(&f, last, 24);
		switch (lie) {
		case 0:
			fake_put(&f, trace, 0, UINT64_MAX);
			break;
		case 1:		/* the traceback is nowhere */
			fake_put(&f, trace, 8, 0x1000);
			break;
		case 2:
			fake_put(&f, trace, 8, 0);
			break;
		case 3:		/* it has no frames, or too many */
			put_nr_frames(bad, 0, 0);
			break;
		case 4:
			put_nr_frames(bad, UINT16_MAX, 1);
			break;
		case 5:		/* a file is nowhere */
			fake_put(&f, bad, 12, 0x1000);
			break;
		case 6:
			fake_put(&f, bad, 12, 0);
			break;
		case 7:		/* its name has an impossible length */
			name = fake_str(&f, "b.py");
			fake_put(&f, name, f.py.layout.str_length,
				 UINT64_MAX / 4);
			fake_put(&f, bad, 12, name);
			break;
		case 8:		/* the last frame's is */
			bad = traceback_of(2, (raddr[]){ fake_str(&f, "b.py"),
							 0x1000 });
			fake_put(&f, trace, 8, bad);
			break;
		default:	/* it refers to the table */
			fake_put(&f, trace, 8, table);
			fake_put(&f, bad, 12, table);
		}
		fake_put(&f, f.py.runtime, TRACES, table);
		load();
		ck_assert(f.heap.allocations.traced);
		ck_assert_msg(f.heap.allocations.v.nr == 11, "lie %d", lie);
		/* All but the first lie leave no traceback behind. */
		ck_assert_uint_eq(f.heap.allocations.tracebacks.nr,
				  lie ? 1 : 2);
		ck_assert_uint_eq(f.heap.allocations.sites.nr, lie ? 1 : 2);
		ck_assert_uint_eq(f.heap.allocations.v.v[10].address, 0xb000);
		check_lost("1");
		end();
	}
}
END_TEST

/* The table of a domain is no table, or it is that of domain 0 again. */
START_TEST(domains_that_lie)
{
	raddr table, domains, entry, other;

	begin(_i);
	if (embeds()) {
		end();
		return;
	}
	table = new_table();
	domains = new_table();
	add_trace(table, 0, 0x1000, 32, one_frame("a.py"));
	for (uint32_t i = 0; i < 12; i++) {
		entry = fake_block(&f, ENTRY_SIZE);
		fake_put(&f, entry, 16, i + 1);
		fake_put(&f, entry, 24, table);
		link_entry(domains, i, entry);
	}
	other = fake_word(&f, buckets_of(domains), 0);
	fake_put(&f, other, 24, domains);	/* itself */
	fake_put(&f, f.py.runtime, TRACES, table);
	fake_put(&f, f.py.runtime, DOMAINS, domains);
	load();
	ck_assert_uint_eq(f.heap.allocations.v.nr, 12);
	for (uint32_t i = 0; i < 12; i++)
		ck_assert_uint_eq(f.heap.allocations.v.v[i].domain,
				  i ? i + 1 : 0);
	ck_assert(f.heap.info.partial);
	end();
}
END_TEST

/* Each word in turn is not there: what is found is right. */
START_TEST(missing_memory_makes_no_traces)
{
	raddr table, name;

	begin(_i);
	table = new_table();
	name = f.py.minor >= 15 ? fake_c_string(&f, "a.py") :
				  fake_str(&f, "a.py");
	add_trace(table, 0, 0x1000, 32, traceback_of(1, &name));
	fake_put(&f, f.py.runtime, TRACES, table);
	fake_ready(&f);
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		const struct heap_allocations *a = &f.heap.allocations;

		traces_load(&f.py);
		ck_assert(heap_allocations_fit(a));
		ck_assert_uint_le(a->v.nr, 1);
		if (a->v.nr)
			check("1000 32 0 a.py:1|1");
		fake_map_again(&f);
		fake_restart(&f);
	}
	end();
}
END_TEST

const char suite_name[] = "traces";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		without_tables_nothing_is_traced, traces_are_read,
		other_domains_are_read, names_may_be_strings_of_c,
		impossible_tables_are_none, lists_that_go_round_end,
		lists_that_are_shared_are_one,
		a_wrong_number_of_entries_is_torn,
		what_cannot_be_read_is_left_out, domains_that_lie,
		missing_memory_makes_no_traces,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
