/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every verb of the command shares: options, exit codes, and how errors
 * and results are written.
 */
#ifndef KW_TOOLS_CLI_H
#define KW_TOOLS_CLI_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

/* Documented in keepwall(8); scripts rely on them. */
enum cli_exit {
	CLI_OK = 0,
	CLI_NO = 1,		/* the answer is no */
	CLI_CONFIG = 2,		/* the configuration has errors */
	CLI_USAGE = 3,		/* the command line has errors */
	CLI_KERNEL = 4,		/* refused by the kernel, or no module */
	CLI_SYSTEM = 5,		/* files, memory, output */
};

enum cli_color {
	CLI_COLOR_AUTO,
	CLI_COLOR_ALWAYS,
	CLI_COLOR_NEVER,
};

/* Options beyond those that every verb takes. */
#define CLI_TAKES_FILE	1u

struct cli_verb;

/**
 * struct cli - one invocation
 * @verb: what to do
 * @json: write JSON
 * @help: write the help of the verb and do nothing
 * @color: when to color
 * @file: argument of --file, or NULL
 * @argv: positional arguments behind the verb
 * @argc: how many
 */
struct cli {
	const struct cli_verb *verb;
	bool json;
	bool help;
	enum cli_color color;
	const char *file;
	char **argv;
	int argc;
};

/**
 * struct cli_verb - a verb of the command
 * @name: "load", or "show rules"
 * @run: does it; returns enum cli_exit
 * @args: its arguments, as in the synopsis
 * @summary: one line for the list of verbs
 * @help: the rest of its --help
 * @min_args: fewest positional arguments
 * @max_args: most positional arguments
 * @takes: CLI_TAKES_*
 */
struct cli_verb {
	const char *name;
	int (*run)(struct cli *cli);
	const char *args;
	const char *summary;
	const char *help;
	int min_args;
	int max_args;
	unsigned int takes;
};

/* tools/cli.c */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int cli_usage(const struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int cli_out_of_memory(void);
bool cli_color(const struct cli *cli, FILE *out);
void cli_bold(const struct cli *cli, const char *s);
void cli_dim_start(const struct cli *cli);
void cli_dim_end(const struct cli *cli);
json_t *cli_json_text(const char *s);
json_t *cli_json_hash(unsigned long long hash);
int cli_json_set(json_t *object, const char *key, json_t *value);
int cli_json_print(json_t *root);

/* One a file, see the table in tools/keepwall.c. */
int check_run(struct cli *cli);
int load_run(struct cli *cli);
int unload_run(struct cli *cli);
int show_rules_run(struct cli *cli);
int show_zones_run(struct cli *cli);
int show_sets_run(struct cli *cli);
int show_connections_run(struct cli *cli);
int show_stats_run(struct cli *cli);
int test_run(struct cli *cli);
int monitor_run(struct cli *cli);
int version_run(struct cli *cli);

#endif /* KW_TOOLS_CLI_H */
