/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "target/elf/build-id.h"
#include "target/elf/image.h"

/* Bytes of a section; a sparse file can claim far more. */
#define SECTION_MAX (1ULL << 30)
/* Chrome has a quarter of a million. */
#define SYMBOLS_MAX (16U << 20)
/* Program headers; real files have a dozen. */
#define HEADERS_MAX 1024

VEC_DEFINE(load_vec, struct image_load);

struct image {
	int fd;
	Elf *elf;
	GElf_Ehdr header;
	char *name;
	char *build_id;		/* NULL: none */
	bool unread;		/* symbols of it could not be read */
	struct load_vec loads;
};

static struct error *bad_file(const char *name, const char *what)
{
	return error_new(ERR_CORRUPT, "%s: %s: %s", name, what, elf_errmsg(-1));
}

static void read_loads(struct image *im)
{
	size_t nr;

	if (elf_getphdrnum(im->elf, &nr))
		return;
	nr = MIN(nr, HEADERS_MAX);
	for (size_t i = 0; i < nr; i++) {
		struct image_load load;
		GElf_Phdr p;

		if (!gelf_getphdr(im->elf, i, &p) || p.p_type != PT_LOAD ||
		    p.p_vaddr + p.p_memsz < p.p_vaddr ||
		    p.p_offset + p.p_filesz < p.p_offset)
			continue;
		load.address = p.p_vaddr;
		load.offset = p.p_offset;
		load.file_size = MIN(p.p_filesz, p.p_memsz);
		load.memory_size = p.p_memsz;
		load_vec_push(&im->loads, load);
	}
}

/* The build-id among the notes of a section or segment, or NULL. */
static char *find_build_id(Elf_Data *data)
{
	size_t at = 0, name, desc;
	GElf_Nhdr note;

	if (!data || !data->d_buf)
		return NULL;
	while ((at = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
		const uint8_t *bytes = data->d_buf;

		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    !memcmp(bytes + name, "GNU", 4) && note.n_descsz &&
		    note.n_descsz <= BUILD_ID_MAX)
			return build_id_hex((struct build_id){
				bytes + desc, note.n_descsz });
	}
	return NULL;
}

static void read_build_id(struct image *im)
{
	size_t nr;

	if (elf_getphdrnum(im->elf, &nr))
		return;
	nr = MIN(nr, HEADERS_MAX);
	for (size_t i = 0; i < nr && !im->build_id; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(im->elf, i, &p) || p.p_type != PT_NOTE ||
		    p.p_filesz > SECTION_MAX)
			continue;
		im->build_id = find_build_id(
			elf_getdata_rawchunk(im->elf, p.p_offset, p.p_filesz,
					     p.p_align == 8 ? ELF_T_NHDR8 :
							      ELF_T_NHDR));
	}
}

/* A separate debug file keeps its notes only as sections. */
static void read_build_id_of_sections(struct image *im)
{
	Elf_Scn *section = NULL;

	while (!im->build_id &&
	       (section = elf_nextscn(im->elf, section))) {
		GElf_Shdr sh;

		if (!gelf_getshdr(section, &sh) || sh.sh_type != SHT_NOTE ||
		    sh.sh_size > SECTION_MAX)
			continue;
		im->build_id = find_build_id(elf_getdata(section, NULL));
	}
}

/* Takes over `fd`. */
static struct error *open_owned(int fd, const char *name, struct image **ret)
{
	struct image *im = xcalloc(1, sizeof(*im));
	struct error *err = NULL;

	im->fd = fd;
	im->name = xstrdup(name);
	/* Not mapped: a mapping kills us when its file is truncated. */
	im->elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!im->elf)
		err = error_new(ERR_SYSTEM, "%s: can't be read: %s", name,
				elf_errmsg(-1));
	else if (elf_kind(im->elf) != ELF_K_ELF ||
		 !gelf_getehdr(im->elf, &im->header))
		err = error_new(ERR_CORRUPT, "%s is not an ELF file", name);
	if (err) {
		image_close(im);
		return err;
	}
	read_loads(im);
	read_build_id(im);
	if (!im->build_id)
		read_build_id_of_sections(im);
	*ret = im;
	return NULL;
}

