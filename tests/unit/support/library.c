/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <string.h>

#include "base/compiler.h"
#include "library.h"

#define NOTE 0x1c0
#define SYMBOLS 0x200
#define STRINGS 0x300
#define RELOCATIONS 0x400
#define DYNAMIC 0x2400
#define NAMES 0x2c00		/* of the sections */
#define SECTIONS 0x2800

static const char strings[] = "\0library_object\0library_function\0"
	"library_elsewhere\0library_choice\0library_tls";
static const char names[] = "\0.note.gnu.build-id\0.dynsym\0.dynstr\0"
	".rela.dyn\0.text\0.data\0.shstrtab";

/* Where `name` is in a list of strings with a NUL before each. */
static uint32_t string_at(const char *list, size_t len, const char *name)
{
	for (size_t i = 1; i < len; i++)
		if (!list[i - 1] && !strcmp(list + i, name))
			return (uint32_t)i;
	return 0;
}

#define STRING(name) string_at(strings, sizeof(strings), name)
#define NAME(name) string_at(names, sizeof(names), name)

static void put_headers(uint8_t *bytes, uint8_t id)
{
	const Elf64_Ehdr e = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_DYN, .e_machine = EM_X86_64,
		.e_version = EV_CURRENT, .e_phoff = sizeof(e),
		.e_shoff = SECTIONS, .e_ehsize = sizeof(e),
		.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = id ? 5 : 4,
		.e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 8,
		.e_shstrndx = 7,
	};
	const Elf64_Phdr headers[] = {
		{ .p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = LIBRARY_PAGE,
		  .p_memsz = LIBRARY_PAGE, .p_align = LIBRARY_PAGE },
		{ .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
		  .p_offset = LIBRARY_TEXT, .p_vaddr = LIBRARY_TEXT,
		  .p_filesz = LIBRARY_PAGE, .p_memsz = LIBRARY_PAGE,
		  .p_align = LIBRARY_PAGE },
		{ .p_type = PT_LOAD, .p_flags = PF_R | PF_W,
		  .p_offset = LIBRARY_DATA, .p_vaddr = LIBRARY_DATA,
		  .p_filesz = LIBRARY_DATA_END - LIBRARY_DATA,
		  .p_memsz = 2 * LIBRARY_PAGE, .p_align = LIBRARY_PAGE },
		{ .p_type = PT_DYNAMIC, .p_flags = PF_R | PF_W,
		  .p_offset = DYNAMIC, .p_vaddr = DYNAMIC,
		  .p_filesz = 3 * sizeof(Elf64_Dyn),
		  .p_memsz = 3 * sizeof(Elf64_Dyn), .p_align = 8 },
		{ .p_type = PT_NOTE, .p_flags = PF_R, .p_offset = NOTE,
		  .p_vaddr = NOTE, .p_filesz = 16 + LIBRARY_ID_LEN,
		  .p_memsz = 16 + LIBRARY_ID_LEN, .p_align = 4 },
	};
	const uint32_t note[] = { 4, LIBRARY_ID_LEN, NT_GNU_BUILD_ID };

	memcpy(bytes, &e, sizeof(e));
	memcpy(bytes + sizeof(e), headers, sizeof(headers));
	if (!id)
		return;
	memcpy(bytes + NOTE, note, sizeof(note));
	memcpy(bytes + NOTE + 12, "GNU", 4);
	memset(bytes + NOTE + 16, id, LIBRARY_ID_LEN);
}

static const size_t symbols_len = 6 * sizeof(Elf64_Sym);

