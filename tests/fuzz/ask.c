/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/ledger.h"
#include "analysis/summary.h"
#include "output/memory/memory.h"
#include "output/reports/summary.h"
#include "ask.h"

void ask_summary(struct heap *h, struct str *out)
{
	CLEANUP(summary_release) struct summary s = { 0 };
	const struct format format = { .header = true };

	summary_build(h, NULL, SUMMARY_BY_NAME, &s);
	summary_text(h, &s, 0, &format, out);
	json_decref(summary_json(h, &s, 0));
}

void ask_memory(struct heap *h, struct str *out)
{
	CLEANUP(ledger_release) struct ledger l = { 0 };
	const struct memory_shown shown = { .limit = 2 };
	const struct format format = { .header = true };

	if (h->memory.basis == MEMORY_UNKNOWN)
		return;
	ledger_build(h, &l);
	memory_text(h, &l, &shown, &format, out);
	json_decref(memory_json(h, &l, &shown));
}
