/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "cli/export/formats.h"
#include "cli/outfile.h"
#include "cli/progress.h"
#include "output/export/dot.h"
#include "output/export/folded.h"
#include "output/export/heapsnapshot.h"
#include "output/export/jsonl.h"
#include "output/export/pprof.h"
#include "output/export/speedscope.h"
#include "output/stacks/stacks-build.h"

static struct error *stream_jsonl(struct session *s,
				  const struct export_options *o UNUSED,
				  FILE *out)
{
	return jsonl_write(&s->heap, out);
}

/* --- profiles --- */

static struct error *stream_folded(struct session *s,
				   const struct export_options *o, FILE *out)
{
	CLEANUP(stacks_release) struct stacks stacks;
	struct error *err = stacks_build(&s->heap, STACKS_MAX_FRAMES, &stacks);

	return err ? err : folded_write(&stacks, o->value, out);
}

static struct error *stream_speedscope(struct session *s,
				       const struct export_options *o UNUSED,
				       FILE *out)
{
	CLEANUP(stacks_release) struct stacks stacks;
	struct error *err = stacks_build(&s->heap, STACKS_MAX_FRAMES, &stacks);

	return err ? err : speedscope_write(&stacks, &s->heap, out);
}

static struct error *stream_pprof(struct session *s,
				  const struct export_options *o UNUSED,
				  FILE *out)
{
	CLEANUP(stacks_release) struct stacks stacks;
	struct error *err = stacks_build(&s->heap, STACKS_MAX_FRAMES, &stacks);

	return err ? err : pprof_write(&stacks, &s->heap, out);
}

/* --- all of them --- */

const char export_bar_words[] =
#define EXPORT_FORMAT(name) "|" #name
#include "cli/export/formats.def"
#undef EXPORT_FORMAT
	;

static struct error *stream_heapsnapshot(struct session *s,
					 const struct export_options *o UNUSED,
					 FILE *out)
{
	return heapsnapshot_write(&s->heap, out);
}

static struct error *stream_dot(struct session *s,
				const struct export_options *o, FILE *out)
{
	return dot_write(&s->heap, o->object, o->common.has_limit ?
			 o->common.limit : DOT_NODES_USUAL, out);
}

#define ROW(word, ...) [EXPORT_##word] = { #word, __VA_ARGS__ }

const struct export_format export_formats[NR_EXPORT_FORMATS] = {
	ROW(jsonl, .stream = stream_jsonl),
	ROW(sqlite, .details = true, .needs_output = true,
	    .write = export_tables_sqlite),
	ROW(csv, .details = true, .needs_output = true,
	    .write = export_tables_csv),
	ROW(heapsnapshot, .details = true, .stream = stream_heapsnapshot),
	ROW(dot, .around = true, .stream = stream_dot),
	ROW(folded, .details = true, .has_value = true,
	    .stream = stream_folded),
	ROW(speedscope, .details = true, .stream = stream_speedscope),
	ROW(pprof, .details = true, .is_binary = true,
	    .stream = stream_pprof),
};

static struct error *write_stream(struct session *s,
				  const struct export_options *o)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	struct error *err = outfile_open(&out, o->file);

	if (!err)
		err = export_formats[o->format].stream(s, o, out.stream);
	if (!err && s->heap.failed)
		return NULL;	/* session_check() prints it */
	return err ? err : outfile_close(&out);
}

struct error *export_write(struct session *s, const struct export_options *o)
{
	const struct export_format *format = &export_formats[o->format];

	/* On a terminal, the line of progress would be among the results. */
	if (!o->file && isatty(STDOUT_FILENO))
		progress_stop();
	else
		progress_start("writing");
	return format->stream ? write_stream(s, o) : format->write(s, o);
}
