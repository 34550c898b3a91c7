/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image-elsewhere.h"

struct image_test_elsewhere {
	char c;
	int member;
};

int image_test_member(const struct image_test_elsewhere *p)
{
	return p->member + p->c;
}
