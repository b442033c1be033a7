// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drives the parser for tests/golden/run: reads a policy, prints what it has
 * to say to standard error and the canonical form to standard output. With
 * "-" the policy comes from standard input, as a buffer.
 */
#include <stdio.h>
#include <stdlib.h>
#include "ir.h"

static struct kw_ir *load_stdin(struct kw_diagnostics *d)
{
	struct kw_ir *ir;
	char *buf = NULL;
	size_t len = 0;
	ssize_t got;

	got = getdelim(&buf, &len, 0, stdin);
	ir = kw_config_load_buffer("<stdin>", buf, got > 0 ? got : 0, d);
	free(buf);
	return ir;
}

int main(int argc, char **argv)
{
	struct kw_diagnostics d = {};
	struct kw_ir *ir;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE|-\n", argv[0]);
		return 2;
	}
	ir = strcmp(argv[1], "-") ? kw_config_load(argv[1], &d) :
				    load_stdin(&d);
	kw_diagnostics_print(&d, stderr, false);
	kw_diagnostics_free(&d);
	if (!ir)
		return 1;
	err = kw_ir_print(ir, stdout);
	kw_ir_free(ir);
	return err ? 2 : 0;
}
