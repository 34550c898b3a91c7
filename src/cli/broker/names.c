/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <string.h>

#include "base/alloc.h"
#include "base/files/input.h"
#include "base/log.h"
#include "cli/broker/names.h"
#include "cli/options.h"
#include "target/processes/called.h"
#include "target/live/children.h"

/* So many ancestors of a process are looked at. */
#define ANCESTORS_MAX 256
/* Files that pyheld names itself begin so. */
#define OWN_NAME "pyheld-"

/* --- the command line --- */

static error_t take_word(int key, char *arg, struct argp_state *state)
{
	struct names *n = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		str_vec_push(&n->operands, xstrdup(arg));
		return 0;
	case 'o':
	case OPTION_METRICS:
		str_vec_push(&n->outputs, xstrdup(arg));
		return 0;
	case OPTION_EXECUTABLE:
	case OPTION_SYSROOT:
		str_vec_push(&n->inputs, xstrdup(arg));
		return 0;
	case OPTION_STOP:
		str_vec_push(&n->stops, xasprintf("--stop=%s", arg));
		n->never_stops = !strcmp(arg, "never");
		return 0;
	case OPTION_PATIENCE:
		str_vec_push(&n->stops, xasprintf("--patience=%s", arg));
		return 0;
	case OPTION_MAX_PAUSE:
		str_vec_push(&n->stops, xasprintf("--max-pause=%s", arg));
		return 0;
	case OPTION_NO_SANDBOX:
		n->no_sandbox = true;
		return 0;
	case ARGP_KEY_ARGS:
	case ARGP_KEY_NO_ARGS:
	case ARGP_KEY_END:
		return ARGP_ERR_UNKNOWN;
	default:
		return 0;
	}
}

VEC_DEFINE(option_vec, struct argp_option);

/* All but the end of the table. */
static void add_options(struct option_vec *v, const struct argp_option *o)
{
	for (; o && (o->name || o->key || o->group || o->doc); o++)
		option_vec_push(v, *o);
}

void names_set(struct names *n, const struct argp *argp, int argc, char **argv)
{
	CLEANUP(option_vec_release) struct option_vec options = VEC_INIT;
	CLEANUP(freep) char **words = xcalloc((size_t)argc + 1,
					      sizeof(*words));
	struct argp all = { .parser = take_word };

	add_options(&options, argp->options);
	add_options(&options, common_argp.options);
	option_vec_push(&options, (struct argp_option){ 0 });
	all.options = options.v;
	/* It changes the order of the words. */
	for (int i = 0; i < argc; i++)
		words[i] = argv[i];
	if (argp_parse(&all, argc, words, ARGP_NO_HELP | ARGP_NO_ERRS |
		       ARGP_NO_EXIT, NULL, n))
		log_detail("the broker does not understand the command line");
}

void names_add_output(struct names *n, const char *path)
{
	str_vec_push(&n->outputs, xstrdup(path));
}

void names_release(struct names *n)
{
	str_vec_free(&n->operands);
	str_vec_free(&n->inputs);
	str_vec_free(&n->outputs);
	str_vec_free(&n->stops);
}

/* --- files --- */

/* A path that only goes down: "a", "a/b". */
static bool goes_down(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (!len || (len == 2 && !strncmp(path, "..", 2)))
			return false;
		path += len;
		path += *path == '/';
	}
	return true;
}

/* As sampling_file() does it: numbers stand for the first "%p" and "%n". */
static bool fits_pattern(const char *pattern, const char *path)
{
	bool has_pid = false, has_number = false;

	while (*pattern) {
		bool *has = !strncmp(pattern, "%p", 2) ? &has_pid :
			    !strncmp(pattern, "%n", 2) ? &has_number : NULL;
		size_t digits = strspn(path, "0123456789");

		if (has && !*has) {
			if (!digits)
				return false;
			path += digits;
			pattern += 2;
			*has = true;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return !*path && (has_pid || has_number);
}

static bool fits(const char *name, const char *path)
{
	size_t len = strlen(name);

	if (!len)
		return false;
	if (!strcmp(name, path) || fits_pattern(name, path))
		return true;
	if (strncmp(name, path, len))
		return false;
	if (name[len - 1] == '/')
		return goes_down(path + len);
	return path[len] == '/' && goes_down(path + len + 1);
}

static bool some_fits(const struct str_vec *names, const char *path)
{
	for (size_t i = 0; i < names->nr; i++)
		if (fits(names->v[i], path))
			return true;
	return false;
}

static bool is_own_name(const char *path)
{
	return !strncmp(path, OWN_NAME, strlen(OWN_NAME)) &&
	       !strchr(path, '/');
}

bool names_have_path(const struct names *n, const char *path)
{
	return some_fits(&n->operands, path) || some_fits(&n->inputs, path) ||
	       names_have_output(n, path);
}

static bool is_one_of(const struct str_vec *names, const char *path)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->v[i], path))
			return true;
	return false;
}

/* A folder's name, if it was named, is shorter than that of a folder in it. */
static void shorten(const struct str_vec *names, const char *path, size_t *len)
{
	for (size_t i = 0; i < names->nr; i++) {
		size_t n = strlen(names->v[i]);

		if (n && n < *len && !strncmp(names->v[i], path, n) &&
		    fits(names->v[i], path))
			*len = n;
	}
}

bool names_are_below(const struct names *n, const char *path, size_t *len)
{
	const char *slash = strrchr(path, '/');

	if (is_one_of(&n->operands, path) || is_one_of(&n->inputs, path))
		return false;
	*len = slash ? (size_t)(slash - path) + 1 : 0;
	shorten(&n->operands, path, len);
	shorten(&n->inputs, path, len);
	return true;
}

bool names_have_output(const struct names *n, const char *path)
{
	return some_fits(&n->outputs, path) || is_own_name(path);
}

/* --- processes --- */

/* The PID that a word is; 0: none. */
static pid_t pid_of(const char *word)
{
	unsigned long pid;

	if (!*word || strspn(word, "0123456789") != strlen(word))
		return 0;
	pid = strtoul(word, NULL, 10);
	return pid <= INT_MAX ? (pid_t)pid : 0;
}

/* Files go first; a file of that name that comes later is none of ours. */
static bool may_be_name(const char *word)
{
	return *word && !strchr(word, '/') &&
	       strspn(word, "0123456789") != strlen(word) &&
	       input_kind(word) == INPUT_MISSING;
}

bool names_have_name(const struct names *n, const char *name)
{
	return is_one_of(&n->operands, name) && may_be_name(name);
}

static bool is_called(pid_t pid, const char *word)
{
	return may_be_name(word) && called_pid(pid, word);
}

/* The process itself, or one of those that started it. */
static bool is_named(const struct names *n, pid_t pid)
{
	for (size_t i = 0; i < n->operands.nr; i++)
		if (pid_of(n->operands.v[i]) == pid ||
		    is_called(pid, n->operands.v[i]))
			return true;
	return false;
}

bool names_have_pid(const struct names *n, pid_t pid)
{
	for (unsigned int i = 0; pid > 0 && i < ANCESTORS_MAX; i++) {
		if (is_named(n, pid))
			return true;
		pid = children_parent(pid);
	}
	return false;
}
