/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How values are written for people. No part of this knows what it prints:
 * callers are the command and the tests.
 */
#ifndef KW_LIB_OUTPUT_H
#define KW_LIB_OUTPUT_H

#include <stdio.h>
#include "../core/env.h"

/* Long enough for whatever kw_format_age() writes, NUL included. */
#define KW_AGE_LEN	24

bool kw_text_is_safe(const char *s);
int kw_text_escape(const char *s, char **escaped);
void kw_print_safe(FILE *out, const char *s);
const char *kw_format_age(char buf[KW_AGE_LEN], u64 age_ms);

#endif /* KW_LIB_OUTPUT_H */
