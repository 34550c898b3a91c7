/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cores of a real CPython, the python3 that configure found: without the files
 * that it had, and truncated.  What a core says is compared with what the live
 * process says, which stands still in a read().
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "child.h"
#include "forge.h"
#include "python/load.h"
#include "suite.h"
#include "target/maps.h"
#include "target/target.h"

#define PAGE 4096

struct scene {
	pid_t pid;
	struct target *live;
	struct heap heap;	/* of the live process */
	struct forge forge;
};

/* --- the process -------------------------------------------------------- */

static pid_t start_python(void)
{
	static const char program[] =
		"import collections, contextvars, os\n"
		"class User:\n"
		"    def __init__(self, i): self.name = 'user %d' % i\n"
		"class Slotted: __slots__ = 'a', 'b'\n"
		"users = {i: User(i) for i in range(2000)}\n"
		"stack = [Slotted() for _ in range(100)]\n"
		"recent = collections.deque(range(100000, 100200), 500)\n"
		"order = collections.OrderedDict.fromkeys('abc', 3.5)\n"
		"var = contextvars.ContextVar('var'); var.set({1, 2})\n"
		"gen = (x for x in users); next(gen)\n"
		"os.write(1, b'!')\n"
		"os.read(0, 1)\n";
	int ready[2], input[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	ck_assert_int_eq(pipe(input), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(input[0], 0);
		dup2(ready[1], 1);
		close(input[1]);
		close(ready[0]);
		execl(PYTHON3, "python3", "-I", "-S", "-c", program, NULL);
		_exit(127);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	return pid;
}

/* --- its core ----------------------------------------------------------- */

static unsigned int flags_of(const struct mapping *m)
{
	return (m->prot & SEGMENT_READ ? PF_R : 0) |
	       (m->prot & SEGMENT_WRITE ? PF_W : 0) |
	       (m->prot & SEGMENT_EXEC ? PF_X : 0);
}

/* As the kernel does it: private memory that is writable is in the core, what
 * comes from files is not. */
static void add_mapping(struct scene *s, const struct mapping *m,
			const char *below)
{
	uint64_t size = m->end - m->start;
	const uint8_t *bytes = NULL;

	if (m->prot & SEGMENT_WRITE && !m->shared)
		bytes = memory_at(&s->live->memory, m->start, size);
	forge_load(&s->forge, m->start, size, flags_of(m), bytes,
		   bytes ? size : 0);
	if (m->inode) {
		CLEANUP(freep) char *path = xasprintf("%s%s", below, m->path);

		forge_file(&s->forge, m->start, m->end, m->offset / PAGE,
			   path);
	}
}

/* `below`: put before the paths of files; "" leaves them where they are. */
static void forge_core(struct scene *s, const char *below)
{
	const struct target *t = s->live;

	s->forge = (struct forge)FORGE_INIT;
	forge_process(&s->forge, (uint32_t)s->pid, "python3", "python3");
	for (size_t i = 0; i < t->threads.nr; i++) {
		const struct thread *thread = &t->threads.v[i];

		forge_thread(&s->forge, (uint32_t)thread->tid, thread->pc,
			     thread->sp, thread->fs_base);
	}
	for (size_t i = 0; i < t->mappings.nr; i++)
		add_mapping(s, &t->mappings.v[i], below);
	forge_finish(&s->forge);
}

static void init(struct scene *s, const char *below)
{
	struct error *err;

	*s = (struct scene){ .pid = start_python() };
	s->live = child_open(s->pid);
	err = load_python(s->live, NULL, &s->heap);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	forge_core(s, below);
}

static void finish(struct scene *s)
{
	forge_release(&s->forge);
	heap_release(&s->heap);
	target_close(s->live);
	child_finish(s->pid);
}

/* The first `len` bytes of the core. */
static struct error *load_core(struct scene *s, size_t len,
			       struct target **core, struct heap *heap)
{
	struct load_options options = { .details = true };
	char path[32];
	int fd = forge_open(s->forge.file.v, len);
	struct error *err;

	forge_path(fd, path);
	err = target_open_core(path, NULL, core);
	close(fd);
	return err ? err : load_python(*core, &options, heap);
}

/* --- what both say ------------------------------------------------------ */

struct agreement {
	uint32_t objects, types, references; /* of the live process's ... */
	uint64_t nr_references;	/* ... so many references in all */
};

static const char *type_name(const struct heap *h, oid o)
{
	return heap_type_of(h, o)->name;
}

/* Objects by address; references by how many an object has. */
static struct agreement compare(struct heap *live, struct heap *core)
{
	struct agreement a = { 0 };

	for (oid o = 0; o < live->nr_objects; o++) {
		oid same = heap_find(core, live->address[o]);

		a.nr_references += live->edge_nr[o];
		if (same == OID_NONE)
			continue;
		a.objects++;
		a.types += !strcmp(type_name(live, o), type_name(core, same));
		a.references += MIN(live->edge_nr[o], core->edge_nr[same]);
	}
	return a;
}

/* The program's own objects are what they are, whatever else is missing. */
static void check_users(struct heap *live, struct heap *core)
{
	unsigned int nr = 0;

	for (oid o = 0; o < live->nr_objects; o++) {
		oid same;

		if (strcmp(type_name(live, o), "__main__.User") != 0)
			continue;
		same = heap_find(core, live->address[o]);
		nr += same != OID_NONE &&
		      !strcmp(type_name(core, same), "__main__.User");
	}
	ck_assert_uint_eq(nr, 2000);
}

START_TEST(a_core_with_its_files_says_what_the_process_says)
{
	struct target *core = NULL;
	struct heap heap = { 0 };
	struct agreement a;
	struct error *err;
	struct scene s;

	init(&s, "");
	err = load_core(&s, s.forge.file.nr, &core, &heap);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	a = compare(&s.heap, &heap);
	ck_assert_uint_eq(a.objects, s.heap.nr_objects);
	ck_assert_uint_eq(heap.nr_objects, s.heap.nr_objects);
	ck_assert_uint_eq(a.types, s.heap.nr_objects);
	ck_assert_uint_eq(a.references, a.nr_references);
	heap_release(&heap);
	target_close(core);
	finish(&s);
}
END_TEST

/* CPython is searched for, types are called what modules call them, and where
 * there is no code to emulate the object's words are scanned. */
START_TEST(a_core_without_files_says_nearly_the_same)
{
	struct target *core = NULL;
	struct heap heap = { 0 };
	struct agreement a;
	struct error *err;
	struct scene s;

	init(&s, "/nowhere");
	err = load_core(&s, s.forge.file.nr, &core, &heap);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	a = compare(&s.heap, &heap);
	ck_assert_uint_ge(a.objects, s.heap.nr_objects / 100 * 99);
	ck_assert_uint_ge(a.types, s.heap.nr_objects / 100 * 99);
	ck_assert_uint_ge(a.references, a.nr_references / 100 * 98);
	ck_assert_uint_le(heap.nr_objects, s.heap.nr_objects / 100 * 101);
	check_users(&s.heap, &heap);
	heap_release(&heap);
	target_close(core);
	finish(&s);
}
END_TEST

/* No object is made up: what is found of the collector's was there. */
static void check_partial(struct heap *live, struct heap *core)
{
	uint32_t nr_tracked = 0, nr_same = 0;

	ck_assert(heap_is_partial(core));
	ck_assert_uint_gt(core->info.warnings.nr, 0);
	for (oid o = 0; o < core->nr_objects; o++) {
		if (core->generation[o] == GENERATION_UNTRACKED)
			continue;
		nr_tracked++;
		nr_same += heap_find(live, core->address[o]) != OID_NONE;
	}
	ck_assert_uint_ge(nr_same, nr_tracked / 100 * 99);
}

/* Cut at each twentieth: a report of what is there, or one line. */
START_TEST(a_truncated_core_tells_what_is_there)
{
	unsigned int nr_read = 0;
	struct scene s;

	init(&s, "");
	for (unsigned int i = 8; i < 20; i++) {
		struct target *core = NULL;
		struct heap heap = { 0 };
		struct error *err = load_core(&s, s.forge.file.nr / 20 * i,
					      &core, &heap);

		if (err) {
			ck_assert_ptr_nonnull(err->message);
			ck_assert_int_ne(err->code, ERR_FAULT);
			error_free(err);
		} else {
			nr_read++;
			check_partial(&s.heap, &heap);
		}
		heap_release(&heap);
		target_close(core);
	}
	ck_assert_uint_gt(nr_read, 0);
	finish(&s);
}
END_TEST

const char suite_name[] = "cores";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, a_core_with_its_files_says_what_the_process_says);
	tcase_add_test(tc, a_core_without_files_says_nearly_the_same);
	tcase_add_test(tc, a_truncated_core_tells_what_is_there);
}
