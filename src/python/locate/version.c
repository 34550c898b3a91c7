/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/locate/version.h"

uint32_t version_of_size(uint64_t size)
{
	switch (size) {
	case 1464:
	case 1480:
		return 0x030800f0;
	case 656:
		return 0x030900f0;
	case 672:
	case 688:	/* 3.10 on aarch64; 3.9 there is 672 */
		return 0x030a00f0;
	}
	return 0;
}
