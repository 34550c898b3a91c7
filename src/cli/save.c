/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/outfile.h"
#include "cli/progress.h"
#include "cli/save.h"

static void show_progress(void *unused UNUSED, uint64_t done, uint64_t total)
{
	progress_at(done, total);
}

struct error *save_capture(struct heap *h, const char *file,
			   const struct capture_options *how)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	struct capture_options with_progress = *how;
	struct error *err;

	with_progress.progress = show_progress;
	progress_start("writing");
	err = outfile_open(&out, file);
	if (!err)
		err = capture_write(h, &with_progress, fileno(out.stream));
	if (!err)
		err = outfile_close(&out);
	progress_stop();
	return err ? error_wrap(err, "%s", strcmp(file, "-") ? file :
						"stdout") : NULL;
}