static void put_symbols(uint8_t *bytes)
{
	const Elf64_Sym symbols[] = {
		[1] = { STRING("library_object"),
			ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 0, 6,
			LIBRARY_OBJECT, 16 },
		[2] = { STRING("library_function"),
			ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 5,
			LIBRARY_FUNCTION, 32 },
		[3] = { STRING("library_elsewhere"),
			ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 0, SHN_UNDEF,
			0, 0 },
		[4] = { STRING("library_choice"),
			ELF64_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC), 0, 5,
			LIBRARY_CHOICE, 8 },
		[5] = { STRING("library_tls"),
			ELF64_ST_INFO(STB_GLOBAL, STT_TLS), 0, 6, 8, 8 },
	};
	const Elf64_Dyn dynamic[] = {
		{ .d_tag = DT_SYMTAB, .d_un.d_ptr = SYMBOLS },
		{ .d_tag = DT_STRTAB, .d_un.d_ptr = STRINGS },
		{ .d_tag = DT_NULL },
	};

	memcpy(bytes + SYMBOLS, symbols, sizeof(symbols));
	memcpy(bytes + STRINGS, strings, sizeof(strings));
	memcpy(bytes + DYNAMIC, dynamic, sizeof(dynamic));
}

static const size_t relocations_len = 4 * sizeof(Elf64_Rela);

static void put_relocations(uint8_t *bytes)
{
	const Elf64_Rela relocations[] = {
		{ LIBRARY_RELATIVE, ELF64_R_INFO(0, R_X86_64_RELATIVE),
		  LIBRARY_FUNCTION },
		{ LIBRARY_SYMBOL, ELF64_R_INFO(1, R_X86_64_64), 4 },
		{ LIBRARY_UNDEFINED, ELF64_R_INFO(3, R_X86_64_GLOB_DAT), 0 },
		{ LIBRARY_KEPT, ELF64_R_INFO(1, R_X86_64_COPY), 0 },
	};
	const uint64_t word = LIBRARY_WORD;

	memcpy(bytes + RELOCATIONS, relocations, sizeof(relocations));
	for (unsigned int i = 0; i < 4; i++)
		memcpy(bytes + LIBRARY_DATA + 8 * i, &word, sizeof(word));
}

static Elf64_Shdr section(uint32_t name, uint32_t type, uint64_t flags,
			  uint64_t at, uint64_t len)
{
	return (Elf64_Shdr){ .sh_name = name, .sh_type = type,
			     .sh_flags = flags, .sh_addr = at, .sh_offset = at,
			     .sh_size = len, .sh_addralign = 4 };
}

static void put_sections(uint8_t *bytes, enum library_kind kind, uint8_t id)
{
	Elf64_Shdr s[8] = { 0 };

	if (id)
		s[1] = section(NAME(".note.gnu.build-id"), SHT_NOTE, SHF_ALLOC,
			       NOTE, 16 + LIBRARY_ID_LEN);
	s[2] = section(NAME(".dynsym"), SHT_DYNSYM, SHF_ALLOC, SYMBOLS,
		       symbols_len);
	s[2].sh_link = 3;
	s[2].sh_entsize = sizeof(Elf64_Sym);
	s[2].sh_addralign = 8;
	s[3] = section(NAME(".dynstr"), SHT_STRTAB, SHF_ALLOC, STRINGS,
		       sizeof(strings));
	s[4] = section(NAME(".rela.dyn"), SHT_RELA, SHF_ALLOC, RELOCATIONS,
		       relocations_len);
	s[4].sh_link = 2;
	s[4].sh_entsize = sizeof(Elf64_Rela);
	s[4].sh_addralign = 8;
	s[5] = section(NAME(".text"), kind == LIBRARY_DEBUG ? SHT_NOBITS :
							      SHT_PROGBITS,
		       SHF_ALLOC | SHF_EXECINSTR, LIBRARY_TEXT, LIBRARY_PAGE);
	s[6] = section(NAME(".data"), SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
		       LIBRARY_DATA, LIBRARY_DATA_END - LIBRARY_DATA);
	s[7] = section(NAME(".shstrtab"), SHT_STRTAB, 0, NAMES, sizeof(names));
	memcpy(bytes + SECTIONS, s, sizeof(s));
	memcpy(bytes + NAMES, names, sizeof(names));
}

void library_make(uint8_t bytes[static LIBRARY_LEN], enum library_kind kind,
		  uint8_t id)
{
	memset(bytes, 0, LIBRARY_LEN);
	memset(bytes + LIBRARY_TEXT, 0xc3, LIBRARY_PAGE);
	put_headers(bytes, id);
	put_symbols(bytes);
	put_relocations(bytes);
	put_sections(bytes, kind, id);
}
