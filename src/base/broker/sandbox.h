/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/broker/sandbox.h - take from a process all that it does not need.
 *
 * pyheld interprets bytes that others wrote: it decodes, decompresses and runs
 * them in an emulator.  The process that does so is the worker.  It gets what
 * it works on from its parent, as descriptors that are open, and it must not be
 * able to do anything else, even if those bytes take it over.
 *
 * The worker keeps: its descriptors, to read, write and map them; memory; the
 * clocks; signals to itself; threads; a terminal that is open; messages on one
 * socket.  base/broker/sandbox-filter.c has the list of system calls, and says
 * why each is left.
 */
#ifndef BASE_BROKER_SANDBOX_H
#define BASE_BROKER_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/* A build with AddressSanitizer has no filter of system calls. */
#ifdef __SANITIZE_ADDRESS__
#define SANDBOX_HAS_FILTER 0
#else
#define SANDBOX_HAS_FILTER 1
#endif

/* What of it is in force. */
struct sandbox {
	/* It was root, and is nobody (65534), without groups.  False where it
	 * was not root: it keeps its user, as it has no choice. */
	bool other_user;
	/* It has no capability and can't get one.  Root's bounding set is empty
	 * as well; that of others stays, but without use to them. */
	bool no_capabilities;
	bool no_new_privileges;
	bool filter;		/* of system calls: sandbox-filter.h */
	/* There is a limit of its memory or of its CPU time; whoever set it. */
	bool limits;
	/* What should be in force and is not, with the cause, as phrases for a
	 * warning: "no filter of system calls (the kernel refuses it)".  "":
	 * nothing is missing. */
	char missing[160];
};

/*
 * Take every privilege from this process, for good.  Only the thread that calls
 * it may exist; threads that it makes later have no more than it has.
 *
 * `socket` is the worker's end of a socketpair(AF_UNIX, SOCK_SEQPACKET) which
 * its parent made.  It is the only socket for messages.  Other descriptors
 * stay as they are: the caller closes what the worker must not have.
 *
 * From now on this process gets SIGKILL when its parent ends (the thread that
 * forked it, to be exact: prctl(2), PR_SET_PDEATHSIG).  If the parent has ended
 * already, this does not return.
 *
 * If the kernel lacks or refuses something, all else is taken, and `missing`
 * has it.  With AddressSanitizer there is no filter: it opens /proc/self/maps,
 * and its search for leaks uses ptrace.
 *
 * What must be opened by its name must be open before: the terminal and its
 * description (terminfo), the time zone (tzset()), libraries for dlopen().
 */
void sandbox_enter(int socket, struct sandbox *ret);

/*
 * Limit this process: it can map `memory` bytes more than now of what
 * RLIMIT_DATA counts (private memory that is writable, used or not), and use
 * `cpu_seconds` of CPU time in its life.  Memory beyond fails with ENOMEM.  At
 * `cpu_seconds` SIGXCPU comes, each second again, and SIGKILL 5 seconds later.
 *
 * UINT64_MAX: no limit of memory.  0: none of CPU time.  A limit that is
 * already stricter stays.
 *
 * To be called before sandbox_enter(), as it reads /proc/self/statm.  Unicorn
 * maps a gigabyte for each engine, which counts.
 */
void sandbox_limit(uint64_t memory, unsigned int cpu_seconds);

#endif
