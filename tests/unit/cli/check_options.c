/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines: those that are wrong, those that ask for help, and what the
 * functions of cli/options.h make of a word.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "graph-file.h"
#include "run.h"
#include "suite.h"

/* --- words --- */

static const struct argp_state state = { .name = (char[]){ "pyheld test" } };

static bool number_is(const char *word, uint64_t expected)
{
	uint64_t n = 0;

	return !options_number(&state, "limit", word, &n) && n == expected;
}

static bool number_is_wrong(const char *word)
{
	uint64_t n;

	return options_number(&state, "limit", word, &n) == EINVAL;
}

START_TEST(numbers_are_decimal_and_fit)
{
	ck_assert(number_is("0", 0));
	ck_assert(number_is("12", 12));
	ck_assert(number_is("18446744073709551615", UINT64_MAX));
	ck_assert(number_is_wrong("18446744073709551616"));
	ck_assert(number_is_wrong(""));
	ck_assert(number_is_wrong("-1"));
	ck_assert(number_is_wrong("+1"));
	ck_assert(number_is_wrong(" 1"));
	ck_assert(number_is_wrong("1x"));
	ck_assert(number_is_wrong("0x10"));
}
END_TEST

static bool address_is(const char *word, uint64_t expected)
{
	uint64_t a = 0;

	return !options_address(&state, word, &a) && a == expected;
}

static bool address_is_wrong(const char *word)
{
	uint64_t a;

	return options_address(&state, word, &a) == EINVAL;
}

START_TEST(addresses_are_hexadecimal_with_or_without_0x)
{
	ck_assert(address_is("10", 16));
	ck_assert(address_is("0x10", 16));
	ck_assert(address_is("0XfF", 255));
	ck_assert(address_is("ffffffffffffffff", UINT64_MAX));
	ck_assert(address_is_wrong("10000000000000000"));
	ck_assert(address_is_wrong(""));
	ck_assert(address_is_wrong("0x"));
	ck_assert(address_is_wrong("0x0x10"));
	ck_assert(address_is_wrong("-10"));
	ck_assert(address_is_wrong("10g"));
}
END_TEST

static int word_of(const char *words, const char *word)
{
	unsigned int i = 99;

	return options_word(&state, "sort", words, word, &i) ? -1 : (int)i;
}

START_TEST(words_are_whole)
{
	ck_assert_int_eq(word_of("bytes|count|name", "bytes"), 0);
	ck_assert_int_eq(word_of("bytes|count|name", "count"), 1);
	ck_assert_int_eq(word_of("bytes|count|name", "name"), 2);
	ck_assert_int_eq(word_of("bytes|count|name", "byte"), -1);
	ck_assert_int_eq(word_of("bytes|count|name", "names"), -1);
	ck_assert_int_eq(word_of("bytes|count|name", "bytes|count"), -1);
	ck_assert_int_eq(word_of("bytes|count|name", ""), -1);
	ck_assert_int_eq(word_of("jsonl", "jsonl"), 0);
}
END_TEST

START_TEST(limit_is_the_users_else_all_in_json)
{
	struct common_options o = { .limit = 3 };

	ck_assert_uint_eq(options_limit(&o, 10), 10);
	o.has_limit = true;
	ck_assert_uint_eq(options_limit(&o, 10), 3);
	o = (struct common_options){ .json = true };
	ck_assert_uint_eq(options_limit(&o, 10), 0);
}
END_TEST

/* --- wrong command lines --- */

/* Status 2; stderr names `word`, shows the usage and where there is more. */
static void expect_usage(const struct run *r, const char *word)
{
	run_expect(r, STATUS_USAGE);
	ck_assert_str_eq(r->out, "");
	ck_assert_msg(strstr(r->err, word), "no '%s' in: %s", word, r->err);
	ck_assert_msg(strstr(r->err, "Usage: pyheld"), "no usage: %s", r->err);
	ck_assert_msg(strstr(r->err, "--help"), "no --help: %s", r->err);
}

