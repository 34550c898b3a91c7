/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/core/core-read.h"

/* Segments; a process can have INT_MAX mappings (vm.max_map_count). */
#define CORE_LOADS_MAX (16U << 20)

static struct error *refuse(const char *name, const char *what)
{
	return error_new(ERR_UNSUPPORTED, "'%s' is %s", name, what);
}

/* Check what libelf does not: it takes an ELF file of any kind. */
static struct error *check_header(const struct core *c, const char *name)
{
	const uint8_t *p = c->bytes;

	if (c->size < sizeof(Elf64_Ehdr) || memcmp(p, ELFMAG, SELFMAG))
		return refuse(name, "not a core file");
	if (p[EI_CLASS] == ELFCLASS32)
		return refuse(name, "of a 32-bit process: pyheld reads 64-bit"
			      " ones");
	if (p[EI_CLASS] != ELFCLASS64 || p[EI_DATA] != ELFDATA2LSB)
		return refuse(name, "of another architecture: pyheld reads"
			      " cores of x86-64");
	if (get_u16(p + offsetof(Elf64_Ehdr, e_type)) != ET_CORE)
		return refuse(name, "a program or library, not a core file");
	if (get_u16(p + offsetof(Elf64_Ehdr, e_machine)) != EM_X86_64)
		return refuse(name, "of another architecture: pyheld reads"
			      " cores of x86-64");
	return NULL;
}

static struct error *map_file(struct core *c, const char *name)
{
	struct stat st;
	void *p;

	if (fstat(c->fd, &st))
		return error_errno(ERR_SYSTEM, errno, "'%s'", name);
	if (!S_ISREG(st.st_mode))
		return refuse(name, "not a file");
	if (!st.st_size)
		return refuse(name, "empty");
	p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE,
		 c->fd, 0);
	if (p == MAP_FAILED)
		return error_errno(ERR_SYSTEM, errno, "can't map '%s'", name);
	c->bytes = p;
	c->size = st.st_size;
	return NULL;
}

static struct error *corrupt(const char *name, size_t i, const char *what)
{
	return error_new(ERR_CORRUPT, "'%s' is corrupt: its program header %zu"
			 " %s", name, i, what);
}

static struct error *add_load(struct core *c, const char *name, size_t i,
			      const GElf_Phdr *p)
{
	struct core_load l = { .start = p->p_vaddr, .offset = p->p_offset,
			       .file_size = p->p_filesz };

	if (p->p_vaddr + p->p_memsz < p->p_vaddr ||
	    p->p_offset + p->p_filesz < p->p_offset)
		return corrupt(name, i, "is beyond all addresses");
	if (p->p_filesz > p->p_memsz)
		return corrupt(name, i, "holds more than it maps");
	/* [vsyscall] is not memory of the process. */
	if (p->p_vaddr + p->p_memsz > MEMORY_ADDRESS_END)
		c->vsyscall_missing |= p->p_offset + p->p_filesz > c->size;
	if (!p->p_memsz || p->p_vaddr + p->p_memsz > MEMORY_ADDRESS_END)
		return NULL;
	l.end = p->p_vaddr + p->p_memsz;
	if (l.offset < c->size)
		l.present = MIN(l.file_size, c->size - l.offset);
	l.prot = (p->p_flags & PF_R ? SEGMENT_READ : 0) |
		 (p->p_flags & PF_W ? SEGMENT_WRITE : 0) |
		 (p->p_flags & PF_X ? SEGMENT_EXEC : 0);
	core_load_vec_push(&c->loads, l);
	return NULL;
}

static int compare_loads(const void *pa, const void *pb)
{
	const struct core_load *a = pa, *b = pb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static struct error *check_loads(struct core *c, const char *name)
{
	if (!c->loads.nr)
		return error_new(ERR_CORRUPT, "'%s' contains no memory", name);
	qsort(c->loads.v, c->loads.nr, sizeof(*c->loads.v), compare_loads);
	for (size_t i = 1; i < c->loads.nr; i++)
		if (c->loads.v[i].start < c->loads.v[i - 1].end)
			return error_new(ERR_CORRUPT, "'%s' is corrupt: two of"
					 " its segments overlap at 0x%" PRIx64,
					 name, c->loads.v[i].start);
	return NULL;
}

static struct error *read_loads(struct core *c, const char *name)
{
	struct error *err;
	size_t nr;

	/* It also reads a number of more than 16 bits, which is elsewhere. */
	if (elf_getphdrnum(c->elf, &nr))
		return error_new(ERR_CORRUPT, "'%s' is corrupt: %s", name,
				 elf_errmsg(-1));
	for (size_t i = 0; i < MIN(nr, CORE_LOADS_MAX); i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(c->elf, (int)i, &p))
			return corrupt(name, i, "can't be read");
		if (p.p_type != PT_LOAD)
			continue;
		err = add_load(c, name, i, &p);
		if (err)
			return err;
	}
	return check_loads(c, name);
}

struct error *core_read(struct core *c, const char *name)
{
	struct error *err = map_file(c, name);

	if (!err)
		err = check_header(c, name);
	if (err)
		return err;
	elf_version(EV_CURRENT);
	/* It reads in place and never writes; the pages are read-only. */
	c->elf = elf_memory((char *)c->bytes, c->size);
	if (!c->elf)
		return error_new(ERR_CORRUPT, "'%s' is corrupt: %s", name,
				 elf_errmsg(-1));
	return read_loads(c, name);
}
