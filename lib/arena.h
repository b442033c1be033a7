/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arena of a policy (lib/ir.c), beyond what lib/ir.h promises to all.
 */
#ifndef KW_LIB_ARENA_H
#define KW_LIB_ARENA_H

#include <stdint.h>
#include "ir.h"

void *kw_ir_alloc_array(struct kw_ir *ir, size_t nr, size_t size);
char *kw_ir_strndup(struct kw_ir *ir, const char *s, size_t len);

#endif /* KW_LIB_ARENA_H */
