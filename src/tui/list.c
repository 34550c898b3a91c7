/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/compiler.h"
#include "tui/list.h"

static void show_chosen(struct list *l)
{
	l->at = l->nr ? MIN(l->at, l->nr - 1) : 0;
	l->top = MIN(l->top, l->at);
	if (l->at - l->top >= l->height)
		l->top = l->at - l->height + 1;
	if (l->nr <= l->height)
		l->top = 0;
	else
		l->top = MIN(l->top, l->nr - l->height);
}

void list_fit(struct list *l, size_t height)
{
	l->height = MAX(height, 1);
	show_chosen(l);
}

void list_choose(struct list *l, size_t at)
{
	l->at = at;
	show_chosen(l);
}

static void back(struct list *l, size_t by)
{
	list_choose(l, l->at > by ? l->at - by : 0);
}

static void forth(struct list *l, size_t by)
{
	list_choose(l, l->nr - MIN(l->at, l->nr) > by ? l->at + by : l->nr);
}

bool list_key(struct list *l, uint32_t key)
{
	switch (key) {
	case INPUT_UP:
	case 'k':
		back(l, 1);
		return true;
	case INPUT_DOWN:
	case 'j':
		forth(l, 1);
		return true;
	case INPUT_PAGE_UP:
		back(l, l->height);
		return true;
	case INPUT_PAGE_DOWN:
	case ' ':
		forth(l, l->height);
		return true;
	case INPUT_HOME:
	case 'g':
		list_choose(l, 0);
		return true;
	case INPUT_END:
	case 'G':
		list_choose(l, l->nr);
		return true;
	default:
		return false;
	}
}

size_t list_seen(const struct list *l)
{
	return MIN(l->height, l->nr - l->top);
}
