/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <xxhash.h>

#include "base/alloc.h"
#include "heap/capture/identity.h"

static bool has_boot(const struct heap_info *info)
{
	return info->boot && *info->boot;
}

bool identity_is_hidden(const struct heap_info *info)
{
	return info->redaction == REDACT_ALL && has_boot(info) &&
	       !info->start_ticks;
}

bool identity_is_known(const struct heap_info *info)
{
	return has_boot(info) &&
	       (info->start_ticks || identity_is_hidden(info));
}

int64_t identity_pid(const struct heap_info *info)
{
	return info->inner_pid ? info->inner_pid : info->pid;
}

void identity_add(const struct heap_info *info, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	XXH128_hash_t hash;

	if (identity_is_hidden(info)) {
		str_add(out, info->boot);
		return;
	}
	if (!identity_is_known(info))
		return;
	str_addf(&text, "%s %" PRIu64 " %" PRIi64 " %" PRIu64, info->boot,
		 info->pid_namespace, identity_pid(info), info->start_ticks);
	hash = XXH3_128bits(text.s, text.len);
	str_addf(out, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
		 (uint64_t)hash.low64);
}

void identity_hide(const struct heap_info *from, struct heap_info *to)
{
	struct str hash = STR_INIT;

	identity_add(from, &hash);
	to->boot = str_take(&hash);
	to->start_ticks = to->pid_namespace = 0;
	to->inner_pid = 0;
}
