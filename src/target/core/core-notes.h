/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-notes.h - the notes of a core: threads, the process, files.
 */
#ifndef TARGET_CORE_CORE_NOTES_H
#define TARGET_CORE_CORE_NOTES_H

#include "target/core/core-data.h"

/*
 * Read the notes of a core that core_read() has read.  Sets t->threads,
 * t->core_pid, t->executable and t->command (as far as NT_PRPSINFO has them),
 * c->ranges, c->files and what NT_AUXV tells.  Notes that are damaged or
 * missing make a warning; the others are used.
 */
void core_read_notes(struct core *c, struct target *t);

#endif
