/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/status.h - the exit statuses of pyheld, as pyheld(1) documents them.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

enum {
	STATUS_OK = 0,
	STATUS_LIMIT = 1,	/* the target crosses a limit that was given */
	STATUS_USAGE = 2,	/* the command line is wrong */
	STATUS_FAILED = 3,	/* the target can't be read */
	STATUS_PARTIAL = 4,	/* done, but not all could be read */
};

#endif
