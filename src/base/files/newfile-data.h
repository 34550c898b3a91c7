/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/files/newfile-data.h - the struct of newfile.h.
 */
#ifndef BASE_FILES_NEWFILE_DATA_H
#define BASE_FILES_NEWFILE_DATA_H

#include <sys/types.h>

#include "base/files/folder.h"

struct newfile {
	struct folder_place place;
	char *temporary;	/* a name in place.folder; owned; NULL: none */
	int unnamed;		/* the file, which does not have that name yet;
				   owned; -1: it has it */
	uint64_t number;	/* in the worker: see newfile-task.h */
	/* Set before newfile_find(): it does not wait.  If it would have to,
	 * it sets `is_unread`, and there is no descriptor. */
	bool never_wait, is_unread;
};

#define NEWFILE_INIT { FOLDER_PLACE_INIT, NULL, -1, 0, false, false }

#endif
