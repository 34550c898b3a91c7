/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file.h"
#include "suite.h"
#include "tiny.h"

static const struct capture_options packed, plain = { .plain = true };

/* --- whole files --- */

START_TEST(a_capture_tells_the_same)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(str_release) struct str live = STR_INIT;
	const struct capture_options *how[] = { &packed, &plain };

	tiny_build(&h);
	file_tell_heap(&h, &live);
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(file_release) struct file f = file_write(&h, how[i]);
		CLEANUP(freep) char *told = file_tell(&f);

		ck_assert_str_eq(live.s, told);
	}
}
END_TEST

START_TEST(a_ledger_comes_back)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(str_release) struct str live = STR_INIT;
	const struct capture_options *how[] = { &packed, &plain };

	tiny_build(&h);
	file_tell_memory(&h, &live);
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(file_release) struct file f = file_write(&h, how[i]);
		CLEANUP(heap_release) struct heap back = { 0 };
		CLEANUP(str_release) struct str told = STR_INIT;

		ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false,
						       &back));
		file_tell_memory(&back, &told);
		ck_assert_str_eq(live.s, told.s);
		ck_assert(back.memory.knows_mmapped);
		ck_assert_uint_eq(back.memory.own_mmapped, 135168);
		ck_assert_uint_eq(back.memory.own_nr_mmapped, 1);
	}
}
END_TEST

START_TEST(pointers_and_lumps_come_back)
{
	const struct heap_lump_holder holders[] = { { 1, 0 }, { 2, 0 },
						    { OID_NONE, 0 } };
	const struct capture_options *how[] = { &packed, &plain };
	CLEANUP(heap_release) struct heap h;

	tiny_build(&h);
	heap_pointed_vec_push(&h.pointed, (struct heap_pointed){
		.object = 0, .first = h.edge_nr[0], .at = 8, .step = 16,
		.size = 64 });
	for (size_t i = 0; i < ARRAY_SIZE(holders); i++)
		heap_lump_holder_vec_push(&h.lump_holders, holders[i]);
	heap_lump_vec_push(&h.lumps, (struct heap_lump){ 4096, 0, 2 });
	heap_lump_vec_push(&h.lumps, (struct heap_lump){ 10, 2, 1 });
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(file_release) struct file f = file_write(&h, how[i]);
		CLEANUP(heap_release) struct heap back = { 0 };

		ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false,
						       &back));
		ck_assert_uint_eq(back.pointed.nr, 1);
		ck_assert_uint_eq(back.pointed.v->first, h.edge_nr[0]);
		ck_assert_uint_eq(back.pointed.v->at, 8);
		ck_assert_uint_eq(back.pointed.v->step, 16);
		ck_assert_uint_eq(back.pointed.v->size, 64);
		ck_assert_uint_eq(back.lumps.nr, 2);
		ck_assert_uint_eq(back.lumps.v[0].bytes, 4096);
		ck_assert_uint_eq(back.lumps.v[1].bytes, 10);
		ck_assert_uint_eq(back.lumps.v[1].first, 2);
		ck_assert_mem_eq(back.lump_holders.v, holders,
				 sizeof(holders));
	}
}
END_TEST

START_TEST(text_hashes_come_back_unless_redacted)
{
	const struct capture_options redacted = {
		.plain = true, .redaction = REDACT_CONTENTS };
	const struct capture_options *how[] = { &packed, &plain, &redacted };
	CLEANUP(heap_release) struct heap h;

	tiny_build(&h);
	heap_text_hash_vec_push(&h.text_hashes,
				(struct heap_text_hash){ 1, UINT64_MAX });
	heap_text_hash_vec_push(&h.text_hashes,
				(struct heap_text_hash){ 3, 0 });
	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(file_release) struct file f = file_write(&h, how[i]);
		CLEANUP(heap_release) struct heap back = { 0 };
		uint64_t hash = 7;

		ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false,
						       &back));
		ck_assert(!heap_text_hash(&back, 2, &hash));
		ck_assert_uint_eq(hash, 7);
		if (how[i] == &redacted) {
			ck_assert_uint_eq(back.text_hashes.nr, 0);
			continue;
		}
		ck_assert_uint_eq(back.text_hashes.nr, 2);
		ck_assert(heap_text_hash(&back, 1, &hash));
		ck_assert_uint_eq(hash, UINT64_MAX);
		ck_assert(heap_text_hash(&back, 3, &hash));
		ck_assert_uint_eq(hash, 0);
	}
}
END_TEST

