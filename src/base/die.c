/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/die.h"

void (*die_terminal_hook)(void);
void (*die_file_hook)(void);

void die(const char *what)
{
	struct iovec line[] = {
		{ unconst("pyheld: "), 8 },
		{ unconst(what), strlen(what) },
		{ unconst("\n"), 1 },
	};

	if (die_terminal_hook)
		die_terminal_hook();
	if (die_file_hook)
		die_file_hook();
	if (writev(STDERR_FILENO, line, ARRAY_SIZE(line)) < 0)
		_exit(3);
	_exit(3);
}
