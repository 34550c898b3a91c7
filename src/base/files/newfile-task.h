/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/files/newfile-task.h - newfile.h in the worker: the broker does it.
 *
 * Each function is the one of newfile.h without "task_".  The broker knows the
 * file by the number in struct newfile, and removes a temporary file when the
 * worker ends without having published it.
 */
#ifndef BASE_FILES_NEWFILE_TASK_H
#define BASE_FILES_NEWFILE_TASK_H

#include "base/files/newfile-data.h"

struct error *newfile_task_find(struct newfile *f, const char *path, int *fd)
	MUST_CHECK;
int newfile_task_create(struct newfile *f, mode_t mode);
struct error *newfile_task_publish(struct newfile *f, bool sync) MUST_CHECK;
/* Not to be called in handlers of signals; then the broker does it anyway. */
void newfile_task_release(struct newfile *f);

#endif