static void check_usage(const char *word, const char *const *arguments)
{
	struct run r;

	run(&r, arguments);
	expect_usage(&r, word);
	run_release(&r);
}
#define EXPECT_USAGE(word, ...) \
	check_usage(word, (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(wrong_commands)
{
	check_usage("COMMAND", (const char *const[]){ NULL });
	EXPECT_USAGE("sumary", "sumary", "1");
	EXPECT_USAGE("nothing", "help", "nothing");
	EXPECT_USAGE("--frobnicate", "--frobnicate", "summary", "1");
	/* The second is of `pyheld help`, which takes one. */
	EXPECT_USAGE("'chain'", "help", "summary", "chain");
}
END_TEST

/* Each command but help and ps needs a target and knows no --frobnicate. */
START_TEST(each_command_says_what_it_misses)
{
	for (size_t i = 0; i < nr_commands; i++) {
		const char *name = commands[i].name;

		EXPECT_USAGE("--frobnicate", name, "--frobnicate", "1");
		if (strcmp(name, "help") == 0 || strcmp(name, "ps") == 0)
			continue;
		EXPECT_USAGE(" missing", name);
		if (strcmp(name, "diff") != 0 && strcmp(name, "leaks") != 0 &&
		    strcmp(name, "report") != 0 && strcmp(name, "sql") != 0)
			EXPECT_USAGE("'extra'", name, "1", "extra",
				     "extra");
	}
}
END_TEST

START_TEST(wrong_values_of_options)
{
	EXPECT_USAGE("'x'", "summary", "1", "--limit=x");
	EXPECT_USAGE("'weight'", "summary", "1", "--sort=weight");
	EXPECT_USAGE("'bad'", "summary", "1", "--fail-if=bad");
	EXPECT_USAGE("'bytes>10%'", "summary", "1", "--fail-if=bytes>10%");
	EXPECT_USAGE("'pink'", "summary", "1", "--color=pink");
	EXPECT_USAGE("--limit", "summary", "1", "--limit");
	EXPECT_USAGE("'xyz'", "chain", "1", "--address=xyz");
	EXPECT_USAGE("--address", "chain", "1", "--address=10", "--type=x");
	EXPECT_USAGE("--address", "chain", "1");
	EXPECT_USAGE("'-1'", "chain", "1", "--type=x", "--count=-1");
	EXPECT_USAGE("--address", "retained", "1", "--address=1", "--type=x");
	EXPECT_USAGE("'deep'", "retained", "1", "--depth=deep");
	EXPECT_USAGE("ADDRESS", "object", "1");
	EXPECT_USAGE("'10'", "object", "1", "10", "--address=10");
	EXPECT_USAGE("--address", "chain", "1", "10", "--type=x");
	EXPECT_USAGE("'xyz'", "retained", "1", "xyz");
	EXPECT_USAGE("'20'", "retained", "1", "10", "20");
	EXPECT_USAGE("'g'", "summary", "1", "--count=g");
	EXPECT_USAGE("'here'", "object", "1", "here");
	EXPECT_USAGE("--output", "capture", "1");
	EXPECT_USAGE("'some'", "capture", "1", "-o", "x", "--redact=some");
	EXPECT_USAGE("'xml'", "export", "1", "--format=xml");
	EXPECT_USAGE("--fleet needs --output", "export", "1", "--fleet");
	EXPECT_USAGE("--format=jsonl", "export", "1", "--fleet", "-o", "x",
		     "--format=sqlite");
	EXPECT_USAGE("unexpected argument '2'", "export", "1", "2");
	EXPECT_USAGE("--label needs", "export", "1", "--label=a=b");
	EXPECT_USAGE("'a' is not KEY=VALUE", "export", "1", "--label=a");
	EXPECT_USAGE("'=' is not KEY=VALUE", "capture", "1", "--label==");
	EXPECT_USAGE("--tables needs", "export", "1", "--tables=types");
	EXPECT_USAGE("no table 'typ'", "export", "1", "--tables=types,typ",
		     "--fleet", "-o", "x");
	EXPECT_USAGE("--csv", "sql", "--csv", "--json", "1", "SELECT 1");
	EXPECT_USAGE("TARGET", "sql", "SELECT 1");
	EXPECT_USAGE("--output=FILE is missing", "report", "1");
	EXPECT_USAGE("TARGET is missing", "report", "-o", "x.html");
	EXPECT_USAGE("'some'", "report", "1", "-o", "x", "--redact=some");
	EXPECT_USAGE("--redact=all", "report", "1", "2", "-o", "x",
		     "--redact=all");
	EXPECT_USAGE("NEW", "diff", "1");
	EXPECT_USAGE("OLD", "diff");
	EXPECT_USAGE("--min-percent", "leaks", "1", "--min-percent=101");
	EXPECT_USAGE("'a'", "leaks", "1", "--min-percent=a");
	EXPECT_USAGE("'b'", "leaks", "1", "--min-entries=b");
	EXPECT_USAGE("'c'", "leaks", "1", "--min-objects=c");
	EXPECT_USAGE("'d'", "leaks", "1", "--limit=d");
	EXPECT_USAGE("'soon'", "watch", "1", "--interval=soon");
	EXPECT_USAGE("'e'", "watch", "1", "--count=e");
	EXPECT_USAGE("'f'", "watch", "1", "--max-captures=f");
	EXPECT_USAGE("weather", "watch", "1", "--when=weather>1");
	EXPECT_USAGE("%n", "watch", "1", "-o", "x", "--max-captures=2");
}
END_TEST

/* --- help --- */

static void expect_help(const struct run *r, const char *name)
{
	CLEANUP(freep) char *usage = xasprintf("Usage: %s ", name);

	run_expect(r, STATUS_OK);
	ck_assert_str_eq(r->err, "");
	ck_assert_msg(strncmp(r->out, usage, strlen(usage)) == 0,
		      "no '%s' in: %s", usage, r->out);
}

START_TEST(help_and_dash_dash_help_are_the_same)
{
	for (size_t i = 0; i < nr_commands; i++) {
		const char *name = commands[i].name;
		CLEANUP(freep) char *full = xasprintf("pyheld %s", name);
		struct run option, command;

		RUN(&option, name, "--help");
		RUN(&command, "help", name);
		expect_help(&option, full);
		run_expect(&command, STATUS_OK);
		ck_assert_str_eq(option.out, command.out);
		ck_assert_ptr_nonnull(strstr(option.out, "\nExample:\n"));
		run_release(&option);
		run_release(&command);
	}
}
END_TEST

START_TEST(help_of_pyheld_names_all_commands)
{
	struct run option, command;

	RUN(&option, "--help");
	RUN(&command, "help");
	expect_help(&option, "pyheld");
	ck_assert_str_eq(option.out, command.out);
	for (size_t i = 0; i < nr_commands; i++) {
		run_expect_out(&option, commands[i].name);
		run_expect_out(&option, commands[i].summary);
	}
	run_release(&option);
	run_release(&command);
}
END_TEST

/* Each line of stderr is one of --verbose; -vv has those of -v. */
static void expect_log(const struct run *r, const char *out)
{
	ck_assert_str_eq(r->out, out);
	ck_assert_msg(!strncmp(r->err, "pyheld: info: ", 14), "%s", r->err);
	for (const char *p = r->err; *p; p = strchr(p, '\n') + 1)
		ck_assert_msg(!strncmp(p, "pyheld: info: ", 14) ||
			      !strncmp(p, "pyheld: detail: ", 16), "%s", p);
	ck_assert_ptr_nonnull(strstr(r->err, "info: pyheld " PACKAGE_VERSION));
	ck_assert_ptr_nonnull(strstr(r->err, "info: capture: "));
	ck_assert_ptr_nonnull(strstr(r->err, "info: heap: 2 objects of "));
}

START_TEST(verbose_leaves_stdout_as_it_is)
{
	static const char *const ways[][4] = {
		{ "-v", "summary", "g" },
		{ "summary", "g", "-v" },
		{ "summary", "--verbose", "g" },
		{ "summary", "-vv", "g" },
		{ "-v", "summary", "-v", "g" },
	};
	struct run quiet, loud;

	graph_file("g", "m->x; root m:m");
	RUN(&quiet, "summary", "g");
	run_expect(&quiet, STATUS_OK);
	ck_assert_str_eq(quiet.err, "");
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		const char *const *w = ways[i];

		RUN(&loud, w[0], w[1], w[2], w[3]);
		run_expect(&loud, STATUS_OK);
		expect_log(&loud, quiet.out);
		run_release(&loud);
	}
	run_release(&quiet);
}
END_TEST

START_TEST(usage_and_version)
{
	struct run r;

	RUN(&r, "chain", "--usage");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "[--type=PATTERN]");
	run_release(&r);
	RUN(&r, "--version");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, PACKAGE_NAME " " PACKAGE_VERSION "\n");
	run_release(&r);
	/* Where a target is missing, too. */
	RUN(&r, "summary", "-V");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, PACKAGE_VERSION);
	run_release(&r);
}
END_TEST

START_TEST(commands_are_found_by_their_whole_name)
{
	ck_assert_ptr_eq(commands_find("leaks"), &commands[0]);
	ck_assert_str_eq(commands_find("watch")->name, "watch");
	ck_assert_ptr_null(commands_find("leak"));
	ck_assert_ptr_null(commands_find("leakss"));
	ck_assert_ptr_null(commands_find(""));
}
END_TEST

const char suite_name[] = "options";

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, numbers_are_decimal_and_fit);
	tcase_add_test(tc, addresses_are_hexadecimal_with_or_without_0x);
	tcase_add_test(tc, words_are_whole);
	tcase_add_test(tc, limit_is_the_users_else_all_in_json);
	tcase_add_test(tc, wrong_commands);
	tcase_add_test(tc, each_command_says_what_it_misses);
	tcase_add_test(tc, wrong_values_of_options);
	tcase_add_test(tc, help_and_dash_dash_help_are_the_same);
	tcase_add_test(tc, help_of_pyheld_names_all_commands);
	tcase_add_test(tc, verbose_leaves_stdout_as_it_is);
	tcase_add_test(tc, usage_and_version);
	tcase_add_test(tc, commands_are_found_by_their_whole_name);
}
