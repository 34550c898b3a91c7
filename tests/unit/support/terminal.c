/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "terminal.h"

void terminal_open(struct terminal *t, unsigned short rows,
		   unsigned short columns)
{
	struct winsize size = { .ws_row = rows, .ws_col = columns };
	int slave;

	ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
	ck_assert_int_eq(openpty(&t->master, &slave, NULL, NULL, &size), 0);
	ck_assert_int_eq(fcntl(t->master, F_SETFL, O_NONBLOCK), 0);
	t->in = dup(STDIN_FILENO);
	t->out = dup(STDOUT_FILENO);
	ck_assert_int_ge(dup2(slave, STDIN_FILENO), 0);
	ck_assert_int_ge(dup2(slave, STDOUT_FILENO), 0);
	close(slave);
}

void terminal_close(struct terminal *t)
{
	dup2(t->in, STDIN_FILENO);
	dup2(t->out, STDOUT_FILENO);
	close(t->in);
	close(t->out);
	terminal_hang_up(t);
}

void terminal_resize(const struct terminal *t, unsigned short rows,
		     unsigned short columns)
{
	struct winsize size = { .ws_row = rows, .ws_col = columns };

	ck_assert_int_eq(ioctl(t->master, TIOCSWINSZ, &size), 0);
}

void terminal_type(const struct terminal *t, const char *keys)
{
	ssize_t len = (ssize_t)strlen(keys);

	ck_assert_int_eq(write(t->master, keys, (size_t)len), len);
}

void terminal_hang_up(struct terminal *t)
{
	if (t->master >= 0)
		close(t->master);
	t->master = -1;
}

void terminal_read(const struct terminal *t, struct str *out)
{
	char piece[4096];
	ssize_t nr;

	while ((nr = read(t->master, piece, sizeof(piece))) > 0)
		str_add_bytes(out, piece, (size_t)nr);
}

void terminal_use_utf8(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}
