/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/export/label.h - the option --label=KEY=VALUE, which may be given several
 * times.
 */
#ifndef CLI_EXPORT_LABEL_H
#define CLI_EXPORT_LABEL_H

#include "cli/options.h"
#include "heap/labels.h"

#define LABEL_OPTION(help) \
	{ "label", OPTION_LABEL, "KEY=VALUE", 0, (help), 0 }

/*
 * Add the label `arg` to `labels`, which the caller releases.  Returns 0; or
 * EINVAL when it is none, or one too many, and that has been printed.
 */
error_t label_parse(const struct argp_state *state, const char *arg,
		    struct str_vec *labels);

#endif
