// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text is either refused or accepted without harm; what is accepted prints
 * in a form that is accepted, too, and prints the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct kw_ir *load(const char *buf, size_t len, bool must)
{
	struct kw_diagnostics d = {};
	struct kw_ir *ir;

	ir = kw_parse_buffer("fuzz", buf, len, KW_PARSE_NO_FILES, &d);
	if (!ir != !!d.nr_errors)
		abort();
	if (must && !ir) {
		kw_diagnostics_print(&d, stderr, false);
		fwrite(buf, 1, len, stderr);
		abort();
	}
	if (d.nr) {
		FILE *sink = fopen("/dev/null", "w");

		if (sink) {
			kw_diagnostics_print(&d, sink, true);
			fclose(sink);
		}
	}
	kw_diagnostics_free(&d);
	return ir;
}

static char *print(const struct kw_ir *ir, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out || kw_ir_print(ir, out) || fclose(out))
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct kw_ir *ir = load((const char *)data, len, false);
	char *first, *second;
	size_t first_len, second_len;

	if (!ir)
		return 0;
	first = print(ir, &first_len);
	kw_ir_free(ir);
	ir = load(first, first_len, true);
	second = print(ir, &second_len);
	kw_ir_free(ir);
	if (first_len != second_len || memcmp(first, second, first_len)) {
		fprintf(stderr, "%s----\n%s", first, second);
		abort();
	}
	free(first);
	free(second);
	return 0;
}
