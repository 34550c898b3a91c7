/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The description of a terminal, with and without its file. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "base/alloc.h"
#include "base/str.h"
#include "no-files.h"
#include "suite.h"
#include "tui/terminfo.h"

const char suite_name[] = "terminfo";

static const char *const terms[] = {
	"xterm", "xterm-256color", "tmux-256color", "screen", "linux", "vt100",
	"dumb",
};

/* --- what ncurses makes of a description --- */

static void forget_places(void)
{
	unsetenv("TERMINFO");
	unsetenv("TERMINFO_DIRS");
	setenv("HOME", "/proc/nothing", 1);
}

/* All that it says, or nothing if it is not found. */
static void describe(int out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	int found;

	if (setupterm(NULL, STDOUT_FILENO, &found) != OK)
		return;
	for (size_t i = 0; boolnames[i]; i++)
		str_addf(&text, "%s %d\n", boolnames[i],
			 tigetflag(boolnames[i]));
	for (size_t i = 0; numnames[i]; i++)
		str_addf(&text, "%s %d\n", numnames[i], tigetnum(numnames[i]));
	for (size_t i = 0; strnames[i]; i++) {
		const char *s = tigetstr(strnames[i]);

		str_addf(&text, "%s %s\n", strnames[i],
			 (intptr_t)s == -1 ? "(none)" : s ? s : "(no text)");
	}
	if (write(out, text.s, text.len) != (ssize_t)text.len)
		abort();
}

enum how { WITH_FILES, WITHOUT, LOADED };

/* ncurses keeps what it has found: each is asked in a process of its own. */
static void ask(const char *term, enum how how, struct str *ret)
{
	char piece[4096];
	int ends[2], status;
	ssize_t len;
	pid_t child;

	setenv("TERM", term, 1);
	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		if (how == LOADED)
			terminfo_load();
		if (how != WITH_FILES)
			forbid_names(false);
		describe(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	while ((len = read(ends[0], piece, sizeof(piece))) > 0)
		str_add_bytes(ret, piece, (size_t)len);
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

START_TEST(ncurses_needs_no_file)
{
	forget_places();
	for (size_t i = 0; i < ARRAY_SIZE(terms); i++) {
		CLEANUP(str_release) struct str with = STR_INIT;
		CLEANUP(str_release) struct str without = STR_INIT;
		CLEANUP(str_release) struct str loaded = STR_INIT;

		ask(terms[i], WITH_FILES, &with);
		ask(terms[i], WITHOUT, &without);
		ask(terms[i], LOADED, &loaded);
		ck_assert_uint_gt(with.len, 1000);
		ck_assert_uint_eq(without.len, 0);
		ck_assert_str_eq(loaded.s, with.s);
	}
}
END_TEST

/* --- where it is looked for --- */

static char folder[] = "/tmp/pyheld-terminfo.XXXXXX";

static void make_folder(const char *name)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", folder, name);

	ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* Write a description that has no more than names, `size` bytes long. */
static void write_named(const char *name, const char *names, size_t size)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", folder, name);
	CLEANUP(freep) char *content = xcalloc(1, size);
	FILE *f = fopen(path, "w");

	content[0] = 0x1a;
	content[1] = 1;
	content[2] = (char)(strlen(names) + 1);
	memcpy(content + 12, names, strlen(names));
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(content, 1, size, f), size);
	fclose(f);
}

/* What is at this place, in the variable. */
static void expect_names(const char *names)
{
	CLEANUP(str_release) struct str hex = STR_INIT;
	const char *got;

	terminfo_load();
	got = getenv("TERMINFO");
	ck_assert_ptr_nonnull(got);
	for (const char *p = names; *p; p++)
		str_addf(&hex, "%02X", (unsigned char)*p);
	ck_assert_msg(!strncmp(got, "hex:1A01", 8), "%.40s", got);
	ck_assert_msg(!strncmp(got + 4 + 24, hex.s, hex.len), "%.80s", got);
	unsetenv("TERMINFO");
}

