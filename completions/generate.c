/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * completions/generate - print the completions of a shell, from the command
 * table.  What it prints is committed beside it, so that a cross build needs
 * not run it; `make check` compares, `make update-completions` renews.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/commands.h"
#include "cli/options.h"

#define NOTE "Made by completions/generate.c: see `make update-completions`."

typedef void (*option_fn)(const struct argp_option *o,
			  const struct command *c);

/* NOLINTNEXTLINE(misc-no-recursion): our own parsers, two deep at most */
static void each_option(const struct argp *argp, const struct command *c,
			option_fn fn)
{
	for (const struct argp_option *o = argp->options; o && o->name; o++) {
		if (!(o->flags & OPTION_HIDDEN))
			fn(o, c);
	}
	for (const struct argp_child *a = argp->children; a && a->argp; a++)
		each_option(a->argp, c, fn);
}

static bool has_short(const struct argp_option *o)
{
	return o->key > ' ' && o->key < 127;
}

/* "a|b|c" as "a b c"; NULL where the argument is not of that form. */
static char *words_of(const char *arg)
{
	char *words;

	if (!arg || (!strchr(arg, '|') && strcmp(arg, "jsonl")))
		return NULL;
	words = xstrdup(arg);
	for (char *p = words; (p = strchr(p, '|'));)
		*p = ' ';
	return words;
}

static bool is_file(const struct argp_option *o)
{
	return o->arg && !strcmp(o->arg, "FILE");
}

static bool is_optional(const struct argp_option *o)
{
	return o->flags & OPTION_ARG_OPTIONAL;
}

static bool takes_target(const struct command *c)
{
	return *c->argp->args_doc && !strstr(c->argp->args_doc, "COMMAND");
}

static bool takes_command(const struct command *c)
{
	return strstr(c->argp->args_doc, "COMMAND");
}

static void print_commands(const char *between)
{
	for (size_t i = 0; i < nr_commands; i++)
		printf("%s%s", i ? between : "", commands[i].name);
}

/* --- bash --- */

static void bash_name(const struct argp_option *o,
		      const struct command *c UNUSED)
{
	printf(" --%s%s", o->name, o->arg && !is_optional(o) ? "=" : "");
	if (has_short(o))
		printf(" -%c", o->key);
}

static void bash_value(const struct argp_option *o, const struct command *c)
{
	CLEANUP(freep) char *words = words_of(o->arg);

	/* What may lack can't be told from what stands behind it. */
	if (!o->arg || is_optional(o))
		return;
	printf("\t'%s --%s'", c->name, o->name);
	if (has_short(o))
		printf(" | '%s -%c'", c->name, o->key);
	printf(")\n");
	if (words)
		printf("\t\tCOMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n",
		       words);
	else if (is_file(o))
		printf("\t\tcompopt -o filenames\n"
		       "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n");
	printf("\t\treturn ;;\n");
}

static void bash_words(void)
{
	printf("\tcase $command in\n");
	for (size_t i = 0; i < nr_commands; i++) {
		printf("\t%s)\n\t\toptions='", commands[i].name);
		each_option(commands[i].argp, &commands[i], bash_name);
		printf("'\n");
		if (takes_target(&commands[i]))
			printf("\t\twords=$(_pyheld_pids) ;;\n");
		else
			printf("\t\twords=%s ;;\n",
			       takes_command(&commands[i]) ? "$commands" : "");
	}
	printf("\t*)\n\t\toptions='");
	each_option(&program_argp, NULL, bash_name);
	printf("'\n\t\twords=$commands ;;\n\tesac\n");
}

