/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "output/coverage.h"
#include "output/emit.h"
#include "output/html/frames.h"
#include "output/html/page.h"
#include "output/html/report.h"
#include "output/html/tree.h"
#include "output/memory/growth.h"
#include "output/reports/cycles.h"
#include "output/reports/garbage.h"
#include "output/reports/summary.h"

/* So many cycles are in the report, the largest ones. */
#define MAX_CYCLES 200
/* So many groups of garbage. */
#define MAX_GARBAGE 100
/* So many frames of each thread, the innermost ones. */
#define MAX_FRAMES 500

/* --- data --- */

static json_t *memory_of(const struct report_found *r)
{
	const struct leaks_found *l = r->leaks;
	const struct memory_shown all = { .limit = 0 };
	json_t *ret;

	if (!l->ledger)
		return json_null();
	ret = memory_json(r->heap, l->ledger, &all);
	if (l->growth)
		growth_json(&(struct memory_growth){ r->older, r->heap,
						     l->growth }, &all, ret);
	return ret;
}

/* The members of cycles are many, and the page does not show them. */
static json_t *cycles_of(const struct report_found *r)
{
	const struct cycles_shown shown = { .limit = MAX_CYCLES };
	json_t *ret = cycles_json(r->heap, r->cycles, r->reach, &shown);
	const json_t *cycles = json_object_get(ret, "cycles");

	for (size_t i = 0; i < json_array_size(cycles); i++)
		json_object_del(json_array_get(cycles, i), "members");
	return ret;
}

static json_t *garbage_of(const struct report_found *r)
{
	json_t *ret = garbage_json(r->heap, r->garbage, r->collect,
				   MAX_GARBAGE);

	json_object_del(ret, "addresses");
	return ret;
}

static json_t *capture_json(const struct heap_info *info, uint64_t resident,
			    const struct tally *all)
{
	json_t *ret = json_object();

	emit_put(ret, "taken_at", info->taken_at ?
				  emit_count(info->taken_at) : json_null());
	emit_put(ret, "resident", resident ? emit_count(resident) :
					     json_null());
	emit_put(ret, "objects", emit_count(all->nr));
	emit_put(ret, "bytes", emit_count(all->bytes));
	return ret;
}

static json_t *captures_json(const struct report_found *r)
{
	const struct diff_found *d = r->diff;
	const struct tally all = { r->heap->nr_objects,
				   r->view->dominators.all_bytes };
	json_t *ret = json_array();

	for (size_t i = 0; d && i < d->series->nr; i++)
		emit_push(ret, capture_json(d->infos[i], d->infos[i]->resident,
					    &d->series->all[i]));
	if (!d)
		emit_push(ret, capture_json(&r->heap->info,
					    r->heap->info.resident, &all));
	return ret;
}

/* A recursion may have a million frames.  "nr_frames" says how many. */
static void cut_frames(const json_t *threads)
{
	for (size_t i = 0; i < json_array_size(threads); i++) {
		json_t *thread = json_array_get(threads, i);
		json_t *frames = json_object_get(thread, "frames");
		size_t nr = json_array_size(frames);

		emit_put(thread, "nr_frames", emit_count(nr));
		for (; nr > MAX_FRAMES; nr--)
			json_array_remove(frames, nr - 1);
	}
}

static json_t *summary_of(const struct report_found *r)
{
	json_t *ret = summary_json(r->heap, r->summary, 0);

	emit_put(ret, "coverage", coverage_json(r->heap));
	cut_frames(json_object_get(ret, "threads"));
	return ret;
}

json_t *report_json(const struct report_found *r)
{
	json_t *ret = json_object();

	emit_put(ret, "version", emit_text(r->version));
	emit_put(ret, "captures", captures_json(r));
	emit_put(ret, "summary", summary_of(r));
	emit_put(ret, "leaks", leaks_json(r->leaks));
	emit_put(ret, "memory", memory_of(r));
	emit_put(ret, "cycles", cycles_of(r));
	emit_put(ret, "garbage", garbage_of(r));
	emit_put(ret, "diff", r->diff ? diff_json(r->diff) : json_null());
	emit_put(ret, "frames", frames_json(r->view));
	emit_put(ret, "tree", tree_json(r->view, r->nodes));
	return ret;
}

/* --- the page --- */

/*
 * The scripts and the style are named by a number that nobody can know before:
 * what a target has in its text is run by no browser, even if it came to be
 * taken for HTML.
 */
#define NONCE_BYTES 16

static struct error *make_nonce(char ret[2 * NONCE_BYTES + 1])
{
	unsigned char random[NONCE_BYTES];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return error_errno(ERR_SYSTEM, errno, "no random bytes");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(ret + 2 * i, 3, "%02x", random[i]);
	return NULL;
}

static void write_head(const char *nonce, FILE *out)
{
	fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\""
		"default-src 'none'; script-src 'nonce-%s'; style-src"
		" 'nonce-%s'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width,"
		" initial-scale=1\">\n<title>pyheld</title>\n"
		"<style nonce=\"%s\">\n", nonce, nonce, nonce);
}

static void write_part(const struct page_part *part, FILE *out)
{
	fwrite(part->v, 1, part->len, out);
}

/* Within a script element, "<" may begin "</script>" or "<!--".  In JSON it
 * stands only in strings, where it may be escaped. */
static int write_escaped(const char *text, size_t len, void *stream)
{
	FILE *out = stream;

	for (size_t i = 0; i < len; i++)
		if (text[i] == '<')
			fputs("\\u003c", out);
		else
			putc_unlocked(text[i], out);
	return ferror(out) ? -1 : 0;
}

struct error *report_write(const json_t *data, FILE *out)
{
	char nonce[2 * NONCE_BYTES + 1];
	struct error *err = make_nonce(nonce);

	if (err)
		return err;
	write_head(nonce, out);
	write_part(&page_style, out);
	fputs("</style>\n</head>\n<body>\n", out);
	write_part(&page_body, out);
	fputs("<script type=\"application/json\" id=\"data\">", out);
	if (json_dump_callback(data, write_escaped, out, JSON_COMPACT) &&
	    !ferror(out))
		out_of_memory();
	fputs("</script>\n", out);
	for (size_t i = 0; i < nr_page_scripts; i++) {
		fprintf(out, "<script nonce=\"%s\">\n", nonce);
		write_part(&page_scripts[i], out);
		fputs("</script>\n", out);
	}
	fputs("</body>\n</html>\n", out);
	return ferror(out) ? error_errno(ERR_SYSTEM, errno, "can't write") :
			     NULL;
}
