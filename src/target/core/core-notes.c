/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/core/core-notes.h"

/*
 * Offsets in struct elf_prstatus and elf_prpsinfo of x86-64.  The headers of
 * this machine would have those of its own architecture.
 */
#define PRSTATUS_PID 32
#define PRSTATUS_REGISTERS 112		/* struct user_regs_struct */
#define PRSTATUS_RIP (PRSTATUS_REGISTERS + 16 * 8)
#define PRSTATUS_RSP (PRSTATUS_REGISTERS + 19 * 8)
#define PRSTATUS_FS_BASE (PRSTATUS_REGISTERS + 21 * 8)
#define PRSTATUS_SIZE 336
#define PRPSINFO_PID 24
#define PRPSINFO_NAME 40
#define PRPSINFO_ARGUMENTS 56
#define PRPSINFO_SIZE 136

#define NAME_LEN 16
#define ARGUMENTS_LEN 80

static void add_thread(struct target *t, const uint8_t *p, size_t len)
{
	struct thread thread = { 0 };

	if (len < PRSTATUS_SIZE)
		return;
	thread.tid = (pid_t)get_u32(p + PRSTATUS_PID);
	thread.host_tid = thread.tid;
	thread.pc = get_u64(p + PRSTATUS_RIP);
	thread.sp = get_u64(p + PRSTATUS_RSP);
	thread.fs_base = get_u64(p + PRSTATUS_FS_BASE);
	thread_vec_push(&t->threads, thread);
}

/* PID_MAX_LIMIT of the kernel is 2^22; a note may claim any number. */
static pid_t pid_or_0(uint32_t n)
{
	return n <= 1U << 22 ? (pid_t)n : 0;
}

static void read_process(struct target *t, const uint8_t *p, size_t len)
{
	const char *text = (const char *)p;

	if (len < PRPSINFO_SIZE || t->core_pid)
		return;
	t->core_pid = pid_or_0(get_u32(p + PRPSINFO_PID));
	free(t->executable);
	t->executable = xstrndup(text + PRPSINFO_NAME,
				 strnlen(text + PRPSINFO_NAME, NAME_LEN));
	free(t->command);
	t->command = xstrndup(text + PRPSINFO_ARGUMENTS,
			      strnlen(text + PRPSINFO_ARGUMENTS,
				      ARGUMENTS_LEN));
}

static void read_auxv(struct core *c, const uint8_t *p, size_t len)
{
	c->auxv = p;
	c->auxv_len = len;
	for (size_t at = 0; len - at >= 16; at += 16) {
		uint64_t type = get_u64(p + at), value = get_u64(p + at + 8);

		if (type == AT_NULL) {
			c->auxv_len = at + 16;
			return;
		}
		if (type == AT_ENTRY)
			c->entry = value;
		else if (type == AT_PHDR)
			c->program_headers = value;
		else if (type == AT_EXECFN)
			c->execfn = value;
	}
}

/* --- NT_FILE ------------------------------------------------------------- */

struct name {
	const char *s;
	size_t len;
	size_t range;		/* index in core.ranges */
};

static int compare_names(const void *pa, const void *pb)
{
	const struct name *a = pa, *b = pb;
	int order = memcmp(a->s, b->s, MIN(a->len, b->len));

	if (order)
		return order;
	return a->len < b->len ? -1 : a->len > b->len;
}

static void add_file(struct core *c, const struct name *name)
{
	static const char deleted[] = " (deleted)";
	size_t len = name->len, cut = sizeof(deleted) - 1;
	struct core_file f = { .fd = -1, .debug_fd = -1 };

	if (len > cut && !memcmp(name->s + len - cut, deleted, cut)) {
		f.deleted = true;
		len -= cut;
	}
	f.path = xstrndup(name->s, len);
	core_file_vec_push(&c->files, f);
}

/* Ranges with the same name are of the same file. */
static void name_ranges(struct core *c, struct name *names, size_t nr)
{
	qsort(names, nr, sizeof(*names), compare_names);
	for (size_t i = 0; i < nr; i++) {
		if (!i || compare_names(&names[i - 1], &names[i]))
			add_file(c, &names[i]);
		c->ranges.v[names[i].range].file = c->files.nr - 1;
	}
}

