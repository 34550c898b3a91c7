/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/terminal.h"

#define MAX_WIDTH 100000

static unsigned int width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long n;

	if (!isatty(STDOUT_FILENO))
		return 0;
	n = columns ? strtol(columns, NULL, 10) : 0;
	if (n > 0 && n < MAX_WIDTH)
		return (unsigned int)n;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return size.ws_col;
	return 0;
}

static enum terminal_color color;

void terminal_set_color(enum terminal_color wanted)
{
	color = wanted;
}

/* https://no-color.org: any value of NO_COLOR but "" means no colour. */
static bool is_colored(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != TERMINAL_AUTO)
		return color == TERMINAL_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       term && strcmp(term, "dumb") != 0;
}

static const char *const styles[NR_STYLES] = {
	[STYLE_PLAIN] = "\033[0m",
	[STYLE_HEADING] = "\033[1m",
	[STYLE_GROWTH] = "\033[31m",
};

static bool read_byte(int wake, char *ret)
{
	struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 },
				{ wake, POLLIN, 0 } };
	ssize_t len;

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		return false;
	errno = EINTR;
	if (fds[1].revents)
		return false;
	len = read(STDIN_FILENO, ret, 1);
	if (!len)
		errno = EPIPE;
	return len == 1;
}

/*
 * Byte by byte: what was typed behind the line stays where it is.  What was
 * typed before the terminal edited lines has neither been edited nor has it a
 * line feed at its end.
 */
static char *read_line(int wake)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	char c;

	while (line.len < PATH_MAX) {
		if (!read_byte(wake, &c))
			return NULL;
		if (c == '\n' || c == '\r')
			return str_take(&line);
		str_add_char(&line, c);
	}
	errno = ENAMETOOLONG;
	return NULL;
}

char *terminal_read_line(const char *prompt, int wake)
{
	struct termios before, typing;
	char *ret;
	int saved;

	if (tcgetattr(STDIN_FILENO, &before))
		return NULL;
	typing = before;
	typing.c_iflag |= ICRNL;
	typing.c_lflag |= ICANON | ECHO | ECHOE | ISIG;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &typing))
		return NULL;
	fprintf(stdout, "\r%s", prompt);
	fflush(stdout);
	ret = read_line(wake);
	saved = errno;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	errno = saved;
	return ret;
}

struct format terminal_format(void)
{
	return (struct format){
		.width = width(),
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
		.header = true,
		.styles = is_colored() ? styles : NULL,
	};
}
