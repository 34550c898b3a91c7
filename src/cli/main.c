/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>

#include "base/process.h"
#include "base/rlimit.h"
#include "cli/commands.h"

int main(int argc, char **argv)
{
	process_forbid_cores();
	/* What the terminal can show; numbers and messages stay as they are. */
	setlocale(LC_CTYPE, "");
	rlimit_prepare();
	return commands_main(argc, argv);
}
