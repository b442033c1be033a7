// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the verbs of the command speak: errors as one plain sentence on standard
 * error, results on standard output as text or as JSON.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "output.h"

static void complain(const char *fmt, va_list args)
{
	char *sentence;

	fflush(stdout);
	if (vasprintf(&sentence, fmt, args) < 0) {
		fputs("keepwall: out of memory\n", stderr);
		return;
	}
	fputs("keepwall: ", stderr);
	kw_print_safe(stderr, sentence);
	fputc('\n', stderr);
	free(sentence);
}

/**
 * cli_error() - say what went wrong
 * @fmt: a sentence without a full stop
 */
void cli_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
}

/**
 * cli_usage() - say what is wrong with the command line
 * @cli: invocation; its verb, if any, tells which help to point to
 * @fmt: a sentence without a full stop
 *
 * Return: CLI_USAGE.
 */
int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	if (cli->verb)
		fprintf(stderr, "usage: keepwall %s%s%s\n", cli->verb->name,
			*cli->verb->args ? " " : "", cli->verb->args);
	else
		fputs("try: keepwall help\n", stderr);
	return CLI_USAGE;
}

/**
 * cli_out_of_memory() - say that memory ran out
 *
 * Return: CLI_SYSTEM.
 */
int cli_out_of_memory(void)
{
	cli_error("out of memory");
	return CLI_SYSTEM;
}

/**
 * cli_color() - whether to color
 * @cli: invocation
 * @out: stream to be written to
 *
 * Return: true if escape sequences are wanted.
 */
bool cli_color(const struct cli *cli, FILE *out)
{
	const char *term = getenv("TERM");
	const char *no_color = getenv("NO_COLOR");

	if (cli->color != CLI_COLOR_AUTO)
		return cli->color == CLI_COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return isatty(fileno(out)) && term && strcmp(term, "dumb");
}

/* Headings. */
void cli_bold(const struct cli *cli, const char *s)
{
	bool color = cli_color(cli, stdout);

	if (color)
		fputs("\033[1m", stdout);
	kw_print_safe(stdout, s);
	if (color)
		fputs("\033[0m", stdout);
}

/* What is written until cli_dim_end() is rarely read. */
void cli_dim_start(const struct cli *cli)
{
	if (cli_color(cli, stdout))
		fputs("\033[2m", stdout);
}

void cli_dim_end(const struct cli *cli)
{
	if (cli_color(cli, stdout))
		fputs("\033[0m", stdout);
}

/**
 * cli_json_text() - a string that may not be UTF-8
 * @s: text, or NULL
 *
 * JSON escapes control characters by itself but has no form for bytes that
 * are not UTF-8: such text is given as it is shown on a terminal.
 *
 * Return: a new reference, NULL when out of memory.
 */
json_t *cli_json_text(const char *s)
{
	char *escaped;
	json_t *text;

	if (!s)
		return json_null();
	text = json_string(s);
	if (text || kw_text_escape(s, &escaped))
		return text;
	text = json_string(escaped);
	free(escaped);
	return text;
}

/**
 * cli_json_hash() - a 64-bit hash, which a JSON number cannot carry exactly
 * @hash: number
 *
 * Return: a new reference to 16 hexadecimal digits, NULL when out of memory.
 */
json_t *cli_json_hash(unsigned long long hash)
{
	char digits[17];

	snprintf(digits, sizeof(digits), "%016llx", hash);
	return json_string(digits);
}

/**
 * cli_json_set() - add a member to an object
 * @object: object
 * @key: name of the member
 * @value: reference that is taken over, NULL when out of memory
 *
 * Return: 0 or -1. Failures may be gathered: "err |= cli_json_set()".
 */
int cli_json_set(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value);
}

/**
 * cli_json_print() - write a document and drop it
 * @root: reference that is taken over, NULL when out of memory
 *
 * Return: enum cli_exit.
 */
int cli_json_print(json_t *root)
{
	int err;

	if (!root)
		return cli_out_of_memory();
	err = json_dumpf(root, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	json_decref(root);
	/* A failed write is reported when the output is closed. */
	if (err && !ferror(stdout))
		return cli_out_of_memory();
	putchar('\n');
	return CLI_OK;
}