struct error *image_open(int fd, const char *name, struct image **ret)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct stat st;

	if (copy < 0)
		return error_errno(ERR_SYSTEM, errno, "%s", name);
	if (fstat(copy, &st) || !S_ISREG(st.st_mode)) {
		close(copy);
		return error_new(ERR_CORRUPT, "%s is not a regular file", name);
	}
	elf_version(EV_CURRENT);
	return open_owned(copy, name, ret);
}

void image_close(struct image *im)
{
	if (!im)
		return;
	elf_end(im->elf);
	closep(&im->fd);
	load_vec_release(&im->loads);
	free(im->build_id);
	free(im->name);
	free(im);
}

struct Elf *image_elf(struct image *im)
{
	return im->elf;
}

int image_fd(const struct image *im)
{
	return im->fd;
}

const char *image_name(const struct image *im)
{
	return im->name;
}

bool image_is_64bit(const struct image *im)
{
	return im->header.e_ident[EI_CLASS] == ELFCLASS64;
}

int image_machine(const struct image *im)
{
	return im->header.e_machine;
}

int image_type(const struct image *im)
{
	return im->header.e_type;
}

bool image_is_debug(struct image *im)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(im->elf, section))) {
		GElf_Shdr sh;

		if (gelf_getshdr(section, &sh) && sh.sh_type == SHT_NOBITS &&
		    sh.sh_flags & SHF_EXECINSTR)
			return true;
	}
	return false;
}

raddr image_load_address(const struct image *im)
{
	raddr least = im->loads.nr ? UINT64_MAX : 0;

	for (size_t i = 0; i < im->loads.nr; i++)
		least = MIN(least, im->loads.v[i].address);
	return memory_page_start(least);
}

size_t image_loads(const struct image *im, const struct image_load **ret)
{
	*ret = im->loads.v;
	return im->loads.nr;
}

bool image_is_unread(const struct image *im)
{
	return im->unread;
}

const char *image_build_id(const struct image *im)
{
	return im->build_id;
}

static bool find_in(struct image *im, Elf_Scn *section, const GElf_Shdr *sh,
		    const char *name, raddr *value, uint64_t *size)
{
	Elf_Data *data = elf_getdata(section, NULL);
	uint64_t nr;

	if (!data)
		im->unread = true;
	if (!data || !data->d_buf || !sh->sh_entsize)
		return false;
	nr = MIN(data->d_size / sh->sh_entsize, SYMBOLS_MAX);
	for (uint64_t i = 1; i < nr; i++) {
		const char *s;
		GElf_Sym sym;

		if (!gelf_getsym(data, i, &sym))
			return false;
		if (sym.st_shndx == SHN_UNDEF || !sym.st_name ||
		    GELF_ST_TYPE(sym.st_info) > STT_FUNC)
			continue;
		s = elf_strptr(im->elf, sh->sh_link, sym.st_name);
		if (s && !strcmp(s, name)) {
			*value = sym.st_value;
			*size = sym.st_size;
			return true;
		}
	}
	return false;
}

struct error *image_symbol(struct image *im, const char *name, raddr *value,
			   uint64_t *size)
{
	static const unsigned int types[] = { SHT_DYNSYM, SHT_SYMTAB };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		Elf_Scn *section = NULL;

		while ((section = elf_nextscn(im->elf, section))) {
			GElf_Shdr sh;

			if (gelf_getshdr(section, &sh) &&
			    sh.sh_type == types[i] &&
			    sh.sh_size <= SECTION_MAX &&
			    find_in(im, section, &sh, name, value, size))
				return NULL;
		}
	}
	return error_new(ERR_NOT_FOUND, "%s has no symbol %s", im->name, name);
}

static void add_ifuncs(Elf_Scn *section, const GElf_Shdr *sh, size_t max,
		       struct raddr_vec *ret)
{
	Elf_Data *data = elf_getdata(section, NULL);
	uint64_t nr;

	if (!data || !data->d_buf || !sh->sh_entsize)
		return;
	nr = MIN(data->d_size / sh->sh_entsize, SYMBOLS_MAX);
	for (uint64_t i = 1; i < nr && ret->nr < max; i++) {
		GElf_Sym sym;

		if (!gelf_getsym(data, i, &sym))
			return;
		if (sym.st_shndx != SHN_UNDEF &&
		    GELF_ST_TYPE(sym.st_info) == STT_GNU_IFUNC)
			raddr_vec_push(ret, sym.st_value);
	}
}

