/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <string.h>

#include "target/core/core-symbols.h"
#include "target/elf/first-page.h"

#define DYNAMIC_MAX 4096
#define CORE_SYMBOLS_MAX (1u << 22)
#define NAME_MAX_LEN 4096

struct tables {
	raddr bias;
	raddr dynamic;
	uint64_t dynamic_size;
	raddr symbols, strings;
};

/* Find PT_DYNAMIC.  Linkers put the program headers into the first page. */
static bool find_dynamic(struct target *t, const struct module *module,
			 struct tables *ret)
{
	bool has_bias = false;
	struct first_page page;
	Elf64_Phdr h;

	first_page_set(&page, memory_at(&t->memory, module->start,
					FIRST_PAGE_LEN));
	for (unsigned int i = 0; first_page_header(&page, i, &h); i++) {
		if (h.p_type == PT_LOAD && !memory_page_start(h.p_offset)) {
			ret->bias = module->start -
				    memory_page_start(h.p_vaddr);
			has_bias = true;
		} else if (h.p_type == PT_DYNAMIC) {
			ret->dynamic = h.p_vaddr;
			ret->dynamic_size = h.p_memsz;
		}
	}
	ret->dynamic += ret->bias;
	return has_bias && ret->dynamic_size;
}

/* glibc adds the bias in place, but not before a library is loaded. */
static raddr address_of(const struct tables *tables,
			const struct module *module, uint64_t value)
{
	return value >= module->start && value < module->end ? value
						   : value + tables->bias;
}

static bool find_tables(struct target *t, const struct module *module,
			struct tables *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (!find_dynamic(t, module, ret))
		return false;
	for (uint64_t i = 0; i < MIN(ret->dynamic_size / 16, DYNAMIC_MAX);
	     i++) {
		const uint8_t *p = memory_at(&t->memory, ret->dynamic + 16 * i,
					     16);
		uint64_t tag = p ? get_u64(p) : DT_NULL;

		if (tag == DT_NULL)
			break;
		if (tag == DT_SYMTAB)
			ret->symbols = address_of(ret, module, get_u64(p + 8));
		else if (tag == DT_STRTAB)
			ret->strings = address_of(ret, module, get_u64(p + 8));
	}
	return ret->symbols && ret->strings;
}

bool core_symbol(struct target *t, const struct module *module,
		 const char *name, raddr *ret, uint64_t *size)
{
	struct tables tables;
	uint64_t nr = CORE_SYMBOLS_MAX;

	if (!find_tables(t, module, &tables))
		return false;
	/* Their number is not stored, but the strings follow them. */
	if (tables.strings > tables.symbols)
		nr = MIN(nr, (tables.strings - tables.symbols) /
				     sizeof(Elf64_Sym));
	for (uint64_t i = 1; i < nr; i++) {
		const uint8_t *p = memory_at(
			&t->memory, tables.symbols + i * sizeof(Elf64_Sym),
			sizeof(Elf64_Sym));
		const char *s;
		Elf64_Sym sym;

		if (!p)
			break;
		memcpy(&sym, p, sizeof(sym));
		if (sym.st_shndx == SHN_UNDEF ||
		    ELF64_ST_TYPE(sym.st_info) == STT_TLS)
			continue;
		s = memory_string(&t->memory, tables.strings + sym.st_name,
				  NAME_MAX_LEN);
		if (!s || strcmp(s, name) != 0)
			continue;
		*ret = sym.st_value + tables.bias;
		*size = sym.st_size;
		return true;
	}
	return false;
}
