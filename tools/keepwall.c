// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command: finds the verb, reads the options, and makes sure that what was
 * written did arrive.
 *
 * Options are a closed list and may stand anywhere. getopt() is of no use: it
 * takes the arrow of "test wan -> lan" for an option.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static int help_run(struct cli *cli);

static const struct cli_verb verbs[] = {
	{
		.name = "check", .run = check_run, .args = "FILE",
		.summary = "read a configuration and report its errors",
		.help = "Nothing is loaded and no privilege is needed. FILE may be \"-\".\n",
		.min_args = 1, .max_args = 1,
	},
	{
		.name = "load", .run = load_run, .args = "FILE",
		.summary = "put the policy of a configuration in force",
		.help = "All or nothing: when anything fails, the policy in force stays.\n"
			"FILE may be \"-\".\n",
		.min_args = 1, .max_args = 1,
	},
	{
		.name = "unload", .run = unload_run, .args = "",
		.summary = "remove the policy: everything passes again",
		.help = "",
	},
	{
		.name = "show rules", .run = show_rules_run, .args = "",
		.summary = "rules in force, with counters",
		.help = "",
	},
	{
		.name = "show zones", .run = show_zones_run, .args = "",
		.summary = "zones and the interfaces in them",
		.help = "",
	},
	{
		.name = "show sets", .run = show_sets_run, .args = "[NAME]",
		.summary = "sets and their sizes; elements of one",
		.help = "", .max_args = 1,
	},
	{
		.name = "show connections", .run = show_connections_run,
		.args = "",
		.summary = "connections, their zones and the rule that allowed them",
		.help = "",
	},
	{
		.name = "show stats", .run = show_stats_run, .args = "",
		.summary = "state of the module and packets by reason",
		.help = "",
	},
	{
		.name = "test", .run = test_run,
		.args = "ZONE -> ZONE PROTOCOL SOURCE DESTINATION [--file FILE]",
		.summary = "which rule would decide? no packet is sent",
		.help = "Asks the policy in force, or the one of FILE.\n"
			"  keepwall test wan -> dmz tcp 192.0.2.7:40000 10.0.2.10:443\n"
			"  keepwall test 'wan->dmz' udp [2001:db8::1]:53 [2001:db8::2]:53\n"
			"  keepwall test wan -> self icmp echo-request 192.0.2.7 10.0.2.1\n"
			"A shell takes > for a redirection: quote it, or write \"to\".\n"
			"Exits with 0 if the connection is allowed, with 1 if not.\n",
		.min_args = 4, .max_args = 7, .takes = CLI_TAKES_FILE,
	},
	{
		.name = "monitor", .run = monitor_run, .args = "",
		.summary = "report policy changes as they happen",
		.help = "With --json one object a line.\n",
	},
	{
		.name = "version", .run = version_run, .args = "",
		.summary = "version of this program and of the module",
		.help = "",
	},
	{
		.name = "help", .run = help_run, .args = "[VERB]",
		.summary = "this list, or the help of one verb",
		.help = "", .max_args = 2,
	},
};

#define NR_VERBS	(sizeof(verbs) / sizeof(verbs[0]))

static const char common_options[] =
	"Options:\n"
	"  --json                      write JSON\n"
	"  --color auto|always|never   default: auto\n"
	"  --help                      help of the verb\n";

static void print_verb_help(const struct cli_verb *verb)
{
	printf("usage: keepwall %s%s%s\n\n%c%s.\n", verb->name,
	       *verb->args ? " " : "", verb->args,
	       verb->summary[0] - ('a' <= verb->summary[0] &&
				   verb->summary[0] <= 'z' ? 'a' - 'A' : 0),
	       verb->summary + 1);
	fputs(verb->help, stdout);
	putchar('\n');
	if (verb->takes & CLI_TAKES_FILE)
		puts("  --file FILE                 policy of a file, not the one in force");
	fputs(common_options, stdout);
}

static void print_help(void)
{
	const struct cli_verb *verb;

	puts("usage: keepwall VERB [ARGUMENT...] [OPTION...]\n");
	for (verb = verbs; verb < verbs + NR_VERBS; verb++)
		printf("  %-18s %s\n", verb->name, verb->summary);
	putchar('\n');
	fputs(common_options, stdout);
	puts("\nMore in keepwall(8); the configuration is described in keepwall.conf(5).");
}

/* The verb that the words name; @used is how many of them do. */
static const struct cli_verb *find_verb(char **words, int nr, int *used)
{
	char name[64];
	size_t i;

	for (*used = 1; *used <= 2 && *used <= nr; ++*used) {
		if (*used == 1)
			snprintf(name, sizeof(name), "%s", words[0]);
		else
			snprintf(name, sizeof(name), "%s %s", words[0],
				 words[1]);
		for (i = 0; i < NR_VERBS; i++)
			if (!strcmp(verbs[i].name, name))
				return &verbs[i];
	}
	return NULL;
}

