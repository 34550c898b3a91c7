/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/broker/sandbox.h"
#include "base/broker/sandbox-filter.h"
#include "base/compiler.h"
#include "base/process.h"
#include "base/rlimit.h"

#define NOBODY 65534
/* From SIGXCPU to SIGKILL. */
#define GRACE_SECONDS 5

static void miss(struct sandbox *s, const char *what, const char *why)
{
	size_t len = strlen(s->missing);

	snprintf(s->missing + len, sizeof(s->missing) - len, "%s%s (%s)",
		 len ? ", " : "", what, why);
}

/* Whatever it got by PR_SET_PDEATHSIG: it is as if the parent ended now. */
static void end_without_parent(int socket)
{
	struct ucred maker;
	socklen_t size = sizeof(maker);

	if (!getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &maker, &size) &&
	    maker.pid == getppid())
		return;
	kill(getpid(), SIGKILL);
}

/* Needs CAP_SETPCAP: root's worker has it until it changes its user. */
static void empty_bounding_set(void)
{
	for (unsigned long i = 0; !prctl(PR_CAPBSET_DROP, i, 0, 0, 0); i++)
		;
}

static void change_user(struct sandbox *s)
{
	if (geteuid())
		return;
	/* Not allowed in some user namespaces; all else still is. */
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY))
		miss(s, "it keeps its groups", strerror(errno));
	if (setresuid(NOBODY, NOBODY, NOBODY))
		miss(s, "it is still root's", strerror(errno));
	else
		s->other_user = true;
}

/* The inheritable, permitted and effective set.  The ambient set is a part of
 * the permitted one. */
static void drop_capabilities(struct sandbox *s)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none))
		miss(s, "it keeps its capabilities", strerror(errno));
	else
		s->no_capabilities = true;
}

static void forbid_new_privileges(struct sandbox *s)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		miss(s, "no promise of no new privileges", strerror(errno));
	else
		s->no_new_privileges = true;
}

static void filter_calls(int socket, struct sandbox *s)
{
	static const char what[] = "no filter of system calls";

	if (!SANDBOX_HAS_FILTER) {
		miss(s, what, "AddressSanitizer needs more of them");
		return;
	}
	if (!sandbox_filter_load(socket))
		miss(s, what, "the kernel refuses it");
	else if (!sandbox_filter_holds())
		miss(s, what, "it has holes");
	else
		s->filter = true;
}

static bool is_limited(__rlimit_resource_t which)
{
	struct rlimit limit;

	return !getrlimit(which, &limit) && limit.rlim_cur != RLIM_INFINITY;
}

void sandbox_enter(int socket, struct sandbox *ret)
{
	*ret = (struct sandbox){ .limits = is_limited(RLIMIT_DATA) ||
					   is_limited(RLIMIT_AS) ||
					   is_limited(RLIMIT_CPU) };
	empty_bounding_set();
	change_user(ret);
	drop_capabilities(ret);
	/* A change of the user undoes both of these. */
	process_forbid_cores();
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	end_without_parent(socket);
	forbid_new_privileges(ret);
	filter_calls(socket, ret);
}

/* Both limits, unless they are stricter already.  Is `soft` in force now? */
static bool lower(__rlimit_resource_t which, rlim_t soft, rlim_t hard)
{
	struct rlimit limit;

	if (getrlimit(which, &limit))
		return false;
	/* RLIM_INFINITY is the largest value. */
	limit.rlim_max = MIN(limit.rlim_max, hard);
	limit.rlim_cur = MIN(limit.rlim_cur, soft);
	return !setrlimit(which, &limit) && limit.rlim_cur == soft;
}

void sandbox_limit(uint64_t memory, unsigned int cpu_seconds)
{
	uint64_t used = rlimit_data_used();

	if (memory < UINT64_MAX - used &&
	    lower(RLIMIT_DATA, used + memory, used + memory))
		rlimit_data_is_own();
	if (cpu_seconds)
		lower(RLIMIT_CPU, cpu_seconds,
		      (rlim_t)cpu_seconds + GRACE_SECONDS);
}
