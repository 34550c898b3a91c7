/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"
#include "target/live/snapshot/pause.h"
#include "target/live/snapshot/stop.h"

/* What is copied to learn how long it takes. */
#define SAMPLE_BYTES (32ULL << 20)
/* A stop that lasts longer is announced. */
#define LONG_NS 1000000000ULL

/* How long all will take; 0: so little that it does not matter.  It is measured
 * with the priority that the copy has under a stop. */
static struct error *estimate(struct copy *copy, uint64_t *ns, uint64_t *bytes)
{
	int priority = getpriority(PRIO_PROCESS, 0);
	uint64_t begun, copied;
	struct error *err;

	setpriority(PRIO_PROCESS, 0, STOP_PRIORITY);
	begun = monotonic_ns();
	err = copy_sample(copy, SAMPLE_BYTES, &copied, bytes);
	*ns = 0;
	if (!err && copied)
		*ns = (uint64_t)((double)(monotonic_ns() - begun) * *bytes /
				 copied);
	setpriority(PRIO_PROCESS, 0, priority);
	return err;
}

static struct error *refused(const struct target *t, uint64_t ns,
			     uint64_t bytes, uint64_t max_ms)
{
	return error_new(ERR_SYSTEM, "process %d would stand still for about "
			 "%.3g s while %.0f MiB are copied, and --max-pause "
			 "allows %.3g s", (int)t->pid, ns / 1e9,
			 bytes / 1048576.0, max_ms / 1e3);
}

/* There may be a line of progress, which is shown again. */
static void announce(const struct target *t, uint64_t ns, uint64_t bytes)
{
	fprintf(stderr, "%spyheld: process %d will stand still for about %.2g "
		"s while %.1f GiB are copied\n",
		isatty(STDERR_FILENO) ? "\r\033[K" : "", (int)t->pid,
		ns / 1e9, bytes / 1073741824.0);
}

struct error *pause_expect(struct pause *p, const struct target *t,
			   const struct snapshot_options *options,
			   struct copy *copy)
{
	uint64_t ns, bytes;
	struct error *err;

	if (p->expected)
		return NULL;
	p->most_ns = MIN(options->max_pause_ms, UINT64_MAX / 1000000) * 1000000;
	err = estimate(copy, &ns, &bytes);
	if (err)
		return err;
	if (p->most_ns && ns > p->most_ns)
		return refused(t, ns, bytes, options->max_pause_ms);
	if (options->announces && ns > LONG_NS)
		announce(t, ns, bytes);
	p->expected = true;
	return NULL;
}

void pause_begin(struct pause *p)
{
	uint64_t now = monotonic_ns();

	p->until = p->most_ns && p->most_ns < UINT64_MAX - now ?
		   now + p->most_ns : UINT64_MAX;
}

bool pause_may_last(const struct pause *p)
{
	return monotonic_ns() < p->until;
}

struct error *pause_was_too_long(const struct pause *p, const struct target *t)
{
	return error_new(ERR_SYSTEM, "process %d stood still for longer than "
			 "%.3g s, which --max-pause allows: it runs again, and "
			 "there is no copy", (int)t->pid, p->most_ns / 1e9);
}
