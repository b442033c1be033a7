// SPDX-License-Identifier: GPL-2.0-only
/*
 * How values are written for people.
 *
 * Names and rule text come from a file that somebody else may have written,
 * and a terminal obeys control characters. Whatever is not plain text is
 * therefore written as \xNN: control characters, the C1 range, what changes
 * the direction of text, and bytes that are not UTF-8.
 */
#include <stdlib.h>

#include "output.h"

/* The longest text that one byte becomes: \xNN. */
#define ESCAPE_LEN	4

static bool is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* The bytes of the UTF-8 character at @s, 0 if there is none. */
static unsigned int utf8_len(const unsigned char *s, u32 *code)
{
	static const u32 smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int len, i;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	if ((s[0] & 0xe0) == 0xc0)
		len = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		len = 3;
	else if ((s[0] & 0xf8) == 0xf0)
		len = 4;
	else
		return 0;
	*code = s[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if (!is_continuation(s[i]))
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < smallest[len] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return len;
}

static bool code_is_safe(u32 code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
		return false;
	if (code == 0x200e || code == 0x200f || code == 0x2028 ||
	    code == 0x2029 || code == 0xfeff)
		return false;
	return !(code >= 0x202a && code <= 0x202e) &&
	       !(code >= 0x2066 && code <= 0x2069);
}

/* How many bytes at @s may be written as they are; 0 if the first may not. */
static unsigned int safe_len(const char *s)
{
	unsigned int len;
	u32 code;

	len = utf8_len((const unsigned char *)s, &code);
	return len && code_is_safe(code) ? len : 0;
}

/**
 * kw_text_is_safe() - may this be written to a terminal as it is?
 * @s: text
 *
 * Return: whether @s is UTF-8 without control characters.
 */
bool kw_text_is_safe(const char *s)
{
	unsigned int len;

	for (; *s; s += len) {
		len = safe_len(s);
		if (!len)
			return false;
	}
	return true;
}

/**
 * kw_text_escape() - text as a terminal may see it
 * @s: text
 * @escaped: a copy, to be freed, in which each unsafe byte is \xNN
 *
 * Return: 0 or -ENOMEM.
 */
int kw_text_escape(const char *s, char **escaped)
{
	unsigned int len;
	char *out;

	out = malloc(strlen(s) * ESCAPE_LEN + 1);
	if (!out)
		return -ENOMEM;
	*escaped = out;
	while (*s) {
		len = safe_len(s);
		if (len) {
			memcpy(out, s, len);
			out += len;
			s += len;
		} else {
			out += sprintf(out, "\\x%02x", (unsigned char)*s++);
		}
	}
	*out = '\0';
	return 0;
}

/**
 * kw_print_safe() - write text with its unsafe bytes escaped
 * @out: where; errors stay in its error indicator
 * @s: text
 */
void kw_print_safe(FILE *out, const char *s)
{
	unsigned int len;

	while (*s) {
		len = safe_len(s);
		if (len) {
			fwrite(s, 1, len, out);
			s += len;
		} else {
			fprintf(out, "\\x%02x", (unsigned char)*s++);
		}
	}
}

/**
 * kw_format_age() - a span of time in its two largest units
 * @buf: where
 * @age_ms: milliseconds
 *
 * Return: @buf.
 */
const char *kw_format_age(char buf[KW_AGE_LEN], u64 age_ms)
{
	unsigned long long s = age_ms / 1000;

	if (s < 60)
		snprintf(buf, KW_AGE_LEN, "%llus", s);
	else if (s < 3600)
		snprintf(buf, KW_AGE_LEN, "%llum%02llus", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, KW_AGE_LEN, "%lluh%02llum", s / 3600,
			 s / 60 % 60);
	else
		snprintf(buf, KW_AGE_LEN, "%llud%02lluh", s / 86400,
			 s / 3600 % 24);
	return buf;
}
