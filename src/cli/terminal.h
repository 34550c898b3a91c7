/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli/terminal.h - what the reader's end of stdout can show. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "output/format.h"

/* --color; `auto` shows colour on a terminal, unless NO_COLOR is set. */
enum terminal_color {
	TERMINAL_AUTO,
	TERMINAL_ALWAYS,
	TERMINAL_NEVER,
};
#define TERMINAL_COLORS "auto|always|never"

/* What the next terminal_format() goes by; at the start it is `auto`. */
void terminal_set_color(enum terminal_color wanted);

struct format terminal_format(void);

#endif
