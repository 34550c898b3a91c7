/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/prompt.h - a line of text that a person types, at its end. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdint.h>

#include "base/str.h"

enum prompt_state { PROMPT_TYPING, PROMPT_DONE, PROMPT_CANCELLED };

struct prompt {
	struct str text;	/* valid UTF-8 */
};

#define PROMPT_INIT { STR_INIT }
#define PROMPT_MAX 1000		/* bytes */

/* Take a key.  Escape cancels; so does backspace in an empty line. */
enum prompt_state prompt_key(struct prompt *p, uint32_t key);
void prompt_release(struct prompt *p);

#endif
