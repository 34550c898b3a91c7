/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "target/elf/first-page.h"

void first_page_set(struct first_page *p, const uint8_t *bytes)
{
	p->len = bytes ? FIRST_PAGE_LEN : 0;
	if (bytes)
		memcpy(p->bytes, bytes, FIRST_PAGE_LEN);
}

void first_page_read(struct first_page *p, int fd)
{
	ssize_t n;

	memset(p->bytes, 0, FIRST_PAGE_LEN);
	n = pread(fd, p->bytes, FIRST_PAGE_LEN, 0);
	p->len = n > 0 ? FIRST_PAGE_LEN : 0;
}

bool first_page_is_elf(const struct first_page *p)
{
	return p->len && !memcmp(p->bytes, ELFMAG, SELFMAG) &&
	       p->bytes[EI_CLASS] == ELFCLASS64;
}

bool first_page_header(const struct first_page *p, unsigned int i,
		       Elf64_Phdr *ret)
{
	Elf64_Ehdr e;

	if (!first_page_is_elf(p))
		return false;
	memcpy(&e, p->bytes, sizeof(e));
	if (i >= e.e_phnum || e.e_phentsize != sizeof(*ret) ||
	    e.e_phoff > p->len || (i + 1) * sizeof(*ret) > p->len - e.e_phoff)
		return false;
	memcpy(ret, p->bytes + e.e_phoff + i * sizeof(*ret), sizeof(*ret));
	return true;
}

static struct build_id id_in_notes(const uint8_t *p, uint64_t len)
{
	while (len >= 12) {
		uint64_t name = ((uint64_t)get_u32(p) + 3) & ~UINT64_C(3);
		uint64_t desc = get_u32(p + 4), type = get_u32(p + 8);

		p += 12;
		len -= 12;
		if (name > len || desc > len - name)
			break;
		if (type == NT_GNU_BUILD_ID && name == 4 &&
		    !memcmp(p, "GNU", 4) && desc && desc <= BUILD_ID_MAX)
			return (struct build_id){ p + name, desc };
		desc = (desc + 3) & ~UINT64_C(3);
		if (desc > len - name)
			break;
		p += name + desc;
		len -= name + desc;
	}
	return (struct build_id){ NULL, 0 };
}

struct build_id first_page_id(const struct first_page *p)
{
	struct build_id id = { NULL, 0 };
	Elf64_Phdr h;

	for (unsigned int i = 0; !id.len && first_page_header(p, i, &h); i++)
		if (h.p_type == PT_NOTE && h.p_offset < p->len)
			id = id_in_notes(p->bytes + h.p_offset,
					 MIN(h.p_filesz,
					     p->len - h.p_offset));
	return id;
}

uint64_t first_page_address(const struct first_page *p)
{
	uint64_t least = UINT64_MAX;
	Elf64_Phdr h;

	for (unsigned int i = 0; first_page_header(p, i, &h); i++)
		if (h.p_type == PT_LOAD)
			least = MIN(least, h.p_vaddr);
	return least == UINT64_MAX ? 0 : memory_page_start(least);
}

bool first_page_same(const struct first_page *a, const struct first_page *b)
{
	struct build_id of_a = first_page_id(a), of_b = first_page_id(b);

	if (of_a.len || of_b.len)
		return of_a.len == of_b.len &&
		       !memcmp(of_a.bytes, of_b.bytes, of_a.len);
	return a->len && b->len && !memcmp(a->bytes, b->bytes, FIRST_PAGE_LEN);
}
