/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#include "heap/capture/identity.h"
#include "output/emit.h"
#include "output/export/fleet.h"

const char *const fleet_columns[NR_FLEET_COLUMNS] = {
	[FLEET_HOSTNAME] = "hostname",
	[FLEET_PID] = "pid",
	[FLEET_PROCESS] = "process",
	[FLEET_START_TIME] = "start_time",
	[FLEET_TAKEN_AT] = "taken_at",
	[FLEET_LABELS] = "labels",
	[FLEET_CAPTURE] = "capture",
};

bool fleet_replaces(const char *column)
{
	for (size_t i = 0; i < NR_FLEET_COLUMNS; i++)
		if (!strcmp(column, fleet_columns[i]))
			return true;
	return !strcmp(column, "host") || !strcmp(column, "date");
}

/* --- times --- */

/* Years that all have four digits; a capture may have any number. */
#define LAST_TIME UINT64_C(253402300799)

/* False: it is unknown. */
static bool split_time(uint64_t seconds, struct tm *ret)
{
	time_t t = (time_t)seconds;

	return seconds && seconds <= LAST_TIME && gmtime_r(&t, ret);
}

static void add_date(uint64_t seconds, struct str *out)
{
	struct tm tm;

	if (split_time(seconds, &tm))
		str_addf(out, "%04d-%02d-%02d", tm.tm_year + 1900,
			 tm.tm_mon + 1, tm.tm_mday);
}

static void add_time(uint64_t seconds, struct str *out)
{
	struct tm tm;

	add_date(seconds, out);
	if (split_time(seconds, &tm))
		str_addf(out, "T%02d:%02d:%02dZ", tm.tm_hour, tm.tm_min,
			 tm.tm_sec);
}

/* --- hashes --- */

static void add_hash(char letter, const struct str *of, struct str *out)
{
	str_addf(out, "%c%016" PRIx64, letter,
		 (uint64_t)XXH3_64bits(of->s, of->len));
}

static void add_process(const struct heap_info *info, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	identity_add(info, &text);
	if (!text.len && info->pid && info->start_time)
		str_addf(&text, "%" PRIi64 " %" PRIu64 " %s", info->pid,
			 info->start_time, info->host ? info->host : "");
	if (text.len)
		add_hash('p', &text, out);
}

/* The pause, or how long the copy took without one, is in nanoseconds: that
 * alone hardly happens twice.  A redacted copy has other rows, and all else is
 * the same. */
static void add_capture(const struct heap *h, struct str *out)
{
	const struct heap_info *info = &h->info;
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		 " %" PRIu32 " %zu %" PRIi64 " %" PRIu32 " ", info->taken_at,
		 info->pause_ns ? info->pause_ns : info->copy_ns,
		 info->bytes_copied, info->resident,
		 h->nr_objects, h->edges.nr, info->pid, info->redaction);
	add_process(info, &text);
	add_hash('c', &text, out);
}

/* --- labels --- */

static void add_labels(const struct str_vec *labels, struct str *out)
{
	json_t *object = json_object();
	char *text;

	for (size_t i = 0; i < labels->nr; i++) {
		const char *equals = strchr(labels->v[i], '=');
		CLEANUP(str_release) struct str key = STR_INIT;

		str_add_bytes(&key, labels->v[i],
			      (size_t)(equals - labels->v[i]));
		emit_put(object, key.s, emit_text(equals + 1));
	}
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (!text)
		out_of_memory();
	str_add(out, text);
	free(text);
}

void fleet_value(const struct heap *h, enum fleet_column column,
		 struct str *out)
{
	const struct heap_info *info = &h->info;

	switch (column) {
	case FLEET_HOSTNAME:
		str_add(out, info->host ? info->host : "");
		break;
	case FLEET_PID:
		if (info->pid)
			str_addf(out, "%" PRIi64, info->pid);
		break;
	case FLEET_PROCESS:
		add_process(info, out);
		break;
	case FLEET_START_TIME:
		add_time(info->start_time, out);
		break;
	case FLEET_TAKEN_AT:
		add_time(info->taken_at, out);
		break;
	case FLEET_LABELS:
		if (info->labels.nr)
			add_labels(&info->labels, out);
		break;
	case FLEET_CAPTURE:
		add_capture(h, out);
		break;
	case NR_FLEET_COLUMNS:
		break;
	}
}

/* --- paths --- */

/* As in FileUtils.escapePathName() of Hive.  Other characters, also those that
 * are not ASCII, stay: Hive and Spark take each %XX for a character. */
#define ESCAPED "\"#%'*/:=?\\{[]^\x7f"

void fleet_encode(const char *value, struct str *out)
{
	if (!*value)
		str_add(out, "__HIVE_DEFAULT_PARTITION__");
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < ' ' || strchr(ESCAPED, c))
			str_addf(out, "%%%02X", c);
		else
			str_add_char(out, *value);
	}
}

/* Names of files have at most 255 bytes, those of hosts 64 on Linux; but a
 * capture may say anything. */
#define HOST_BYTES 200

static void add_host(const char *host, struct str *out)
{
	CLEANUP(str_release) struct str name = STR_INIT, all = STR_INIT;

	fleet_encode(host, &name);
	if (name.len <= HOST_BYTES) {
		str_add(out, name.s);
		return;
	}
	str_add(&all, host);
	add_hash('h', &all, out);
}

void fleet_folders(const struct heap *h, struct str *out)
{
	CLEANUP(str_release) struct str date = STR_INIT;

	add_date(h->info.taken_at, &date);
	str_add(out, "host=");
	add_host(h->info.host ? h->info.host : "", out);
	str_add(out, "/date=");
	fleet_encode(date.len ? date.s : "", out);
}

void fleet_file(const struct heap *h, struct str *out)
{
	struct tm tm;

	str_addf(out, "%" PRIi64 "-", h->info.pid);
	if (split_time(h->info.taken_at, &tm))
		str_addf(out, "%02d%02d%02dZ-", tm.tm_hour, tm.tm_min,
			 tm.tm_sec);
	add_capture(h, out);
}
