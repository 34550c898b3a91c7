/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/broker/task.h"
#include "base/log.h"
#include "cli/version.h"
#include "target/proc.h"

#ifdef HAVE_UNICORN
#define WITH_EMULATOR "with the emulator"
#define EMULATOR "emulator: Unicorn"
#else
#define WITH_EMULATOR "without the emulator"
#define EMULATOR "emulator: none (built --without-unicorn): objects of" \
	" unknown C types are\n  only scanned for pointers, which may miss" \
	" references and find some\n  that do not exist"
#endif

void version_print(FILE *out)
{
	fputs(PACKAGE_NAME " " PACKAGE_VERSION "\n"
	      "reads CPython 3.8 to 3.15, free-threaded from 3.13 on, x86-64 "
	      "Linux\n"
	      EMULATOR "\n"
	      "License GPL-2.0-or-later; there is NO WARRANTY.\n", out);
}

/* The rest of the line that `field` begins; "?": there is none. */
static void add_proc_line(struct str *out, const char *path, const char *field)
{
	CLEANUP(str_release) struct str all = STR_INIT;
	const char *at = NULL;

	if (proc_read(AT_FDCWD, path, &all))
		at = strstr(all.s, field);
	if (!at) {
		str_add_char(out, '?');
		return;
	}
	at += strlen(field);
	at += strspn(at, " \t");
	str_add_bytes(out, at, strcspn(at, "\n"));
}

void version_log(void)
{
	CLEANUP(str_release) struct str scope = STR_INIT, caps = STR_INIT;
	struct utsname u = { .sysname = "?" };
	static bool done;

	if (task_is_worker()) {
		task_log(log_level);
		return;
	}
	if (!log_wants(LOG_INFO) || done)
		return;
	done = true;
	uname(&u);
	add_proc_line(&scope, "/proc/sys/kernel/yama/ptrace_scope", "");
	add_proc_line(&caps, "/proc/self/status", "CapEff:");
	log_info(PACKAGE_NAME " " PACKAGE_VERSION ", " WITH_EMULATOR);
	log_info("%s %s %s, user %ld, capabilities %s, ptrace_scope %s",
		 u.sysname, u.release, u.machine, (long)geteuid(), caps.s,
		 scope.s);
}
