/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/str.h"
#include "target/elf/build-id.h"

char *build_id_hex(struct build_id id)
{
	struct str hex = STR_INIT;

	for (size_t i = 0; i < id.len; i++)
		str_addf(&hex, "%02x", id.bytes[i]);
	return str_take(&hex);
}

char *build_id_path(const char *folder, const char *hex, const char *suffix)
{
	if (!hex || strlen(hex) < 4)
		return NULL;
	return xasprintf("%s/.build-id/%.2s/%s%s", folder, hex, hex + 2,
			 suffix);
}
