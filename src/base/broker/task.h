/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/broker/task.h - the worker's side: what it asks the broker for.
 *
 * pyheld runs as two processes.  The broker has what the user gave it: it opens
 * processes and files.  The worker, its child, has nothing (sandbox.h) and does
 * all that interprets bytes.  A function that needs a name of the file system,
 * or a process, asks where it runs:
 *
 *	if (task_is_worker())
 *		return task_open(TASK_INPUT, path);
 *
 * With --no-sandbox there is one process, and no task.
 *
 * Requests go out one at a time, and only by the main thread; each has one
 * reply.  When the broker is gone, the worker ends, silently; when a message
 * fails for another reason, it says so (die()).
 */
#ifndef BASE_BROKER_TASK_H
#define BASE_BROKER_TASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/broker/packet.h"
#include "base/error.h"
#include "base/log.h"

/*
 * What can be asked for.  The texts and numbers of a request, then those of its
 * reply, which stand behind the error (task_reply_error()); fd: a descriptor
 * that comes with the reply, if there is no error.
 */
enum task_kind {
	/* A file that the user named, or one in a folder that the user named:
	 * path; fd.  It is opened for reading. */
	TASK_INPUT = 1,
	/* A program or library: root, path; fd.  See file_open_below(). */
	TASK_BELOW,
	/* The same by its build-id, from debuginfod: bytes; fd. */
	TASK_FETCH,
	/* What is there?  path; enum input_kind. */
	TASK_KIND,
	/* A file without a name: fd.  See scratch_file(). */
	TASK_SCRATCH,
	/* Free memory: bytes.  See room_left(). */
	TASK_ROOM,
	/* Output files: see base/files/newfile.h.  FIND path; number from 1,
	 * maybe fd; 0: nobody reads the FIFO yet, ask again.  CREATE number,
	 * mode; fd.  PUBLISH number, sync.  END number: what is not published
	 * is removed, and the number is free. */
	TASK_OUTPUT_FIND,
	TASK_OUTPUT_CREATE,
	TASK_OUTPUT_PUBLISH,
	TASK_OUTPUT_END,
	/* Have the user type the name of an output file, where the cursor is;
	 * path.  EINTR: ask again. */
	TASK_OUTPUT_TYPED,
	/* A folder for outputs: path, enum folder_make. */
	TASK_FOLDER,
	/* The broker logs, too, and what it runs on: enum log_level. */
	TASK_LOG,
	/* A sample by another process: see cli/top/sampler.h.  START pid,
	 * start_time, start_ticks, taken_at, path or NULL; pid, its stdout and
	 * stderr.  END stop; the exit status + 1, 0: a signal. */
	TASK_SAMPLE_START,
	TASK_SAMPLE_END,
	/* Processes: see target/remote/. */
	TASK_PROCESS_OPEN,
	TASK_PROCESS_PEEK,
	TASK_PROCESS_FILE,
	TASK_PROCESS_SNAPSHOT,
	TASK_PROCESS_CHILDREN,
	/* Those of the machine, or some of them: a query; a census. */
	TASK_PROCESS_CENSUS,
	/* More of one of them: pid; its details. */
	TASK_PROCESS_DETAILS,
	/* What one of them has mapped: pid, 1: its libpython, 0: its program;
	 * fd. */
	TASK_PROCESS_MAPPED,
	/* Does it run?  pid; 0 or 1. */
	TASK_PROCESS_ALIVE,
	TASK_PROCESS_CLOSE,
	TASK_NR_KINDS
};

/*
 * What the worker is doing, for the case that it dies: in memory that both
 * processes share.  The broker takes nothing in it for granted.
 */
#define TASK_TYPE_MAX 256
#define TASK_SCREEN_END_MAX 512

struct task_note {
	/* The type whose tp_traverse is or was emulated, with a NUL. */
	char type[TASK_TYPE_MAX];
	uint64_t traverse;	/* the address of that function */
	/* No bools: what a worker writes may be neither true nor false. */
	uint8_t emulates;	/* it is running */
	/* Something was printed or written: the command can't be run again. */
	uint8_t has_output;
	/* While a screen is open: what ends it, to be written to stdout. */
	uint16_t screen_end_len;
	char screen_end[TASK_SCREEN_END_MAX];
};

/* From now on this process is the worker.  `note` is NULL in tests. */
void task_begin(int socket, struct task_note *note);
bool task_is_worker(void);

/* Ask, and wait for the reply.  `request` is released.  The caller releases
 * *reply, in which the reader is behind the error. */
struct error *task_ask(struct packet *request, struct packet *reply,
		       struct packet_reader *reader) MUST_CHECK;

/* The same where the reply has no fields. */
struct error *task_do(struct packet *request) MUST_CHECK;

/* May the path be asked for?  False with errno: it is too long.  One of a core
 * may be. */
bool task_takes_path(const char *path);

/* Ask for a descriptor with one text, NULL or a path.  -1 and errno: there is
 * none. */
int task_open(enum task_kind kind, const char *path);
/* The same with a request that is made already, and is released. */
int task_open_with(struct packet *request);
/* Ask for a number; 0 on error. */
uint64_t task_number(enum task_kind kind, const char *path);

/* Have the broker log, too. */
void task_log(enum log_level level);
/* Say whose tp_traverse is emulated next: the name of the type, of any length,
 * and the address of the function. */
void task_set_type(const char *type, uint64_t traverse);
/* Say that its emulation begins or has ended. */
void task_set_emulates(bool emulates);
/* Say that output begins. */
void task_has_output(void);
/* Say that a screen is open, and what ends it; or, with no bytes, that it has
 * ended.  May be called by a signal's handler. */
void task_set_screen_end(const char *bytes, size_t len);

/* --- the broker's side of a reply --- */

/* Begin a reply: `err` is freed; NULL: none, and fields may follow. */
void task_reply_error(struct packet *reply, struct error *err);
/* The same by an errno; 0: none. */
void task_reply_errno(struct packet *reply, int errnum);

#endif
