/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/processes/census-read.h - read /proc for target/processes/census.h.
 */
#ifndef TARGET_PROCESSES_CENSUS_READ_H
#define TARGET_PROCESSES_CENSUS_READ_H

#include "base/error.h"
#include "target/processes/census.h"

/* More processes than that are not looked at. */
#define CENSUS_MAX ((size_t)65536)

/*
 * Add the processes, without threads of the kernel and zombies; those that
 * start or exit meanwhile may be missing.  At most `max` are looked at, the
 * others are counted.  ERR_UNSUPPORTED, ERR_SYSTEM: /proc is that of another
 * PID namespace, or can't be read.
 */
struct error *census_read(const struct census_query *q, size_t max,
			  struct census *ret) MUST_CHECK;

/*
 * Read the details of the process `pid` that started at `start_ticks`; what
 * can't be read is "" or "?".  The caller releases the zeroed *ret, after an
 * error too.
 *
 * ERR_GONE: it has ended; its PID may be that of another one.
 */
struct error *census_read_details(pid_t pid, uint64_t start_ticks,
				  struct census_details *ret) MUST_CHECK;

/* A descriptor of the program, or of the libpython, that this process has
 * mapped, which the caller closes; -1: it can't be opened. */
int census_read_file(pid_t pid, uint64_t start_ticks, bool library);

#endif
