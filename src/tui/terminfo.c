/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "tui/terminfo.h"

/* As large as ncurses reads (term(5)). */
#define CONTENT_MAX 32768

/* --- one file --- */

/* The head of a compiled description, little-endian; the names follow it, as
 * in "xterm|xterm-debian|X11 terminal emulator" (term(5)). */
#define HEAD_SIZE 12
#define MAGIC 0432
#define MAGIC_32BIT 01036	/* numbers have four bytes (ncurses 6.1) */

static unsigned int number_at(const struct str *content, size_t at)
{
	uint16_t ret;

	memcpy(&ret, content->s + at, sizeof(ret));
	return le16toh(ret);
}

static bool is_description(const struct str *content)
{
	unsigned int magic;

	if (content->len < HEAD_SIZE || content->len > CONTENT_MAX)
		return false;
	magic = number_at(content, 0);
	return magic == MAGIC || magic == MAGIC_32BIT;
}

/* Is `term` one of the names?  From a variable, ncurses takes no other. */
static bool has_name(const struct str *content, const char *term)
{
	size_t left = MIN(number_at(content, 2), content->len - HEAD_SIZE);
	const char *p = content->s + HEAD_SIZE;

	left = strnlen(p, left);
	while (left) {
		const char *end = memchr(p, '|', left);
		size_t len = end ? (size_t)(end - p) : left;

		if (len == strlen(term) && !memcmp(p, term, len))
			return true;
		len += !!end;
		p += len;
		left -= len;
	}
	return false;
}

/* Read a regular file, and no more of it than shows that it is too large. */
static void read_file(const char *path, struct str *ret)
{
	CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
						    O_NONBLOCK);
	char block[4096];
	struct stat st;
	ssize_t len;

	str_cut(ret, 0);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return;
	while (ret->len <= CONTENT_MAX &&
	       (len = read(fd, block, sizeof(block))) > 0)
		str_add_bytes(ret, block, (size_t)len);
}

/* --- where it is --- */

/* The folder with the files of a letter is that letter or, where file names
 * don't differ in case alone, its number. */
static bool find_in(const char *folder, const char *term, struct str *ret)
{
	CLEANUP(freep) char *letter = xasprintf("%s/%c/%s", folder, *term,
						term);
	CLEANUP(freep) char *number = xasprintf("%s/%02x/%s", folder,
						(unsigned char)*term, term);

	read_file(letter, ret);
	if (!is_description(ret))
		read_file(number, ret);
	return is_description(ret);
}

static bool find_in_usual(const char *term, struct str *ret)
{
	/* Debian and Fedora build ncurses with some or all of these. */
	static const char *const folders[] = {
		"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo",
	};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (find_in(folders[i], term, ret))
			return true;
	return false;
}

/* In a list of folders; an empty one stands for the usual ones. */
static bool find_in_list(const char *folders, const char *term,
			 struct str *ret)
{
	for (;;) {
		size_t len = strcspn(folders, ":");
		CLEANUP(freep) char *folder = xstrndup(folders, len);

		if (len ? find_in(folder, term, ret) : find_in_usual(term, ret))
			return true;
		if (!folders[len])
			return false;
		folders += len + 1;
	}
}

/* In the order of terminfo(5). */
static bool find(const char *term, struct str *ret)
{
	const char *given = getenv("TERMINFO"), *home = getenv("HOME");
	const char *folders = getenv("TERMINFO_DIRS");

	if (given && *given && find_in(given, term, ret))
		return true;
	if (home && *home) {
		CLEANUP(freep) char *own = xasprintf("%s/.terminfo", home);

		if (find_in(own, term, ret))
			return true;
	}
	if (folders && *folders && find_in_list(folders, term, ret))
		return true;
	return find_in_usual(term, ret);
}

/* --- the variable --- */

static bool is_in_memory(void)
{
	const char *given = getenv("TERMINFO");

	return given && (!strncmp(given, "hex:", 4) ||
			 !strncmp(given, "b64:", 4));
}

/* ncurses opens no file for other names either. */
static bool is_name(const char *term)
{
	return term && *term && !strpbrk(term, "/:") && strcmp(term, ".") &&
	       strcmp(term, "..");
}

void terminfo_load(void)
{
	CLEANUP(str_release) struct str content = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *term = getenv("TERM");

	if (is_in_memory() || !is_name(term) || !find(term, &content) ||
	    !has_name(&content, term))
		return;
	str_add(&text, "hex:");
	for (size_t i = 0; i < content.len; i++)
		str_addf(&text, "%02X", (unsigned char)content.s[i]);
	setenv("TERMINFO", text.s, 1);
}
