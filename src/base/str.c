/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

char str_empty[1];

static void grow(struct str *s, size_t more)
{
	size_t need, room;

	if (more > SIZE_MAX / 4 - s->len)
		out_of_memory();
	need = s->len + more + 1;
	if (need <= s->room)
		return;
	room = MAX(s->room + s->room / 2, need);
	room = MAX(room, 32);
	s->s = xreallocarray(s->room ? s->s : NULL, room, 1);
	s->room = room;
}

void str_add_bytes(struct str *s, const char *bytes, size_t len)
{
	if (unlikely(s->room - s->len <= len))
		grow(s, len);
	memcpy(s->s + s->len, bytes, len);
	s->len += len;
	s->s[s->len] = '\0';
}

char *str_reserve(struct str *s, size_t more)
{
	grow(s, more);
	s->s[s->len] = '\0';
	return s->s + s->len;
}

void str_grow(struct str *s, size_t len)
{
	s->len += len;
	s->s[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_bytes(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
	str_add_bytes(s, &c, 1);
}

void str_addf(struct str *s, const char *format, ...)
{
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		out_of_memory();
	grow(s, len);
	vsnprintf(s->s + s->len, len + 1, format, again);
	va_end(again);
	s->len += len;
}

void str_cut(struct str *s, size_t len)
{
	if (len >= s->len)
		return;
	s->len = len;
	s->s[len] = '\0';
}

char *str_take(struct str *s)
{
	char *taken = s->room ? s->s : xstrdup("");

	*s = (struct str)STR_INIT;
	return taken;
}

void str_release(struct str *s)
{
	if (s->room)
		free(s->s);
	*s = (struct str)STR_INIT;
}

static bool is_unprintable(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad ||
	       c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       (c >= 0xd800 && c <= 0xdfff) || c == 0xfeff ||
	       (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff) ||
	       c > 0x10ffff;
}

void str_add_escaped(struct str *s, uint32_t c)
{
	if (c == '\n')
		str_add(s, "\\n");
	else if (c == '\r')
		str_add(s, "\\r");
	else if (c == '\t')
		str_add(s, "\\t");
	else if (c <= 0xff)
		str_addf(s, "\\x%02x", c);
	else if (c <= 0xffff)
		str_addf(s, "\\u%04x", c);
	else
		str_addf(s, "\\U%08x", c);
}

static void add_utf8(struct str *s, uint32_t c)
{
	if (c < 0x80) {
		str_add_char(s, (char)c);
	} else if (c < 0x800) {
		str_add_char(s, (char)(0xc0 | c >> 6));
		str_add_char(s, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		str_add_char(s, (char)(0xe0 | c >> 12));
		str_add_char(s, (char)(0x80 | (c >> 6 & 0x3f)));
		str_add_char(s, (char)(0x80 | (c & 0x3f)));
	} else {
		str_add_char(s, (char)(0xf0 | c >> 18));
		str_add_char(s, (char)(0x80 | (c >> 12 & 0x3f)));
		str_add_char(s, (char)(0x80 | (c >> 6 & 0x3f)));
		str_add_char(s, (char)(0x80 | (c & 0x3f)));
	}
}

void str_add_codepoint(struct str *s, uint32_t code)
{
	if (is_unprintable(code))
		str_add_escaped(s, code);
	else
		add_utf8(s, code);
}

size_t str_decode(const char *text, size_t len, uint32_t *ret)
{
	const unsigned char *p = (const unsigned char *)text;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;
	uint32_t c;

	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return 0;
	c = p[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

/* How many bytes from `p` on are printable ASCII: most texts are. */
static size_t plain_run(const unsigned char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= 0x20 && p[n] < 0x7f)
		n++;
	return n;
}

void str_add_safe(struct str *s, const char *bytes, size_t len)
{
	const unsigned char *p = (const unsigned char *)bytes;

	while (len) {
		uint32_t c;
		size_t n = plain_run(p, len);

		if (n) {
			str_add_bytes(s, (const char *)p, n);
			p += n;
			len -= n;
			continue;
		}
		n = str_decode((const char *)p, len, &c);

		if (n) {
			str_add_codepoint(s, c);
		} else {
			str_addf(s, "\\x%02x", p[0]);
			n = 1;
		}
		p += n;
		len -= n;
	}
}

void str_add_double(struct str *s, double x)
{
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	str_add(s, text);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void str_vec_sort(struct str_vec *v)
{
	if (v->nr)
		qsort(v->v, v->nr, sizeof(*v->v), compare_texts);
}

bool str_vec_has(const struct str_vec *v, const char *text)
{
	return v->nr &&
	       bsearch(&text, v->v, v->nr, sizeof(*v->v), compare_texts);
}
