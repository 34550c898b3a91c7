/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <poll.h>
#include <time.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "cli/sampling/wait.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal UNUSED)
{
	interrupted = 1;
}

void wait_catch_interrupts(sigset_t *sleeping)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	sigset_t ours;

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigprocmask(SIG_BLOCK, &ours, sleeping);
	sigdelset(sleeping, SIGINT);
	sigdelset(sleeping, SIGTERM);
}

uint64_t wait_now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

bool wait_until(uint64_t ms, const sigset_t *sleeping)
{
	uint64_t now;

	do {
		struct timespec left = { 0, 0 };

		now = wait_now_ms();
		if (now < ms) {
			left.tv_sec = (time_t)((ms - now) / 1000);
			left.tv_nsec = (long)((ms - now) % 1000 * 1000000);
		}
		ppoll(NULL, 0, &left, sleeping);
	} while (!interrupted && now < ms);
	return !interrupted;
}