/* Steps between two short words: insertions, deletions, replacements. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[64], diagonal, above, i, j;
	size_t len = strlen(b);

	if (len >= 64)
		return 64;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; *a; a++, i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= len; j++) {
			above = row[j];
			row[j] = diagonal + (*a != b[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			diagonal = above;
		}
	}
	return row[len];
}

static int unknown_verb(const struct cli *cli, char **words, int nr)
{
	unsigned int best = 3, steps;
	const char *meant = NULL;
	bool show = !strcmp(words[0], "show");
	const char *word = words[0], *name;
	size_t i;

	if (show && nr < 2)
		return cli_usage(cli, "show what? rules, zones, sets, connections or stats");
	if (show)
		word = words[1];
	for (i = 0; i < NR_VERBS; i++) {
		name = verbs[i].name;
		if (show != !strncmp(name, "show ", 5))
			continue;
		steps = distance(word, name + (show ? 5 : 0));
		if (steps < best) {
			best = steps;
			meant = name;
		}
	}
	if (meant)
		return cli_usage(cli, "unknown verb \"%s%s\"; did you mean \"%s\"?",
				 show ? "show " : "", word, meant);
	return cli_usage(cli, "unknown verb \"%s%s\"", show ? "show " : "",
			 word);
}

static int help_run(struct cli *cli)
{
	const struct cli_verb *verb;
	int used;

	if (!cli->argc) {
		print_help();
		return CLI_OK;
	}
	verb = find_verb(cli->argv, cli->argc, &used);
	if (!verb)
		return unknown_verb(cli, cli->argv, cli->argc);
	print_verb_help(verb);
	return CLI_OK;
}

static int set_color(struct cli *cli, const char *when)
{
	static const char *const names[] = { "auto", "always", "never" };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(when, names[i])) {
			cli->color = i;
			return 0;
		}
	}
	return cli_usage(cli, "--color takes auto, always or never, not \"%s\"",
			 when);
}

/* The argument of option @name at argv[*i], written "--name=x" or "--name x". */
static const char *option_value(char **argv, int *i, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(argv[*i], name, len))
		return NULL;
	if (argv[*i][len] == '=')
		return argv[*i] + len + 1;
	if (argv[*i][len] == '\0' && argv[*i + 1])
		return argv[++*i];
	return NULL;
}

/* One option at argv[*i]. */
static int parse_option(struct cli *cli, char **argv, int *i)
{
	const char *option = argv[*i], *value;

	if (!strcmp(option, "--json")) {
		cli->json = true;
		return 0;
	}
	if (!strcmp(option, "--help") || !strcmp(option, "-h")) {
		cli->help = true;
		return 0;
	}
	value = option_value(argv, i, "--color");
	if (value)
		return set_color(cli, value);
	value = option_value(argv, i, "--file");
	if (value) {
		cli->file = value;
		return 0;
	}
	if (!strcmp(option, "--color") || !strcmp(option, "--file"))
		return cli_usage(cli, "%s needs an argument", option);
	return cli_usage(cli, "unknown option \"%s\"", option);
}

/* Sorts argv into options and words; the words stay in @words. */
static int parse_options(struct cli *cli, char **argv, char **words, int *nr)
{
	bool only_words = false;
	int i, err;

	*nr = 0;
	for (i = 1; argv[i]; i++) {
		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = true;
		} else if (only_words || argv[i][0] != '-' ||
			   !argv[i][1] || argv[i][1] == '>') {
			words[(*nr)++] = argv[i];
		} else {
			err = parse_option(cli, argv, &i);
			if (err)
				return err;
		}
	}
	return 0;
}

static int run_verb(struct cli *cli, char **words, int nr)
{
	int used;

	cli->verb = find_verb(words, nr, &used);
	if (!cli->verb) {
		if (!cli->help)
			return unknown_verb(cli, words, nr);
		print_help();
		return CLI_OK;
	}
	if (cli->help) {
		print_verb_help(cli->verb);
		return CLI_OK;
	}
	cli->argv = words + used;
	cli->argc = nr - used;
	if (cli->argc < cli->verb->min_args)
		return cli_usage(cli, "\"%s\" needs more arguments",
				 cli->verb->name);
	if (cli->argc > cli->verb->max_args)
		return cli_usage(cli, "\"%s\" does not take \"%s\"",
				 cli->verb->name,
				 cli->argv[cli->verb->max_args]);
	if (cli->file && !(cli->verb->takes & CLI_TAKES_FILE))
		return cli_usage(cli, "\"%s\" does not take --file",
				 cli->verb->name);
	return cli->verb->run(cli);
}

static int parse_and_run(int argc, char **argv)
{
	struct cli cli = { 0 };
	char **words;
	int nr, rc;

	words = calloc(argc + 1, sizeof(*words));
	if (!words)
		return cli_out_of_memory();
	rc = parse_options(&cli, argv, words, &nr);
	if (!rc && nr)
		rc = run_verb(&cli, words, nr);
	else if (!rc && cli.help)
		print_help();
	else if (!rc)
		rc = cli_usage(&cli, "what should be done?");
	free(words);
	return rc;
}

/* A result that did not reach its reader is a failure, said once. */
static int close_output(int rc)
{
	bool failed = ferror(stdout);
	int err;

	errno = 0;
	if (fflush(stdout) || fclose(stdout))
		failed = true;
	err = errno;
	if (!failed)
		return rc;
	/* "keepwall show rules | head" is no reason to complain. */
	if (err != EPIPE)
		cli_error("cannot write the output%s%s", err ? ": " : "",
			  err ? strerror(err) : "");
	return CLI_SYSTEM;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	return close_output(parse_and_run(argc, argv));
}