void image_ifuncs(struct image *im, size_t max, struct raddr_vec *ret)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(im->elf, section))) {
		GElf_Shdr sh;

		if (gelf_getshdr(section, &sh) && sh.sh_type == SHT_DYNSYM &&
		    sh.sh_size <= SECTION_MAX)
			add_ifuncs(section, &sh, max, ret);
	}
}

struct error *image_section(struct image *im, const char *name, raddr *addr,
			    uint64_t *size)
{
	Elf_Scn *section = NULL;
	size_t strings;

	if (elf_getshdrstrndx(im->elf, &strings))
		return bad_file(im->name, "section names");
	while ((section = elf_nextscn(im->elf, section))) {
		GElf_Shdr sh;
		const char *s;

		if (!gelf_getshdr(section, &sh))
			continue;
		s = elf_strptr(im->elf, strings, sh.sh_name);
		if (s && !strcmp(s, name)) {
			*addr = sh.sh_addr;
			*size = sh.sh_size;
			return NULL;
		}
	}
	return error_new(ERR_NOT_FOUND, "%s has no section %s", im->name, name);
}

/* --- relocations --------------------------------------------------------- */

raddr image_data_end(const struct image *im, raddr addr)
{
	for (size_t i = 0; i < im->loads.nr; i++) {
		const struct image_load *l = &im->loads.v[i];

		if (addr >= l->address && addr - l->address < l->file_size)
			return l->address + l->file_size;
	}
	return 0;
}

/* False: it is of another kind, or of another file's symbol. */
static bool relocated(Elf_Data *symbols, const GElf_Rela *r, raddr bias,
		      uint64_t *ret)
{
	GElf_Sym sym;

	switch (GELF_R_TYPE(r->r_info)) {
	case R_X86_64_RELATIVE:
		*ret = bias + (uint64_t)r->r_addend;
		return true;
	case R_X86_64_64:
	case R_X86_64_GLOB_DAT:
		if (!symbols ||
		    !gelf_getsym(symbols, (int)GELF_R_SYM(r->r_info), &sym) ||
		    sym.st_shndx == SHN_UNDEF)
			return false;
		*ret = bias + sym.st_value + (uint64_t)r->r_addend;
		return true;
	}
	return false;
}

static void relocate(struct image *im, Elf_Scn *section, const GElf_Shdr *sh,
		     raddr bias, raddr start, raddr end, uint8_t *bytes)
{
	Elf_Scn *linked = elf_getscn(im->elf, sh->sh_link);
	Elf_Data *symbols = linked ? elf_getdata(linked, NULL) : NULL;
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Rela r;

	for (int i = 0; data && gelf_getrela(data, i, &r); i++) {
		raddr at = bias + r.r_offset;
		uint64_t value;

		if (at >= start && at < end && end - at >= 8 &&
		    relocated(symbols, &r, bias, &value))
			memcpy(bytes + (at - start), &value, 8);
	}
}

void image_relocate(struct image *im, raddr bias, raddr start, raddr end,
		    uint8_t *bytes)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(im->elf, section))) {
		GElf_Shdr sh;

		if (gelf_getshdr(section, &sh) && sh.sh_type == SHT_RELA &&
		    sh.sh_flags & SHF_ALLOC && sh.sh_size <= SECTION_MAX)
			relocate(im, section, &sh, bias, start, end, bytes);
	}
}

static bool read_file(int fd, uint64_t offset, uint8_t *buf, uint64_t len)
{
	while (len) {
		ssize_t n = pread(fd, buf, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		buf += n;
		offset += n;
		len -= n;
	}
	return true;
}

struct error *image_read(struct image *im, raddr addr, void *buf, uint64_t len)
{
	if (!len)
		return NULL;
	for (size_t i = 0; i < im->loads.nr; i++) {
		const struct image_load *l = &im->loads.v[i];

		if (addr < l->address || addr - l->address > l->file_size ||
		    len > l->file_size - (addr - l->address))
			continue;
		if (read_file(im->fd, l->offset + (addr - l->address), buf,
			      len))
			return NULL;
	}
	return &error_fault;
}
