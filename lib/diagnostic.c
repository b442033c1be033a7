// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the administrator is told: collected while a policy is read, printed by
 * the command line with the source line and a caret. A diagnostic owns its
 * strings, because the policy that it is about is gone when it is printed; the
 * file name of its place shares the allocation of the message.
 */
#include <stdlib.h>
#include "diagnostic.h"

/* A line longer than this is not worth showing whole: a window is printed. */
#define LINE_WINDOW	160u
#define LINE_KEPT	4096u

static char *message_and_file(const char *file, const char **file_copy,
			      const char *format, va_list args)
{
	size_t file_len = file ? strlen(file) + 1 : 0;
	va_list again;
	char *message;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return NULL;
	message = malloc(len + 1 + file_len);
	if (!message)
		return NULL;
	vsnprintf(message, len + 1, format, args);
	*file_copy = NULL;
	if (file)
		*file_copy = memcpy(message + len + 1, file, file_len);
	return message;
}

/**
 * kw_diagnostics_vadd() - say something, with the source line at hand
 * @d: where to collect it
 * @severity: error or warning
 * @loc: the place, copied with its file name
 * @hint: what to write instead, copied, or NULL
 * @line: the source line, copied, or NULL
 * @line_len: its length
 * @format: the message, a sentence without a full stop
 * @args: for @format
 *
 * An error is counted even when there is no memory to keep its text.
 *
 * Return: 0 or -ENOMEM.
 */
int kw_diagnostics_vadd(struct kw_diagnostics *d, enum kw_severity severity,
			const struct kw_loc *loc, const char *hint,
			const char *line, size_t line_len,
			const char *format, va_list args)
{
	struct kw_diagnostic entry = { .severity = severity, .loc = *loc };
	struct kw_diagnostic *v;

	if (severity == KW_ERROR)
		d->nr_errors++;
	/* The array doubles at each power of two. */
	if (!(d->nr & (d->nr - 1))) {
		v = reallocarray(d->v, d->nr ? d->nr * 2 : 1, sizeof(*v));
		if (!v)
			return -ENOMEM;
		d->v = v;
	}
	entry.message = message_and_file(loc->file, &entry.loc.file, format,
					 args);
	if (!entry.message)
		return -ENOMEM;
	if (hint)
		entry.hint = strdup(hint);
	if (line)
		entry.line = strndup(line, line_len < LINE_KEPT ? line_len :
							      LINE_KEPT);
	d->v[d->nr++] = entry;
	return 0;
}

/**
 * kw_diagnostics_add() - say something
 * @d: where to collect it
 * @severity: error or warning
 * @loc: the place, copied with its file name
 * @hint: what to write instead, copied, or NULL
 * @format: the message, a sentence without a full stop
 *
 * Return: 0 or -ENOMEM.
 */
int kw_diagnostics_add(struct kw_diagnostics *d, enum kw_severity severity,
		       const struct kw_loc *loc, const char *hint,
		       const char *format, ...)
{
	va_list args;
	int err;

	va_start(args, format);
	err = kw_diagnostics_vadd(d, severity, loc, hint, NULL, 0, format,
				  args);
	va_end(args);
	return err;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static void put_line(FILE *out, const char *line, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++) {
		unsigned char c = line[i];

		/* Whatever the file holds must not drive the terminal. */
		fputc((c < ' ' && c != '\t') || c == 0x7f ? '?' : c, out);
	}
}

static void put_caret(FILE *out, const struct kw_diagnostic *d, size_t from,
		      size_t to, bool color)
{
	size_t start = d->loc.column - 1;
	size_t end = d->loc.end_column > d->loc.column ?
		     d->loc.end_column - 1 : d->loc.column;
	size_t i;

	if (end > to)
		end = to > start ? to : start + 1;
	for (i = from; i < start; i++)
		if (!is_continuation(d->line[i]))
			fputc(d->line[i] == '\t' ? '\t' : ' ', out);
	if (color)
		fputs("\033[1;32m", out);
	fputc('^', out);
	for (i = start + 1; i < end; i++)
		if (!is_continuation(d->line[i]))
			fputc('~', out);
	if (color)
		fputs("\033[0m", out);
	fputc('\n', out);
}

static void print_source(FILE *out, const struct kw_diagnostic *d, bool color)
{
	size_t len = strlen(d->line);
	size_t from = 0, to = len;
	size_t start;

	if (!d->loc.column || d->loc.column > len + 1)
		return;
	start = d->loc.column - 1;
	if (len > LINE_WINDOW) {
		from = start > LINE_WINDOW / 2 ? start - LINE_WINDOW / 2 : 0;
		while (from && is_continuation(d->line[from]))
			from--;
		to = len - from > LINE_WINDOW ? from + LINE_WINDOW : len;
	}
	fputs("  ", out);
	put_line(out, d->line, from, to);
	fputs("\n  ", out);
	put_caret(out, d, from, to, color);
}

static void print_hint(FILE *out, const char *hint)
{
	const char *end;

	for (; *hint; hint = *end ? end + 1 : end) {
		end = strchrnul(hint, '\n');
		fprintf(out, "  hint: %.*s\n", (int)(end - hint), hint);
	}
}

static void print_one(FILE *out, const struct kw_diagnostic *d, bool color)
{
	const char *severity = d->severity == KW_ERROR ? "error" : "warning";
	const char *on = d->severity == KW_ERROR ? "\033[1;31m" : "\033[1;35m";

	if (d->loc.file)
		fprintf(out, "%s:", d->loc.file);
	if (d->loc.file && d->loc.line)
		fprintf(out, "%u:", d->loc.line);
	if (d->loc.file && d->loc.line && d->loc.column)
		fprintf(out, "%u:", d->loc.column);
	if (d->loc.file)
		fputc(' ', out);
	fprintf(out, "%s%s:%s %s\n", color ? on : "", severity,
		color ? "\033[0m" : "", d->message);
	if (d->line)
		print_source(out, d, color);
	if (d->hint)
		print_hint(out, d->hint);
}

/**
 * kw_diagnostics_print() - show everything that was collected
 * @d: what was collected
 * @out: where to
 * @color: with colors for a terminal
 */
void kw_diagnostics_print(const struct kw_diagnostics *d, FILE *out, bool color)
{
	size_t i;

	for (i = 0; i < d->nr; i++)
		print_one(out, &d->v[i], color);
}

/**
 * kw_diagnostics_free() - forget everything that was collected
 * @d: what was collected; usable again afterwards
 */
void kw_diagnostics_free(struct kw_diagnostics *d)
{
	size_t i;

	for (i = 0; i < d->nr; i++) {
		free(d->v[i].message);
		free(d->v[i].hint);
		free(d->v[i].line);
	}
	free(d->v);
	memset(d, 0, sizeof(*d));
}
