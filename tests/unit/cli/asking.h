/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * asking.h - ask the broker as a worker would, or as none of ours would.
 *
 * The user has named in.txt, core and folder to be read, and out/a, folder,
 * fifo, /dev/stdout, b, c, d and e to be written.  Each test has an empty
 * folder of its own.
 */
#ifndef TESTS_UNIT_CLI_ASKING_H
#define TESTS_UNIT_CLI_ASKING_H

#include <check.h>

#include "base/broker/task.h"
#include "cli/broker/requests.h"

#define OK 0

extern struct requests asking;
extern struct packet request, reply;	/* the last ones */
extern struct packet_reader reader;	/* of the reply */

/* Fixtures of each test; run_in_folder() comes before. */
void asking_begin(void);
void asking_end(void);

/* Begin a request, to which fields are added. */
struct packet *begin(uint32_t kind);
void ask_path(uint32_t kind, const char *path);
void ask_number(uint32_t kind, uint64_t number);
void ask_numbers(uint32_t kind, uint64_t number, uint64_t second);

/* False: no worker of ours sends that. */
bool answered(void);
void expect_betrayal(void);
/* It is answered with an error of that code + 1; OK: with none.  The reader is
 * behind it. */
void expect_answer(uint64_t code);
/* It is answered with some error. */
void expect_refused(void);

void write_file(const char *path, const void *bytes, size_t len);

#endif
