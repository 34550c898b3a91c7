/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export/label.h"

error_t label_parse(const struct argp_state *state, const char *arg,
		    struct str_vec *labels)
{
	if (!labels_is_one(arg))
		return options_error(state, "--label: '%s' is not KEY=VALUE,"
				     " with a KEY of letters, digits and _",
				     arg);
	if (!labels_set(labels, arg))
		return options_error(state, "--label: more than %d are not"
				     " possible", LABELS_MAX);
	return 0;
}
