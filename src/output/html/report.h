/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/html/report.h - all that is known of a process, in one HTML file.
 *
 * The file needs nothing else: the page, its style, its scripts and the data
 * are in it, and a policy in its head forbids to load anything.  The data is
 * the JSON of the commands, so that each fact has one shape in all of pyheld.
 */
#ifndef OUTPUT_HTML_REPORT_H
#define OUTPUT_HTML_REPORT_H

#include "analysis/collect.h"
#include "analysis/cycles.h"
#include "analysis/retained-cut.h"
#include "analysis/summary.h"
#include "output/leaks/leaks.h"
#include "output/reports/diff.h"

/* All that a report is made of; what it points to is the caller's. */
struct report_found {
	struct heap *heap;
	const char *version;	/* of pyheld */
	const struct summary *summary;
	const struct leaks_found *leaks;	/* with the ledger, if known */
	const struct heap *older;	/* the oldest; NULL: there is none */
	const struct diff_found *diff;	/* NULL: there is no older heap */
	const struct cycles *cycles;
	const struct reach *reach;	/* of `cycles` */
	const struct garbage *garbage;
	const struct collect *collect;
	struct retained_view *view;
	const struct cut_node_vec *nodes;	/* of `view` */
};

/*
 * What the page shows:
 *
 *	"version"	text
 *	"captures"	[{"taken_at", "resident", "objects", "bytes"}], oldest
 *			first, the process itself last; null where not known
 *	"summary", "leaks", "memory", "cycles", "garbage", "diff"
 *			as the commands of these names say it, but of each
 *			thread at most 500 frames, and their number as
 *			"nr_frames", no members of cycles and no addresses;
 *			"memory" is null without a ledger, "diff" without an
 *			older heap
 *	"frames"	see frames_json()
 *	"tree"		see tree_json()
 *
 * A new reference.
 */
json_t *report_json(const struct report_found *r);

/*
 * Write the page with its data.
 *
 * ERR_SYSTEM: it can't be written, or there are no random bytes.  What stays in
 * the buffer of `out` is not checked: see fflush().
 */
struct error *report_write(const json_t *data, FILE *out) MUST_CHECK;

#endif
