/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPython within a program that is none: a libpython, loaded so that nobody
 * else sees its symbols, in a thread that is not the main one.
 *
 * usage: PROGRAM LIBPYTHON SCRIPT [fork | OTHER]
 *
 * With "fork", the program has it loaded, and a child starts it.  OTHER is one
 * more libpython, which is loaded, at a lower address, and not started.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static char **arguments;
static char *other;	/* or NULL */

static void *need(void *library, const char *name)
{
	void *at = dlsym(library, name);

	if (!at) {
		fprintf(stderr, "no %s\n", name);
		exit(1);
	}
	return at;
}

static void *run(void *unused)
{
	void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
	void (*start)(int);
	int (*execute)(const char *, void *);

	(void)unused;
	if (!library || (other && !dlopen(other, RTLD_NOW | RTLD_LOCAL))) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	*(void **)&start = need(library, "Py_InitializeEx");
	*(void **)&execute = need(library, "PyRun_SimpleStringFlags");
	start(0);
	execute(arguments[2], NULL);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 3 && argc != 4)
		return 2;
	arguments = argv;
	if (argc == 4 && strcmp(argv[3], "fork") != 0) {
		other = argv[3];
	} else if (argc == 4) {
		if (!dlopen(argv[1], RTLD_NOW | RTLD_LOCAL))
			return 1;
		if (fork()) {
			pause();
			return 0;
		}
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	}
	if (pthread_create(&thread, NULL, run, NULL))
		return 1;
	pause();
	return 0;
}