static int compare_ranges(const void *pa, const void *pb)
{
	const struct core_range *a = pa, *b = pb;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* Sort the ranges; false: some overlapped or were empty, and are dropped. */
static bool sort_ranges(struct core_range_vec *ranges)
{
	size_t nr = 0;
	bool good = true;

	if (ranges->nr)
		qsort(ranges->v, ranges->nr, sizeof(*ranges->v),
		      compare_ranges);
	for (size_t i = 0; i < ranges->nr; i++) {
		const struct core_range *r = &ranges->v[i];

		if (r->start >= r->end || (nr && r->start <
					   ranges->v[nr - 1].end)) {
			good = false;
			continue;
		}
		ranges->v[nr++] = *r;
	}
	ranges->nr = nr;
	return good;
}

/*
 *	count, page size, { start, end, offset in pages } * count,
 *	then `count` paths, each with its NUL
 */
static bool read_files(struct core *c, const uint8_t *p, size_t len)
{
	CLEANUP(freep) struct name *names = NULL;
	const char *s, *end = (const char *)p + len;
	uint64_t nr, page;

	if (c->ranges.nr || len < 16)
		return false;
	nr = get_u64(p);
	page = get_u64(p + 8);
	if (nr > (len - 16) / 24 || !page || page > 1 << 30)
		return false;
	names = xcalloc(nr, sizeof(*names));
	s = (const char *)p + 16 + nr * 24;
	for (uint64_t i = 0; i < nr; i++) {
		const uint8_t *entry = p + 16 + i * 24;
		struct core_range r = { get_u64(entry), get_u64(entry + 8),
					get_u64(entry + 16) * page, 0 };
		size_t room = end - s;

		names[i] = (struct name){ s, strnlen(s, room), i };
		if (names[i].len == room) {
			c->ranges.nr = 0;
			return false;
		}
		s += names[i].len + 1;
		core_range_vec_push(&c->ranges, r);
	}
	name_ranges(c, names, nr);
	return sort_ranges(&c->ranges);
}

/* --- all notes ----------------------------------------------------------- */

static bool read_note(struct core *c, struct target *t, const GElf_Nhdr *note,
		      const char *name, const uint8_t *desc)
{
	if (note->n_namesz != 5 || memcmp(name, "CORE", 5))
		return true;
	switch (note->n_type) {
	case NT_PRSTATUS:
		add_thread(t, desc, note->n_descsz);
		return true;
	case NT_PRPSINFO:
		read_process(t, desc, note->n_descsz);
		return true;
	case NT_AUXV:
		read_auxv(c, desc, note->n_descsz);
		return true;
	case NT_FILE:
		return read_files(c, desc, note->n_descsz);
	}
	return true;
}

/*
 * Read the notes of one segment; false: they are damaged.  `*left` bounds the
 * bytes of all segments by the size of the file: many headers could be of the
 * same notes.
 */
static bool read_segment(struct core *c, struct target *t, const GElf_Phdr *p,
			 uint64_t *left)
{
	size_t at = 0, name, desc;
	GElf_Nhdr note;
	Elf_Data *data;
	uint64_t len;
	bool good = true;

	if (p->p_offset >= c->size)
		return false;
	len = MIN(p->p_filesz, MIN(*left, c->size - p->p_offset));
	*left -= len;
	data = elf_getdata_rawchunk(c->elf, (int64_t)p->p_offset, len,
				    ELF_T_NHDR);
	if (!data || !data->d_buf)
		return false;
	while (at < len) {
		const uint8_t *bytes = data->d_buf;

		at = gelf_getnote(data, at, &note, &name, &desc);
		if (!at)
			return false;
		good &= read_note(c, t, &note, (const char *)bytes + name,
				  bytes + desc);
	}
	return good && len == p->p_filesz;
}

/* Move the main thread to the front; the kernel begins with a crashed one. */
static void put_main_first(struct thread_vec *threads, pid_t pid)
{
	for (size_t i = 1; i < threads->nr; i++) {
		struct thread t = threads->v[i];

		if (t.tid != pid)
			continue;
		memmove(threads->v + 1, threads->v, i * sizeof(t));
		threads->v[0] = t;
		return;
	}
}

/* A core has no names of other threads. */
static void name_main(struct target *t)
{
	struct thread *main = t->threads.nr ? &t->threads.v[0] : NULL;

	/* It is still from NT_PRPSINFO, where the kernel puts the name of the
	 * thread, and gdb that of argv[0]. */
	if (main && main->tid == t->core_pid)
		snprintf(main->name, sizeof(main->name), "%s", t->executable);
}

/* Where files begin, and which of them is the program. */
static void find_files(struct core *c)
{
	for (size_t i = 0; i < c->ranges.nr; i++) {
		const struct core_range *r = &c->ranges.v[i];
		struct core_file *f = &c->files.v[r->file];

		if (!r->offset && !f->start)
			f->start = r->start;
		if ((c->entry >= r->start && c->entry < r->end) ||
		    (c->program_headers >= r->start &&
		     c->program_headers < r->end))
			c->program = r->file;
	}
}

void core_read_notes(struct core *c, struct target *t)
{
	bool good = true, any = false;
	uint64_t left = c->size;
	size_t nr;

	if (elf_getphdrnum(c->elf, &nr))
		return;
	for (size_t i = 0; i < nr; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(c->elf, (int)i, &p) || p.p_type != PT_NOTE)
			continue;
		any = true;
		good &= read_segment(c, t, &p, &left);
	}
	find_files(c);
	if (!any || !good)
		target_warn(t, "the core's notes are %s: threads and files may "
			    "be unknown", any ? "damaged" : "missing");
	if (!t->core_pid && t->threads.nr == 1)
		t->core_pid = pid_or_0((uint32_t)t->threads.v[0].tid);
	put_main_first(&t->threads, t->core_pid);
	name_main(t);
}
