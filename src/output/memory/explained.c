/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/emit.h"
#include "output/memory/explained.h"

/* Growth below this is not worth a search. */
#define WORTH_BYTES ((uint64_t)1 << 20)

static void add_whole(const struct explained *e, struct str *out)
{
	if (!e->compares) {
		format_bytes(out, e->resident);
		str_add(out, " resident");
		return;
	}
	if (!e->growth) {
		str_add(out, "resident memory has not changed: ");
		format_bytes(out, e->resident);
		return;
	}
	str_addf(out, "resident memory %s by ",
		 e->growth > 0 ? "grew" : "shrank");
	format_bytes(out, (uint64_t)(e->growth > 0 ? e->growth : -e->growth));
	str_add(out, " to ");
	format_bytes(out, e->resident);
}

static const char *next_command(const struct explained *e)
{
	return e->compares ? "pyheld memory TARGET OLDER" :
			     "pyheld memory TARGET";
}

void explained_add_share(const struct explained *e, const char *who,
			 struct str *out)
{
	if (!e->known || e->whole < WORTH_BYTES)
		return;
	if (!e->bytes) {
		str_addf(out, "this report explains none of it: %s shows what"
			 " it is", next_command(e));
		return;
	}
	str_addf(out, "%s ", who);
	if (e->bytes == e->whole) {
		str_add(out, "all of it");
		return;
	}
	format_bytes(out, e->bytes);
	str_add(out, " of it");
	if (explained_is_little(e))
		str_addf(out, ", less than half: %s shows the rest",
			 next_command(e));
}

void explained_add(const struct explained *e, const char *who, struct str *out)
{
	CLEANUP(str_release) struct str share = STR_INIT;

	if (!e->known)
		return;
	add_whole(e, out);
	explained_add_share(e, who, &share);
	if (share.len)
		str_addf(out, "; %s", share.s);
}

void explained_add_guessed(const struct heap *h, struct str *out)
{
	if (!heap_memory_is_known(&h->memory) || !h->memory.guessed)
		return;
	str_add(out, "the owners of ");
	format_bytes(out, h->memory.guessed);
	str_add(out, " are a guess: they were found by pointers alone");
}

void explained_text(const struct explained *e, const char *who,
		    const struct heap *h, const struct format *f,
		    struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT, guess = STR_INIT;

	explained_add(e, who, &line);
	if (line.len)
		format_words(out, line.s, 0, 2, f);
	explained_add_guessed(h, &guess);
	if (guess.len)
		format_words(out, guess.s, 0, 2, f);
}

void explained_json(const struct explained *e, json_t *report)
{
	emit_put(report, "resident", e->known ? emit_count(e->resident) :
						json_null());
	emit_put(report, "resident_growth", e->compares ?
		 json_integer(e->growth) : json_null());
	emit_put(report, "explained", e->known ? emit_count(e->bytes) :
						 json_null());
}

void explained_guessed_json(const struct heap *h, json_t *report)
{
	emit_put(report, "guessed", heap_memory_is_known(&h->memory) ?
		 emit_count(h->memory.guessed) : json_null());
}
