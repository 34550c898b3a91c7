/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

struct format terminal_format(void)
{
	return (struct format){
		.width = width(),
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
		.header = true,
		.styles = is_colored() ? styles : NULL,
	};
}