START_TEST(a_ledger_that_is_not_known_stays_so)
{
	CLEANUP(heap_release) struct heap h, back = { 0 };
	CLEANUP(file_release) struct file f = { NULL, 0 };

	tiny_build(&h);
	h.memory.basis = MEMORY_UNKNOWN;
	f = file_write(&h, &packed);
	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false, &back));
	ck_assert_int_eq(back.memory.basis, MEMORY_UNKNOWN);
	ck_assert_uint_eq(back.memory.lines.nr, 0);
	ck_assert_uint_eq(back.memory.mallocs.nr, 0);
}
END_TEST

/* The lines still add up. */
START_TEST(parts_of_a_newer_ledger_are_unexplained)
{
	CLEANUP(heap_release) struct heap h, back = { 0 };
	CLEANUP(file_release) struct file f = { NULL, 0 };

	tiny_build(&h);
	h.memory.lines.v[1].part = NR_MEMORY_PARTS;
	h.memory.unowned.v[0].allocator = NR_MEMORY_ALLOCATORS;
	f = file_write(&h, &packed);
	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false, &back));
	ck_assert_uint_eq(back.memory.lines.nr, h.memory.lines.nr - 1);
	ck_assert_int_eq(back.memory.unexplained,
			 h.memory.unexplained + 9000000);
	ck_assert_uint_eq(back.memory.unowned.nr, 0);
}
END_TEST

START_TEST(bytes_that_are_not_known_stay_so)
{
	const struct capture_options *how[] = { &packed, &plain };

	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		CLEANUP(heap_release) struct heap h, back = { 0 };
		CLEANUP(file_release) struct file f = { NULL, 0 };

		tiny_build(&h);
		free(h.bytes);
		h.bytes = NULL;
		f = file_write(&h, how[i]);
		ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false,
						       &back));
		ck_assert_ptr_null(back.bytes);
	}
}
END_TEST

START_TEST(names_and_reprs_are_python)
{
	CLEANUP(file_release) struct file f = file_tiny(&packed);
	CLEANUP(freep) char *told = file_tell(&f);
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
	CLEANUP(file_release) struct file f = file_tiny(&packed);
	CLEANUP(heap_release) struct heap h = { 0 };
	CLEANUP(file_release) struct file again = { NULL, 0 };

	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false, &h));
	again = file_write(&h, &packed);
	ck_assert_uint_eq(f.size, again.size);
	ck_assert_mem_eq(f.bytes, again.bytes, f.size);
}
END_TEST

START_TEST(all_that_was_known_comes_back)
{
	CLEANUP(file_release) struct file f = file_tiny(&plain);
	CLEANUP(heap_release) struct heap h = { 0 };
	const struct heap_collections *done;

	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false, &h));
	ck_assert_uint_eq(h.nr_collector_objects, h.nr_objects - 1);
	ck_assert_int_eq(h.info.pid, 4242);
	ck_assert_str_eq(h.info.command, "python3 --password=secret_argument");
	ck_assert_uint_eq(h.info.taken_at, 1700000123);
	ck_assert_str_eq(h.info.boot, "0f5e1a2b-7c3d-4e8f-9a0b-1c2d3e4f5a6b");
	ck_assert_uint_eq(h.info.start_ticks, 123456);
	ck_assert_uint_eq(h.info.pid_namespace, 4026531836);
	ck_assert_int_eq(h.info.inner_pid, 17);
	ck_assert_uint_eq(h.info.labels.nr, 2);
	ck_assert_str_eq(h.info.labels.v[0], "release=1.4.2");
	ck_assert_str_eq(h.info.labels.v[1], "note=");
	ck_assert_uint_eq(h.info.hexversion, 0x030d00f0);
	ck_assert(h.info.interned_known);
	ck_assert_uint_eq(h.info.interned[INTERNED_MORTAL].nr, 2);
	ck_assert_uint_eq(h.info.interned[INTERNED_MORTAL].size, 110);
	ck_assert_uint_eq(h.info.interned[INTERNED_MORTAL].bytes, 128);
	ck_assert_uint_eq(h.info.interned[INTERNED_IMMORTAL].nr, 1);
	ck_assert_uint_eq(h.info.mappings.nr, 5);
	ck_assert_str_eq(h.info.mappings.v[2].path, "/usr/lib/libpython.so");
	ck_assert_uint_eq(h.info.mappings.v[2].end, 0x7f0000003000);
	ck_assert_uint_eq(h.weak.nr, 2);
	ck_assert_uint_eq(h.weak.v[0].callback, 8);
	ck_assert_uint_eq(h.weak.v[1].callback, OID_NONE);
	ck_assert_int_eq(h.interpreters.v[0].garbage, -1);
	ck_assert_int_eq(h.interpreters.v[0].generations[0].count, -1);
	ck_assert_uint_eq(h.interpreters.v[0].generations[2].objects, 9);
	ck_assert(h.interpreters.v[0].collections_known);
	ck_assert(h.interpreters.v[0].durations_known);
	ck_assert_uint_eq(h.interpreters.v[0].callbacks,
			  h.interpreters.v[0].garbage_list);
	done = &h.interpreters.v[0].generations[2].done;
	ck_assert_int_eq(done->nr, 4);
	ck_assert_int_eq(done->collected, 30);
	ck_assert_int_eq(done->uncollectable, 2);
	ck_assert_int_eq(done->candidates, 100);
	ck_assert_int_eq(done->nanoseconds, 1500000);
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
	file_tell_heap(&h, &before);
	f = file_write(&h, &packed);
	after = file_tell(&f);
	ck_assert_str_eq(after, before.s);
}
END_TEST

