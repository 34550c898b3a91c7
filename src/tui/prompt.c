/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/input.h"
#include "tui/prompt.h"

#define CONTROL_U 0x15

static void erase_last(struct str *s)
{
	size_t len = s->len;

	/* The other bytes of a code point are 10xxxxxx. */
	while (len && ((unsigned char)s->s[len - 1] & 0xc0) == 0x80)
		len--;
	str_cut(s, len ? len - 1 : 0);
}

enum prompt_state prompt_key(struct prompt *p, uint32_t key)
{
	if (key == INPUT_ENTER)
		return PROMPT_DONE;
	if (key == INPUT_ESCAPE || (key == INPUT_BACKSPACE && !p->text.len))
		return PROMPT_CANCELLED;
	if (key == INPUT_BACKSPACE)
		erase_last(&p->text);
	else if (key == CONTROL_U)
		str_cut(&p->text, 0);
	else if (key >= ' ' && key < INPUT_UNICODE_END &&
		 p->text.len < PROMPT_MAX)
		str_add_codepoint(&p->text, key);
	return PROMPT_TYPING;
}

void prompt_release(struct prompt *p)
{
	str_release(&p->text);
}