static void bash(void)
{
	printf("# bash completion of pyheld.  " NOTE "\n"
	       "_pyheld_pids()\n{\n"
	       "\tlocal pid rest\n\n"
	       "\t\"${COMP_WORDS[0]}\" ps --no-header 2>/dev/null |"
	       " while read -r pid rest; do\n"
	       "\t\techo \"$pid\"\n"
	       "\tdone\n"
	       "}\n\n"
	       "_pyheld()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} i\n"
	       "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	       "\tlocal command= options words commands='");
	print_commands(" ");
	printf("'\n\n\tCOMPREPLY=()\n"
	       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	       "\t\tif [[ \" $commands \" == *\" ${COMP_WORDS[i]} \"* ]]; then\n"
	       "\t\t\tcommand=${COMP_WORDS[i]}\n"
	       "\t\t\tbreak\n"
	       "\t\tfi\n"
	       "\tdone\n"
	       "\t# bash splits --sort=x into three words.\n"
	       "\tif [[ $cur == '=' ]]; then\n"
	       "\t\tcur=\n"
	       "\telif [[ $prev == '=' ]]; then\n"
	       "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	       "\tfi\n\n"
	       "\tcase \"$command $prev\" in\n");
	for (size_t i = 0; i < nr_commands; i++)
		each_option(commands[i].argp, &commands[i], bash_value);
	printf("\tesac\n\n");
	bash_words();
	printf("\tif [[ $cur == -* ]]; then\n"
	       "\t\twords=$options\n"
	       "\tfi\n"
	       "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	       "\tif [[ $words != \"$commands\" && $cur != -* ]]; then\n"
	       "\t\tcompopt -o filenames\n"
	       "\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY <"
	       " <(compgen -f -X '!*.pyheld' -- \"$cur\")\n"
	       "\tfi\n"
	       "\tif [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]];"
	       " then\n"
	       "\t\tcompopt -o nospace\n"
	       "\tfi\n"
	       "}\n"
	       "complete -F _pyheld pyheld\n");
}

/* --- zsh --- */

/* For single quotes; `special` characters get a backslash. */
static void print_quoted(const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\'");
		else if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}

static void zsh_option(const struct argp_option *o,
		       const struct command *c UNUSED)
{
	CLEANUP(freep) char *words = words_of(o->arg);

	printf("\t\t\t");
	if (has_short(o))
		printf("'(-%c --%s)'{-%c%s,--%s%s}'[", o->key, o->name, o->key,
		       o->arg ? "+" : "", o->name, o->arg ? "=" : "");
	else
		printf("'--%s%s[", o->name,
		       is_optional(o) ? "=-" : o->arg ? "=" : "");
	print_quoted(o->doc, "[]:\\");
	printf("]");
	if (words)
		printf(":%s%s:(%s)", is_optional(o) ? ":" : "", o->name,
		       words);
	else if (o->arg)
		printf(":%s:%s", o->arg, is_file(o) ? "_files" : "");
	printf("' \\\n");
}

static void zsh_command(const struct command *c)
{
	printf("\t\t%s)\n\t\t\t_arguments -s -S \\\n", c->name);
	each_option(c->argp, c, zsh_option);
	if (takes_target(c))
		printf("\t\t\t'%s:TARGET:_pyheld_targets'",
		       strstr(c->argp->args_doc, "...") ? "*" : "1");
	else
		printf("\t\t\t'1:command:(");
	if (takes_command(c))
		print_commands(" ");
	if (!takes_target(c))
		printf(")'");
	if (strstr(c->argp->args_doc, "ADDRESS"))
		printf(" \\\n\t\t\t'2:address:'");
	printf(" ;;\n");
}

static void zsh(void)
{
	printf("#compdef pyheld\n# zsh completion of pyheld.  " NOTE "\n\n"
	       "_pyheld_targets() {\n"
	       "\tlocal -a pids\n"
	       "\tpids=(${(f)\"$(pyheld ps --no-header 2>/dev/null |"
	       " sed 's/^ *\\([0-9]*\\) */\\1:/')\"})\n"
	       "\t_describe process pids\n"
	       "\t_files -g '*.pyheld'\n"
	       "}\n\n"
	       "_pyheld() {\n"
	       "\tlocal curcontext=$curcontext state line\n"
	       "\tlocal -a commands\n"
	       "\tcommands=(\n");
	for (size_t i = 0; i < nr_commands; i++) {
		printf("\t\t'%s:", commands[i].name);
		print_quoted(commands[i].summary, ":\\");
		printf("'\n");
	}
	printf("\t)\n\n\t_arguments -C -s -S \\\n");
	each_option(&program_argp, NULL, zsh_option);
	printf("\t\t\t'1:command:->command' '*::argument:->argument' &&"
	       " return\n\n"
	       "\tcase $state in\n"
	       "\tcommand)\n\t\t_describe command commands ;;\n"
	       "\targument)\n\t\tcase $line[1] in\n");
	for (size_t i = 0; i < nr_commands; i++)
		zsh_command(&commands[i]);
	printf("\t\tesac ;;\n\tesac\n}\n\n_pyheld \"$@\"\n");
}

/* --- fish --- */

static void fish_option(const struct argp_option *o, const struct command *c)
{
	CLEANUP(freep) char *words = words_of(o->arg);

	printf("complete -c pyheld -n '");
	if (c)
		printf("__fish_seen_subcommand_from %s", c->name);
	else
		printf("__fish_use_subcommand");
	printf("' -l %s", o->name);
	if (has_short(o))
		printf(" -s %c", o->key);
	if (words)
		printf(" %s -a '%s'", is_optional(o) ? "-f" : "-x", words);
	else if (is_file(o))
		printf(" -r -F");
	else if (o->arg)
		printf(" -x");
	printf(" -d '");
	for (const char *p = o->doc; *p; p++)
		printf(*p == '\'' || *p == '\\' ? "\\%c" : "%c", *p);
	printf("'\n");
}

static void fish_command(const struct command *c)
{
	printf("\ncomplete -c pyheld -n __fish_use_subcommand -a %s -d '%s'\n",
	       c->name, c->summary);
	printf("complete -c pyheld -n '__fish_seen_subcommand_from %s' -a '",
	       c->name);
	if (takes_target(c))
		printf("(pyheld ps --no-header 2>/dev/null |"
		       " string match -r \"[0-9]+\")"
		       " (__fish_complete_suffix .pyheld)");
	else if (takes_command(c))
		print_commands(" ");
	printf("'\n");
	each_option(c->argp, c, fish_option);
}

static void fish(void)
{
	printf("# fish completion of pyheld.  " NOTE "\n"
	       "complete -c pyheld -f\n");
	each_option(&program_argp, NULL, fish_option);
	for (size_t i = 0; i < nr_commands; i++)
		fish_command(&commands[i]);
}

int main(int argc, char **argv)
{
	const char *shell = argc == 2 ? argv[1] : "";

	if (!strcmp(shell, "bash"))
		bash();
	else if (!strcmp(shell, "zsh"))
		zsh();
	else if (!strcmp(shell, "fish"))
		fish();
	else
		return fputs("usage: generate bash|zsh|fish\n", stderr), 2;
	return fflush(stdout) || ferror(stdout);
}