/* An older writer has no such column: the tag is one that nobody knows. */
START_TEST(all_edges_of_an_older_capture_are_visited)
{
	CLEANUP(file_release) struct file f = file_tiny(&plain);
	CLEANUP(file_release) struct file again = { NULL, 0 };
	CLEANUP(heap_release) struct heap h = { 0 }, back = { 0 };
	uint8_t *tag = memmem(f.bytes, f.size, "UNVI", 4);

	ck_assert_ptr_nonnull(tag);
	memcpy(tag, "????", 4);
	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, true, &h));
	ck_assert_ptr_null(h.unvisited);
	for (oid o = 0; o < h.nr_objects; o++)
		ck_assert_uint_eq(heap_visited(&h, o).nr, h.edge_nr[o]);
	/* And so are those of a copy of it. */
	again = file_write(&h, &packed);
	ck_assert_ptr_null(capture_open_memory(again.bytes, again.size, false,
					       &back));
	ck_assert_ptr_null(back.unvisited);
}
END_TEST

/* Of a newer writer. */
START_TEST(an_unknown_slot_is_a_name)
{
	CLEANUP(heap_release) struct heap h, back;
	CLEANUP(file_release) struct file f = { NULL, 0 };

	tiny_build(&h);
	h.roots.v[1].slot = NR_ROOT_SLOTS;
	f = file_write(&h, &packed);
	ck_assert_ptr_null(capture_open_memory(f.bytes, f.size, false, &back));
	ck_assert_int_eq(back.roots.v[1].slot, SLOT_NAMED);
	ck_assert_str_eq(back.roots.v[1].name, "request");
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
		"request", "libpython", "host", "0f5e1a2b-7c3d", "release=",
	};
	const struct capture_options some = {
		.plain = true, .redaction = REDACT_CONTENTS };
	const struct capture_options all = {
		.plain = true, .redaction = REDACT_ALL };
	CLEANUP(file_release) struct file f = file_tiny(&plain);
	CLEANUP(file_release) struct file g = file_tiny(&some);
	CLEANUP(file_release) struct file h = file_tiny(&all);
	CLEANUP(freep) char *told = file_tell(&g);
	CLEANUP(freep) char *told_all = file_tell(&h);

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
	ck_assert(holds(&g, "[vdso]"));
	ck_assert(holds(&h, "[vdso]"));
}
END_TEST

