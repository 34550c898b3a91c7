/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "target/proc.h"
#include "target/processes/called.h"

/* TASK_COMM_LEN of the kernel, without the NUL. */
#define COMM_MAX 15

/* The word behind `word`, in words with NULs behind them; NULL: none. */
static const char *next_word(const struct str *command, const char *word)
{
	const char *end = command->s + command->len;

	word += strlen(word) + 1;
	return word < end ? word : NULL;
}

/*
 * The options of CPython end with the script or with -m MODULE.  Sets *module
 * for the latter.  NULL: there is neither, as with -c.
 */
static const char *find_script(const struct str *command, bool *module)
{
	const char *word = next_word(command, command->s);

	*module = false;
	while (word && word[0] == '-' && word[1]) {
		const char *c = word + 1;

		if (*c == '-') {
			/* --check-hash-based-pycs MODE; --: the end */
			word = next_word(command, word);
			if (!c[1])
				break;
			if (word && !strcmp(c, "-check-hash-based-pycs"))
				word = next_word(command, word);
			continue;
		}
		c += strcspn(c, "cmWX");
		if (*c == 'c')
			return NULL;
		*module = *c == 'm';
		if (*c && c[1]) {
			if (*module)
				return c + 1;
		} else if (*c) {
			word = next_word(command, word);
			if (*module)
				return word;
		}
		word = word ? next_word(command, word) : NULL;
	}
	return word;
}

static bool is_script(const struct str *command, const char *name)
{
	size_t len = strlen(name);
	bool module;
	const char *script = find_script(command, &module);

	if (!script)
		return false;
	if (module)
		return !strcmp(script, name);
	script = path_base(script);
	return !strncmp(script, name, len) &&
	       (!script[len] || !strcmp(script + len, ".py"));
}

/* What a process writes over its arguments may begin with its name: "gunicorn:
 * worker [app]", "celeryd: ...". */
static bool is_title(const char *title, const char *name)
{
	size_t len = strlen(name);
	const char *start;

	if (!strcmp(path_base(title), name))
		return true;
	start = title;
	for (const char *c = title; *c && *c != ' '; c++)
		if (*c == '/')
			start = c + 1;
	return !strncmp(start, name, len) &&
	       (start[len] == ':' || start[len] == ' ');
}

bool called_so(const char *comm, const struct str *command, const char *name)
{
	size_t len = strlen(name);

	if (!len)
		return false;
	if (!strncmp(comm, name, len > COMM_MAX ? COMM_MAX : len + 1) &&
	    strlen(comm) == (len > COMM_MAX ? COMM_MAX : len))
		return true;
	return command->len &&
	       (is_title(command->s, name) || is_script(command, name));
}

bool called_pid(pid_t pid, const char *name)
{
	CLEANUP(closep) int dir = proc_open(pid);
	CLEANUP(closep) int other = -1;
	CLEANUP(str_release) struct str command = STR_INIT;
	CLEANUP(freep) char *comm = NULL;
	pid_t tid;

	if (dir < 0)
		return false;
	other = proc_open_other(dir, &tid);
	comm = proc_comm(dir);
	if (!proc_read(other < 0 ? dir : other, "cmdline", &command))
		str_cut(&command, 0);
	return called_so(comm, &command, name);
}
