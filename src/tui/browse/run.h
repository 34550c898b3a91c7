/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/browse/run.h - draw the explorer on the screen until it is quit. */
#ifndef TUI_BROWSE_RUN_H
#define TUI_BROWSE_RUN_H

#include "tui/browse/browse.h"

/* The screen is open. */
void browse_run(struct browse *b);

#endif