/* What a redacted capture of the heap is, read again. */
static void redacted(struct heap *h, enum heap_redaction how, struct heap *ret)
{
	const struct capture_options options = { .redaction = how };
	CLEANUP(closep) int fd = memfd_create("capture", 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_null(capture_write(h, &options, fd));
	ck_assert_ptr_null(capture_open(fd, ret));
}

static void rename_to(char **name, const char *to)
{
	free(*name);
	*name = xstrdup(to);
}

START_TEST(what_is_no_identifier_is_no_name)
{
	CLEANUP(heap_release) struct heap h, some;

	tiny_build(&h);
	rename_to(&h.types.v[9].name, "app.a secret");
	rename_to(&h.types.v[1].name, "symtable entry");
	rename_to(&h.roots.v[0].name, "a secret");
	rename_to(&h.roots.v[1].name, "a secret");
	rename_to(&h.roots.v[3].name, "app.a secret");
	rename_to(&h.frames.v[0].function, "a secret");
	rename_to(&h.frames.v[0].file, "a secret");
	rename_to(&h.info.mappings.v[1].path, "[anon:a secret]");
	heap_warn(&h, "tp_traverse of app.a secret could not be emulated");
	heap_warn(&h, "another warning");
	redacted(&h, REDACT_CONTENTS, &some);
	ck_assert_str_eq(some.types.v[9].name, "type-5900");
	ck_assert_str_eq(some.types.v[1].name, "symtable entry");
	ck_assert_str_eq(some.roots.v[0].name, "module-7f0000001000");
	ck_assert_ptr_null(some.roots.v[0].expression);
	ck_assert_str_eq(some.roots.v[1].name, "?");
	ck_assert_str_eq(some.roots.v[3].name, "class-7f0000001030");
	ck_assert_str_eq(some.frames.v[0].function, "?");
	ck_assert_str_eq(some.frames.v[0].file, "?");
	ck_assert_str_eq(some.info.mappings.v[1].path, "");
	for (size_t i = 0; i < some.info.warnings.nr; i++)
		ck_assert_ptr_null(strstr(some.info.warnings.v[i], "secret"));
	ck_assert_uint_eq(some.info.warnings.nr, 3);
}
END_TEST

START_TEST(a_hidden_class_has_one_name_in_all_captures)
{
	CLEANUP(heap_release) struct heap h, all;

	tiny_build(&h);
	/* An older capture has numbers. */
	h.info.redaction = REDACT_ALL;
	rename_to(&h.types.v[9].name, "type-9");
	rename_to(&h.types.v[10].name, "type-9");
	rename_to(&h.roots.v[0].name, "module-0");
	rename_to(&h.roots.v[3].name, "class-3");
	redacted(&h, REDACT_ALL, &all);
	ck_assert_str_eq(all.types.v[9].name, "type-5900");
	ck_assert_str_eq(all.types.v[10].name, "type-9");
	ck_assert_str_eq(all.roots.v[0].name, "module-7f0000001000");
	ck_assert_str_eq(all.roots.v[3].name, "class-7f0000001030");
	ck_assert_str_eq(all.roots.v[4].name, "dict");
}
END_TEST

START_TEST(types_of_other_libraries_are_not_told)
{
	CLEANUP(heap_release) struct heap h, all;

	tiny_build(&h);
	h.types.v[2].address = 0x7f0000004000;
	redacted(&h, REDACT_ALL, &all);
	ck_assert_str_eq(all.types.v[2].name, "type-7f0000004000");
	ck_assert_int_eq(all.types.v[2].kind, TYPE_KIND_OTHER);
	ck_assert_str_eq(all.types.v[3].name, "dict");
	ck_assert_str_eq(all.types.v[9].name, "type-5900");
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
	tcase_add_test(tc, a_ledger_comes_back);
	tcase_add_test(tc, pointers_and_lumps_come_back);
	tcase_add_test(tc, text_hashes_come_back_unless_redacted);
	tcase_add_test(tc, a_ledger_that_is_not_known_stays_so);
	tcase_add_test(tc, parts_of_a_newer_ledger_are_unexplained);
	tcase_add_test(tc, bytes_that_are_not_known_stay_so);
	tcase_add_test(tc, names_and_reprs_are_python);
	tcase_add_test(tc, a_capture_of_a_capture_is_equal);
	tcase_add_test(tc, all_that_was_known_comes_back);
	tcase_add_test(tc, facts_of_roots_come_back);
	tcase_add_test(tc, all_edges_of_an_older_capture_are_visited);
	tcase_add_test(tc, an_unknown_slot_is_a_name);
	tcase_add_test(tc, redaction_leaves_nothing_behind);
	tcase_add_test(tc, what_is_no_identifier_is_no_name);
	tcase_add_test(tc, a_hidden_class_has_one_name_in_all_captures);
	tcase_add_test(tc, types_of_other_libraries_are_not_told);
	tcase_add_test(tc, write_errors_are_said);
}
