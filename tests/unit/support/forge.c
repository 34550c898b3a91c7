/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "forge.h"

#define PRSTATUS_SIZE 336
#define PRPSINFO_SIZE 136

static void add(struct byte_vec *v, const void *bytes, size_t len)
{
	byte_vec_reserve(v, len);
	if (len)
		memcpy(v->v + v->nr, bytes, len);
	v->nr += len;
}

static void add_u64(struct byte_vec *v, uint64_t x)
{
	add(v, &x, sizeof(x));
}

static void pad(struct byte_vec *v, size_t to)
{
	while (v->nr % to)
		byte_vec_push(v, 0);
}

void forge_load(struct forge *f, uint64_t start, uint64_t size,
		unsigned int flags, const void *data, size_t len)
{
	Elf64_Phdr h = { .p_type = PT_LOAD, .p_flags = flags, .p_vaddr = start,
			 .p_memsz = size, .p_filesz = len,
			 .p_offset = f->memory.nr, .p_align = FORGE_PAGE };

	header_vec_push(&f->headers, h);
	if (data)
		add(&f->memory, data, len);
	for (size_t i = 0; !data && i < len; i++)
		byte_vec_push(&f->memory, 0);
	pad(&f->memory, FORGE_PAGE);
}

void forge_note(struct forge *f, unsigned int type, const void *desc,
		size_t len)
{
	const uint32_t header[] = { 5, (uint32_t)len, type };

	add(&f->notes, header, sizeof(header));
	add(&f->notes, "CORE\0\0\0", 8);
	add(&f->notes, desc, len);
	pad(&f->notes, 4);
}

void forge_thread(struct forge *f, uint32_t tid, uint64_t pc, uint64_t sp,
		  uint64_t fs_base)
{
	uint8_t status[PRSTATUS_SIZE] = { 0 };

	memcpy(status + 32, &tid, sizeof(tid));
	memcpy(status + 112 + 16 * 8, &pc, sizeof(pc));
	memcpy(status + 112 + 19 * 8, &sp, sizeof(sp));
	memcpy(status + 112 + 21 * 8, &fs_base, sizeof(fs_base));
	forge_note(f, NT_PRSTATUS, status, sizeof(status));
}

void forge_process(struct forge *f, uint32_t pid, const char *name,
		   const char *arguments)
{
	uint8_t info[PRPSINFO_SIZE] = { 0 };

	memcpy(info + 24, &pid, sizeof(pid));
	/* Not ended where it is too long, as gdb does. */
	memcpy(info + 40, name, MIN(strlen(name), 16));
	memcpy(info + 56, arguments, MIN(strlen(arguments), 80));
	forge_note(f, NT_PRPSINFO, info, sizeof(info));
}

void forge_file(struct forge *f, uint64_t start, uint64_t end, uint64_t page,
		const char *path)
{
	add_u64(&f->ranges, start);
	add_u64(&f->ranges, end);
	add_u64(&f->ranges, page);
	add(&f->paths, path, strlen(path) + 1);
	f->nr_ranges++;
}

static void finish_files(struct forge *f)
{
	struct byte_vec note = VEC_INIT;

	if (!f->nr_ranges)
		return;
	add_u64(&note, f->nr_ranges);
	add_u64(&note, FORGE_PAGE);
	add(&note, f->ranges.v, f->ranges.nr);
	add(&note, f->paths.v, f->paths.nr);
	forge_note(f, NT_FILE, note.v, note.nr);
	byte_vec_release(&note);
}

void forge_finish(struct forge *f)
{
	Elf64_Ehdr e = { .e_type = ET_CORE, .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT, .e_phoff = sizeof(e),
			 .e_ehsize = sizeof(e),
			 .e_phentsize = sizeof(Elf64_Phdr) };
	Elf64_Phdr notes = { .p_type = PT_NOTE };
	size_t headers = sizeof(e) + (f->headers.nr + 1) * sizeof(notes);
	uint64_t memory;

	finish_files(f);
	memcpy(e.e_ident, ELFMAG, SELFMAG);
	e.e_ident[EI_CLASS] = ELFCLASS64;
	e.e_ident[EI_DATA] = ELFDATA2LSB;
	e.e_ident[EI_VERSION] = EV_CURRENT;
	e.e_phnum = (uint16_t)(f->headers.nr + 1);
	notes.p_offset = headers;
	notes.p_filesz = f->notes.nr;
	add(&f->file, &e, sizeof(e));
	add(&f->file, &notes, sizeof(notes));
	memory = headers + f->notes.nr + FORGE_PAGE - 1;
	memory -= memory % FORGE_PAGE;
	for (size_t i = 0; i < f->headers.nr; i++)
		f->headers.v[i].p_offset += memory;
	add(&f->file, f->headers.v, f->headers.nr * sizeof(notes));
	add(&f->file, f->notes.v, f->notes.nr);
	pad(&f->file, FORGE_PAGE);
	add(&f->file, f->memory.v, f->memory.nr);
}

Elf64_Ehdr *forge_ehdr(struct forge *f)
{
	return (void *)f->file.v;
}

Elf64_Phdr *forge_phdr(struct forge *f, size_t i)
{
	return (Elf64_Phdr *)(void *)(f->file.v + sizeof(Elf64_Ehdr)) + i;
}

uint8_t *forge_notes(struct forge *f)
{
	return f->file.v + forge_phdr(f, 0)->p_offset;
}

void forge_release(struct forge *f)
{
	header_vec_release(&f->headers);
	byte_vec_release(&f->memory);
	byte_vec_release(&f->notes);
	byte_vec_release(&f->ranges);
	byte_vec_release(&f->paths);
	byte_vec_release(&f->file);
}

int forge_open(const void *bytes, size_t len)
{
	int fd = memfd_create("forged", MFD_CLOEXEC);

	if (fd < 0 || (len && pwrite(fd, bytes, len, 0) != (ssize_t)len)) {
		perror("forged");
		exit(2);
	}
	return fd;
}

void forge_path(int fd, char path[static 32])
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}