static void expect_none(void)
{
	terminfo_load();
	ck_assert_ptr_null(getenv("TERMINFO"));
}

static void make_places(void)
{
	static const char *const folders[] = {
		"own", "own/p", "a", "a/p", "b", "b/70", "home",
		"home/.terminfo", "home/.terminfo/p",
	};

	ck_assert_ptr_nonnull(mkdtemp(folder));
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		make_folder(folders[i]);
	forget_places();
	setenv("TERM", "p-term", 1);
}

static void remove_places(void)
{
	CLEANUP(freep) char *command = xasprintf("rm -r %s", folder);

	ck_assert_int_eq(system(command), 0); /* NOLINT(cert-env33-c) */
}

static void set(const char *variable, const char *format)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	for (const char *p = format; *p; p++) {
		if (*p == '@')
			str_add(&value, folder);
		else
			str_add_char(&value, *p);
	}
	setenv(variable, value.s, 1);
}

START_TEST(places_in_their_order)
{
	make_places();
	expect_none();
	write_named("b/70/p-term", "in-b|p-term|of b", 100);
	expect_none();
	set("TERMINFO_DIRS", "@/a::@/b");
	expect_names("in-b|");
	write_named("a/p/p-term", "in-a|p-term", 100);
	expect_names("in-a|");
	write_named("home/.terminfo/p/p-term", "p-term|in-home", 100);
	expect_names("in-a|");
	set("HOME", "@/home");
	expect_names("p-term|in-home");
	write_named("own/p/p-term", "p-term", 12 + 7);
	set("TERMINFO", "@/own");
	expect_names("p-term");
	/* The usual ones count for an empty one of the list, too. */
	setenv("TERM", "xterm", 1);
	make_folder("b/x");
	write_named("b/x/xterm", "xterm|in-b", 100);
	set("TERMINFO_DIRS", "@/a::@/b");
	expect_names("xterm|xterm-");
	set("TERMINFO_DIRS", "@/a:@/b");
	expect_names("xterm|in-b");
	remove_places();
}
END_TEST

START_TEST(what_is_no_description)
{
	CLEANUP(freep) char *pipe_path = NULL;

	make_places();
	set("TERMINFO_DIRS", "@/a:@/b");
	/* Other names: ncurses would not take it from the variable. */
	write_named("a/p/p-term", "other|p-termx|p", 100);
	expect_none();
	/* What is none is passed over, as ncurses does. */
	write_named("b/70/p-term", "p-term|in-b", 100);
	write_named("a/p/p-term", "p-term|in-a", 32769);
	expect_names("p-term|in-b");
	write_named("a/p/p-term", "p-term|in-a", 32768);
	expect_names("p-term|in-a");
	write_named("a/p/p-term", "", 12);
	expect_none();
	set("TERMINFO_DIRS", "@/b/70/p-term:/etc/passwd:@/a/p:@/b");
	expect_names("p-term|in-b");
	/* Nobody writes into it. */
	pipe_path = xasprintf("%s/own/p/p-term", folder);
	ck_assert_int_eq(mkfifo(pipe_path, 0600), 0);
	set("TERMINFO_DIRS", "@/own:@/b");
	expect_names("p-term|in-b");
	/* No name leads elsewhere. */
	setenv("TERM", "p-term/../p-term", 1);
	expect_none();
	setenv("TERM", "..", 1);
	expect_none();
	setenv("TERM", "", 1);
	expect_none();
	unsetenv("TERM");
	expect_none();
	remove_places();
}
END_TEST

START_TEST(what_is_loaded_stays)
{
	setenv("TERM", "xterm", 1);
	setenv("TERMINFO", "b64:GgEAAA", 1);
	terminfo_load();
	ck_assert_str_eq(getenv("TERMINFO"), "b64:GgEAAA");
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, ncurses_needs_no_file);
	tcase_add_test(tc, places_in_their_order);
	tcase_add_test(tc, what_is_no_description);
	tcase_add_test(tc, what_is_loaded_stays);
}
