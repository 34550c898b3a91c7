/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/files/scratch.h"
#include "output/export/strings.h"

struct error *strings_open(struct strings *s)
{
	int fd = scratch_file();

	if (fd < 0)
		return error_errno(ERR_SYSTEM, errno, "no temporary file can be"
				   " made in TMPDIR or /var/tmp");
	s->file = fdopen(fd, "w+");
	if (!s->file)
		out_of_memory();
	return NULL;
}

void strings_release(struct strings *s)
{
	if (s->file && fclose(s->file)) {
		/* What is in it is of no use any more. */
	}
	strings_table_release(&s->table);
	str_release(&s->texts);
	str_release(&s->json);
	*s = (struct strings)STRINGS_INIT;
}

/* --- JSON --- */

static void add_codepoint(uint32_t c, struct str *out)
{
	if (c < 0x10000) {
		str_addf(out, "\\u%04x", c);
		return;
	}
	c -= 0x10000;
	str_addf(out, "\\u%04x\\u%04x", 0xd800 | c >> 10, 0xdc00 | (c & 0x3ff));
}

/* MemLab reads a file in pieces, and takes each for UTF-8: so ASCII only. */
void strings_add_json(const char *text, struct str *out)
{
	const char *end = text + strlen(text);

	str_add_char(out, '"');
	while (text < end) {
		uint32_t c;
		size_t nr = str_decode(text, (size_t)(end - text), &c);

		if (!nr)
			break;	/* no UTF-8 */
		if (c == '"' || c == '\\')
			str_add_char(out, '\\');
		if (c < 0x20 || c >= 0x7f)
			add_codepoint(c, out);
		else
			str_add_char(out, *text);
		text += nr;
	}
	str_add_char(out, '"');
}

/* --- the table --- */

uint32_t strings_add_new(struct strings *s, const char *text)
{
	if (s->nr > UINT32_MAX)
		return 0;
	str_cut(&s->json, 0);
	if (s->nr)
		str_add(&s->json, ",\n");
	strings_add_json(text, &s->json);
	/* strings_write() looks for errors. */
	if (fwrite(s->json.s, 1, s->json.len, s->file) != s->json.len)
		return 0;
	return (uint32_t)s->nr++;
}

/* Begin anew: what was known gets other numbers from now on. */
static void forget(struct strings *s)
{
	strings_table_release(&s->table);
	str_cut(&s->texts, 0);
}

uint32_t strings_add(struct strings *s, const char *text)
{
	const struct strings_known *known =
		strings_table_find(&s->table, &s->texts, text);
	struct strings_known item;

	if (known)
		return known->number;
	if (s->texts.len > STRINGS_ROOM)
		forget(s);
	item = (struct strings_known){ s->texts.len + 1,
				       strings_add_new(s, text) };
	str_add_bytes(&s->texts, text, strlen(text) + 1);
	strings_table_put(&s->table, &s->texts, item);
	return item.number;
}

static struct error *failed(const char *what)
{
	return error_errno(ERR_SYSTEM, errno, "%s can't be written", what);
}

struct error *strings_write(struct strings *s, FILE *out)
{
	char piece[1 << 16];
	size_t nr;

	if (fflush(s->file) || ferror(s->file) || fseek(s->file, 0, SEEK_SET))
		return failed("a temporary file");
	while ((nr = fread(piece, 1, sizeof(piece), s->file)))
		if (fwrite(piece, 1, nr, out) != nr)
			return error_errno(ERR_SYSTEM, errno, "can't write");
	if (ferror(s->file))
		return failed("a temporary file");
	return NULL;
}
