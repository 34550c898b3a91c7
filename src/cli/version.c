/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/version.h"

#ifdef HAVE_UNICORN
#define EMULATOR "emulator: Unicorn"
#else
#define EMULATOR "emulator: none (built --without-unicorn): objects of" \
	" unknown C types are\n  only scanned for pointers, which may miss" \
	" references and find some\n  that do not exist"
#endif

void version_print(FILE *out)
{
	fputs(PACKAGE_NAME " " PACKAGE_VERSION "\n"
	      "reads CPython 3.8 to 3.15, free-threaded from 3.13 on, x86-64 "
	      "Linux\n"
	      EMULATOR "\n"
	      "License GPL-2.0-or-later; there is NO WARRANTY.\n", out);
}
