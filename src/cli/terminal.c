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

struct format terminal_format(void)
{
	return (struct format){
		.width = width(),
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
		.header = true,
	};
}
