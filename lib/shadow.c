// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that can never match, because an earlier one decides all of it.
 */
#include "parse.h"

/**
 * kw_shadow_check() - warn of rules that can never match
 * @p: the parser, with a complete policy
 */
void kw_shadow_check(struct kw_parser *p)
{
}
